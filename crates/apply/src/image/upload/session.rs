//! The requests of an upload (OCI distribution specification, "Pushing a blob in chunks").

use std::io::Read;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, LOCATION, RANGE,
};
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;

use super::progress::Progress;
use crate::image::archive::Part;
use crate::image::http::{Answer, Body, Http, body};
use crate::image::request_error::RequestError;

/// The size of the parts in which a blob is read, in bytes.
const BUFFER: usize = 64 * 1024;
/// The most redirects of a request.
const MAX_REDIRECTS: usize = 5;
/// The header with the smallest size of a chunk.
const MIN_CHUNK: HeaderName = HeaderName::from_static("oci-chunk-min-length");

/// Sends the requests of an upload to a registry.
pub(super) struct Requests<'a> {
    pub(super) http: &'a Http,
    /// The address of the registry, which gets the credentials.
    pub(super) registry: Uri,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) progress: Arc<Progress>,
}

/// A session: where the next request of an upload is sent, and what the registry has.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) location: Uri,
    /// The number of bytes that the registry has, if it reports it.
    pub(super) received: Option<u64>,
    /// The smallest size of a chunk, except for the last one.
    pub(super) min_chunk: u64,
}

impl Requests<'_> {
    /// Starts an upload.
    ///
    /// # Errors
    ///
    /// Fails if the registry rejects the request.
    pub(super) async fn start(&self, repository: &str) -> Result<Session, RequestError> {
        let uri = parse(&format!("{}v2/{repository}/blobs/uploads/", self.registry))?;
        let (answer, uri) = self.send(Method::POST, uri, None, None).await?;
        if answer.status != StatusCode::ACCEPTED {
            return Err(answer.error());
        }
        session(&answer, &uri)
    }

    /// Asks how much of an upload the registry has.
    ///
    /// # Errors
    ///
    /// Fails if the registry does not know the session any more.
    pub(super) async fn status(&self, location: &Uri) -> Result<Session, RequestError> {
        let (answer, uri) = self.send(Method::GET, location.clone(), None, None).await?;
        if !answer.status.is_success() {
            return Err(answer.error());
        }
        session(&answer, &uri)
    }

    /// Sends a chunk that starts at `start` of the blob.
    ///
    /// # Errors
    ///
    /// Fails if the registry rejects the chunk, or the connection breaks.
    pub(super) async fn chunk(
        &self,
        location: &Uri,
        start: u64,
        chunk: &Part,
    ) -> Result<Session, RequestError> {
        let range = format!("{start}-{}", start + chunk.size - 1);
        let (answer, uri) =
            self.send(Method::PATCH, location.clone(), Some(range), Some(chunk)).await?;
        // The specification requires 202. ECR answers with 201, others with 204.
        if !answer.status.is_success() {
            return Err(answer.error());
        }
        session(&answer, &uri)
    }

    /// Completes an upload. `rest` is what was not sent in chunks.
    ///
    /// # Errors
    ///
    /// Fails if the registry rejects the blob, or the connection breaks.
    pub(super) async fn finish(
        &self,
        location: &Uri,
        digest: &str,
        rest: Option<&Part>,
    ) -> Result<(), RequestError> {
        let separator = if location.query().is_some() { '&' } else { '?' };
        let uri = parse(&format!("{location}{separator}digest={digest}"))?;
        let (answer, _) = self.send(Method::PUT, uri, None, rest).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.error()) }
    }

    /// Sends a request, and follows redirects. Returns the address that answered as well.
    async fn send(
        &self,
        method: Method,
        mut uri: Uri,
        range: Option<String>,
        content: Option<&Part>,
    ) -> Result<(Answer, Uri), RequestError> {
        let position = self.progress.position();
        for _ in 0..=MAX_REDIRECTS {
            let mut request = Request::builder().method(method.clone()).uri(uri.clone());
            // Another host never gets the credentials.
            if let Some(value) = &self.authorization
                && is_same_origin(&uri, &self.registry)
            {
                request = request.header(AUTHORIZATION, value.clone());
            }
            if let Some(range) = &range {
                request = request.header(CONTENT_RANGE, range);
            }
            if method != Method::GET {
                request = request.header(CONTENT_LENGTH, content.map_or(0, |part| part.size));
            }
            let body = match content {
                Some(part) => {
                    request = request.header(CONTENT_TYPE, "application/octet-stream");
                    read(part, Arc::clone(&self.progress)).map_err(RequestError::Read)?
                }
                None => body(Bytes::new()),
            };
            let request = request.body(body).map_err(|error| {
                RequestError::Protocol(format!("the request is not valid: {error}"))
            })?;
            let answer = self.progress.watch(self.http.send(request)).await?;
            if !answer.status.is_redirection() {
                return Ok((answer, uri));
            }
            self.progress.set(position);
            uri = target(&answer, &uri)?;
        }
        Err(RequestError::Protocol("the registry redirects too often".to_owned()))
    }
}

/// Returns a body with a part of the archive.
fn read(part: &Part, progress: Arc<Progress>) -> std::io::Result<Body> {
    let reader = part.open()?;
    let frames = stream::unfold(reader, move |mut reader| {
        let progress = Arc::clone(&progress);
        async move {
            let mut buffer = vec![0; BUFFER];
            let frame = match reader.read(&mut buffer) {
                Ok(0) => return None,
                Ok(read) => {
                    progress.add(read as u64);
                    buffer.truncate(read);
                    Ok(Frame::data(Bytes::from(buffer)))
                }
                Err(error) => Err(error),
            };
            Some((frame, reader))
        }
    });
    Ok(StreamBody::new(frames).boxed_unsync())
}

/// Reads the session of a response.
fn session(answer: &Answer, uri: &Uri) -> Result<Session, RequestError> {
    let location = match answer.header(&LOCATION) {
        Some(_) => target(answer, uri)?,
        None => uri.clone(),
    };
    let min_chunk = answer.header(&MIN_CHUNK).and_then(|text| text.parse().ok());
    let received = answer.header(&RANGE).and_then(received);
    Ok(Session { location, received, min_chunk: min_chunk.unwrap_or(1) })
}

/// Reads the number of bytes from a range, like `0-99` for 100 bytes. A registry that has nothing
/// answers with `0-0` as well.
fn received(range: &str) -> Option<u64> {
    let range = range.trim_start_matches("bytes=");
    let last: u64 = range.split_once('-')?.1.parse().ok()?;
    Some(if last == 0 { 0 } else { last + 1 })
}

/// Returns the address in `Location`, which may be relative to the address of the request.
fn target(answer: &Answer, uri: &Uri) -> Result<Uri, RequestError> {
    let Some(location) = answer.header(&LOCATION) else {
        return Err(RequestError::Protocol(
            "the registry returned a redirect without an \
                                           address"
                .to_owned(),
        ));
    };
    let target = resolve(location, uri).ok_or_else(|| {
        RequestError::Protocol("the registry returned an invalid upload address".to_owned())
    })?;
    if uri.scheme() == Some(&Scheme::HTTPS) && target.scheme() != Some(&Scheme::HTTPS) {
        let host = target.host().unwrap_or_default();
        let problem = format!("the registry redirects the upload to `{host}` without TLS");
        return Err(RequestError::Protocol(problem));
    }
    Ok(target)
}

fn resolve(location: &str, uri: &Uri) -> Option<Uri> {
    if location.starts_with("http://") || location.starts_with("https://") {
        return location.parse().ok();
    }
    let mut parts = uri.clone().into_parts();
    let path = match location.strip_prefix('/') {
        Some(_) => location.to_owned(),
        None => {
            let folder = uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{location}")
        }
    };
    parts.path_and_query = Some(PathAndQuery::from_str(&path).ok()?);
    Uri::from_parts(parts).ok()
}

fn parse(text: &str) -> Result<Uri, RequestError> {
    text.parse().map_err(|_| RequestError::Protocol("the upload address is not valid".to_owned()))
}

fn is_same_origin(one: &Uri, other: &Uri) -> bool {
    let port = |uri: &Uri| {
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        uri.port_u16().unwrap_or(if is_https { 443 } else { 80 })
    };
    one.scheme() == other.scheme() && one.host() == other.host() && port(one) == port(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_relative_or_absolute() {
        let uri: Uri = "https://a.io/v2/app/blobs/uploads/?x=1".parse().expect("it is valid");
        let at = |location: &str| resolve(location, &uri).expect("it is valid").to_string();
        assert_eq!(
            at("/v2/app/blobs/uploads/7?_state=s"),
            "https://a.io/v2/app/blobs/uploads/7?_state=s"
        );
        assert_eq!(at("7"), "https://a.io/v2/app/blobs/uploads/7");
        assert_eq!(at("https://b.io/up"), "https://b.io/up");
    }

    #[test]
    fn only_the_registry_is_the_same_origin() {
        let uri = |text: &str| text.parse::<Uri>().expect("it is valid");
        let registry = uri("https://a.io/");
        assert!(is_same_origin(&uri("https://a.io:443/v2/"), &registry));
        for other in ["http://a.io/", "https://b.io/", "https://a.io:8443/", "https://a.io.b.io/"] {
            assert!(!is_same_origin(&uri(other), &registry), "{other}");
        }
    }

    #[test]
    fn ranges_count_bytes() {
        assert_eq!(received("0-99"), Some(100));
        assert_eq!(received("bytes=0-99"), Some(100));
        assert_eq!(received("0-0"), Some(0));
        assert_eq!(received("?"), None);
    }
}
