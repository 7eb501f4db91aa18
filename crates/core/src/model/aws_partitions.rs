//! The partitions and regions of AWS, as of 2026-11-27 (aws-sdk-ecr 1.138.0).
//!
//! `node scripts/partitions.mjs` writes this file.

/// A partition of AWS: a group of regions with separate accounts
/// (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>).
#[derive(Debug)]
pub struct AwsPartition {
    /// The name, which is a part of every ARN.
    pub name: &'static str,
    /// The end of the domains of its services.
    pub dns_suffix: &'static str,
    /// The starts of the names of its regions, from the pattern of the SDK. A word and a number
    /// follow.
    pub areas: &'static [&'static str],
    /// The regions.
    pub regions: &'static [&'static str],
}

/// Every partition, the default first.
pub(super) const PARTITIONS: &[AwsPartition] = &[
    AwsPartition {
        name: "aws",
        dns_suffix: "amazonaws.com",
        areas: &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
        regions: &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    },
    AwsPartition {
        name: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        areas: &["cn"],
        regions: &["cn-north-1", "cn-northwest-1"],
    },
    AwsPartition {
        name: "aws-eusc",
        dns_suffix: "amazonaws.eu",
        areas: &["eusc-de"],
        regions: &["eusc-de-east-1"],
    },
    AwsPartition {
        name: "aws-iso",
        dns_suffix: "c2s.ic.gov",
        areas: &["us-iso"],
        regions: &["us-iso-east-1", "us-iso-west-1"],
    },
    AwsPartition {
        name: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        areas: &["us-isob"],
        regions: &["us-isob-east-1", "us-isob-west-1"],
    },
    AwsPartition {
        name: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        areas: &["eu-isoe"],
        regions: &["eu-isoe-west-1"],
    },
    AwsPartition {
        name: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        areas: &["us-isof"],
        regions: &["us-isof-east-1", "us-isof-south-1"],
    },
    AwsPartition {
        name: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        areas: &["us-gov"],
        regions: &["us-gov-east-1", "us-gov-west-1"],
    },
];
