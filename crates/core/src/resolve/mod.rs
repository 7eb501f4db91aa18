//! Selects the environment and replaces the references in texts.

mod answer;
mod environment;
mod format;
mod interpolation;
mod old_form;
mod old_form_fix;
mod placeholder;
mod references;
mod scope;
mod secret_outputs;
mod service_file;
mod value_arns;
mod value_names;
mod values;

pub(crate) use environment::differing_name;
pub use environment::{
    DIFFERENT_ENVIRONMENT_NAME, ENVIRONMENT_FILE_UNREADABLE, environment_file, is_git_address,
};
pub use interpolation::{MALFORMED_REFERENCE, UNKNOWN_REFERENCE, interpolate};
pub use old_form::OLD_FORM;
pub use placeholder::PLACEHOLDER;
pub use references::{Lookup, input_references, look_up, reference_names};
pub use scope::Scope;
pub use secret_outputs::{EXPOSED_SECRET, UNESCAPED_SECRET, needs_url_escape};
pub use service_file::{DUPLICATE_ENVIRONMENT_NAME, LayerFile, NO_ENVIRONMENT, choose, layer_file};
pub use value_names::{UNUSED_VALUE, unknown_names};
pub use values::{Values, read_values};
