//! The IAM role of a service and its permissions, the same as in Opta.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::partition::partition;
use crate::model::environment::Environment;
use crate::model::link_kind::LinkPermission;
use crate::model::name::Names;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, PlacedHole, Value};

/// Access of the role to one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The kind of access.
    pub access: LinkPermission,
    /// The ARN of the resource.
    pub resource: Text,
    /// The ARN of the key that encrypts the resource. Only queues, topics and tables have one.
    pub key: Option<Text>,
}

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

/// Returns the role's own policy, with one statement per kind of access, in the order of Opta.
fn policy(grants: &[Grant]) -> Map {
    let mut statements =
        vec![statement("DescribeCluster", &["eks:DescribeCluster"], vec![Text::constant("*")])];
    let resources = |access: LinkPermission| {
        grants
            .iter()
            .filter(move |grant| grant.access == access)
            .map(|grant| grant.resource.clone())
            .collect::<Vec<_>>()
    };
    let and_below = |access: LinkPermission, below: &str| {
        let names = resources(access);
        let inner: Vec<Text> = names
            .iter()
            .map(|name| TextBuilder::default().text(name).push(below).build())
            .collect();
        [names, inner].concat()
    };
    let keys = |accesses: &[LinkPermission]| {
        grants
            .iter()
            .filter(|grant| accesses.contains(&grant.access))
            .filter_map(|grant| grant.key.clone())
            .collect::<Vec<_>>()
    };
    let mut add = |sid: &'static str, actions: &[&'static str], resources: Vec<Text>| {
        if !resources.is_empty() {
            statements.push(statement(sid, actions, resources));
        }
    };
    add(
        "ReadBuckets",
        &["s3:GetObject*", "s3:ListBucket"],
        and_below(LinkPermission::ReadBucket, "/*"),
    );
    let write = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ListBucket"];
    add("WriteBuckets", &write, and_below(LinkPermission::WriteBucket, "/*"));
    let send = [
        "sqs:SendMessage",
        "sqs:SendMessageBatch",
        "sqs:GetQueueUrl",
        "sqs:GetQueueAttributes",
        "sqs:DeleteMessageBatch",
        "sqs:DeleteMessage",
    ];
    add("PublishQueues", &send, resources(LinkPermission::PublishQueue));
    add(
        "SubscribeQueues",
        &["sqs:ReceiveMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
        resources(LinkPermission::SubscribeQueue),
    );
    add("PublishSns", &["sns:Publish"], resources(LinkPermission::PublishTopic));
    add(
        "KMSWrite",
        &["kms:GenerateDataKey", "kms:Decrypt"],
        keys(&[
            LinkPermission::PublishQueue,
            LinkPermission::PublishTopic,
            LinkPermission::WriteTable,
        ]),
    );
    add(
        "KMSRead",
        &["kms:Decrypt"],
        keys(&[LinkPermission::SubscribeQueue, LinkPermission::ReadTable]),
    );
    add("DynamodbWrite", DYNAMODB_WRITE, and_below(LinkPermission::WriteTable, "/index/*"));
    add("DynamodbRead", DYNAMODB_READ, and_below(LinkPermission::ReadTable, "/index/*"));
    Map::new().with("Version", "2012-10-17").with("Statement", statements)
}

const DYNAMODB_WRITE: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:ListTables",
    "dynamodb:BatchGetItem",
    "dynamodb:Describe*",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
];

const DYNAMODB_READ: &[&str] = &[
    "dynamodb:ListTables",
    "dynamodb:BatchGetItem",
    "dynamodb:Describe*",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
];

fn statement(sid: &'static str, actions: &[&'static str], resources: Vec<Text>) -> Value {
    let list = |items: Vec<Value>| Value::from(items);
    Map::new()
        .with("Sid", sid)
        .with("Effect", "Allow")
        .with("Action", list(actions.iter().map(|action| Value::from(*action)).collect()))
        .with("Resource", list(resources.into_iter().map(Value::from).collect()))
        .into()
}
