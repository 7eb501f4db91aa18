//! Tolerations of pods.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::fields::fields;
use super::map_list::map_list;
use crate::rule::rule;
use crate::span::Spanned;
use crate::syntax::Node;
use crate::text::Text;

rule! {
    /// The effect of a toleration is not a valid effect of a taint.
    pub static INVALID_EFFECT: Error {
        fix: "Use `NoSchedule`, `PreferNoSchedule` or `NoExecute`.",
        bad: Module("tolerations: [{key: team, effect: Never}]\n"),
        good: Module("tolerations: [{key: team, effect: NoExecute}]\n"),
    }
}

/// The effects of taints.
pub const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

fields! {
    /// A taint that pods tolerate.
    pub struct Toleration ("a toleration") {
        /// Key of the taint.
        key: Text, { example: "instancetype", required: true };
        /// Value of the taint.
        value: Text = "opta", { example: "memoryoptimized" };
        /// Effect of the taint: `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        effect: Text = "NoSchedule", { example: "NoExecute", never_number: true };
    }
}

/// The tolerations in file order.
#[derive(Clone, Debug, Default)]
pub struct Tolerations(pub Vec<Spanned<Toleration>>);

impl From<[Spanned<Toleration>; 0]> for Tolerations {
    fn from(empty: [Spanned<Toleration>; 0]) -> Self {
        Self(Vec::from(empty))
    }
}

impl FieldValue for Tolerations {
    const KIND: FieldType = FieldType::MapList(Toleration::FIELDS);

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        map_list(node, field, reader, Toleration::read).map(Self)
    }
}
