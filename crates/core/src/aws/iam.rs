//! The IAM role of a service and its permissions, the same as in Opta.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::{Grant, policy};
use crate::model::environment::Environment;
use crate::model::name::Names;
use crate::model::partition::partition;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, PlacedHole, Value};

/// Returns the ARN of a service's role, for the annotation of the ServiceAccount.
#[must_use]
pub fn role_arn(names: &Names, environment: &Environment) -> Text {
    arn(environment).push(&format!(":role/{}", names.role())).build()
}

/// The known facts about the cluster's OIDC issuer.
#[derive(Clone, Debug, Default)]
pub struct OidcIssuer {
    /// The URL of the issuer.
    pub url: Option<String>,
    /// The ARN of its IAM provider. The default is built from account and URL.
    pub provider_arn: Option<String>,
}

/// An IAM role with its policies.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IamRole {
    /// The name of the role.
    pub name: String,
    /// The ARN of the role.
    #[schemars(with = "String")]
    pub arn: Text,
    /// The trust policy.
    #[schemars(with = "serde_json::Value")]
    pub trust: Value,
    /// The role's own policy.
    pub policy: IamPolicy,
    /// The ARNs of the attached policies. The first one is the role's own policy.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub attached_policies: Vec<Text>,
    /// The holes in the keys of `trust`. A [`Value`] has only holes in its texts.
    #[serde(skip)]
    trust_key_holes: Vec<PlacedHole>,
}

/// A managed IAM policy.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IamPolicy {
    /// The name of the policy.
    pub name: String,
    /// The policy document.
    #[schemars(with = "serde_json::Value")]
    pub document: Value,
}

impl IamRole {
    /// Returns the holes of the role.
    pub(super) fn holes(&self) -> Vec<PlacedHole> {
        let attached = self.attached_policies.iter().enumerate().flat_map(|(index, arn)| {
            PlacedHole::in_text(format!("/attachedPolicies/{index}"), arn)
        });
        PlacedHole::in_text("/arn", &self.arn)
            .chain(self.trust.holes("/trust"))
            .chain(self.trust_key_holes.iter().cloned())
            .chain(self.policy.document.holes("/policy/document"))
            .chain(attached)
            .collect()
    }
}

/// Returns the role of a service. Unknown inputs become holes.
#[must_use]
pub fn role(
    names: &Names,
    environment: &Environment,
    issuer: &OidcIssuer,
    grants: &[Grant],
    additional: &[Text],
) -> IamRole {
    let name = names.role();
    let own = arn(environment).push(&format!(":policy/{name}")).build();
    let (trust, trust_key_holes) = trust(names, environment, issuer);
    IamRole {
        arn: role_arn(names, environment),
        trust: trust.into(),
        policy: IamPolicy { name: name.clone(), document: policy(grants).into() },
        attached_policies: std::iter::once(own).chain(additional.iter().cloned()).collect(),
        trust_key_holes,
        name,
    }
}

/// Returns the start of IAM ARNs in the environment's account.
fn arn(environment: &Environment) -> TextBuilder {
    TextBuilder::default()
        .push(&format!("arn:{}:iam::", partition(environment.region.as_deref())))
        .value_or_input(environment.account_id.as_deref(), "account_id")
}

/// Returns the trust policy and the holes in its keys. Only the ServiceAccount of the service may
/// use the role, with a token for STS
/// (<https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html>).
fn trust(names: &Names, environment: &Environment, issuer: &OidcIssuer) -> (Map, Vec<PlacedHole>) {
    let url = issuer.url.as_deref().map(|url| url.trim_start_matches("https://"));
    let provider = match &issuer.provider_arn {
        Some(arn) => Text::literal(arn),
        None => arn(environment).push(":oidc-provider/").value_or_input(url, ISSUER).build(),
    };
    let key = |claim: &str| {
        TextBuilder::default().value_or_input(url, ISSUER).push(":").push(claim).build()
    };
    let (subject, audience) = (key("sub"), key("aud"));
    let holes = [&subject, &audience]
        .into_iter()
        .flat_map(|key| PlacedHole::in_key("/trust/Statement/0/Condition/StringEquals", key));
    let account = format!("{}:{}", names.layer.as_str(), names.module.as_str());
    let condition = Map::new()
        .with(subject.as_str().to_owned(), format!("system:serviceaccount:{account}"))
        .with(audience.as_str().to_owned(), "sts.amazonaws.com");
    let statement = Map::new()
        .with("Sid", "")
        .with("Effect", "Allow")
        .with("Principal", Map::new().with("Federated", provider))
        .with("Action", "sts:AssumeRoleWithWebIdentity")
        .with("Condition", Map::new().with("StringEquals", condition));
    let document =
        Map::new().with("Version", "2012-10-17").with("Statement", vec![Value::from(statement)]);
    (document, holes.collect())
}

/// The input for the URL of the cluster's OIDC issuer.
pub const ISSUER: &str = "parent.k8s_openid_provider_url";
/// The input for the ARN of the issuer's IAM provider.
pub const PROVIDER: &str = "parent.k8s_openid_provider_arn";
