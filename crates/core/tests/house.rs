//! The rules of the house: who may use what. Read from the sources, so that a slip shows in a test.
#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace is there")
}

fn sources(folder: &str) -> Vec<(String, String)> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder}");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        (path.strip_prefix(root()).expect("below the root").display().to_string(), text)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn only_syntax_knows_the_yaml_library() {
    for (path, text) in sources("crates/core/src") {
        assert!(path.contains("/syntax/") || !text.contains("oneyaml::"), "{path}");
    }
}

#[test]
fn the_core_does_without_the_world() {
    for (path, text) in sources("crates/core/src") {
        for word in [
            "std::fs",
            "std::env",
            "std::net",
            "std::thread",
            "std::time",
            "HashMap",
            "HashSet",
            "println!",
            "async fn",
            "wasm_bindgen",
        ] {
            if word == "wasm_bindgen" && path.ends_with("/javascript.rs") {
                continue;
            }
            let used = text
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(!used, "{path} uses {word}");
        }
    }
}

#[test]
fn the_page_uses_the_core_by_its_api() {
    for (path, text) in sources("crates/web/src") {
        for line in text.lines().filter(|line| line.contains("optakit_core::")) {
            let allowed = [
                "optakit_core::api",
                "optakit_core::bundle::Bundle",
                "optakit_core::render::IMAGE_DIGEST",
            ];
            assert!(allowed.iter().any(|allowed| line.contains(allowed)), "{path}: {line}");
        }
        assert!(!text.contains("optakit::"), "{path}");
    }
}

#[test]
fn stages_use_only_those_before_them() {
    let order = ["syntax", "resolve", "lower", "check", "render", "bundle", "api"];
    // The registry of rules names rules of earlier stages; the value trees and the model stand
    // beside the stages.
    for (path, text) in sources("crates/core/src") {
        let stage = order.iter().position(|stage| {
            path.contains(&format!("src/{stage}/")) || path.ends_with(&format!("src/{stage}.rs"))
        });
        let Some(stage) = stage.filter(|stage| *stage < 4) else { continue };
        for later in &order[stage + 1..] {
            let production = text.split("#[cfg(test)]").next().unwrap_or_default();
            assert!(!production.contains(&format!("crate::{later}::")), "{path} uses {later}");
        }
    }
}

#[test]
fn only_report_prints() {
    for (path, text) in sources("crates/apply/src") {
        let prints =
            text.contains("println!") || text.contains("eprint!") || text.contains("stdout()");
        assert!(path.contains("/report/") || !prints, "{path}");
    }
}

#[test]
fn files_say_what_they_hold_and_stay_readable() {
    for folder in ["crates/core/src", "crates/apply/src", "crates/web/src"] {
        for (path, text) in sources(folder) {
            assert!(text.starts_with("//! "), "{path} has no header");
            let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
            assert!(lines <= 430, "{path} has {lines} lines: find the second subject");
        }
    }
}
