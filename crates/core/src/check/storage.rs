//! Volumes of containers.

use std::collections::BTreeMap;

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::link_variable::link_variables;
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The path of a volume is not valid, or another volume has the same path.
    ///
    /// The path is absolute and does not contain `:`. It cannot be `/`, which contains the files of
    /// the image. It cannot be in `/proc`, because container runtimes reject volumes there. If the
    /// service has the RDS certificates from Optakit, the path cannot be in `/config`, which is
    /// read-only.
    pub static INVALID_MOUNT_PATH: Error {
        fix: "Use an absolute path such as `/data`.",
        bad: Module("persistent_storage: [{path: data, size: 10}]\n"),
        good: Module("persistent_storage: [{path: /data, size: 10}]\n"),
    }
}

/// The folder of the certificates of RDS.
const CONFIG: &str = "/config";
/// The folder with the data of the kernel. Container runtimes reject volumes in it.
const PROC: &str = "/proc";

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
        } else if is_below(folder, CONFIG) && has_certificates(checker) {
            fault(format!("`path` is `{text}`, but `{CONFIG}` contains the RDS certificates"))
                .help("use another folder, such as `/data`")
        } else if is_below(folder, PROC) {
            fault(format!("`path` is `{text}`, but a container cannot have volumes in `{PROC}`"))
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

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the container has the certificates of RDS.
fn has_certificates(checker: &Checker<'_>) -> bool {
    let context = checker.context;
    let variables = link_variables(checker.service, context.modules, context.environment.cloud());
    (context.has_opta_profile && context.environment.is_on_aws())
        || variables.iter().any(|variable| variable.rds)
}
