//! Checks that involve several service files.

use std::collections::BTreeMap;

use super::diagnostic::Diagnostic;
use super::environment::own_environment;
use super::places::Places;
use super::request::Request;
use crate::check::duplicate_layer::duplicate_layer;
use crate::model::environment::Environment;

/// Reports each service file that has the name and an environment of an earlier one. Returns the
/// index of the request with each diagnostic.
#[must_use]
pub fn check_layers<'a>(
    requests: impl IntoIterator<Item = &'a Request>,
) -> Vec<(usize, Diagnostic)> {
    let mut seen: BTreeMap<(&str, Identity), &str> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (index, request) in requests.into_iter().enumerate() {
        let parsed = request.service.parsed();
        let Some(name) = parsed.layer.layer.as_ref().and_then(|layer| layer.name.as_ref()) else {
            continue;
        };
        let mut reported = false;
        for (environment, identity) in environments(request) {
            let key = (name.value.as_str(), identity);
            let Some(other) = seen.get(&key) else {
                seen.insert(key, request.service.name());
                continue;
            };
            if *other != request.service.name() && !reported {
                reported = true;
                let mut places = Places::default();
                places.push(parsed.source.clone());
                let found = duplicate_layer(name, &environment, other);
                diagnostics.push((index, Diagnostic::new(&found, &places)));
            }
        }
    }
    diagnostics
}

/// What tells environments apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    /// The text of the environment file. Service files can give it different names.
    File(String),
    /// The name in the service file. The environment file is unknown.
    Name(String),
    /// The account that the service file itself contains, and its region.
    Account(Option<String>, Option<String>),
}

/// Returns the names of the environments of a request in its service file, and what tells them
/// apart.
fn environments(request: &Request) -> Vec<(String, Identity)> {
    let environments = request.service.environments();
    if environments.is_empty() {
        let layer = &request.service.parsed().layer;
        let own = layer.layer.as_ref().map(|found| own_environment(found, &layer.modules));
        let Environment { account_id, region, .. } = own.unwrap_or_default();
        return vec![(String::new(), Identity::Account(account_id, region))];
    }
    let with_identity = environments.into_iter().map(|environment| {
        let file = request.environment_files.get(&environment.path);
        let identity = match file.and_then(|text| text.as_deref().ok()) {
            Some(text) => Identity::File(text.to_owned()),
            None => Identity::Name(environment.name.clone()),
        };
        (environment.name, identity)
    });
    with_identity.collect()
}
