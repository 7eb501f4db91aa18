//! Fields that others added to the objects of a layer. An apply keeps them.

use optakit_core::visible::visible_line;

use super::fields::FieldDifference;
use super::object::added_fields;
use crate::changes::Changes;
use crate::hint;
use crate::live::{DesiredObject, ObjectChange};

/// An object with fields that others added.
pub(crate) struct AddedFields<'a> {
    pub(crate) target: &'a DesiredObject,
    pub(crate) fields: Vec<FieldDifference>,
}

impl<'a> AddedFields<'a> {
    /// Returns the objects that have such fields.
    pub(crate) fn of(changes: &'a Changes) -> Vec<Self> {
        let of = |change: &'a ObjectChange| {
            let fields = added_fields(change);
            (!fields.is_empty()).then_some(Self { target: &change.target, fields })
        };
        changes.objects.iter().filter_map(of).collect()
    }

    /// Returns a warning with the way to remove the fields.
    pub(crate) fn warning(&self) -> String {
        let fields = self.fields.iter().map(|field| {
            let by = field.by.iter().map(|setter| format!(" (by {})", setter.manager));
            format!("{}{}", field.path, by.collect::<String>())
        });
        let fields = fields.collect::<Vec<_>>().join(", ");
        format!(
            "{}: others added fields, and an apply keeps them: {}\n  help: remove them with `{}`",
            self.target.label(),
            visible_line(&fields),
            edit(self.target)
        )
    }
}

/// Returns the command that edits an object.
fn edit(target: &DesiredObject) -> String {
    let namespace = target.namespace.iter().map(|namespace| format!("-n {namespace} "));
    let kind = target.kind.name().to_lowercase();
    let namespace: String = namespace.collect();
    hint::kubectl(&format!("{namespace}edit {kind} {}", target.name))
}
