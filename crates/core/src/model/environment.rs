//! The environment file: the account, the region, and the modules whose outputs are `{parent.x}`.

use super::fields::fields;
use super::modules::Modules;
use super::providers::Providers;
use crate::span::Spanned;
use crate::text::Text;

fields! {
    /// An environment file.
    pub struct EnvironmentFile ("an environment file") {
        /// The environment's name, which is in the names of its cluster and roles.
        name: Text, { example: "staging", required: true };
        /// The organisation.
        org_name: Text, { example: "acme", required: true };
        /// The cloud account.
        providers: Providers, { example: "{aws: {region: us-east-1, account_id: 123456789012}}", required: true };
        /// What the environment is made of.
        modules: Modules, { example: "[{type: base}, {type: dns, domain: staging.acme.io}]" };
    }
}

/// An environment as later stages need it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Its name, from the environment file; before that is read, the service file's name for it.
    pub name: String,
    /// The organisation.
    pub org_name: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// The AWS account, 12 digits.
    pub account_id: Option<String>,
    /// The types of its modules, short names; none when the environment file is not known.
    pub module_types: Option<Vec<String>>,
    /// The domain that its dns module gives.
    pub domain: Option<String>,
    /// Whether the service file describes the environment itself, so that there is no parent.
    pub own: bool,
}

/// The outputs of an environment's modules, by the module's short type.
pub const PARENT_OUTPUTS: &[(&str, &[&str])] = &[
    (
        "base",
        &[
            "kms_account_key_arn",
            "kms_account_key_id",
            "vpc_id",
            "private_subnet_ids",
            "public_subnets_ids",
            "s3_log_bucket_name",
            "public_nat_ips",
        ],
    ),
    ("dns", &["domain", "zone_id", "name_servers", "cert_arn"]),
    (
        "k8s-cluster",
        &[
            "k8s_cluster_name",
            "k8s_endpoint",
            "k8s_ca_data",
            "k8s_openid_provider_url",
            "k8s_openid_provider_arn",
            "k8s_node_group_security_id",
            "k8s_version",
        ],
    ),
    ("k8s-base", &["load_balancer_raw_dns", "load_balancer_arn"]),
];

impl Environment {
    /// What stands in a file, as far as it could be read.
    #[must_use]
    pub fn from_file(file: &EnvironmentFile, modules: &[super::module::Header]) -> Self {
        let aws = file.providers.as_ref().and_then(|providers| providers.value.aws.as_ref());
        let dns = modules.iter().find(|module| module.short_type() == "dns");
        let domain =
            dns.and_then(|dns| dns.mapping.value("domain")).and_then(|domain| domain.as_str());
        let text =
            |text: &Option<Spanned<Text>>| text.as_ref().map(|text| text.value.as_str().to_owned());
        Self {
            name: text(&file.name).unwrap_or_default(),
            org_name: text(&file.org_name),
            region: aws.and_then(|aws| text(&aws.value.region)),
            account_id: aws
                .and_then(|aws| aws.value.account_id.as_ref())
                .map(|account| account.value.0.clone()),
            module_types: Some(
                modules.iter().map(|module| module.short_type().to_owned()).collect(),
            ),
            domain: domain.map(str::to_owned),
            own: false,
        }
    }

    /// The outputs that its modules can have; all there are when its file is not known.
    pub fn outputs(&self) -> impl Iterator<Item = &'static str> {
        let has = |kind: &str| {
            self.module_types.as_ref().is_none_or(|types| types.iter().any(|other| other == kind))
        };
        PARENT_OUTPUTS
            .iter()
            .filter(move |(kind, _)| has(kind))
            .flat_map(|(_, outputs)| outputs.iter().copied())
    }

    /// The name of the environment's EKS cluster.
    #[must_use]
    pub fn cluster_name(&self) -> String {
        format!("opta-{}", self.name)
    }
}
