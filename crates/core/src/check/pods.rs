//! Labels, annotations, tolerations and limits of pods.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::metadata_key::{
    MAX_NAME, is_annotation_key, is_key, is_label_value, is_snippet, is_unconfined,
};
use crate::model::rules::TINY_RESOURCES;
use crate::model::text_map::TextMap;
use crate::model::toleration::{EFFECTS, INVALID_EFFECT};
use crate::quote::{one_of, quoted};
use crate::rfc1123;
use crate::rule::rule;
use crate::suggest::Suggestion;
use crate::text::Text;

rule! {
    /// The key of a label or annotation is not valid.
    ///
    /// A key is a name of at most 63 letters, digits, `-`, `_` and `.`. It can have a domain in
    /// front, such as `example.com/team`.
    pub static INVALID_METADATA_KEY: Error {
        fix: "Use a name, or a domain and a name like `example.com/team`.",
        bad: Module("pod_annotations: {\"the team\": payments}\n"),
        good: Module("pod_annotations: {team: payments}\n"),
        limits: [MAX_NAME, rfc1123::MAX_SUBDOMAIN],
    }
}

rule! {
    /// The value of a label is not valid.
    ///
    /// It has at most 63 letters, digits, `-`, `_` and `.`, and starts and ends with a letter or
    /// digit.
    pub static INVALID_LABEL_VALUE: Error {
        fix: "Shorten the value, or move it to `pod_annotations`.",
        bad: Module("pod_labels: {team: \"payments and billing\"}\n"),
        good: Module("pod_labels: {team: payments-and-billing}\n"),
        limits: [MAX_NAME],
    }
}

rule! {
    /// Optakit sets this label. It decides which pods belong to the service.
    pub static RESERVED_LABEL: Error {
        fix: "Use another key.",
        bad: Module("pod_labels: {app.kubernetes.io/name: api}\n"),
        good: Module("pod_labels: {example.com/name: api}\n"),
    }
}

rule! {
    /// The annotation is not allowed, because it would disable a protection.
    ///
    /// A snippet adds text to the configuration of nginx. nginx can read the Secrets of all
    /// namespaces, so ingress-nginx rejects snippets by default. An annotation that disables
    /// AppArmor violates the Pod Security Standard `baseline`.
    pub static FORBIDDEN_ANNOTATION: Error {
        fix: "Remove the annotation.",
        bad: Module(
            "ingress_extra_annotations:\n  \
             nginx.ingress.kubernetes.io/server-snippet: \"return 200;\"\n"
        ),
        good: Module(
            "ingress_extra_annotations:\n  nginx.ingress.kubernetes.io/enable-cors: \"true\"\n"
        ),
    }
}

rule! {
    /// The memory limit is smaller than the memory request. Kubernetes rejects such a container.
    pub static LIMIT_BELOW_REQUEST: Error {
        fix: "Raise `resource_limits.memory` or lower `resource_request.memory`.",
        bad: Module("resource_request: {memory: 512}\nresource_limits: {memory: 511}\n"),
        good: Module("resource_request: {memory: 512}\nresource_limits: {memory: 512}\n"),
    }
}

const POD_LABELS: &str = "pod_labels";

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    keys(checker, POD_LABELS, &service.pod_labels.value, is_key);
    let of_pods = &service.pod_annotations.value;
    keys(checker, "pod_annotations", of_pods, is_annotation_key);
    let of_ingresses = &service.ingress_extra_annotations.value;
    keys(checker, "ingress_extra_annotations", of_ingresses, is_annotation_key);
    labels(checker);
    annotations(checker);
    effects(checker);
    taints(checker);
    limits(checker);
}

fn keys(checker: &mut Checker<'_>, field: &str, map: &TextMap, is_valid: fn(&str) -> bool) {
    for (key, _) in map.0.iter().filter(|(key, _)| !is_valid(&key.value)) {
        let message = format!("`{}` is not a valid key", key.value);
        let path = format!("{}.{}", checker.path(field), key.value);
        let diagnostic = Diagnostic::new(&INVALID_METADATA_KEY, key.span, path, message);
        checker.push(diagnostic.help("use a name, or a domain and a name like `example.com/team`"));
    }
}

fn labels(checker: &mut Checker<'_>) {
    for (key, value) in &checker.service.pod_labels.value.0 {
        let path = format!("{}.{}", checker.path(POD_LABELS), key.value);
        if is_reserved(&key.value) {
            let message = format!("the label `{}` is set by Optakit", key.value);
            let diagnostic = Diagnostic::new(&RESERVED_LABEL, key.span, path, message);
            checker.push(diagnostic.help("use another key"));
            continue;
        }
        let text = value.value.as_str();
        if value.value.is_known() && !is_label_value(text) {
            let message = format!(
                "`{text}` is not a valid label, expected at most 63 letters, digits, `-`, `_` \
                 and `.`"
            );
            let diagnostic = Diagnostic::new(&INVALID_LABEL_VALUE, value.span, path, message);
            checker.push(diagnostic.help("shorten the value, or move it to `pod_annotations`"));
        }
    }
}

/// Whether Optakit sets the label on pods, in any profile.
fn is_reserved(key: &str) -> bool {
    let prefixes = ["app.kubernetes.io/", "opta.dev/", "optakit.dev/", "tags.datadoghq.com/"];
    prefixes.iter().any(|prefix| key.starts_with(prefix))
        || matches!(key, "pod-template-hash" | "cronjob")
}

fn annotations(checker: &mut Checker<'_>) {
    let service = checker.service;
    let on_pods = service.pod_annotations.value.0.iter();
    let on_pods = on_pods
        .filter(|(key, value)| is_unconfined(&key.value, value.value.as_str()))
        .map(|(key, _)| ("pod_annotations", key));
    let on_ingresses = service.ingress_extra_annotations.value.0.iter();
    let on_ingresses = on_ingresses
        .filter(|(key, _)| is_snippet(&key.value))
        .map(|(key, _)| ("ingress_extra_annotations", key));
    for (field, key) in on_pods.chain(on_ingresses) {
        let message = format!("the annotation `{}` is not allowed", key.value);
        let path = format!("{}.{}", checker.path(field), key.value);
        let diagnostic = Diagnostic::new(&FORBIDDEN_ANNOTATION, key.span, path, message);
        checker.push(diagnostic.help("remove it: it would disable a protection of the cluster"));
    }
}

fn effects(checker: &mut Checker<'_>) {
    for (index, toleration) in checker.service.tolerations.value.0.iter().enumerate() {
        let effect = &toleration.value.effect;
        let (text, Some(span)) = (effect.value.as_str(), effect.span) else { continue };
        if EFFECTS.contains(&text) || !effect.value.is_known() {
            continue;
        }
        let message = format!("`{text}` is not a valid effect of a taint");
        let path = format!("{}[{index}].effect", checker.path("tolerations"));
        let diagnostic = Diagnostic::new(&INVALID_EFFECT, span, path, message);
        let other_help = || format!("use {}", one_of(EFFECTS));
        let suggestion = Suggestion::new(text, EFFECTS.iter().copied(), other_help);
        checker.push(suggestion.change(diagnostic));
    }
}

/// Checks the keys and values of taints, which follow the rules of labels.
fn taints(checker: &mut Checker<'_>) {
    for (index, toleration) in checker.service.tolerations.value.0.iter().enumerate() {
        let path = format!("{}[{index}]", checker.path("tolerations"));
        let is_wrong =
            |text: &Text, is_valid: fn(&str) -> bool| text.is_known() && !is_valid(text.as_str());
        let key = toleration.value.key.as_ref();
        if let Some(key) = key.filter(|key| is_wrong(&key.value, is_key)) {
            let message = format!("{} is not a valid key of a taint", quoted(key.value.as_str()));
            let path = format!("{path}.key");
            let diagnostic = Diagnostic::new(&INVALID_METADATA_KEY, key.span, path, message);
            let help = "use a name, or a domain and a name like `example.com/team`";
            checker.push(diagnostic.help(help));
        }
        let value = &toleration.value.value;
        if let Some(span) = value.span.filter(|_| is_wrong(&value.value, is_label_value)) {
            let found = quoted(value.value.as_str());
            let message = format!("{found} is not a valid value of a taint");
            let path = format!("{path}.value");
            let diagnostic = Diagnostic::new(&INVALID_LABEL_VALUE, span, path, message);
            checker.push(diagnostic.help("use at most 63 letters, digits, `-`, `_` and `.`"));
        }
    }
}

fn limits(checker: &mut Checker<'_>) {
    let service = checker.service;
    let limit = service.resource_limits.as_ref().and_then(|limits| limits.value.memory.as_ref());
    let Some(limit) = limit else { return };
    let default = crate::model::resource_request::ResourceRequest::empty();
    let request = service.resource_request.as_ref().map_or(&default, |request| &request.value);
    if limit.value < request.memory.value {
        let message = format!(
            "the memory limit is {}, less than the request of {}",
            limit.value.to_text(),
            request.memory.value.to_text()
        );
        let path = format!("{}.memory", checker.path("resource_limits"));
        // A limit in the wrong unit is both tiny and below the request. One diagnostic is enough.
        let is_tiny = |found: &Diagnostic| {
            std::ptr::eq(found.rule, &raw const TINY_RESOURCES) && found.path == path
        };
        let tiny = checker.diagnostics.iter().position(is_tiny);
        let tiny = tiny.map(|index| checker.diagnostics.remove(index));
        let diagnostic = Diagnostic::new(&LIMIT_BELOW_REQUEST, limit.span, path, message);
        checker.push(match tiny {
            Some(tiny) => Diagnostic { help: tiny.help, fixes: tiny.fixes, ..diagnostic },
            None => diagnostic.help("raise the limit, or lower the request"),
        });
    }
}
