//! Container images: reads them from archives, and pushes them to registries.

mod access;
mod archive;
mod archive_copy;
mod archive_error;
mod choice;
mod compression;
mod configuration;
mod decompress;
mod destination;
mod directory;
mod docker;
#[cfg(test)]
mod fake_registry;
mod hashing;
mod http;
mod index;
mod kind;
mod layout;
mod pack;
mod parts;
mod pull;
#[cfg(test)]
mod pull_tests;
mod push;
#[cfg(test)]
mod push_tests;
mod read;
mod request_error;
mod token;
mod unzstd;
mod upload;

pub(crate) use access::rejects_credentials;
pub(crate) use archive::Archive;
pub(crate) use archive_error::ArchiveError;
pub(crate) use destination::Destination;
pub(crate) use pack::pack;
pub(crate) use parts::{Content, Image};
pub(crate) use pull::{Found, find};
pub(crate) use push::{check_access, push};
pub(crate) use read::read;
