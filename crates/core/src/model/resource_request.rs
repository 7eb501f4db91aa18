//! CPU and memory of a container.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::quantity::Quantity;
use super::rendered::Rendered;
use super::synonym::RESOURCE_REQUEST_WORDS;
use super::unit::Unit;
use crate::kind::Kind;
use crate::syntax::Node;

fields! {
    /// The resources that are requested for each container.
    pub struct ResourceRequest ("`resource_request`", synonyms: RESOURCE_REQUEST_WORDS) {
        /// CPU request, in millicores (thousandths of a CPU).
        cpu: Quantity = 100, {
            example: "250", unit: Some(Unit::Millicores),
            renders: &[
                Rendered::part(
                    Kind::Deployment,
                    "spec.template.spec.containers[].resources.requests.cpu",
                ),
                Rendered::part(
                    Kind::Deployment,
                    "spec.template.spec.containers[].resources.limits.cpu",
                )
                .note("twice the value"),
            ],
            docs: Some("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-cpu"),
        };
        /// Memory request, in mebibytes (Mi).
        memory: Quantity = 128, {
            example: "512", unit: Some(Unit::Mebibytes),
            renders: &[
                Rendered::part(
                    Kind::Deployment,
                    "spec.template.spec.containers[].resources.requests.memory",
                ),
                Rendered::part(
                    Kind::Deployment,
                    "spec.template.spec.containers[].resources.limits.memory",
                )
                .note("twice the value"),
            ],
            docs: Some("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory"),
        };
    }
}

impl FieldValue for ResourceRequest {
    const KIND: FieldType = FieldType::Map(Self::FIELDS);

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.push(reader.wrong_type(node, "a map like `{cpu: 100, memory: 128}`"));
            return None;
        };
        Some(Self::read(mapping, node.span, reader))
    }
}
