//! Limits of the size and depth of a text.

use oneyaml::{Limits, Settings};

/// The maximum depth of the tree.
pub(in crate::syntax) const MAX_DEPTH: usize = 64;

/// The maximum number of nodes that all aliases of a text add. The aliases of a short text can add
/// billions of nodes.
pub(super) const MAX_ALIASED: u64 = 200_000;

/// The maximum number of bytes of text that all aliases add.
pub(super) const MAX_ALIASED_BYTES: u64 = 16 * 1024 * 1024;

const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Returns the settings of the YAML library for untrusted texts.
pub(in crate::syntax) fn settings() -> Settings {
    Settings::new().limits(
        Limits::untrusted()
            .max_depth(MAX_DEPTH)
            .max_document_size(MAX_BYTES)
            .max_scalar_len(MAX_BYTES),
    )
}

/// The depth and the size of a tree, aliases included.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    pub(super) depth: usize,
    pub(super) nodes: u64,
    /// The bytes of its texts, without keys.
    pub(super) bytes: u64,
}

impl Weight {
    /// The weight of a scalar or an empty collection.
    pub(super) const LEAF: Self = Self { depth: 1, nodes: 1, bytes: 0 };

    /// Returns the weight of a text.
    pub(super) fn of_text(text: &str) -> Self {
        Self { bytes: text.len() as u64, ..Self::LEAF }
    }

    /// Adds a child.
    pub(super) fn add(&mut self, child: Self) {
        self.depth = self.depth.max(child.depth + 1);
        self.nodes = self.nodes.saturating_add(child.nodes);
        self.bytes = self.bytes.saturating_add(child.bytes);
    }
}
