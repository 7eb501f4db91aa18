//! `optakit permissions`.

use std::process::ExitCode;

use optakit_core::bundle::Bundle;
use serde_json::{Value, json};

use crate::aws::actions;
use crate::bundle_file;
use crate::cli::PermissionsArgs;
use crate::live::DesiredObject;
use crate::preflight::permissions;
use crate::report::Report;

/// Prints a Role and a ClusterRole as a `List`, or with `--aws` an IAM policy, in JSON.
///
/// # Errors
///
/// Fails if the bundle cannot be read or contains an object of an unknown kind.
pub(crate) fn run(arguments: &PermissionsArgs, report: &Report) -> anyhow::Result<ExitCode> {
    let bundle = bundle_file::read_unverified(&arguments.bundle)?;
    let document = if arguments.aws { policy(&bundle) } else { roles(&bundle) };
    report.result(&format!("{document:#}\n"));
    Ok(ExitCode::SUCCESS)
}

fn roles(bundle: &Bundle) -> Value {
    let targets = bundle.manifests.iter().enumerate();
    let targets: Vec<DesiredObject> =
        targets.map(|(index, object)| DesiredObject::new(index, object)).collect();
    let namespace = &bundle.metadata.layer;
    let role = |kind: &str, metadata: Value, rules: Vec<Value>| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        role("Role", json!({"name": "optakit", "namespace": namespace}), permissions::rules_of(&targets)),
        role("ClusterRole", json!({"name": format!("optakit-{namespace}")}), permissions::cluster_rules_of(&targets, namespace)),
    ]})
}

/// Returns the IAM policy. An unknown account or region becomes `*`.
fn policy(bundle: &Bundle) -> Value {
    let target = &bundle.target;
    let (region, account) =
        (target.region.as_deref().unwrap_or("*"), target.account_id.as_deref().unwrap_or("*"));
    let partition = optakit_core::aws::partition(target.region.as_deref());
    let repositories: Vec<&str> =
        bundle.repositories().map(|(_, repository)| repository.name.as_str()).collect();
    let roles: Vec<&str> = bundle.roles().map(|(_, role)| role.name.as_str()).collect();
    let repository =
        |name: &str| format!("arn:{partition}:ecr:{region}:{account}:repository/{name}");
    let cluster = format!("arn:{partition}:eks:{region}:{account}:cluster/{}", target.cluster);
    let mut statements = vec![
        json!({"Sid": "Connect", "Effect": "Allow", "Action": actions::CLUSTER, "Resource": cluster}),
    ];
    if !repositories.is_empty() {
        let any = repository("*");
        let repositories: Vec<String> = repositories.iter().map(|name| repository(name)).collect();
        statements.push(
            json!({"Sid": "FindRepositories", "Effect": "Allow", "Action": actions::FIND, "Resource": any}),
        );
        statements
            .push(json!({"Sid": "Repositories", "Effect": "Allow", "Action": actions::REPOSITORY, "Resource": repositories}));
        statements.push(json!({"Sid": "Push", "Effect": "Allow", "Action": actions::PUSH, "Resource": repositories}));
        statements.push(json!({"Sid": "LogIn", "Effect": "Allow", "Action": actions::REGISTRY, "Resource": "*"}));
    }
    if !roles.is_empty() {
        let arns = |kind: &str| {
            roles
                .iter()
                .map(|name| format!("arn:{partition}:iam::{account}:{kind}/{name}"))
                .collect::<Vec<_>>()
        };
        statements.push(json!({"Sid": "Roles", "Effect": "Allow", "Action": actions::ROLE, "Resource": arns("role")}));
        statements.push(json!({"Sid": "Policies", "Effect": "Allow", "Action": actions::POLICY, "Resource": arns("policy")}));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}
