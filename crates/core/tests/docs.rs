//! The documentation: every page is in the book, every path exists, and the files of the tutorial
//! have no problems.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, the core does not")]

use std::fs;
use std::path::{Path, PathBuf};

use optakit_core::api::{Request, ServiceFile, analyze};
use optakit_core::check::all_rules;

/// The line of the summary that the pages of rules are below.
const RULES_PAGE: &str = "- [Rules](generated/rules.md)\n";

/// The folders whose files the documentation names.
const FOLDERS: &[&str] = &["assets/", "bench/", "crates/", "docs/", "fuzz/", "scripts/"];

/// Names in paths that mean any file or folder.
const PLACEHOLDERS: &[&str] = &["CASE", "FAMILY", "FILE", "KIND", "NAME"];

/// Returns the part of a path before its first placeholder.
fn before_placeholder(path: &str) -> String {
    let is_placeholder = |name: &&str| PLACEHOLDERS.contains(&name.trim_end_matches(".rs"));
    let names: Vec<&str> = path.split('/').take_while(|name| !is_placeholder(name)).collect();
    names.join("/")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn docs() -> PathBuf {
    root().join("docs")
}

/// Returns the paths of all Markdown files in a folder, relative to `docs/`.
fn pages(folder: &str) -> Vec<String> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(docs().join(folder)).expect("the folder can be read") {
        let entry = entry.expect("the entry can be read");
        let path = format!("{folder}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            pages.extend(pages_below(&path));
        } else if path.ends_with(".md") {
            pages.push(path);
        }
    }
    pages
}

fn pages_below(folder: &str) -> Vec<String> {
    pages(&format!("{folder}/"))
}

/// Returns the summary with one line per page of a rule, in the order of the rules.
fn with_rules(summary: &str) -> String {
    let is_rule = |line: &&str| line.contains("(generated/rules/");
    let rest: String = summary.split_inclusive('\n').filter(|line| !is_rule(line)).collect();
    let page = |id: &str| format!("generated/rules/{id}.md");
    let rules = all_rules().filter(|rule| docs().join(page(rule.id)).exists());
    let lines: String =
        rules.map(|rule| format!("  - [{0}]({1})\n", rule.id, page(rule.id))).collect();
    rest.replace(RULES_PAGE, &format!("{RULES_PAGE}{lines}"))
}

#[test]
fn the_summary_lists_every_page() {
    let path = docs().join("SUMMARY.md");
    let summary = fs::read_to_string(&path).expect("the summary can be read");
    assert!(summary.contains(RULES_PAGE), "SUMMARY.md does not contain the line {RULES_PAGE}");
    let missing: Vec<String> = pages("")
        .into_iter()
        .filter(|page| page != "SUMMARY.md" && !page.starts_with("generated/rules/"))
        .filter(|page| !summary.contains(&format!("({page})")))
        .collect();
    assert!(missing.is_empty(), "SUMMARY.md does not contain these pages: {missing:?}");
    let expected = with_rules(&summary);
    if expected != summary {
        fs::write(&path, expected).expect("the summary can be written");
        panic!("SUMMARY.md was rewritten: check the change, then run the test again");
    }
}

#[test]
fn the_files_of_the_tutorial_have_no_problems() {
    let page = fs::read_to_string(docs().join("getting-started.md")).expect("the page can be read");
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [service, environment] = blocks.as_slice() else {
        panic!("the tutorial has two files, found {}", blocks.len())
    };
    let request = Request {
        service: ServiceFile::parse("opta.yml", service),
        environment_files: [("env.yml".to_owned(), Ok((*environment).to_owned()))].into(),
        ..Request::default()
    };
    assert_eq!(analyze(&request, false).diagnostics, []);
}

/// Whether no test writes the page.
fn is_handwritten(page: &String) -> bool {
    !page.starts_with("generated/") && page != "failures.md"
}

#[test]
fn paths_named_in_the_documentation_exist() {
    let written = pages("").into_iter().filter(is_handwritten);
    let written = written.map(|page| format!("docs/{page}"));
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(str::to_owned);
    let mut missing = Vec::new();
    for page in written.chain(top) {
        let text = fs::read_to_string(root().join(&page)).expect("the page can be read");
        let spans = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
        let paths = spans.filter(|span| FOLDERS.iter().any(|folder| span.starts_with(folder)));
        let is_path = |path: &&str| !path.contains(['*', '<', ' ', '…']);
        let gone =
            paths.filter(is_path).filter(|path| !root().join(before_placeholder(path)).exists());
        missing.extend(gone.map(|path| format!("{page}: {path}")));
    }
    assert!(missing.is_empty(), "these paths do not exist: {missing:#?}");
}
