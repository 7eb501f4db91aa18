//! `optakit permissions`.

use std::collections::BTreeSet;

use optakit_core::bundle::Bundle;
use optakit_core::text::Text;
use serde_json::{Value, json};

use super::{document, input};
use crate::aws::{SecretSource, actions};
use crate::bundle_file::IfModified;
use crate::cli::PermissionsArgs;
use crate::live::DesiredObject;
use crate::outcome::Outcome;
use crate::preflight::permissions;
use crate::report::Report;

/// Prints a Role and a ClusterRole as a `List`, or with `--aws` an IAM policy, in JSON.
///
/// # Errors
///
/// Fails if the bundle cannot be read, or a source of a secret has an unknown form.
pub(crate) fn run(arguments: &PermissionsArgs, report: &Report) -> anyhow::Result<Outcome> {
    let bundle = input::open(&arguments.input, IfModified::Fail, report)?;
    let sources = arguments.secret_from.iter().map(|from| SecretSource::parse(from, None));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let document = if arguments.aws { policy(&bundle, &sources) } else { roles(&bundle) };
    document::print(&document, arguments.output, report);
    Ok(Outcome::Succeeded)
}

fn roles(bundle: &Bundle) -> Value {
    let objects = bundle.manifests.iter().enumerate();
    let targets: Vec<DesiredObject> =
        objects.map(|(index, object)| DesiredObject::new(index, object)).collect();
    let namespace = &bundle.metadata.layer;
    let role = |kind: &str, metadata: Value, rules: Vec<Value>| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": kind,
            "metadata": metadata,
            "rules": rules,
        })
    };
    let in_namespace = role(
        "Role",
        json!({ "name": "optakit", "namespace": namespace }),
        permissions::rules_of(&targets),
    );
    let in_cluster = role(
        "ClusterRole",
        json!({ "name": format!("optakit-{namespace}") }),
        permissions::cluster_rules_of(&targets, namespace),
    );
    json!({ "apiVersion": "v1", "kind": "List", "items": [in_namespace, in_cluster] })
}

/// Returns the IAM policy. An unknown account or region becomes `*`.
fn policy(bundle: &Bundle, secrets: &[SecretSource]) -> Value {
    let target = &bundle.target;
    let region = target.region.as_deref().unwrap_or("*");
    let account = target.account_id.as_deref().unwrap_or("*");
    let partition = optakit_core::aws::partition(target.region.as_deref());
    let repositories: Vec<&str> =
        bundle.repositories().map(|(_, repository)| repository.name.as_str()).collect();
    let roles: Vec<&str> = bundle.roles().map(|(_, role)| role.name.as_str()).collect();
    let cluster = format!("arn:{partition}:eks:{region}:{account}:cluster/{}", target.cluster);
    let mut statements = vec![statement("Connect", actions::CLUSTER, json!(cluster))];
    if !repositories.is_empty() {
        let repository =
            |name: &str| format!("arn:{partition}:ecr:{region}:{account}:repository/{name}");
        let own = json!(repositories.into_iter().map(repository).collect::<Vec<_>>());
        statements.extend([
            statement("FindRepositories", actions::FIND, json!(repository("*"))),
            statement("Repositories", actions::REPOSITORY, own.clone()),
            statement("Push", actions::PUSH, own),
            statement("LogIn", actions::REGISTRY, json!("*")),
        ]);
    }
    if !roles.is_empty() {
        let arns = |kind: &str| {
            let arn = |name: &&str| format!("arn:{partition}:iam::{account}:{kind}/{name}");
            json!(roles.iter().map(arn).collect::<Vec<_>>())
        };
        statements.extend([
            statement("Roles", actions::ROLE, arns("role")),
            statement("Policies", actions::POLICY, arns("policy")),
        ]);
        let attached: BTreeSet<&str> = bundle
            .roles()
            .flat_map(|(_, role)| role.attached_policies.iter().skip(1).map(Text::as_str))
            .collect();
        if !attached.is_empty() {
            statements.push(statement("AttachedPolicies", actions::EXISTS, json!(attached)));
        }
    }
    let reads = secrets.iter().map(|source| source.permission(partition, region, account));
    statements.extend(reads.enumerate().map(|(index, (action, resource))| {
        statement(&format!("ReadSecret{}", index + 1), &[action], json!(resource))
    }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(id: &str, actions: &[&str], resource: Value) -> Value {
    json!({ "Sid": id, "Effect": "Allow", "Action": actions, "Resource": resource })
}
