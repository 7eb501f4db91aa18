//! Public URIs that occur more than once in a file.

use std::collections::BTreeMap;

use super::public_uri::path_of;
use crate::diagnostic::Diagnostic;
use crate::model::module::Header;
use crate::model::public_uri::PublicUri;
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// Two public URIs have the same domain and path.
    ///
    /// ingress-nginx rejects the second Ingress, and other exposures send all requests to one of
    /// the services.
    pub static DUPLICATE_PUBLIC_URI: Error {
        fix: "Remove one of the two, or change its domain or path.",
        bad: Module("public_uri: [api.example.com/v1, api.example.com/v1/]\n"),
        good: Module("public_uri: [api.example.com/v1, api.example.com/v2]\n"),
    }
}

/// Reports each URI that an earlier service, or an earlier item of the same list, has.
///
/// `services` are the modules with their URIs, in file order.
pub(crate) fn check<'a>(
    services: impl IntoIterator<Item = (&'a Header, Vec<PublicUri>)>,
) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<(String, String), (&Header, Span)> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (module, uris) in services {
        for (index, uri) in uris.into_iter().enumerate() {
            let host = uri.host.as_ref().map_or("all", |host| host.as_str()).to_owned();
            let prefix = uri.prefix.as_str().trim_end_matches('/').to_owned();
            let shown = format!("{host}{prefix}");
            let Some((first, span)) = seen.get(&(host.clone(), prefix.clone())) else {
                seen.insert((host, prefix), (module, uri.span));
                continue;
            };
            let message = if first.path == module.path {
                format!("the list has `{shown}` twice")
            } else {
                format!(
                    "`{}` and `{}` have the same `{shown}`",
                    first.name.value, module.name.value
                )
            };
            let path = path_of(module, index);
            diagnostics.push(
                Diagnostic::new(&DUPLICATE_PUBLIC_URI, uri.span, path, message)
                    .help("remove one of the two, or change its domain or path")
                    .label(*span, "first use"),
            );
        }
    }
    diagnostics
}
