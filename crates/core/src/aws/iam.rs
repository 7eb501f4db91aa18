//! The IAM role of a service and what it may do, as Opta's Terraform made them.

use super::partition;
use crate::model::environment::Environment;
use crate::model::name::Names;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, Value};

/// A permission of the service's role on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it is for.
    pub access: Access,
    /// The ARN.
    pub resource: Text,
    /// The key the resource is encrypted with, for queues, topics and tables.
    pub key: Option<Text>,
}

/// What a link allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read a bucket.
    ReadBucket,
    /// Write a bucket.
    WriteBucket,
    /// Send to a queue.
    PublishQueue,
    /// Receive from a queue.
    SubscribeQueue,
    /// Publish to a topic.
    PublishSns,
    /// Write a table.
    WriteTable,
    /// Read a table.
    ReadTable,
}

/// The ARN of a service's role, for the ServiceAccount's annotation.
#[must_use]
pub fn role_arn(names: &Names, environment: &Environment) -> Text {
    arn(environment).push(&format!(":role/{}", names.role())).build()
}

/// The cluster's OIDC issuer as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct OidcIssuer {
    /// Its address.
    pub url: Option<String>,
    /// The ARN of its IAM provider; made from account and address when it is not given.
    pub provider_arn: Option<String>,
}

/// The role with its trust, own policy and attachments. Inputs that are not known stay as holes.
#[must_use]
pub fn role(
    names: &Names,
    environment: &Environment,
    issuer: &OidcIssuer,
    grants: &[Grant],
    additional: &[Text],
) -> Value {
    let name = Text::from(names.role());
    let own = arn(environment).push(&format!(":policy/{}", name.as_str())).build();
    let attached: Vec<Value> =
        std::iter::once(own).chain(additional.iter().cloned()).map(Value::from).collect();
    Map::new()
        .with("name", name.clone())
        .with("arn", role_arn(names, environment))
        .with("trust", trust(names, environment, issuer))
        .with("policy", Map::new().with("name", name).with("document", policy(grants)))
        .with("attachedPolicies", attached)
        .into()
}

/// The beginning of the ARNs of the environment's account.
fn arn(environment: &Environment) -> TextBuilder {
    TextBuilder::default()
        .push(&format!("arn:{}:iam::", partition(environment.region.as_deref())))
        .value_or_input(environment.account_id.as_deref(), "account_id")
}

/// The trust policy: only the service's own ServiceAccount, with a token meant for STS
/// (<https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html>).
///
/// The issuer is part of two keys, where no hole can be: while it is not known they hold its
/// reference, and the hole of the provider's ARN tells of it.
fn trust(names: &Names, environment: &Environment, issuer: &OidcIssuer) -> Map {
    let url = issuer.url.as_deref().map(|url| url.trim_start_matches("https://"));
    let provider = match &issuer.provider_arn {
        Some(arn) => Text::literal(arn),
        None => arn(environment).push(":oidc-provider/").value_or_input(url, ISSUER).build(),
    };
    let key = url.map_or_else(|| format!("{{{ISSUER}}}"), str::to_owned);
    let condition = Map::new()
        .with(
            format!("{key}:sub"),
            format!("system:serviceaccount:{}:{}", names.layer.as_str(), names.module.as_str()),
        )
        .with(format!("{key}:aud"), "sts.amazonaws.com");
    let statement = Map::new()
        .with("Sid", "")
        .with("Effect", "Allow")
        .with("Principal", Map::new().with("Federated", provider))
        .with("Action", "sts:AssumeRoleWithWebIdentity")
        .with("Condition", Map::new().with("StringEquals", condition));
    Map::new().with("Version", "2012-10-17").with("Statement", vec![Value::from(statement)])
}

/// The input that is the address of the cluster's OIDC issuer.
pub const ISSUER: &str = "parent.k8s_openid_provider_url";
/// The input that is the ARN of the issuer's IAM provider.
pub const PROVIDER: &str = "parent.k8s_openid_provider_arn";

/// The service's own policy: one statement a kind of access, in Opta's order.
fn policy(grants: &[Grant]) -> Map {
    let mut statements =
        vec![statement("DescribeCluster", &["eks:DescribeCluster"], vec![Text::constant("*")])];
    let resources = |access: Access| {
        grants
            .iter()
            .filter(move |grant| grant.access == access)
            .map(|grant| grant.resource.clone())
            .collect::<Vec<_>>()
    };
    let and_below = |access: Access, below: &str| {
        let names = resources(access);
        let inner: Vec<Text> = names
            .iter()
            .map(|name| TextBuilder::default().text(name).push(below).build())
            .collect();
        [names, inner].concat()
    };
    let keys = |accesses: &[Access]| {
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
    add("ReadBuckets", &["s3:GetObject*", "s3:ListBucket"], and_below(Access::ReadBucket, "/*"));
    let write = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ListBucket"];
    add("WriteBuckets", &write, and_below(Access::WriteBucket, "/*"));
    let send = [
        "sqs:SendMessage",
        "sqs:SendMessageBatch",
        "sqs:GetQueueUrl",
        "sqs:GetQueueAttributes",
        "sqs:DeleteMessageBatch",
        "sqs:DeleteMessage",
    ];
    add("PublishQueues", &send, resources(Access::PublishQueue));
    add(
        "SubscribeQueues",
        &["sqs:ReceiveMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
        resources(Access::SubscribeQueue),
    );
    add("PublishSns", &["sns:Publish"], resources(Access::PublishSns));
    add(
        "KMSWrite",
        &["kms:GenerateDataKey", "kms:Decrypt"],
        keys(&[Access::PublishQueue, Access::PublishSns, Access::WriteTable]),
    );
    add("KMSRead", &["kms:Decrypt"], keys(&[Access::SubscribeQueue, Access::ReadTable]));
    add("DynamodbWrite", DYNAMODB_WRITE, and_below(Access::WriteTable, "/index/*"));
    add("DynamodbRead", DYNAMODB_READ, and_below(Access::ReadTable, "/index/*"));
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
