//! The permissions that an apply needs in the cluster. One list is the source of the check before
//! an apply and of `optakit permissions`.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, ResourceRule, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
    SelfSubjectRulesReview, SelfSubjectRulesReviewSpec,
};
use kube::api::{Api, PostParams};
use optakit_core::kind::Kind;
use serde_json::{Value, json};

use super::fault::Fault;
use crate::hint;
use crate::live::DesiredObject;

/// The verbs on a resource that every apply needs, or every apply with pods.
struct Need {
    group: &'static str,
    resource: &'static str,
    verbs: &'static [&'static str],
    purpose: &'static str,
}

/// The needs of every apply.
const ALWAYS: &[Need] = &[
    Need {
        group: "",
        resource: "configmaps",
        verbs: &["get", "create", "patch"],
        purpose: "to record which objects belong to Optakit",
    },
    Need {
        group: "",
        resource: "secrets",
        verbs: &["get", "list", "create", "patch", "delete"],
        purpose: "to check the keys of Secrets, and to record revisions",
    },
    Need {
        group: "coordination.k8s.io",
        resource: "leases",
        verbs: &["get", "create", "update", "delete"],
        purpose: "to lock the layer",
    },
];

/// The needs of an apply that waits for pods.
const WITH_PODS: &[Need] = &[Need {
    group: "",
    resource: "pods",
    verbs: &["list", "watch"],
    purpose: "to watch the rollout",
}];

/// The needs of an apply with a Deployment.
const WITH_DEPLOYMENTS: &[Need] = &[
    Need {
        group: "apps",
        resource: "deployments",
        verbs: &["list", "watch"],
        purpose: "to watch the rollout",
    },
    Need {
        group: "apps",
        resource: "replicasets",
        verbs: &["list", "watch"],
        purpose: "to watch the rollout",
    },
];

/// The needs of an apply with a StatefulSet.
const WITH_STATEFUL_SETS: &[Need] = &[
    Need {
        group: "apps",
        resource: "statefulsets",
        verbs: &["list", "watch"],
        purpose: "to watch the rollout",
    },
    Need {
        group: "apps",
        resource: "replicasets",
        verbs: &["list"],
        purpose: "to watch the rollout",
    },
    Need {
        group: "",
        resource: "persistentvolumeclaims",
        verbs: &["list", "patch"],
        purpose: "to make volumes larger",
    },
];

/// The needs of a message about a failed rollout.
const EVENTS: &[Need] = &[Need {
    group: "",
    resource: "events",
    verbs: &["list", "watch"],
    purpose: "to report why a rollout fails",
}];

/// The verbs on each object of the bundle.
const OBJECT_VERBS: &[&str] = &["get", "list", "create", "patch", "delete"];

/// A permission that an apply needs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Permission {
    scope: Scope,
    group: String,
    resource: String,
    verb: &'static str,
    purpose: String,
}

/// The objects that a permission is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    /// All objects of a resource in the namespace of the layer.
    Namespace,
    /// The object of the cluster with the name of the layer.
    ClusterObject,
}

/// Checks the permissions of an apply. Returns the missing ones as one fault.
///
/// One request for the rules of the namespace answers nearly all questions. A separate request
/// checks each permission that the rules do not contain, because authorizers may not list all their
/// rules.
pub(super) async fn check(
    client: &kube::Client,
    layer: &str,
    targets: &[DesiredObject],
    namespace_exists: bool,
) -> Option<Fault> {
    let rules = rules(client, layer).await;
    let mut open = permissions(targets);
    open.retain(|permission| !rules.iter().any(|rule| allows(rule, permission)));
    if !namespace_exists {
        open.extend(["create", "patch"].map(|verb| Permission {
            scope: Scope::ClusterObject,
            group: String::new(),
            resource: "namespaces".to_owned(),
            verb,
            purpose: "to create the namespace".to_owned(),
        }));
    }
    let reviews = open.iter().map(|permission| is_denied(client, layer, permission));
    let denied = futures::future::join_all(reviews).await;
    let denied: Vec<&Permission> = open
        .iter()
        .zip(denied)
        .filter(|(_, denied)| *denied)
        .map(|(permission, _)| permission)
        .collect();
    (!denied.is_empty()).then(|| fault(&denied, layer))
}

/// Checks the permissions to archive the records of Helm in a namespace. Returns the missing ones
/// as one fault.
pub(super) async fn check_records(
    client: &kube::Client,
    namespace: &str,
    resource: &'static str,
) -> Option<Fault> {
    let needed = ["list", "delete"].map(|verb| Permission {
        scope: Scope::Namespace,
        group: String::new(),
        resource: resource.to_owned(),
        verb,
        purpose: format!("to archive the records of Helm in namespace {namespace}"),
    });
    let reviews = needed.iter().map(|permission| is_denied(client, namespace, permission));
    let denied = futures::future::join_all(reviews).await;
    let denied: Vec<&Permission> = needed
        .iter()
        .zip(denied)
        .filter(|(_, denied)| *denied)
        .map(|(permission, _)| permission)
        .collect();
    (!denied.is_empty()).then(|| fault(&denied, namespace))
}

/// Returns the fault for denied permissions, with one line per resource.
fn fault(denied: &[&Permission], layer: &str) -> Fault {
    let mut lines: Vec<String> = Vec::new();
    for Permission { group, resource, purpose, .. } in denied {
        let verbs: Vec<&str> = denied
            .iter()
            .filter(|other| (&other.group, &other.resource) == (group, resource))
            .map(|other| other.verb)
            .collect();
        let group = if group.is_empty() { String::new() } else { format!(".{group}") };
        let line = format!("{} {resource}{group} {purpose}", verbs.join(", "));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.push(format!(
        "help: grant them with a Role in the namespace `{layer}`; namespaces need a ClusterRole; \
         `{}` prints both",
        hint::optakit("permissions", "")
    ));
    Fault { title: "permissions are missing in the cluster".to_owned(), lines }
}

/// Returns the rules of a Role that allows everything in the namespace of the layer.
pub(crate) fn rules_of(targets: &[DesiredObject]) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for Permission { group, resource, verb, .. } in permissions(targets) {
        let is_same =
            |rule: &&mut Value| rule["apiGroups"][0] == *group && rule["resources"][0] == *resource;
        match rules.iter_mut().find(is_same).and_then(|rule| rule["verbs"].as_array_mut()) {
            Some(verbs) if verbs.iter().any(|known| known == verb) => {}
            Some(verbs) => verbs.push(verb.into()),
            None => rules.push(rule(&group, &resource, &[verb])),
        }
    }
    rules
}

/// Returns the rules of a ClusterRole: the namespace, and what the checks before an apply read.
pub(crate) fn cluster_rules_of(targets: &[DesiredObject], namespace: &str) -> Vec<Value> {
    let has = |kind: Kind| targets.iter().any(|target| target.kind == kind);
    let named = |name: &str, verbs: &[&str]| {
        let mut rule = rule("", "namespaces", verbs);
        rule["resourceNames"] = json!([name]);
        rule
    };
    let mut rules = vec![
        named(namespace, &["get", "patch"]),
        // The UID of `kube-system` identifies the cluster.
        named("kube-system", &["get"]),
        // RBAC cannot restrict `create` to a name.
        rule("", "namespaces", &["create"]),
    ];
    if targets.iter().any(|target| target.kind.pod_template().is_some()) {
        rules.push(rule("", "nodes", &["list"]));
    }
    if has(Kind::StatefulSet) {
        rules.push(rule("storage.k8s.io", "storageclasses", &["list"]));
    }
    if has(Kind::Ingress) {
        rules.push(rule("networking.k8s.io", "ingressclasses", &["get"]));
    }
    rules
}

fn rule(group: &str, resource: &str, verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": [resource], "verbs": verbs})
}

/// Returns the permissions that an apply needs in the namespace of the layer.
fn permissions(targets: &[DesiredObject]) -> Vec<Permission> {
    let has = |kind: Kind| targets.iter().any(|target| target.kind == kind);
    let with = |is_needed: bool, needs: &'static [Need]| if is_needed { needs } else { &[] };
    let has_pods = targets.iter().any(|target| target.kind.is_awaited());
    let needs = ALWAYS
        .iter()
        .chain(with(has_pods, WITH_PODS))
        .chain(with(has(Kind::Deployment), WITH_DEPLOYMENTS))
        .chain(with(has(Kind::StatefulSet), WITH_STATEFUL_SETS))
        .chain(with(has_pods, EVENTS));
    let mut permissions: Vec<Permission> = needs
        .flat_map(|need| {
            need.verbs.iter().map(|verb| Permission {
                scope: Scope::Namespace,
                group: need.group.to_owned(),
                resource: need.resource.to_owned(),
                verb,
                purpose: need.purpose.to_owned(),
            })
        })
        .collect();
    for target in targets.iter().filter(|target| target.namespace.is_some()) {
        let kind = target.kind;
        for verb in OBJECT_VERBS {
            let is_known = permissions
                .iter()
                .any(|other| (other.resource.as_str(), other.verb) == (kind.plural(), *verb));
            if !is_known {
                permissions.push(Permission {
                    scope: Scope::Namespace,
                    group: kind.group().to_owned(),
                    resource: kind.plural().to_owned(),
                    verb,
                    purpose: format!("to apply the {kind}"),
                });
            }
        }
    }
    permissions
}

/// Returns our rules in a namespace, or no rules if the API server does not list them.
async fn rules(client: &kube::Client, namespace: &str) -> Vec<ResourceRule> {
    let spec = SelfSubjectRulesReviewSpec { namespace: Some(namespace.to_owned()) };
    let review = SelfSubjectRulesReview { spec, ..SelfSubjectRulesReview::default() };
    let answer = Api::<SelfSubjectRulesReview>::all(client.clone())
        .create(&PostParams::default(), &review)
        .await;
    let status = answer.ok().and_then(|answer| answer.status);
    status.map(|status| status.resource_rules).unwrap_or_default()
}

/// Whether a rule of the namespace allows a permission.
fn allows(rule: &ResourceRule, permission: &Permission) -> bool {
    let names = |list: Option<&Vec<String>>, name: &str| {
        list.into_iter().flatten().any(|entry| entry == name || entry == "*")
    };
    rule.resource_names.as_ref().is_none_or(Vec::is_empty)
        && names(Some(&rule.verbs), permission.verb)
        && names(rule.api_groups.as_ref(), &permission.group)
        && names(rule.resources.as_ref(), &permission.resource)
}

/// Whether the API server denies a permission. If it does not answer, the write itself fails later.
async fn is_denied(client: &kube::Client, layer: &str, permission: &Permission) -> bool {
    let (namespace, name) = match permission.scope {
        Scope::Namespace => (Some(layer.to_owned()), None),
        Scope::ClusterObject => (None, Some(layer.to_owned())),
    };
    let attributes = ResourceAttributes {
        namespace,
        name,
        group: Some(permission.group.clone()),
        resource: Some(permission.resource.clone()),
        verb: Some(permission.verb.to_owned()),
        ..ResourceAttributes::default()
    };
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(attributes),
        ..SelfSubjectAccessReviewSpec::default()
    };
    let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
    let answer = Api::<SelfSubjectAccessReview>::all(client.clone())
        .create(&PostParams::default(), &review)
        .await;
    answer.ok().and_then(|answer| answer.status).is_some_and(|status| !status.allowed)
}
