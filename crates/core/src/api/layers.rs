//! Checks that involve several service files.

use std::collections::BTreeMap;

use super::diagnostic::Diagnostic;
use super::places::Places;
use super::request::Request;
use crate::check::duplicate_layer::duplicate_layer;

/// Reports each service file that has the name and an environment of an earlier one. Returns the
/// index of the request with each diagnostic.
#[must_use]
pub fn check_layers<'a>(
    requests: impl IntoIterator<Item = &'a Request>,
) -> Vec<(usize, Diagnostic)> {
    let mut seen: BTreeMap<(&str, String, &str), &str> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (index, request) in requests.into_iter().enumerate() {
        let parsed = request.service.parsed();
        let Some(name) = parsed.layer.layer.as_ref().and_then(|layer| layer.name.as_ref()) else {
            continue;
        };
        let mut reported = false;
        for (environment, text) in environments(request) {
            let key = (name.value.as_str(), environment, text);
            let Some(other) = seen.get(&key) else {
                seen.insert(key, request.service.name());
                continue;
            };
            if *other != request.service.name() && !reported {
                reported = true;
                let mut places = Places::default();
                places.push(parsed.source.clone());
                let found = duplicate_layer(name, &key.1, other);
                diagnostics.push((index, Diagnostic::new(&found, &places)));
            }
        }
    }
    diagnostics
}

/// Returns the names of the environments of a request with the texts of their files, which tell
/// environments of the same name apart.
fn environments(request: &Request) -> Vec<(String, &str)> {
    let environments = request.service.environments();
    if environments.is_empty() {
        return vec![(String::new(), "")];
    }
    let with_text = environments.into_iter().map(|environment| {
        let file = request.environment_files.get(&environment.path);
        let text = file.and_then(|text| text.as_deref().ok()).unwrap_or_default();
        (environment.name, text)
    });
    with_text.collect()
}
