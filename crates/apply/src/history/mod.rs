//! The revisions of a layer: compressed bundles in Secrets of the cluster, for rollbacks.
//!
//! A run records its bundle before it writes the first object, and its outcome at the end. So a
//! run that is killed is in the history too.

mod current;
mod facts;
mod legacy;
mod list;
mod pack;
mod read;
mod record;
mod revision;
#[cfg(test)]
mod tests;
mod trim;
mod unfinished;

pub(crate) use current::{Base, Current, mark};
pub(crate) use facts::Facts;
pub(crate) use list::{find, list};
pub(crate) use read::read;
pub(crate) use record::{NewRevision, record};
pub(crate) use revision::{Before, HistoryError, Revision, Status};
pub(crate) use trim::{Orphans, clear, trim};
pub(crate) use unfinished::{Lock, list_settled};
