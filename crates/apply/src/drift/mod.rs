//! Differences between the cluster and a revision: what was changed, added and removed, and by
//! whom.

mod added;
mod fields;
mod managers;
mod object;
mod path;

pub(crate) use added::AddedFields;
pub(crate) use fields::{FieldDifference, What};
pub(crate) use object::{ObjectDrift, all};
