//! Fields that need AWS, in environments of other clouds.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::exposure::Exposure;
use crate::model::image::Image;
use crate::model::link_kind::{LinkAccess, LinkKind};
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The field needs AWS, but the environment is on another cloud.
    ///
    /// `image: AUTO` needs a repository in ECR. `additional_iam_policies` and links to buckets,
    /// queues, topics and tables need an IAM role. The exposure `alb` needs the AWS Load Balancer
    /// Controller.
    pub static NEEDS_AWS: Error {
        fix: "Write an image reference, or remove the field.",
        bad: File(
            "name: shop\norg_name: acme\nproviders: {local: {}}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

const GRANT: &str = "remove it, and give the service access with the tools of your cloud";

pub(super) fn check(checker: &mut Checker<'_>) {
    if checker.context.environment.is_on_aws() {
        return;
    }
    let service = checker.service;
    if let Some(image) = service.image.as_ref().filter(|image| image.value == Image::Auto) {
        let help = "write an image reference, such as `registry.example.com/api:1.0`";
        report("`image: AUTO`", image.span, checker.path("image"), help, checker);
    }
    if let Some(policy) = service.additional_iam_policies.value.first() {
        let path = checker.path("additional_iam_policies");
        report("`additional_iam_policies`", policy.span, path, GRANT, checker);
    }
    for link in &service.links.value.0 {
        let target = link.target.value.as_str();
        let modules = checker.context.modules;
        let module = modules.named(target);
        let cloud = checker.context.environment.cloud();
        // A module of another cloud is already reported.
        let module = module.filter(|module| module.module_type(cloud).is_some());
        let access = module.and_then(|module| LinkKind::of(module.short_type()));
        let needs_role =
            matches!(access.map(|kind| kind.access), Some(LinkAccess::Permissions { .. }));
        if target.starts_with("arn:") || needs_role {
            let what = format!("the link to `{target}`");
            report(&what, link.target.span, link.path.clone(), GRANT, checker);
        }
    }
    let uri = service.public_uri.value.0.first();
    if let Some(uri) = uri.filter(|_| checker.context.exposure == Exposure::Alb) {
        let help = "choose the exposure `nginx` or `gateway`";
        report("the exposure `alb`", uri.span, checker.path("public_uri"), help, checker);
    }
}

fn report(what: &str, span: Span, path: String, help: &str, checker: &mut Checker<'_>) {
    let cloud = checker.context.environment.cloud().name();
    let message = format!("{what} needs AWS, but the environment is on {cloud}");
    checker.push(Diagnostic::new(&NEEDS_AWS, span, path, message).help(help));
}
