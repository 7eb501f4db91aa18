//! The declarations of the fields, for forms.

use serde_json::{Value, json};

use super::edit::read_data;
use crate::aws::iam::ISSUER;
use crate::model::cloud::Cloud;
use crate::model::environment::EnvironmentFile;
pub use crate::model::field::{Field, FieldType};
use crate::model::k8s_service::K8sService;
use crate::model::layer::Layer;
pub use crate::model::link_kind::is_secret_output;
use crate::model::link_kind::{LINK_KINDS, LinkKind};
use crate::model::module_types::{K8S_SERVICE, ModuleType, short_type};
pub use crate::model::port::PORT_NAMES;
use crate::source::SourceText;

/// The fields of a service file.
pub const LAYER_FIELDS: &[Field] = Layer::FIELDS;
/// The fields of an environment file.
pub const ENVIRONMENT_FIELDS: &[Field] = EnvironmentFile::FIELDS;

/// Returns the fields of a module type; none for a type that Optakit does not render.
///
/// ```
/// use optakit_core::api::module_fields;
///
/// let fields = module_fields("k8s-service").expect("Optakit renders this type");
/// assert!(fields.iter().any(|field| field.name == "min_containers"));
/// assert!(module_fields("postgres").is_none());
/// ```
#[must_use]
pub fn module_fields(kind: &str) -> Option<&'static [Field]> {
    (short_type(kind) == K8S_SERVICE).then_some(K8sService::FIELDS)
}

/// Whether services can link to modules of a type.
#[must_use]
pub fn is_linkable(kind: &str) -> bool {
    LinkKind::of(short_type(kind)).is_some()
}

/// Returns the module types that services can link to.
pub fn linkable_types() -> impl Iterator<Item = &'static str> {
    LINK_KINDS.iter().map(|kind| kind.module_type)
}

/// Returns a new module with its required fields.
#[must_use]
pub fn new_module(kind: &str, name: &str) -> Value {
    let mut module = json!({ "type": kind, "name": name });
    for field in
        ModuleType::of(kind, Cloud::Aws).map_or(&[][..], |module_type| module_type.required)
    {
        module[field.name] = field.example.into();
    }
    module
}

/// Returns a new service with its required fields. The values are those of the examples.
#[must_use]
pub fn new_service(name: &str) -> Value {
    let mut module = json!({ "type": K8S_SERVICE, "name": name });
    for field in K8sService::FIELDS.iter().filter(|field| field.required && field.name != "type") {
        let example = SourceText { name: String::new(), text: field.example.to_owned() };
        module[field.name] = read_data(&example).unwrap_or_default();
    }
    module
}

/// Whether `optakit apply` finds the value of an input in the cluster.
#[must_use]
pub fn is_found_by_apply(input: &str) -> bool {
    input == ISSUER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_modules_have_their_required_fields() {
        assert_eq!(
            new_service("api"),
            json!({"type": "k8s-service", "name": "api", "image": "AUTO", "port": {"http": 8080}})
        );
        assert_eq!(
            new_module("s3", "media"),
            json!({"type": "s3", "name": "media", "bucket_name": "acme-media"})
        );
    }
}
