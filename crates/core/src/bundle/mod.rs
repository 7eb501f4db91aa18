//! The bundle: one JSON file with everything that `optakit apply` needs.
//!
//! A bundle contains the sources and everything rendered from them, but no values of secrets. The
//! digest of its canonical form (RFC 8785) shows whether someone modified it. Its format is the
//! only stable format of Optakit.

mod error;
mod fill;
mod format;
mod gate;
mod hole;
mod image;
mod object;
mod parse;
mod write;

pub use error::{BundleError, Difference, Violation};
pub use format::{
    API_VERSION, Bundle, ClusterTarget, KIND, MAX_BYTES, Metadata, RequiredSecret, SourceLine,
    Sources,
};
pub use hole::{List, Location, MissingInput, TextRange};
pub use image::{IMAGE_TAG, ImageHole};
pub use object::BundleObject;
