//! Commands in messages repeat the flags of the user, so all of them come from `hint`.

use std::fs;
use std::path::{Path, PathBuf};

/// Files with commands that cannot repeat a flag, each with the reason.
const EXCEPTIONS: &[&str] = &[
    // Describes what an apply does.
    "command/bundle.rs",
    // Another program has no service file.
    "command/deploy.rs",
    "command/init.rs",
    "command/man.rs",
    "edit/mod.rs",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the lines of a source before its tests that name a command in a text.
fn commands(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let is_text = |line: &&str| !line.trim_start().starts_with("//") && line.contains("`optakit ");
    code.lines().filter(is_text).collect()
}

#[test]
fn commands_in_messages_repeat_the_flags_of_the_user() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut faults = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).expect("a file of the folder").display().to_string();
        if name.starts_with("cli/") || EXCEPTIONS.contains(&name.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("the file can be read");
        faults.extend(commands(&text).into_iter().map(|line| format!("{name}: {}", line.trim())));
    }
    assert!(faults.is_empty(), "write these commands with `hint`:\n{}", faults.join("\n"));
}
