//! Volumes of containers.

use std::collections::BTreeMap;

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The path of a volume is not valid, or another volume has the same path.
    ///
    /// The path is absolute and does not contain `:`. It cannot be `/`, which contains the files of
    /// the image. It cannot be `/config`, which contains the RDS certificates from Optakit.
    pub static INVALID_MOUNT_PATH: Error {
        fix: "Use an absolute path such as `/data`.",
        bad: Module("persistent_storage: [{path: data, size: 10}]\n"),
        good: Module("persistent_storage: [{path: /data, size: 10}]\n"),
    }
}

/// The folder of the certificates of RDS.
const CONFIG: &str = "/config";

pub(super) fn check(checker: &mut Checker<'_>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (index, volume) in checker.service.persistent_storage.value.0.iter().enumerate() {
        let Some(path) = volume.value.path.as_ref().filter(|path| path.value.is_known()) else {
            continue;
        };
        let text = path.value.as_str();
        let place = format!("{}[{index}].path", checker.path("persistent_storage"));
        let fault =
            |message: String| Diagnostic::new(&INVALID_MOUNT_PATH, path.span, &*place, message);
        let folder = text.trim_end_matches('/');
        let diagnostic = if !text.starts_with('/') {
            let diagnostic =
                fault(format!("`path` is `{text}`, expected a path that starts with `/`"));
            let fixed = format!("/{text}");
            let is_plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_./".contains(&c));
            if is_plain && !text.is_empty() && !path.value.is_interpolated() {
                let title = format!("change to `{fixed}`");
                diagnostic.fix(Applicability::Unsafe, title, path.span, fixed)
            } else {
                diagnostic.help("write an absolute path such as `/data`")
            }
        } else if folder.is_empty() {
            fault(format!("`path` is `{text}`, which contains the files of the image"))
                .help("use another folder, such as `/data`")
        } else if folder == CONFIG {
            fault(format!("`path` is `{text}`, which contains the RDS certificates"))
                .help("use another folder, such as `/data`")
        } else if text.contains(':') || text.split('/').any(|step| step == "..") {
            fault(format!("`path` is `{text}`, expected a path without `:` and `..`"))
                .help("use another folder, such as `/data`")
        } else if let Some(first) = seen.get(folder) {
            fault(format!("another volume has the path `{text}`"))
                .help("change one of the paths")
                .label(*first, "first use")
        } else {
            seen.insert(folder, path.span);
            continue;
        };
        checker.push(diagnostic);
    }
}
