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
    assert!(with("CLICOLOR_FORCE", "1").contains('\u{1b}'));
    assert!(!with("NO_COLOR", "1").contains('\u{1b}'));
    assert!(!with("TERM", "xterm").contains('\u{1b}'), "a pipe gets no colors");
}
