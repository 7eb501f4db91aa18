//! Tests of pushes to a registry in memory.

use std::io::Write;

use axum::http::Method;
use tempfile::NamedTempFile;

use super::archive::Part;
use super::fake_registry::FakeRegistry;
use super::parts::{Blob, Content, Image, Manifest};
use super::push::{PushError, check_access, push};
use super::token;
use crate::digest::sha256;
use crate::docker_login::Credentials;
use crate::report::Report;

/// Larger than the blobs that are sent in one request.
const LARGE: usize = 5 * 1024 * 1024;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Returns an image with one layer, and the file of the layer. Other bytes are before the layer.
fn image(size: usize) -> (Image, NamedTempFile) {
    let layer: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
    let mut file = NamedTempFile::new().expect("a temporary file can be created");
    file.write_all(b"header").and_then(|()| file.write_all(&layer)).expect("it can be written");
    let part = Part { file: file.path().to_owned(), offset: 6, size: size as u64 };
    let mut image = Image::new(None);
    image.add_blob(Blob { digest: sha256(&layer), part, content: Content::Exact });
    for (media_type, text) in [(MANIFEST, "{\"a\":1}"), (INDEX, "{\"b\":2}")] {
        let bytes = text.as_bytes().to_vec();
        image.manifests.push(Manifest { media_type: media_type.to_owned(), bytes });
    }
    (image, file)
}

async fn pushed(registry: &FakeRegistry, image: &Image) -> Result<String, PushError> {
    push(image, &registry.destination, "v1", &Report::new(true, false, None)).await
}

#[tokio::test]
async fn an_image_is_pushed_once_and_its_tag_last() {
    let registry = FakeRegistry::start().await;
    let (image, _file) = image(100);
    let digest = pushed(&registry, &image).await.expect("it is pushed");
    assert_eq!(digest, sha256(b"{\"b\":2}"));
    let inner = format!("PUT /manifests/{}", sha256(b"{\"a\":1}"));
    let expected = ["POST /blobs/uploads/", "PUT /blobs/uploads/1", &inner, "PUT /manifests/v1"];
    assert_eq!(registry.writes(), expected);
    {
        let content = registry.content();
        assert_eq!(content.blobs[&image.blobs[0].digest].len(), 100);
        assert_eq!(content.manifests["v1"], (INDEX.to_owned(), b"{\"b\":2}".to_vec()));
        assert_eq!(content.manifests[&sha256(b"{\"a\":1}")].0, MANIFEST);
    }
    assert_eq!(pushed(&registry, &image).await.expect("it exists"), digest);
    assert_eq!(registry.writes(), [inner], "the layer and the tag exist");
}

#[tokio::test]
async fn a_large_layer_is_sent_in_growing_chunks() {
    let registry = FakeRegistry::start().await;
    let (image, _file) = image(LARGE);
    pushed(&registry, &image).await.expect("it is pushed");
    let writes = registry.writes();
    let chunks = writes.iter().filter(|one| one.starts_with("PATCH")).count();
    assert_eq!(chunks, 3, "1 MiB, 2 MiB and the rest: {writes:?}");
    assert_eq!(registry.content().blobs[&image.blobs[0].digest].len(), LARGE);
}

#[tokio::test]
async fn an_upload_continues_after_a_failure() {
    let registry = FakeRegistry::start().await;
    let (image, _file) = image(LARGE);
    registry.content().failures = vec![(Method::PATCH, "uploads", 503)];
    pushed(&registry, &image).await.expect("it is pushed");
    let writes = registry.writes();
    assert_eq!(writes.iter().filter(|one| one.starts_with("POST")).count(), 1, "{writes:?}");
    assert_eq!(registry.content().blobs[&image.blobs[0].digest].len(), LARGE);
}

#[tokio::test]
async fn chunks_become_smaller_or_one_request_if_the_registry_refuses_them() {
    let registry = FakeRegistry::start().await;
    let (first, _first_file) = image(LARGE);
    registry.content().largest_chunk = Some(3 * 1024 * 1024 / 2);
    pushed(&registry, &first).await.expect("it is pushed");
    assert_eq!(registry.content().blobs[&first.blobs[0].digest].len(), LARGE);
    let registry = FakeRegistry::start().await;
    registry.content().failures = vec![(Method::PATCH, "uploads", 405)];
    pushed(&registry, &first).await.expect("it is pushed");
    let expected = ["POST", "PATCH", "POST", "PUT"];
    let writes = registry.writes();
    let methods = writes.iter().filter(|one| one.contains("uploads"));
    let methods = methods.filter_map(|one| one.split_once(' ')).map(|(method, _)| method);
    assert_eq!(methods.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_immutable_tag_of_another_image_is_not_pushed() {
    let mut registry = FakeRegistry::start().await;
    let (image, _file) = image(100);
    registry.destination.immutable_tags = true;
    registry.content().manifests.insert("v1".to_owned(), (MANIFEST.to_owned(), b"{}".to_vec()));
    let error = pushed(&registry, &image).await.expect_err("the tag exists");
    assert!(matches!(error, PushError::TagExists { .. }), "{error}");
    assert_eq!(registry.writes(), [""; 0]);
    registry.destination.immutable_tags = false;
    pushed(&registry, &image).await.expect("the tag is moved");
    assert_eq!(registry.content().manifests["v1"].1, b"{\"b\":2}");
}

#[tokio::test]
async fn a_refused_tag_is_an_error_unless_it_has_the_image() {
    let registry = FakeRegistry::start().await;
    let (image, _file) = image(100);
    registry.content().manifests.insert("v1".to_owned(), (MANIFEST.to_owned(), b"{}".to_vec()));
    registry.content().failures = vec![(Method::PUT, "manifests/v1", 409)];
    let error = pushed(&registry, &image).await.expect_err("the registry refuses the tag");
    assert!(matches!(error, PushError::TagExists { .. }), "{error}");
    registry.content().failures = vec![(Method::PUT, "manifests/v1", 403)];
    let error = pushed(&registry, &image).await.expect_err("the registry denies the tag");
    assert!(matches!(error, PushError::Denied { .. } | PushError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn a_rejected_blob_is_reported_by_its_status() {
    let reported = async |status: u16| {
        let registry = FakeRegistry::start().await;
        let (image, _file) = image(100);
        let all = [(Method::POST, "uploads", status), (Method::POST, "uploads", status)];
        registry.content().failures = all.into();
        let error = pushed(&registry, &image).await.expect_err("the registry rejects it");
        assert!(registry.content().manifests.is_empty(), "no manifest without its layers");
        error
    };
    assert!(matches!(reported(401).await, PushError::NotSignedIn { .. }));
    assert!(matches!(reported(403).await, PushError::Denied { .. }));
    assert!(matches!(reported(404).await, PushError::NoRepository { .. }));
    assert!(matches!(reported(400).await, PushError::Failed { .. }));
}

#[tokio::test]
async fn expired_access_is_renewed_during_an_upload() {
    let registry = FakeRegistry::start().await;
    let (image, _file) = image(100);
    registry.content().failures = vec![(Method::POST, "uploads", 401)];
    pushed(&registry, &image).await.expect("it signs in again");
    registry.content().failures = vec![(Method::PUT, "manifests/sha256", 401)];
    pushed(&registry, &image).await.expect("it signs in again");
}

#[tokio::test]
async fn only_rejected_credentials_stop_a_push_before_it_starts() {
    let mut registry = FakeRegistry::start().await;
    registry.content().authorization = Some(token::basic("ann", "secret"));
    let password = |password: &str| Credentials::Password {
        user: "ann".to_owned(),
        password: password.to_owned().into(),
    };
    registry.destination.credentials = password("secret");
    check_access(&registry.destination).await.expect("the password is right");
    let (image, _file) = image(100);
    pushed(&registry, &image).await.expect("the password is right");
    registry.destination.credentials = password("wrong");
    let error = check_access(&registry.destination).await.expect_err("the password is wrong");
    assert!(matches!(error, PushError::NotSignedIn { .. }), "{error}");
    registry.destination.is_ecr = true;
    let error = check_access(&registry.destination).await.expect_err("the password is wrong");
    assert!(matches!(error, PushError::Denied { .. }), "{error}");
    registry.content().authorization = None;
    registry.content().failures = vec![(Method::GET, "/v2/", 500), (Method::GET, "/v2/", 500)];
    check_access(&registry.destination).await.expect("the push reports other problems");
}
