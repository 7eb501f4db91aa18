//! What we must be allowed to do in the namespace: one declaration, asked of the API server before
//! anything is written.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, ResourceRule, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
    SelfSubjectRulesReview, SelfSubjectRulesReviewSpec,
};
use kube::api::{Api, PostParams};
use optakit_core::kind::Kind;

use serde_json::{Value, json};

use super::fault::Fault;
use crate::live::DesiredObject;

/// Verbs on resources of a namespace, by API group and plural name, and what for.
struct Need {
    group: &'static str,
    resource: &'static str,
    verbs: &'static [&'static str],
    purpose: &'static str,
}

/// What every apply needs, beside the objects themselves.
const ALWAYS: &[Need] = &[
    Need {
        group: "",
        resource: "configmaps",
        verbs: &["get", "create", "patch"],
        purpose: "to keep the list of what is ours",
    },
    Need {
        group: "",
        resource: "secrets",
        verbs: &["get", "list", "create", "delete"],
        purpose: "to see which keys there are, and to keep revisions",
    },
    Need {
        group: "coordination.k8s.io",
        resource: "leases",
        verbs: &["get", "create", "update", "patch", "delete"],
        purpose: "to be the only run",
    },
];

/// What an apply with pods needs to tell how they do.
const WITH_PODS: &[Need] = &[
    Need {
        group: "",
        resource: "pods",
        verbs: &["list", "watch"],
        purpose: "to follow the rollout",
    },
    Need {
        group: "apps",
        resource: "deployments",
        verbs: &["list", "watch"],
        purpose: "to follow the rollout",
    },
    Need {
        group: "apps",
        resource: "replicasets",
        verbs: &["list"],
        purpose: "to follow the rollout",
    },
    Need { group: "", resource: "events", verbs: &["list"], purpose: "to say why a rollout fails" },
];

/// What an apply does with each object of its own.
const OBJECTS: &[&str] = &["get", "list", "create", "patch", "delete"];

/// A question to the API server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    group: String,
    resource: String,
    verb: &'static str,
    purpose: String,
}

/// What is not allowed, as one fault.
///
/// The rules of the namespace are asked for first, which answers nearly all in one request; only
/// what they leave open, since authorizers may decide by more than rules, is asked by itself.
pub(super) async fn check(
    client: &kube::Client,
    namespace: &str,
    targets: &[DesiredObject],
    namespace_exists: bool,
) -> Option<Fault> {
    let questions = questions(targets);
    let rules = rules(client, namespace).await;
    let open =
        questions.into_iter().filter(|question| !rules.iter().any(|rule| allows(rule, question)));
    let mut open: Vec<(Option<&str>, Option<&str>, Question)> =
        open.map(|question| (Some(namespace), None, question)).collect();
    if !namespace_exists {
        let purpose = "to make the namespace".to_owned();
        let create = |verb| Question {
            group: String::new(),
            resource: "namespaces".to_owned(),
            verb,
            purpose: purpose.clone(),
        };
        // By name, since a role may allow this namespace and no other.
        open.extend(["create", "patch"].map(|verb| (None, Some(namespace), create(verb))));
    }
    let asked = open
        .iter()
        .map(|(namespace, name, question)| is_denied(client, *namespace, *name, question));
    let answers = futures::future::join_all(asked).await;
    let denied: Vec<&Question> = open
        .iter()
        .zip(answers)
        .filter(|(_, denied)| *denied)
        .map(|((.., question), _)| question)
        .collect();
    if denied.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    for question in &denied {
        let same = |other: &&&Question| {
            (&other.group, &other.resource) == (&question.group, &question.resource)
        };
        let verbs: Vec<&str> = denied.iter().filter(same).map(|other| other.verb).collect();
        let group =
            if question.group.is_empty() { String::new() } else { format!(".{}", question.group) };
        let line =
            format!("{} {}{group} {}", verbs.join(", "), question.resource, question.purpose);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.push(format!(
        "have them allowed by a Role in the namespace `{namespace}` (namespaces: by a ClusterRole)"
    ));
    Some(Fault { title: "permissions are missing in the cluster".to_owned(), lines })
}

/// The rules of a Role that allow all of it in the namespace of the targets.
pub(crate) fn rules_of(targets: &[DesiredObject]) -> Vec<Value> {
    let mut rules: Vec<(String, String, Vec<&str>)> = Vec::new();
    for Question { group, resource, verb, .. } in questions(targets) {
        match rules.iter_mut().find(|rule| (&rule.0, &rule.1) == (&group, &resource)) {
            Some((_, _, verbs)) if verbs.contains(&verb) => {}
            Some((_, _, verbs)) => verbs.push(verb),
            None => rules.push((group, resource, vec![verb])),
        }
    }
    let rule = |(group, resource, verbs)| json!({"apiGroups": [group], "resources": [resource], "verbs": verbs});
    rules.into_iter().map(rule).collect()
}

/// The rules of a ClusterRole: the namespace itself, and what is read of the cluster to find faults
/// before anything is written.
pub(crate) fn cluster_rules_of(targets: &[DesiredObject], namespace: &str) -> Vec<Value> {
    let has = |kind: Kind| targets.iter().any(|target| target.kind == kind);
    let read = |group: &str, resource: &str, verb: &str| json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
    let mut rules = vec![
        json!({"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "patch"], "resourceNames": [namespace]}),
        // Which cluster it is, its uid tells.
        json!({"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"], "resourceNames": ["kube-system"]}),
        // A name cannot be asked of what is not there yet.
        read("", "namespaces", "create"),
    ];
    if has(Kind::Deployment) {
        rules.push(read("", "nodes", "list"));
    }
    if has(Kind::Ingress) {
        rules.push(read("networking.k8s.io", "ingressclasses", "get"));
    }
    rules
}

fn questions(targets: &[DesiredObject]) -> Vec<Question> {
    let has_pods = targets.iter().any(|target| target.kind == Kind::Deployment);
    let needs = ALWAYS.iter().chain(if has_pods { WITH_PODS } else { &[] });
    let mut questions: Vec<Question> = needs
        .flat_map(|need| {
            need.verbs.iter().map(|verb| Question {
                group: need.group.to_owned(),
                resource: need.resource.to_owned(),
                verb,
                purpose: need.purpose.to_owned(),
            })
        })
        .collect();
    for target in targets.iter().filter(|target| target.namespace.is_some()) {
        let kind = target.kind;
        for verb in OBJECTS {
            let known =
                |other: &Question| (other.resource.as_str(), other.verb) == (kind.plural(), *verb);
            if !questions.iter().any(known) {
                let purpose = format!("to apply the {kind}");
                questions.push(Question {
                    group: kind.group().to_owned(),
                    resource: kind.plural().to_owned(),
                    verb,
                    purpose,
                });
            }
        }
    }
    questions
}

/// The rules that hold for us in a namespace; none where they cannot be told.
async fn rules(client: &kube::Client, namespace: &str) -> Vec<ResourceRule> {
    let spec = SelfSubjectRulesReviewSpec { namespace: Some(namespace.to_owned()) };
    let review = SelfSubjectRulesReview { spec, ..SelfSubjectRulesReview::default() };
    let answer = Api::<SelfSubjectRulesReview>::all(client.clone())
        .create(&PostParams::default(), &review)
        .await;
    answer
        .ok()
        .and_then(|answer| answer.status)
        .map(|status| status.resource_rules)
        .unwrap_or_default()
}

fn allows(rule: &ResourceRule, question: &Question) -> bool {
    let names = |list: Option<&Vec<String>>, name: &str| {
        list.into_iter().flatten().any(|entry| entry == name || entry == "*")
    };
    rule.resource_names.as_ref().is_none_or(Vec::is_empty)
        && names(Some(&rule.verbs), question.verb)
        && names(rule.api_groups.as_ref(), &question.group)
        && names(rule.resources.as_ref(), &question.resource)
}

/// Whether the API server says no: of a namespace's objects, or, without one, of the object of that
/// name. Where it cannot be asked, the write itself will tell.
async fn is_denied(
    client: &kube::Client,
    namespace: Option<&str>,
    name: Option<&str>,
    question: &Question,
) -> bool {
    let attributes = ResourceAttributes {
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        group: Some(question.group.clone()),
        resource: Some(question.resource.clone()),
        verb: Some(question.verb.to_owned()),
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
