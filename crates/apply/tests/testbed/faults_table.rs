//! The rows of docs/generated/faults.md.

use std::path::Path;

use serde_json::json;

/// Records a row of the table of faults: the fault that the test caused, and the result that it
/// asserted. A test calls it at its end.
pub(crate) fn record_fault(fault: &str, result: &str) {
    let Some(folder) = std::env::var_os("OPTAKIT_FAULTS") else { return };
    let test = std::thread::current().name().expect("a test has a name").to_owned();
    let program = std::env::args().next().expect("a program has a name");
    let file = Path::new(&program).file_stem().and_then(|name| name.to_str()).expect("a file name");
    // Cargo appends a hash to the name of the binary.
    let suite = file.rsplit_once('-').map_or(file, |(name, _)| name);
    let test = format!("{suite}::{test}");
    let row = json!({"fault": fault, "result": result, "test": test});
    let path = Path::new(&folder).join(format!("{}.json", test.replace("::", ".")));
    std::fs::write(path, row.to_string()).expect("the row can be written");
}
