//! What a service's links allow its role.

use super::iam::{Access, Grant};
use super::partition;
use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::link::{Gives, Link, gives};
use crate::model::module::Header;
use crate::resolve::{Scope, interpolate};
use crate::source::Source;
use crate::text::{Text, TextBuilder};

/// The grants of a service's links, in link order.
///
/// ARNs that only a run of Terraform knows come from the values file, or stay as holes.
#[must_use]
pub fn grants(service: &Checked<K8sService>, source: &Source, scope: &Scope<'_>) -> Vec<Grant> {
    let grants = service.links().iter().flat_map(|link| {
        let module =
            scope.modules.iter().find(|module| module.name.value == link.target.value.as_str());
        module.map_or_else(Vec::new, |module| of_link(link, module, source, scope))
    });
    grants.collect()
}

/// The ARNs of policies that are linked to like modules, which join `additional_iam_policies`.
#[must_use]
pub fn linked_policies(service: &Checked<K8sService>) -> Vec<Text> {
    let targets = service.links().iter().map(|link| &link.target.value);
    targets.filter(|target| target.as_str().starts_with("arn:")).cloned().collect()
}

fn of_link(link: &Link, module: &Header, source: &Source, scope: &Scope<'_>) -> Vec<Grant> {
    let kind = module.short_type();
    let Some(Gives::Permissions(_, by_itself)) = gives(kind) else { return Vec::new() };
    let output = |output: &str| {
        let input = format!("module.{}.{output}", module.name.value);
        let value = scope.value(&input);
        TextBuilder::default().value_or_input(value.as_deref(), &input).build()
    };
    let grant = |permission: &str| {
        let (access, resource, encrypted) = match (kind, permission) {
            ("s3", "read") => (Access::ReadBucket, bucket(module, source, scope), false),
            ("s3", _) => (Access::WriteBucket, bucket(module, source, scope), false),
            ("sqs", "publish") => (Access::PublishQueue, output("queue_arn"), true),
            ("sqs", _) => (Access::SubscribeQueue, output("queue_arn"), true),
            ("sns", _) => (Access::PublishSns, output("topic_arn"), true),
            (_, "read") => (Access::ReadTable, output("table_arn"), true),
            _ => (Access::WriteTable, output("table_arn"), true),
        };
        Grant { access, resource, key: encrypted.then(|| output("kms_arn")) }
    };
    link.permissions(by_itself).into_iter().map(grant).collect()
}

/// The ARN of a bucket, from the name its module gives it.
fn bucket(module: &Header, source: &Source, scope: &Scope<'_>) -> Text {
    let (mapping, _) = interpolate(&module.mapping, &module.path, source, scope);
    let name = mapping
        .value("bucket_name")
        .and_then(|node| node.as_scalar())
        .map(|scalar| scalar.text.clone());
    TextBuilder::default()
        .push(&format!("arn:{}:s3:::", partition(scope.environment.region.as_deref())))
        .text(&name.unwrap_or_else(|| Text::literal("")))
        .build()
}
