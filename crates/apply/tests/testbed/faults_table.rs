//! The rows of docs/generated/faults.md, and the tests that were skipped.

use std::path::Path;

use serde_json::{Value, json};

/// Records a row of the table of faults: the fault that the test caused, and the result that it
/// asserted. A test calls it at its end.
pub(crate) fn record_fault(fault: &str, result: &str) {
    let row = |test: &str| json!({"fault": fault, "result": result, "test": test});
    write("OPTAKIT_FAULTS", row);
}

/// Records that this test could not run, for the last line of `make test`. Fails in CI, where
/// everything is installed.
pub(crate) fn skip_test(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "this test must run in CI: {reason}");
    write("OPTAKIT_SKIPPED", |test| json!({"test": test, "reason": reason}));
}

/// Writes a file for this test into the folder that a variable names.
fn write(variable: &str, content: impl FnOnce(&str) -> Value) {
    let Some(folder) = std::env::var_os(variable) else { return };
    let test = std::thread::current().name().expect("a test has a name").to_owned();
    let program = std::env::args().next().expect("a program has a name");
    let file = Path::new(&program).file_stem().and_then(|name| name.to_str()).expect("a file name");
    // Cargo appends a hash to the name of the binary.
    let suite = file.rsplit_once('-').map_or(file, |(name, _)| name);
    let test = format!("{suite}::{test}");
    let path = Path::new(&folder).join(format!("{}.json", test.replace("::", ".")));
    std::fs::write(path, content(&test).to_string()).expect("the file can be written");
}
