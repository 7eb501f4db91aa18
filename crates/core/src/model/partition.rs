//! AWS partitions, and the hosts of the ECR registries in them.

/// A partition besides `aws`.
struct Partition {
    /// The start of its regions.
    regions: &'static str,
    name: &'static str,
    /// The domain of its services.
    domain: &'static str,
}

/// The partitions besides `aws`
/// (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>).
/// The domains are those of the AWS SDKs.
const PARTITIONS: &[Partition] = &[
    Partition { regions: "cn-", name: "aws-cn", domain: "amazonaws.com.cn" },
    Partition { regions: "us-gov-", name: "aws-us-gov", domain: "amazonaws.com" },
    Partition { regions: "eusc-", name: "aws-eusc", domain: "amazonaws.eu" },
    Partition { regions: "us-iso-", name: "aws-iso", domain: "c2s.ic.gov" },
    Partition { regions: "us-isob-", name: "aws-iso-b", domain: "sc2s.sgov.gov" },
    Partition { regions: "us-isof-", name: "aws-iso-f", domain: "csp.hci.ic.gov" },
    Partition { regions: "eu-isoe-", name: "aws-iso-e", domain: "cloud.adc-e.uk" },
];

/// What follows the account in the host of a registry, and whether the rest is the region and the
/// domain of the partition. Otherwise it is the region and `on.aws`, which IPv6 needs.
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

fn find(region: Option<&str>) -> Option<&'static Partition> {
    let region = region.unwrap_or_default();
    PARTITIONS.iter().find(|partition| region.starts_with(partition.regions))
}

/// Returns the partition of a region, which is a part of every ARN.
#[must_use]
pub fn partition(region: Option<&str>) -> &'static str {
    find(region).map_or("aws", |partition| partition.name)
}

/// Returns the domain of the services in a region.
#[must_use]
pub fn domain(region: Option<&str>) -> &'static str {
    find(region).map_or("amazonaws.com", |partition| partition.domain)
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

#[cfg(test)]
mod tests {
    use super::*;

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
