//! The AWS resources that the renderer can write.

use serde_json::{Value, json};

use super::arn::{is_iam, role as role_arn, split};
use super::expected::Expected;
use super::shape::{
    MANY, Shape, any_number, any_text, exactly, first_then, items, map, one_item, one_of, optional,
    required, text,
};
use crate::aws::iam::{ISSUER, PROVIDER};
use crate::aws::{AwsResource, EcrHost, ecr, statement_actions};
use crate::check::is_policy_arn;
use crate::model::name::Names;

/// Returns the shape of a resource of a module.
pub(super) fn shape<'a>(
    resource: &'a AwsResource,
    names: &'a Names,
    json: &'a Value,
    expected: &'a Expected<'_>,
) -> Shape<'a> {
    match resource {
        AwsResource::EcrRepository { .. } => repository(names, expected),
        AwsResource::IamRole { .. } => role(names, json, expected),
    }
}

fn repository<'a>(names: &'a Names, expected: &'a Expected<'_>) -> Shape<'a> {
    let name = names.repository();
    let described = format!("`{name}`, or this name with the suffix of Opta");
    let is_name = {
        let name = name.clone();
        move |text: &str| is_repository(text, &name)
    };
    let url = text("the URL of the repository", move |text| is_url(text, &name, expected));
    let tags = ecr::TAGS.iter().map(|(key, value)| required(*key, exactly(*value))).collect();
    let principal = text("the account of the bundle", |text| is_iam(text, "root", expected));
    let statement = map([
        required("Sid", exactly("AllowAllFromAccount")),
        required("Effect", exactly("Allow")),
        required("Principal", map([required("AWS", principal)])),
        required("Action", exactly("ecr:*")),
    ]);
    let policy = map([required("Version", any_text()), required("Statement", one_item(statement))]);
    map([
        required("name", text(described, is_name)),
        required("url", url),
        required("tags", Shape::Map(tags)),
        required("imageScanningConfiguration", exactly(json!({ "scanOnPush": true }))),
        required("policy", policy),
        required("lifecyclePolicy", lifecycle_policy()),
    ])
}

fn lifecycle_policy() -> Shape<'static> {
    let selection = map([
        required("tagStatus", one_of(&["tagged", "untagged"])),
        optional("tagPrefixList", items(any_text(), 1..=MANY)),
        required("countType", exactly("imageCountMoreThan")),
        required("countNumber", any_number()),
    ]);
    let rule = map([
        required("rulePriority", any_number()),
        required("description", any_text()),
        required("selection", selection),
        required("action", exactly(json!({ "type": "expire" }))),
    ]);
    map([required("rules", items(rule, 0..=MANY))])
}

/// Whether a repository has a name, with or without the suffix that Opta added in 2022.
fn is_repository(text: &str, name: &str) -> bool {
    text == name || ecr::is_variant_of_opta(text, name)
}

fn is_url(text: &str, name: &str, expected: &Expected<'_>) -> bool {
    let Some((registry, repository)) = text.split_once('/') else { return false };
    let Some(host) = EcrHost::parse(registry) else { return false };
    let own = expected.bundle.target.account_id.as_deref();
    own.is_none_or(|own| own == host.account) && is_repository(repository, name)
}

fn role<'a>(names: &'a Names, json: &'a Value, expected: &'a Expected<'_>) -> Shape<'a> {
    let name = names.role();
    let own = format!("policy/{name}");
    let own = text("the role's own policy", move |text| is_iam(text, &own, expected));
    let other = text("the ARN of an IAM policy", is_policy_arn);
    let policy =
        map([required("name", exactly(name.as_str())), required("document", document(json))]);
    map([
        required("name", exactly(name.as_str())),
        required("arn", role_arn(name, expected)),
        required("trust", trust(names, json, expected)),
        required("policy", policy),
        required("attachedPolicies", first_then(own, other)),
    ])
}

/// The trust policy: only the ServiceAccount of the module can use the role.
fn trust<'a>(names: &'a Names, json: &'a Value, expected: &'a Expected<'_>) -> Shape<'a> {
    let issuer = issuer(json, expected);
    let account =
        format!("system:serviceaccount:{}:{}", names.layer.as_str(), names.module.as_str());
    let condition = map([
        required(format!("{issuer}:sub"), exactly(account)),
        required(format!("{issuer}:aud"), exactly("sts.amazonaws.com")),
    ]);
    let provider = match expected.bundle.inputs.get(PROVIDER) {
        Some(provider) => exactly(provider.as_str()),
        None => {
            let provider = format!("oidc-provider/{issuer}");
            text("the provider of the issuer", move |text| is_iam(text, &provider, expected))
        }
    };
    let statement = map([
        required("Sid", exactly("")),
        required("Effect", exactly("Allow")),
        required("Principal", map([required("Federated", provider)])),
        required("Action", exactly("sts:AssumeRoleWithWebIdentity")),
        required("Condition", map([required("StringEquals", condition)])),
    ]);
    map([required("Version", exactly("2012-10-17")), required("Statement", one_item(statement))])
}

/// Returns the issuer of the cluster without `https://`. A bundle from the history has it only in
/// the trust policy.
fn issuer(role: &Value, expected: &Expected<'_>) -> String {
    if let Some(url) = expected.bundle.inputs.get(ISSUER) {
        return url.trim_start_matches("https://").to_owned();
    }
    trusted_issuer(role).unwrap_or("<issuer>").to_owned()
}

/// Returns the issuer that a role trusts, without `https://`.
pub(super) fn trusted_issuer(role: &Value) -> Option<&str> {
    let condition = role.pointer("/trust/Statement/0/Condition/StringEquals");
    let keys = condition.and_then(Value::as_object).into_iter().flat_map(|map| map.keys());
    let mut issuers = keys.filter_map(|key| key.strip_suffix(":sub"));
    let is_url = |issuer: &&str| {
        issuer.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._/:".contains(&byte))
    };
    issuers.find(is_url)
}

/// The role's own policy: statements of the links of the service.
fn document(role: &Value) -> Shape<'_> {
    let statements = role.pointer("/policy/document/Statement").and_then(Value::as_array);
    let statement = |statement: &Value| {
        let sid = statement.get("Sid").and_then(Value::as_str).unwrap_or_default();
        let known = statement_actions().into_iter().find(|(known, _)| *known == sid);
        match known {
            Some((sid, actions)) => statement_of(sid, actions),
            None => map([required("Sid", text("a statement of a link", |_| false))]),
        }
    };
    let statements = statements.into_iter().flatten().map(statement).collect();
    map([
        required("Version", exactly("2012-10-17")),
        required("Statement", Shape::Each(statements)),
    ])
}

fn statement_of(sid: &'static str, actions: &'static [&'static str]) -> Shape<'static> {
    let service = actions.first().and_then(|action| action.split_once(':')).unwrap_or_default().0;
    let resource = text(format!("an ARN of {service}"), move |text| {
        if service == "eks" { text == "*" } else { is_resource(text, service) }
    });
    map([
        required("Sid", exactly(sid)),
        required("Effect", exactly("Allow")),
        required("Action", exactly(actions.to_vec())),
        required("Resource", items(resource, 1..=MANY)),
    ])
}

/// Whether a text is the ARN of one resource of a service, or of all its parts.
fn is_resource(text: &str, service: &str) -> bool {
    let whole = text.strip_suffix("/index/*").or_else(|| text.strip_suffix("/*")).unwrap_or(text);
    split(whole, service).is_some_and(|resource| {
        !resource.trim_matches([':', '/']).is_empty() && !resource.contains(['*', '?'])
    })
}
