//! The access that the links of a service give to its role.

use super::policy::{Grant, Resource, StatementRule, rule};
use crate::check::Checked;
use crate::model::k8s_service::K8sService;
use crate::model::link::Link;
use crate::model::link_kind::{LinkAccess, LinkKind, LinkPermission};
use crate::model::module::Header;
use crate::model::module_types::BUCKET_NAME;
use crate::model::partition::partition;
use crate::resolve::{Scope, interpolate};
use crate::source::Source;
use crate::text::{Text, TextBuilder};

/// Returns the grants of the links of a service, in link order.
///
/// The ARNs come from the values file. An unknown ARN is a hole.
#[must_use]
pub fn grants(service: &Checked<K8sService>, source: &Source, scope: &Scope<'_>) -> Vec<Grant> {
    let grants = service.links().iter().flat_map(|link| {
        let module = scope.modules.named(link.target.value.as_str());
        module.map_or_else(Vec::new, |module| of_link(link, module, source, scope))
    });
    grants.collect()
}

/// Returns the links that are ARNs of policies. They are attached to the role like
/// `additional_iam_policies`.
#[must_use]
pub fn linked_policies(service: &Checked<K8sService>) -> Vec<Text> {
    let targets = service.links().iter().map(|link| &link.target.value);
    targets.filter(|target| target.as_str().starts_with("arn:")).cloned().collect()
}

fn of_link(link: &Link, module: &Header, source: &Source, scope: &Scope<'_>) -> Vec<Grant> {
    let access = LinkKind::of(module.short_type()).map(|kind| kind.access);
    let Some(LinkAccess::Permissions { all, default }) = access else { return Vec::new() };
    let output = |output: &str| {
        let input = format!("module.{}.{output}", module.name.value);
        let value = scope.value(&input);
        TextBuilder::default().value_or_input(value.as_deref(), &input).build()
    };
    let grant = |permission: LinkPermission| {
        let StatementRule { resource, key, .. } = rule(permission);
        let resource = match resource {
            Resource::Bucket => bucket(module, source, scope),
            Resource::Output(name) => output(name),
        };
        Grant { access: permission, resource, key: key.map(|_| output("kms_arn")) }
    };
    link.permissions(all, default).into_iter().map(grant).collect()
}

/// Returns the ARN of a bucket.
///
/// The checks ensure that the module has a bucket name. Without a name, the ARN has a hole, so it
/// never covers other buckets.
fn bucket(module: &Header, source: &Source, scope: &Scope<'_>) -> Text {
    let (mapping, _) = interpolate(&module.mapping, &module.path, source, scope);
    let name = mapping.value(BUCKET_NAME).and_then(|node| node.as_scalar());
    let arn = TextBuilder::default()
        .push(&format!("arn:{}:s3:::", partition(scope.environment.region.as_deref())));
    match name {
        Some(name) => arn.text(&name.text).build(),
        None => {
            let input = format!("module.{}.{BUCKET_NAME}", module.name.value);
            arn.value_or_input(None, &input).build()
        }
    }
}
