//! Container images: reads them from archives, and pushes them to registries.

mod archive;
mod archive_error;
mod choice;
mod configuration;
mod docker;
mod hashing;
mod index;
mod kind;
mod layout;
mod pack;
mod parts;
mod pull;
mod push;
mod read;
mod registry;

pub(crate) use archive::{Archive, ArchiveError};
pub(crate) use pack::pack;
pub(crate) use parts::Image;
pub(crate) use pull::{Found, find};
pub(crate) use push::push;
pub(crate) use read::read;
pub(crate) use registry::Destination;
