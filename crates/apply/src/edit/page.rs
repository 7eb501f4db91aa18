//! The files of the editor page. `build.rs` compresses them and adds them to the binary.

use std::io::Read;

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::rds;

/// The files by name, compressed with gzip.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Whether the binary was built without the page.
pub(super) fn is_missing() -> bool {
    FILES.is_empty()
}

/// Serves a file of the page.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    if let Some(region) = name.strip_prefix("rds-ca/").and_then(|file| file.strip_suffix(".pem")) {
        let known = region == "default" || rds::is_known(region);
        return if known {
            found("application/x-pem-file", rds::certificates(region).into())
        } else {
            not_found()
        };
    }
    let Some((_, packed)) = FILES.iter().find(|(file, _)| *file == name) else {
        return not_found();
    };
    let mut bytes = Vec::new();
    match flate2::read::GzDecoder::new(*packed).read_to_end(&mut bytes) {
        Ok(_) if name == "index.html" => found(content_type(name), marked(&bytes)),
        Ok(_) => found(content_type(name), bytes),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Marks the page as served by this command. It then stores nothing readable in the browser, and
/// installs no service worker.
fn marked(html: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(html).replacen("<html ", "<html data-served ", 1).into_bytes()
}

fn found(content_type: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")];
    (headers, bytes).into_response()
}

fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
