//! The environment of a deployment, and the fields of its file.

use super::cloud::Cloud;
use super::fields::fields;
use super::module::Header;
use super::module_types::{MODULE_TYPES, Words};
use super::modules::Modules;
use super::providers::CloudAccount;
use super::synonym::ENVIRONMENT_FILE_WORDS;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rfc1123;
use crate::rule::rule;
use crate::span::Spanned;
use crate::syntax::Node;
use crate::text::Text;

fields! {
    /// An environment file.
    pub struct EnvironmentFile ("an environment file", synonyms: ENVIRONMENT_FILE_WORDS) {
        /// Name of the environment. It is part of the names of the EKS cluster and IAM roles.
        name: Text, { example: "staging", required: true };
        /// Name of the organization.
        org_name: Text, { example: "acme", required: true };
        /// Cloud account of the environment.
        providers: CloudAccount, {
            example: "{aws: {region: us-east-1, account_id: 123456789012}}", required: true,
        };
        /// Modules of the environment, such as `base` and `dns`.
        modules: Modules, { example: "[{type: base}, {type: dns, domain: staging.acme.io}]" };
    }
}

rule! {
    /// The `name` of the environment file is not valid.
    ///
    /// It is a part of labels, of the name of the EKS cluster, and of the names of the IAM roles.
    /// It has at most 63 letters, digits and dashes, with a letter or digit at the start and at
    /// the end.
    pub static INVALID_ENVIRONMENT_NAME: Error {
        fix: "Use only letters, digits and dashes.",
        bad: Environment("name: Staging US\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n"),
        good: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n"),
        limits: [rfc1123::MAX_LABEL],
    }
}

/// Checks the name of an environment file.
pub(crate) fn check_name(name: &Spanned<Text>) -> Option<Diagnostic> {
    let text = name.value.as_str();
    if rfc1123::is_label(&text.to_ascii_lowercase()) {
        return None;
    }
    let message = if text.is_empty() {
        "the name of the environment is empty".to_owned()
    } else if text.len() > rfc1123::MAX_LABEL {
        format!("the name of the environment has {} characters, expected at most 63", text.len())
    } else {
        let expected = "expected letters, digits and dashes, with a letter or digit at both ends";
        format!("`{text}` is not a valid name of an environment, {expected}")
    };
    let diagnostic = Diagnostic::new(&INVALID_ENVIRONMENT_NAME, name.span, "name", message)
        .help("rename the environment; the name is a part of labels and of AWS names");
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let valid: String = text.chars().map(allowed).take(rfc1123::MAX_LABEL).collect();
    let valid = valid.trim_matches('-');
    if valid.is_empty() {
        return Some(diagnostic);
    }
    Some(diagnostic.fix(Applicability::Unsafe, format!("rename to `{valid}`"), name.span, valid))
}

/// An environment, as later stages need it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The name from the environment file. It is the name from the service file until the
    /// environment file is read.
    pub name: String,
    /// The name of the organization.
    pub org_name: Option<String>,
    /// The cloud, or `None` if the environment file is unknown.
    pub cloud: Option<Cloud>,
    /// The region of the cloud.
    pub region: Option<String>,
    /// The AWS account ID, 12 digits.
    pub account_id: Option<String>,
    /// The short types of the modules, or `None` if the environment file is unknown.
    pub module_types: Option<Vec<String>>,
    /// The domain of the `dns` module.
    pub domain: Option<String>,
    /// The ports that nginx forwards without HTTP: `nginx_extra_tcp_ports` of `k8s-base`.
    pub tcp_ports: Vec<i64>,
    /// Whether the service file describes its environment itself. It then has no parent.
    pub own: bool,
}

/// Returns the outputs of every module type of a cloud, for `{parent.output}`.
pub fn outputs_of_types(cloud: Cloud) -> impl Iterator<Item = (&'static str, Words)> {
    let types = MODULE_TYPES.iter().filter(move |kind| kind.is_of(cloud));
    types.map(|kind| (kind.name, kind.exported)).filter(|(_, outputs)| !outputs.is_empty())
}

fn tcp_ports(modules: &[Header]) -> Vec<i64> {
    let base = modules.iter().filter(|module| module.short_type() == "k8s-base");
    let lists = base.filter_map(|base| base.mapping.value("nginx_extra_tcp_ports")?.as_sequence());
    let scalars = lists.flatten().filter_map(Node::as_scalar);
    scalars.filter_map(|scalar| scalar.text.as_str().parse().ok()).collect()
}

impl Environment {
    /// Returns the environment that a file describes. Fields with errors are left out.
    #[must_use]
    pub fn from_file(file: &EnvironmentFile, modules: &[Header]) -> Self {
        let account = file.providers.as_ref().map(|account| &account.value);
        let aws = account.and_then(|account| account.aws.as_ref()).map(|aws| &aws.value);
        let with_domain = |kind: &str| modules.iter().find(|module| module.short_type() == kind);
        let dns = with_domain("dns").or_else(|| with_domain("external-ssl-cert"));
        let domain =
            dns.and_then(|dns| dns.mapping.value("domain")).and_then(|domain| domain.as_str());
        let text =
            |text: &Option<Spanned<Text>>| text.as_ref().map(|text| text.value.as_str().to_owned());
        Self {
            name: text(&file.name).unwrap_or_default(),
            org_name: text(&file.org_name),
            cloud: account.map(|account| account.cloud),
            region: match aws {
                Some(aws) => aws.region.as_ref().map(|region| region.value.0.clone()),
                None => account.and_then(|account| account.region.clone()),
            },
            account_id: aws
                .and_then(|aws| aws.account_id.as_ref())
                .map(|account| account.value.0.clone()),
            module_types: Some(
                modules.iter().map(|module| module.short_type().to_owned()).collect(),
            ),
            domain: domain.map(str::to_owned),
            tcp_ports: tcp_ports(modules),
            own: false,
        }
    }

    /// Returns the outputs of the modules, or all outputs if the environment file is unknown.
    pub fn outputs(&self) -> impl Iterator<Item = &'static str> {
        /// The modules that nearly every environment has.
        const USUAL: &[&str] = &["base", "dns", "k8s-cluster", "k8s-base"];
        let has = |kind: &str| match &self.module_types {
            Some(types) => types.iter().any(|other| other == kind),
            None => USUAL.contains(&kind),
        };
        outputs_of_types(self.cloud())
            .filter(move |(kind, _)| has(kind))
            .flat_map(|(_, outputs)| outputs.iter())
    }

    /// Returns the cloud. It is AWS if the environment file is unknown.
    #[must_use]
    pub fn cloud(&self) -> Cloud {
        self.cloud.unwrap_or_default()
    }

    /// Whether the environment is on AWS, or unknown.
    #[must_use]
    pub fn is_on_aws(&self) -> bool {
        self.cloud() == Cloud::Aws
    }

    /// Returns the name of the EKS cluster.
    #[must_use]
    pub fn cluster_name(&self) -> String {
        format!("opta-{}", self.name)
    }
}
