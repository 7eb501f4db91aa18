//! Units of numbers.

/// The least CPU that a container needs, in millicores.
pub(super) const LEAST_MILLICORES: u32 = 10;
/// The least memory that a container needs, in mebibytes. A smaller number is probably in
/// gibibytes.
pub(super) const LEAST_MEBIBYTES: u32 = 32;
/// The most CPU that a node has, in millicores: 192 cores.
pub(super) const MOST_MILLICORES: u32 = 192_000;
/// The most memory that a node has, in mebibytes: 3 tebibytes.
pub(super) const MOST_MEBIBYTES: u32 = 3 * 1024 * 1024;

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Containers of a service.
    Containers,
    /// Percent of the requested amount.
    PercentOfRequest,
    /// Seconds.
    Seconds,
    /// Revisions of a service.
    Revisions,
    /// Thousandths of a CPU.
    Millicores,
    /// Mebibytes (Mi).
    Mebibytes,
    /// Gibibytes (Gi).
    Gibibytes,
}

impl Unit {
    /// Returns the name of the unit.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::PercentOfRequest => "percent of the request",
            Self::Seconds => "seconds",
            Self::Revisions => "revisions",
            Self::Millicores => "millicores",
            Self::Mebibytes => "mebibytes",
            Self::Gibibytes => "gibibytes",
        }
    }

    /// Returns the factor from a suffix such as `Gi` to this unit.
    #[must_use]
    pub fn factor_of(self, suffix: &str) -> Option<u32> {
        match (self, suffix) {
            (Self::Millicores, "m")
            | (Self::Mebibytes, "Mi" | "M" | "MB" | "MiB")
            | (Self::Gibibytes, "Gi" | "G" | "GB" | "GiB")
            | (Self::Seconds, "s" | "sec")
            | (Self::PercentOfRequest, "%") => Some(1),
            (Self::Mebibytes, "Gi" | "G" | "GB" | "GiB")
            | (Self::Gibibytes, "Ti" | "T" | "TB" | "TiB") => Some(1024),
            (Self::Seconds, "m" | "min") => Some(60),
            (Self::Seconds, "h") => Some(3600),
            _ => None,
        }
    }

    /// Returns the most that nearly every node has, and the divisor to this unit from the unit that
    /// a larger number probably has: a billionth of a core, or a byte.
    #[must_use]
    pub const fn most(self) -> Option<(u32, u32)> {
        match self {
            Self::Millicores => Some((MOST_MILLICORES, 1_000_000)),
            Self::Mebibytes => Some((MOST_MEBIBYTES, 1_048_576)),
            Self::Containers
            | Self::PercentOfRequest
            | Self::Seconds
            | Self::Revisions
            | Self::Gibibytes => None,
        }
    }

    /// Returns the least amount that a container needs, and the factor from the unit that a smaller
    /// number probably has: cores or gibibytes.
    #[must_use]
    pub const fn least(self) -> Option<(u32, u32)> {
        match self {
            Self::Millicores => Some((LEAST_MILLICORES, 1000)),
            Self::Mebibytes => Some((LEAST_MEBIBYTES, 1024)),
            Self::Containers
            | Self::PercentOfRequest
            | Self::Seconds
            | Self::Revisions
            | Self::Gibibytes => None,
        }
    }
}
