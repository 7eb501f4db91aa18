//! Container images: out of an archive, into a registry.

mod archive;
mod layout;
mod pack;
mod pull;
mod push;

pub(crate) use archive::Archive;
pub(crate) use layout::Image;
pub(crate) use pack::pack;
pub(crate) use pull::{Found, find};
pub(crate) use push::{Destination, push};
