//! Tests of the colors of the output.

use crate::program::{SERVICE, folder, program};

#[test]
fn colors_follow_no_color_and_clicolor() {
    let folder = folder(&SERVICE.replace("8000", "0"));
    let with = |name: &str, value: &str| {
        let output = program(&folder)
            .arg("validate")
            .env_remove("NO_COLOR")
            .env(name, value)
            .output()
            .expect("the program starts");
        String::from_utf8(output.stdout).expect("the output is UTF-8")
    };
    let flag = |when: &str, variable: &str| {
        let mut command = program(&folder);
        command.args(["validate", "--color", when]).env(variable, "1");
        let output = command.output().expect("the program starts");
        String::from_utf8(output.stdout).expect("the output is UTF-8").contains('\u{1b}')
    };
    assert!(flag("always", "NO_COLOR"), "the flag overrides the variable");
    assert!(!flag("never", "CLICOLOR_FORCE"));
    assert!(with("CLICOLOR_FORCE", "1").contains('\u{1b}'));
    assert!(!with("NO_COLOR", "1").contains('\u{1b}'));
    assert!(!with("TERM", "xterm").contains('\u{1b}'), "a pipe gets no colors");
}
