//! The compression of a file, by its first bytes.

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
    /// Registries and runtimes do not support it.
    Other {
        name: &'static str,
        command: &'static str,
    },
}

impl Compression {
    /// Returns the compression of a file that starts with these bytes.
    pub(super) fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
                Self::Other { name: "bzip2", command: "bunzip2 -k" }
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Other { name: "xz", command: "unxz -k" },
            [0x04, 0x22, 0x4d, 0x18, ..] => Self::Other { name: "lz4", command: "unlz4" },
            _ => Self::None,
        }
    }
}
