//! Episodes of the chaos run (`make chaos`) whose seeds are fixed.

use std::process::Command;

/// The seed of the episodes. Among their runs are some that are killed, stopped and at the same
/// time.
const SEED: &str = "a";
const EPISODES: &str = "3";

#[test]
fn random_faults_keep_every_invariant() {
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/chaos"))
        .args(["--binary", env!("CARGO_BIN_EXE_optakit"), "--seed", SEED, "--episodes", EPISODES])
        .output()
        .expect("Python starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
}
