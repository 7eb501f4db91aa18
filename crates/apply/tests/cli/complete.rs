//! Tests of the completions of shells.

use crate::program::{SERVICE, finish, folder, program, run};

/// Returns what the shell suggests for the last word.
fn suggestions(words: &[&str]) -> Vec<String> {
    let service = SERVICE.replace(
        "environments:\n",
        "environments:\n  - {name: production, path: ../env/production.yml}\n  \
         - {name: \"$(touch${IFS}x)\", path: ../env/staging.yml}\n",
    );
    let folder = folder(&service);
    std::fs::write(folder.path().join("service/shop-staging.bundle.json"), "{}")
        .expect("the file can be written");
    for name in ["$(touch x).bundle.json", "two words.yml"] {
        std::fs::write(folder.path().join("service").join(name), "{}").expect("it can be written");
    }
    std::fs::write(folder.path().join("service/notes.txt"), "").expect("the file can be written");
    let mut command = program(&folder);
    command.args(["--", "optakit"]).args(words);
    command.env("OPTAKIT_COMPLETE", "fish").env("KUBECONFIG", "kubeconfig");
    std::fs::write(
        folder.path().join("service/kubeconfig"),
        "contexts: [{name: kind-dev, context: {cluster: a, user: b}}, {name: k; x}]\n",
    )
    .expect("the file can be written");
    let outcome = finish(&mut command);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let lines = outcome.out.lines();
    lines.map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn values_of_options_are_suggested() {
    assert_eq!(suggestions(&["render", "--exposure", ""]), ["nginx", "gateway", "alb"]);
    assert_eq!(suggestions(&["status", "-o", "y"]), ["yaml"]);
    assert_eq!(suggestions(&["render", "--color", "n"]), ["never"]);
    assert_eq!(suggestions(&["plan", "--env", ""]), ["production", "staging"]);
    assert_eq!(suggestions(&["status", "--context", "k"]), ["kind-dev"]);
}

#[test]
fn service_files_and_bundles_are_suggested_as_files() {
    let found = suggestions(&["apply", ""]);
    assert!(found.contains(&"opta.yml".to_owned()), "{found:?}");
    assert!(found.contains(&"shop-staging.bundle.json".to_owned()), "{found:?}");
    assert!(!found.contains(&"notes.txt".to_owned()), "{found:?}");
    // Shells insert a name as it is, so that it could run a command.
    assert!(!found.iter().any(|name| name.contains(['$', ' '])), "{found:?}");
}

#[test]
fn every_shell_has_a_script() {
    let folder = folder(SERVICE);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&folder, &["completions", shell]);
        assert_eq!(script.code, 0, "{shell}: {}", script.err);
        assert!(script.out.contains("OPTAKIT_COMPLETE"), "{shell}: {}", script.out);
    }
}
