//! Container images: reads them from archives, and pushes them to registries.

mod archive;
mod layout;
mod pack;
mod pull;
mod push;
mod registry;

pub(crate) use archive::Archive;
pub(crate) use layout::Image;
pub(crate) use pack::pack;
pub(crate) use pull::{Found, find};
pub(crate) use push::push;
pub(crate) use registry::Destination;
