//! The rules of the architecture, read from the sources: no circles, one direction, small files.
#![expect(clippy::disallowed_methods, reason = "tests read files, the core does not")]

mod imports;
mod picture;
mod size;

use std::path::{Path, PathBuf};

use imports::{Names, circles, read};

/// The top-level modules of each crate, from the first stage to the last. A module uses only
/// modules to its left.
const LAYERS: &[(&str, &[&str])] = &[("core", CORE), ("apply", APPLY), ("web", WEB)];

const CORE: &[&str] = &[
    "span",
    "order",
    "quote",
    "visible",
    "rfc1123",
    "metadata_key",
    "doc_comment",
    "rule",
    "source",
    "kind",
    "diagnostic",
    "suggest",
    "text",
    "value",
    "syntax",
    "model",
    "resolve",
    "lower",
    "check",
    "aws",
    "render",
    "choices",
    "bundle",
    "effect",
    "reference",
    "assist",
    "schema",
    "api",
    "javascript",
];

const APPLY: &[&str] = &[
    "fake_server",
    "outcome",
    "duration",
    "hint",
    "plural",
    "table",
    "url_password",
    "secret_values",
    "stop",
    "origin",
    "digest",
    "rds",
    "report",
    "environment_diagnostic",
    "file",
    "git_address",
    "git_file",
    "environment_file",
    "output_file",
    "secret_file",
    "format",
    "request",
    "service_files",
    "bundle_file",
    "bundle_defaults",
    "edit",
    "network",
    "auth",
    "owner",
    "replicas",
    "live",
    "apply",
    "routes",
    "running_image",
    "applyset",
    "identity",
    "history",
    "wait",
    "layers",
    "logs",
    "plan",
    "aws",
    "docker_login",
    "image",
    "push_destination",
    "push_image",
    "session",
    "lock",
    "url_secrets",
    "manual_secret",
    "preflight",
    "takeover",
    "changes",
    "switches",
    "replaced",
    "saved_plan",
    "drift",
    "deploy",
    "apply_bundle",
    "cli",
    "settings",
    "command",
];

const WEB: &[&str] = &[
    "platform",
    "tracking",
    "colors",
    "tabs",
    "image_field",
    "documentation",
    "markup",
    "example_account",
    "work",
    "saved_work",
    "steps",
    "disk",
    "state",
    "lazy",
    "storage",
    "export",
    "manifest_copy",
    "choices",
    "pane_switch",
    "assist",
    "editor",
    "page",
    "undo",
    "linking",
    "problems",
    "bundle",
    "examples",
    "templates",
    "share",
    "served",
    "files",
    "start",
    "commands",
    "effects",
    "form",
    "panels",
    "dialogs",
    "bar",
    "source_pane",
    "result_pane",
    "status",
    "app",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace exists")
}

fn src(name: &str) -> PathBuf {
    root().join("crates").join(name).join("src")
}

#[test]
fn no_file_imports_itself_through_others() {
    let mut faults = Vec::new();
    for (name, _) in LAYERS {
        let read = read(&src(name));
        for circle in circles(&read.uses) {
            let files: Vec<String> =
                circle.iter().map(|module| read.files[module].display().to_string()).collect();
            faults.push(format!("{name}: {}", files.join(", ")));
            for module in &circle {
                let inside: Vec<String> = read.uses[module]
                    .iter()
                    .filter(|target| circle.contains(target))
                    .map(|target| read.files[target].display().to_string())
                    .collect();
                faults.push(format!(
                    "    {} -> {}",
                    read.files[module].display(),
                    inside.join(", ")
                ));
            }
        }
        faults.extend(read.roundabout.iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "circles of imports:\n{}", faults.join("\n"));
}

#[test]
fn modules_use_only_modules_to_their_left() {
    let mut faults = Vec::new();
    for (name, layers) in LAYERS {
        let read = read(&src(name));
        let rank = |module: &Names| match module.first() {
            Some(first) => layers.iter().position(|layer| layer == first),
            None => Some(layers.len()),
        };
        for (index, layer) in layers.iter().enumerate() {
            if layers[..index].contains(layer) {
                faults.push(format!("{name}: `{layer}` is twice in LAYERS"));
            }
            if !read.files.keys().any(|module| module.first().is_some_and(|first| first == layer)) {
                faults.push(format!("{name}: `{layer}` in LAYERS is not a module"));
            }
        }
        for module in read.files.keys() {
            if rank(module).is_none() {
                faults.push(format!("{name}: `{}` is missing in LAYERS", module[0]));
            }
        }
        for (module, targets) in &read.uses {
            for target in targets {
                if module.first() != target.first() && rank(target) >= rank(module) {
                    faults.push(format!(
                        "{name}: {} uses {}",
                        read.files[module].display(),
                        read.files[target].display()
                    ));
                }
            }
        }
    }
    faults.dedup();
    assert!(faults.is_empty(), "imports against the direction:\n{}", faults.join("\n"));
}

/// The sources of a crate: path from the root of the repository, and text.
fn sources(name: &str) -> Vec<(String, String)> {
    let read = read(&src(name));
    let text = |file: &PathBuf| {
        let path = src(name).join(file);
        let text = std::fs::read_to_string(&path).expect("the source can be read");
        (format!("crates/{name}/src/{}", file.display()), text)
    };
    read.files.values().map(text).collect()
}

#[test]
fn only_syntax_knows_the_yaml_library() {
    for (path, text) in sources("core") {
        assert!(path.contains("/syntax/") || !text.contains("oneyaml::"), "{path}");
    }
}

#[test]
fn the_page_uses_only_the_api_of_the_core() {
    let allowed =
        ["optakit_core::api", "optakit_core::bundle::Bundle", "optakit_core::bundle::Sources"];
    for (path, text) in sources("web") {
        for line in text.lines().filter(|line| line.contains("optakit_core::")) {
            assert!(allowed.iter().any(|allowed| line.contains(allowed)), "{path}: {line}");
        }
    }
}

#[test]
fn only_report_prints() {
    for (path, text) in sources("apply") {
        let prints =
            text.contains("println!") || text.contains("eprint!") || text.contains("stdout()");
        assert!(path.contains("/report/") || !prints, "{path} prints");
    }
}

#[test]
fn files_and_functions_are_small() {
    let mut faults = Vec::new();
    for (name, _) in LAYERS {
        for (path, text) in sources(name) {
            faults.extend(size::faults(&path, &text));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_picture_of_imports_is_current() {
    let crates: Vec<_> =
        LAYERS.iter().map(|(name, layers)| (*name, *layers, read(&src(name)))).collect();
    let page = picture::page(&crates);
    let path = root().join("docs/generated/imports.md");
    if std::fs::read_to_string(&path).ok().as_deref() != Some(&page) {
        std::fs::write(&path, page).expect("the page can be written");
        panic!("docs/generated/imports.md was out of date and is rewritten: run the test again");
    }
}
