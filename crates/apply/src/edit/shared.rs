//! The state that all requests of the server share.

use super::access::Access;
use super::files::Files;
use super::vault::Vault;
use super::watch::Watch;

/// The state that all requests share.
pub(super) struct Shared {
    pub(super) access: Access,
    pub(super) files: Files,
    pub(super) watch: Watch,
    pub(super) vault: Vault,
}
