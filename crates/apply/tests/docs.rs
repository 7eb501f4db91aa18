//! Every command that the documentation shows exists, with every flag.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that have subcommands.
const GROUPS: &[&str] = &["bundle", "secret"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the README and all pages of the folder `docs`.
fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs")).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let pages = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.chain([root().join("README.md")]).collect()
}

/// Returns the words after each `optakit` in a code block or a code span of a page.
fn commands(page: &str) -> Vec<Vec<String>> {
    let blocks = page.split("```").skip(1).step_by(2).flat_map(str::lines).map(str::to_owned);
    let text: Vec<&str> = page.split("```").step_by(2).collect();
    let spans = text.iter().flat_map(|text| text.split('`').skip(1).step_by(2));
    let lines = blocks.chain(spans.map(str::to_owned));
    lines.flat_map(|line| in_line(&line)).collect()
}

fn in_line(line: &str) -> Vec<Vec<String>> {
    let code = line.split(" #").next().unwrap_or_default();
    let parts = code.split(['|', '>', '<']).flat_map(|part| part.split("&&"));
    let words = parts.map(|part| part.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let after = |words: Vec<String>| {
        let at = words.iter().position(|word| word == "optakit")?;
        let starts = words[..at].iter().all(|word| ["$", "-", "run:"].contains(&word.as_str()));
        (starts && words.len() > at + 1).then(|| words[at + 1..].to_vec())
    };
    words.filter_map(after).collect()
}

/// Returns the help of a command; an error if there is no such command.
fn help(command: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_optakit"))
        .args(command)
        .arg("--help")
        .output()
        .expect("the binary starts");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) }
}

#[test]
fn commands_in_the_documentation_exist() {
    let mut helps = BTreeMap::new();
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("the page can be read");
        for words in commands(&text) {
            let is_name = |word: &&String| word.chars().all(|c| c.is_ascii_lowercase());
            let depth = if GROUPS.contains(&words[0].as_str()) { 2 } else { 1 };
            let mut command: Vec<&str> =
                words.iter().take(depth).take_while(is_name).map(String::as_str).collect();
            command.retain(|name| !name.is_empty());
            let known = helps.entry(command.join(" ")).or_insert_with(|| help(&command));
            let shown = format!("{}: optakit {}", page.display(), words.join(" "));
            match known {
                Err(error) => wrong.push(format!("{shown}: {error}")),
                Ok(known) => {
                    let flags = words.iter().filter(|word| word.starts_with('-') && *word != "-");
                    let names = flags.map(|flag| flag.split('=').next().unwrap_or_default());
                    let listed = |name: &&str| {
                        known.split([' ', ',', '\n', '[', ']', '=']).any(|word| word == *name)
                    };
                    wrong.extend(
                        names.filter(|name| !listed(name)).map(|name| format!("{shown}: {name}")),
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these commands are wrong: {wrong:#?}");
}
