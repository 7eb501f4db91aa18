//! From documents to texts without references: which environment is meant, what it knows, and every
//! `{…}` replaced.

mod environment;
mod format;
mod interpolation;
mod references;
mod values;

pub use environment::{
    AMBIGUOUS_ENVIRONMENT, ENVIRONMENT_FILE, LayerFile, NO_ENVIRONMENT, choose, environment_file,
    layer_file,
};
pub use interpolation::{MALFORMED_REFERENCE, Scope, UNKNOWN_REFERENCE, interpolate};
pub use references::{Lookup, look_up, reference_names};
pub use values::{Values, read_values};
