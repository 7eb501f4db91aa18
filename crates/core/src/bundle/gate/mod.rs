//! Checks that a bundle touches only its own layer.
//!
//! The check does not trust the digest, and it does not depend on the version that made the
//! bundle. It compares every document with the documents that the renderer can write for the
//! modules in the sources. Everything else is a violation.

mod arn;
mod aws;
mod expected;
mod inputs;
mod metadata;
mod objects;
mod pods;
mod shape;
mod traffic;
mod workloads;

use std::collections::BTreeSet;

use self::expected::Expected;
use super::error::{BundleError, Violation};
use super::format::Bundle;
use super::object::BundleObject;
use crate::aws::AwsResource;
use crate::model::cloud::Cloud;
use crate::model::name::is_reserved_layer;
use crate::render::{LINK_SECRET, MANUAL_SECRETS};
use crate::rfc1123;

impl Bundle {
    /// Checks that the bundle touches only its own layer. Commands call this before they use a
    /// bundle from a file.
    ///
    /// # Errors
    ///
    /// Fails with [`BundleError::OutsideLayer`], which lists every violation.
    pub fn check_layer(&self) -> Result<(), BundleError> {
        let violations = violations(self);
        if violations.is_empty() {
            return Ok(());
        }
        Err(BundleError::OutsideLayer { layer: self.metadata.layer.clone(), violations })
    }

    /// Checks that the bundle touches only this layer. Commands call this before they use a
    /// bundle from the history of a layer.
    ///
    /// # Errors
    ///
    /// Fails with [`BundleError::OutsideLayer`], which lists every violation.
    pub fn check_layer_is(&self, layer: &str) -> Result<(), BundleError> {
        if self.metadata.layer == layer {
            return self.check_layer();
        }
        let reason = format!("is `{}`, expected `{layer}`", self.metadata.layer);
        let violations = vec![violation("bundle", "/metadata/layer", reason)];
        Err(BundleError::OutsideLayer { layer: layer.to_owned(), violations })
    }
}

impl Bundle {
    /// Checks that the roles of the bundle trust only this issuer, the one of the cluster. Without
    /// this check, pods of another cluster could use them.
    ///
    /// # Errors
    ///
    /// Fails with [`BundleError::OutsideLayer`], which lists every other issuer.
    pub fn check_issuer(&self, issuer: &str) -> Result<(), BundleError> {
        let issuer = issuer.trim_start_matches("https://").trim_end_matches('/');
        let mut violations = Vec::new();
        for resource in self.aws.iter().filter(|resource| resource.as_role().is_some()) {
            let json = resource.to_json();
            let trusted = aws::trusted_issuer(&json).unwrap_or_default();
            if trusted.trim_end_matches('/') != issuer {
                let reason = format!("trusts the issuer `{trusted}`, expected `{issuer}`");
                violations.push(violation(&label(resource), "/trust", reason));
            }
        }
        if violations.is_empty() {
            return Ok(());
        }
        Err(BundleError::OutsideLayer { layer: self.metadata.layer.clone(), violations })
    }
}

fn violation(document: &str, pointer: &str, reason: String) -> Violation {
    Violation { document: document.to_owned(), pointer: pointer.to_owned(), reason }
}

fn violations(bundle: &Bundle) -> Vec<Violation> {
    let filled = inputs::filled(bundle);
    let expected = Expected::of(&filled);
    let mut found = metadata_violations(&expected);
    let mut seen = BTreeSet::new();
    for object in &filled.manifests {
        check_object(object, &expected, &mut found);
        if !seen.insert((object.kind(), object.name())) {
            found.push(violation(&object.label(), "", "is in the bundle twice".to_owned()));
        }
    }
    let mut seen = BTreeSet::new();
    for resource in &filled.aws {
        check_resource(resource, &expected, &mut found);
        if !seen.insert((resource.kind(), resource.module())) {
            found.push(violation(&label(resource), "", "is in the bundle twice".to_owned()));
        }
    }
    found
}

fn metadata_violations(expected: &Expected<'_>) -> Vec<Violation> {
    let bundle = expected.bundle;
    let mut found = Vec::new();
    let mut report = |pointer: &str, reason| found.push(violation("bundle", pointer, reason));
    let (layer, environment) = (&bundle.metadata.layer, &bundle.metadata.environment);
    if is_reserved_layer(layer) {
        report("/metadata/layer", format!("is `{layer}`, a namespace that Kubernetes reserves"));
    } else if !rfc1123::is_label(layer) {
        report("/metadata/layer", format!("is `{layer}`, which is not a valid namespace"));
    }
    if expected.layer.as_ref() != Some(layer) {
        let named = expected.layer.as_deref().unwrap_or_default();
        report("/metadata/layer", format!("is `{layer}`, but the service file has `{named}`"));
    }
    if !expected.environments.contains(environment) {
        let reason = format!("is `{environment}`, which is not an environment of the sources");
        report("/metadata/environment", reason);
    }
    if !is_name(environment) {
        let reason = format!("is `{environment}`, expected letters, digits and dashes");
        report("/metadata/environment", reason);
    }
    for names in &expected.modules {
        let module = names.module.as_str();
        if !rfc1123::is_label(module) {
            let reason = format!("has the module `{module}`, which is not a valid name");
            report("/sources/service", reason);
        }
    }
    let target = &bundle.target;
    if target.account_id.as_deref().is_some_and(|account| !arn::is_account(account)) {
        report("/target/accountId", "is not an AWS account ID".to_owned());
    }
    if target.region.as_deref().is_some_and(|region| !rfc1123::is_label(region)) {
        report("/target/region", "is not an AWS region".to_owned());
    }
    let provider = Some(expected.cloud).filter(|cloud| *cloud != Cloud::Aws).map(Cloud::provider);
    if target.provider.as_deref() != provider {
        report("/target/provider", "differs from the provider in the sources".to_owned());
    }
    if provider.is_some() && !bundle.aws.is_empty() {
        report("/aws", "has resources, but the environment is not on AWS".to_owned());
    }
    let cluster = format!("opta-{environment}");
    if bundle.target.cluster != cluster {
        let reason = format!("is `{}`, expected `{cluster}`", bundle.target.cluster);
        report("/target/cluster", reason);
    }
    for (index, secret) in bundle.secrets.iter().enumerate() {
        if ![LINK_SECRET, MANUAL_SECRETS].contains(&secret.name.as_str()) {
            let reason =
                format!("is `{}`, expected `{LINK_SECRET}` or `{MANUAL_SECRETS}`", secret.name);
            report(&format!("/secrets/{index}/name"), reason);
        }
    }
    found
}

/// Whether a text can be the name of an environment, which is part of names in AWS.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn check_object(object: &BundleObject, expected: &Expected<'_>, found: &mut Vec<Violation>) {
    let label = object.label();
    let mut report = |pointer: &str, reason| found.push(violation(&label, pointer, reason));
    inputs::find_references(object.json(), expected.bundle, &mut report);
    let module = object.text("/metadata/labels/opta.dev~1module-name");
    match objects::shape(object.kind(), object.name(), module, expected) {
        Ok(shape) => shape.compare(object.json(), &mut report),
        Err(allowed) if allowed.is_empty() => {
            report("", "does not belong to the layer: its service file has no service".to_owned());
        }
        Err(allowed) => {
            report("/metadata/name", format!("is `{}`, expected {allowed}", object.name()));
            if object.namespace() != Some(expected.namespace()) {
                let namespace = object.namespace().unwrap_or_default();
                let reason = format!("is `{namespace}`, expected `{}`", expected.namespace());
                report("/metadata/namespace", reason);
            }
        }
    }
}

fn check_resource(resource: &AwsResource, expected: &Expected<'_>, found: &mut Vec<Violation>) {
    let label = label(resource);
    let json = resource.to_json();
    let mut report = |pointer: &str, reason| found.push(violation(&label, pointer, reason));
    inputs::find_references(&json, expected.bundle, &mut report);
    let mut modules = expected.modules.iter();
    match modules.find(|names| names.module.as_str() == resource.module()) {
        Some(names) => aws::shape(resource, names, &json, expected).compare(&json, &mut report),
        None => {
            let allowed = expected.quoted_modules();
            report("", format!("has the module `{}`, expected {allowed}", resource.module()));
        }
    }
}

fn label(resource: &AwsResource) -> String {
    format!("{} {}", resource.kind(), resource.name())
}
