//! Volumes that keep the data of containers.

use super::docs::VOLUMES;
use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::map_list::map_list;
use super::number::Count;
use super::rendered::Rendered;
use super::unit::Unit;
use crate::kind::Kind;
use crate::span::Spanned;
use crate::syntax::Node;
use crate::text::Text;

/// The largest size of an EBS volume in GiB.
const MAX_SIZE: i64 = 65_536;

fields! {
    /// A volume of each container.
    pub struct Volume ("a volume") {
        /// Path of the folder in the container.
        path: Text, {
            example: "/data", required: true, never_number: true,
            renders: &[Rendered::part(
                Kind::StatefulSet,
                "spec.template.spec.containers[].volumeMounts[].mountPath",
            )],
            docs: Some(VOLUMES),
        };
        /// Size of the volume. A volume can grow, but it cannot shrink.
        size: Count, {
            example: "10", required: true, range: Some((1, MAX_SIZE)), unit: Some(Unit::Gibibytes),
            renders: &[Rendered::part(
                Kind::StatefulSet,
                "spec.volumeClaimTemplates[].spec.resources.requests.storage",
            )],
            docs: Some(VOLUMES),
        };
    }
}

/// The volumes in file order.
#[derive(Clone, Debug, Default)]
pub struct Volumes(pub Vec<Spanned<Volume>>);

impl From<[Spanned<Volume>; 0]> for Volumes {
    fn from(empty: [Spanned<Volume>; 0]) -> Self {
        Self(Vec::from(empty))
    }
}

impl FieldValue for Volumes {
    const KIND: FieldType = FieldType::MapList(Volume::FIELDS);

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        map_list(node, field, reader, Volume::read).map(Self)
    }
}
