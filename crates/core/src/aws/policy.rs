//! The policy of the role of a service: the permissions that its links give.

use crate::model::link_kind::{LINK_KINDS, LinkAccess, LinkPermission};
use crate::order::sort_by_rank;
use crate::text::{Text, TextBuilder};
use crate::value::{Map, Value};

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

/// The statement that a permission needs.
pub(super) struct StatementRule {
    /// The position of the statement in the policy, which is the same as in Opta.
    position: usize,
    sid: &'static str,
    actions: &'static [&'static str],
    /// The resource of the statement.
    pub(super) resource: Resource,
    /// The suffix of the ARNs of the resource's parts, such as the objects of a bucket.
    parts: Option<&'static str>,
    /// The use of the key that encrypts the resource.
    pub(super) key: Option<KeyUse>,
}

/// The resource of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resource {
    /// The bucket with the name in the module.
    Bucket,
    /// The ARN in an output of the module.
    Output(&'static str),
}

/// The use of a KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyUse {
    Encrypt,
    Decrypt,
}

/// The statements for KMS keys: position, SID, actions and use.
const KEY_STATEMENTS: [(usize, &str, &[&str], KeyUse); 2] = [
    (6, "KMSWrite", &["kms:GenerateDataKey", "kms:Decrypt"], KeyUse::Encrypt),
    (7, "KMSRead", &["kms:Decrypt"], KeyUse::Decrypt),
];

/// The SID and the actions of the statement that every policy has.
const CLUSTER_STATEMENT: (&str, &[&str]) = ("DescribeCluster", &["eks:DescribeCluster"]);

/// Returns the statement that a permission needs.
pub(super) const fn rule(permission: LinkPermission) -> StatementRule {
    match permission {
        LinkPermission::ReadBucket => StatementRule {
            position: 1,
            sid: "ReadBuckets",
            actions: &["s3:GetObject*", "s3:ListBucket"],
            resource: Resource::Bucket,
            parts: Some("/*"),
            key: None,
        },
        LinkPermission::WriteBucket => StatementRule {
            position: 2,
            sid: "WriteBuckets",
            actions: &["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ListBucket"],
            resource: Resource::Bucket,
            parts: Some("/*"),
            key: None,
        },
        LinkPermission::PublishQueue => StatementRule {
            position: 3,
            sid: "PublishQueues",
            actions: SQS_PUBLISH,
            resource: Resource::Output("queue_arn"),
            parts: None,
            key: Some(KeyUse::Encrypt),
        },
        LinkPermission::SubscribeQueue => StatementRule {
            position: 4,
            sid: "SubscribeQueues",
            actions: &["sqs:ReceiveMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
            resource: Resource::Output("queue_arn"),
            parts: None,
            key: Some(KeyUse::Decrypt),
        },
        LinkPermission::PublishTopic => StatementRule {
            position: 5,
            sid: "PublishSns",
            actions: &["sns:Publish"],
            resource: Resource::Output("topic_arn"),
            parts: None,
            key: Some(KeyUse::Encrypt),
        },
        LinkPermission::WriteTable => StatementRule {
            position: 8,
            sid: "DynamodbWrite",
            actions: DYNAMODB_WRITE,
            resource: Resource::Output("table_arn"),
            parts: Some("/index/*"),
            key: Some(KeyUse::Encrypt),
        },
        LinkPermission::ReadTable => StatementRule {
            position: 9,
            sid: "DynamodbRead",
            actions: DYNAMODB_READ,
            resource: Resource::Output("table_arn"),
            parts: Some("/index/*"),
            key: Some(KeyUse::Decrypt),
        },
    }
}

/// Returns the SID and the actions of every statement that a policy can have.
pub(crate) fn statement_actions() -> Vec<(&'static str, &'static [&'static str])> {
    let permissions = LINK_KINDS.iter().flat_map(|kind| match kind.access {
        LinkAccess::Permissions { all, .. } => all,
        LinkAccess::Credentials(_) => &[],
    });
    let of_links = permissions.map(|permission| {
        let StatementRule { sid, actions, .. } = rule(*permission);
        (sid, actions)
    });
    let of_keys = KEY_STATEMENTS.iter().map(|(_, sid, actions, _)| (*sid, *actions));
    std::iter::once(CLUSTER_STATEMENT).chain(of_links).chain(of_keys).collect()
}

/// Returns the role's own policy, with one statement per permission, in the order of Opta.
pub(super) fn policy(grants: &[Grant]) -> Map {
    let (sid, actions) = CLUSTER_STATEMENT;
    let cluster = statement(sid, actions, vec!["*".into()]);
    let mut statements = vec![(0, cluster)];
    for grant in grants {
        let StatementRule { position, sid, actions, parts, .. } = rule(grant.access);
        if statements.iter().all(|(other, _)| *other != position) {
            let resources = resources(grants, grant.access, parts);
            statements.push((position, statement(sid, actions, resources)));
        }
    }
    for (position, sid, actions, key) in KEY_STATEMENTS {
        let uses = grants.iter().filter(|grant| rule(grant.access).key == Some(key));
        let keys: Vec<Text> = uses.filter_map(|grant| grant.key.clone()).collect();
        if !keys.is_empty() {
            statements.push((position, statement(sid, actions, keys)));
        }
    }
    sort_by_rank(&mut statements, |(position, _)| [*position, 0, 0]);
    let statements: Vec<Value> = statements.into_iter().map(|(_, statement)| statement).collect();
    Map::new().with("Version", "2012-10-17").with("Statement", statements)
}

/// Returns the ARNs of the resources with a permission, then the ARNs of their parts.
fn resources(grants: &[Grant], access: LinkPermission, parts: Option<&str>) -> Vec<Text> {
    let granted = grants.iter().filter(|grant| grant.access == access);
    let mut arns: Vec<Text> = granted.map(|grant| grant.resource.clone()).collect();
    if let Some(suffix) = parts {
        let part = |arn: &Text| TextBuilder::default().text(arn).push(suffix).build();
        let parts: Vec<Text> = arns.iter().map(part).collect();
        arns.extend(parts);
    }
    arns
}

fn statement(sid: &'static str, actions: &[&'static str], resources: Vec<Text>) -> Value {
    let list = |items: Vec<Value>| Value::from(items);
    Map::new()
        .with("Sid", sid)
        .with("Effect", "Allow")
        .with("Action", list(actions.iter().map(|action| Value::from(*action)).collect()))
        .with("Resource", list(resources.into_iter().map(Value::from).collect()))
        .into()
}

const SQS_PUBLISH: &[&str] = &[
    "sqs:SendMessage",
    "sqs:SendMessageBatch",
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
    "sqs:DeleteMessageBatch",
    "sqs:DeleteMessage",
];

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
