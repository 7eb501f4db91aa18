//! Why an image archive cannot be used.

use optakit_core::quote::quoted;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("cannot read {path}")]
    Read {
        path: String,
        #[source]
        error: std::io::Error,
    },
    #[error("cannot write {path}")]
    Write {
        path: String,
        #[source]
        error: std::io::Error,
    },
    #[error(
        "{path} is compressed with {format}, expected gzip, zstd or no compression\n  \
         help: decompress it first: `{command}`"
    )]
    Compressed { path: String, format: &'static str, command: String },
    #[error(
        "{path} has the layer {layer}, which is compressed with {format}; expected gzip, zstd or \
         no compression\n  \
         help: create the archive again with gzip"
    )]
    CompressedLayer { path: String, layer: String, format: &'static str },
    #[error("{path} has more than {limit} after decompression\n  help: create a smaller image")]
    TooLarge { path: String, limit: String },
    #[error(
        "{path} is not an image archive; expected an OCI layout or the output of `docker save`"
    )]
    NotAnArchive { path: String },
    #[error("{path} is incomplete or damaged: {problem}\n  help: create the archive again")]
    Damaged { path: String, problem: String },
    #[error("{path} contains several images: {names}\n  help: choose one with `--image NAME`")]
    Several { path: String, names: String },
    #[error("{path} contains no image {}; it contains {names}", quoted(.wanted))]
    NoSuch { path: String, wanted: String, names: String },
    #[error(
        "{path} contains {found}, expected a container image\n  \
         help: push other artifacts with a tool such as `oras` or `helm`"
    )]
    NotAnImage { path: String, found: String },
    #[error(
        "{path} does not contain the foreign layer {digest}, which is at {url}\n  \
         help: build the image from a base image without foreign layers"
    )]
    ForeignLayer { path: String, digest: String, url: String },
    #[error(
        "{path} uses the digest {}, but only sha256 digests are supported\n  \
         help: create the archive with sha256 digests, which all registries accept",
        quoted(.digest)
    )]
    Algorithm { path: String, digest: String },
    #[error(
        "{path} contains no complete image: {missing}\n  \
         help: pull the platform first (`docker pull --platform`), then save the image again"
    )]
    AllAbsent { path: String, missing: String },
}
