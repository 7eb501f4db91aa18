//! The AWS resources of a service, as data: what is created is decided here, how in the binary.

pub mod ecr;
pub mod grants;
pub mod iam;

/// The partition of a region, which is in every ARN.
#[must_use]
pub fn partition(region: Option<&str>) -> &'static str {
    match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
