//! The public URIs of all services of a request.

use std::sync::Arc;

use super::cache::CachedService;
use super::prepare::PreparedRequest;
use crate::check::duplicate_uri;
use crate::diagnostic::Diagnostic;
use crate::model::module::Header;
use crate::model::public_uri::PublicUri;
use crate::span::Span;

/// Reports URIs that occur more than once. Services with errors are left out.
///
/// `checked` are the URIs of the services that are not cached, by the index of the service.
pub(super) fn check_duplicates(
    prepared: &PreparedRequest<'_>,
    checked: impl Iterator<Item = (usize, Vec<PublicUri>)>,
    cached: &[Option<Arc<CachedService>>],
) -> Vec<Diagnostic> {
    let mut checked = checked.peekable();
    let with_uris = prepared.file.layer.services().enumerate().map(|(index, header)| {
        let uris = if let Some((_, uris)) = checked.next_if(|(service, _)| *service == index) {
            uris
        } else {
            cached.get(index).and_then(Option::as_ref).map_or_else(Vec::new, |cached| {
                let moved = |uri: &PublicUri| moved(uri, cached, header);
                cached.public_uris.iter().map(moved).collect()
            })
        };
        (header, uris)
    });
    duplicate_uri::check(with_uris)
}

/// Returns a URI of a cached module at the place where the module is now.
fn moved(uri: &PublicUri, cached: &CachedService, now: &Header) -> PublicUri {
    let moved = |offset: u32| offset - cached.start + now.span.start;
    let span = Span { start: moved(uri.span.start), end: moved(uri.span.end), ..uri.span };
    PublicUri { span, ..uri.clone() }
}
