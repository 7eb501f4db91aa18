//! AWS partitions, their regions, and the hosts of the ECR registries in them.

pub use super::aws_partitions::AwsPartition;
use super::aws_partitions::PARTITIONS;

/// The part of a registry host after the account. The rest of the host is the region and the domain
/// of the partition (`true`), or the region and `on.aws`, for IPv6 (`false`).
const ECR_HOSTS: &[(&str, bool)] = &[
    (".dkr.ecr.", true),
    (".dkr.ecr-fips.", true),
    (".dkr-ecr.", false),
    (".dkr-ecr-fips.", false),
];
/// The domains of the hosts that support IPv6.
const DUAL_STACK: [&str; 2] = ["on.aws", "on.amazonwebservices.com.cn"];
/// The number of digits of an account.
const ACCOUNT_DIGITS: usize = 12;

impl AwsPartition {
    /// Returns the partition of a region. A region that is not in the list has the partition of
    /// its area; an unknown region has the partition `aws`.
    #[must_use]
    pub fn of(region: Option<&str>) -> &'static Self {
        let area = area(region.unwrap_or_default());
        let has_area = |partition: &&Self| partition.areas.contains(&area);
        PARTITIONS.iter().find(has_area).unwrap_or(&PARTITIONS[0])
    }
}

/// Returns the partition of a region, which is a part of every ARN.
#[must_use]
pub fn partition(region: Option<&str>) -> &'static str {
    AwsPartition::of(region).name
}

/// Returns the domain of the services in a region.
#[must_use]
pub fn domain(region: Option<&str>) -> &'static str {
    AwsPartition::of(region).dns_suffix
}

/// The host of an ECR registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EcrHost<'a> {
    /// The account that owns the registry.
    pub account: &'a str,
    /// The region of the registry.
    pub region: &'a str,
}

impl<'a> EcrHost<'a> {
    /// Parses a host, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com`.
    #[must_use]
    pub fn parse(host: &'a str) -> Option<Self> {
        ECR_HOSTS.iter().find_map(|(service, has_partition)| {
            let (account, rest) = host.split_once(service)?;
            let (region, found) = rest.split_once('.')?;
            let is_domain = match has_partition {
                true => found == domain(Some(region)),
                false => DUAL_STACK.contains(&found),
            };
            let is_region = !region.is_empty()
                && region
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            let is_account = account.len() == ACCOUNT_DIGITS
                && account.bytes().all(|byte| byte.is_ascii_digit());
            (is_account && is_region && is_domain).then_some(Self { account, region })
        })
    }
}

/// Returns every region.
pub fn regions() -> impl Iterator<Item = &'static str> {
    PARTITIONS.iter().flat_map(|partition| partition.regions.iter().copied())
}

/// Whether AWS could add a region with this name: it matches the pattern of a partition, which is
/// an area, a word and a number, and the word is the direction of another region.
#[must_use]
pub fn is_possible_region(name: &str) -> bool {
    let number = name.rsplit('-').next().unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let direction = |region: &str| region.rsplit('-').nth(1).map(str::to_owned);
    is_number
        && PARTITIONS.iter().any(|partition| partition.areas.contains(&area(name)))
        && regions().any(|known| direction(known) == direction(name))
}

/// Returns the first part of a region: `us-gov` of `us-gov-west-1`.
fn area(region: &str) -> &str {
    region.rsplitn(3, '-').nth(2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_the_partition_of_its_area() {
        let check = |region, name, suffix| {
            let partition = AwsPartition::of(Some(region));
            assert_eq!((partition.name, partition.dns_suffix), (name, suffix), "{region}");
        };
        check("us-east-1", "aws", "amazonaws.com");
        check("cn-north-1", "aws-cn", "amazonaws.com.cn");
        check("us-gov-central-1", "aws-us-gov", "amazonaws.com");
        check("eusc-de-east-1", "aws-eusc", "amazonaws.eu");
        check("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov");
        check("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk");
        check("nowhere", "aws", "amazonaws.com");
        assert_eq!(partition(None), "aws");
    }

    #[test]
    fn a_region_with_a_known_area_and_direction_is_possible() {
        for region in ["eu-west-9", "us-east-12", "us-south-1", "us-gov-central-1"] {
            assert!(is_possible_region(region), "{region}");
        }
        for region in ["us-est-1", "US East", "us-east", "us-east-1a", "xx-east-1", "east-1", ""] {
            assert!(!is_possible_region(region), "{region}");
        }
    }

    #[test]
    fn ecr_hosts_of_every_partition_are_known() {
        for (host, region) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "us-east-1"),
            ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
            ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
            ("123456789012.dkr-ecr-fips.us-east-2.on.aws", "us-east-2"),
        ] {
            assert_eq!(EcrHost::parse(host), Some(EcrHost { account: "123456789012", region }));
        }
        for host in [
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.example.org",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com",
            "12345.dkr.ecr.us-east-1.amazonaws.com",
            "public.ecr.aws",
            "registry.example.com",
        ] {
            assert_eq!(EcrHost::parse(host), None, "{host}");
        }
    }
}
