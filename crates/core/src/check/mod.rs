//! Laws that one declaration cannot say: across fields, of names, of what Kubernetes and AWS take.
//! One file a family; every rule stands in `RULES` with its documentation and examples.

pub mod env_vars;
pub mod exposure;
pub mod iam;
pub mod image;
pub mod links;
pub mod names;
pub mod probes;
pub mod public_uri;
pub mod scaling;
pub mod sessions;

use crate::diagnostic::{Diagnostic, Rule, TextEdit};
use crate::lower::Lowered;
use crate::model::exposure::Exposure;
use crate::model::image::Image;
use crate::model::k8s_service::{K8sService, Port, PortKind};
use crate::model::link::Link;
use crate::model::module::{self, Header};
use crate::model::{later, layer, rules};
use crate::source::Source;
use crate::span::{Span, Spanned};
use crate::{resolve, syntax};

/// Every rule, by family.
pub static RULES: &[&Rule] = &[
    &syntax::SYNTAX,
    &syntax::DUPLICATE_KEY,
    &rules::UNKNOWN_FIELD,
    &later::LATER_FIELD,
    &rules::MISSING_FIELD,
    &rules::WRONG_TYPE,
    &rules::OUT_OF_RANGE,
    &rules::UNQUOTED_VALUE,
    &rules::UNIT_IN_NUMBER,
    &rules::PORT_KINDS,
    &rules::INVALID_IMAGE,
    &layer::CONFLICTING_VARIABLE,
    &module::UNKNOWN_MODULE_TYPE,
    &module::DUPLICATE_MODULE_NAME,
    &resolve::NO_ENVIRONMENT,
    &resolve::AMBIGUOUS_ENVIRONMENT,
    &resolve::ENVIRONMENT_FILE,
    &resolve::UNKNOWN_REFERENCE,
    &resolve::MALFORMED_REFERENCE,
    &names::INVALID_LAYER_NAME,
    &names::INVALID_MODULE_NAME,
    &names::NAME_TOO_LONG,
    &image::TAG_IGNORED,
    &scaling::MIN_ABOVE_MAX,
    &scaling::ZERO_MINIMUM,
    &scaling::NO_METRIC,
    &env_vars::INVALID_ENV_NAME,
    &env_vars::SHADOWED_ENV_VAR,
    &probes::PATH_WITHOUT_SLASH,
    &probes::PROBE_WITHOUT_EFFECT,
    &sessions::STICKY_AGE_WITHOUT_STICKY,
    &public_uri::INVALID_PUBLIC_URI,
    &links::INVALID_LINK,
    &iam::NOT_A_POLICY_ARN,
    &exposure::NOT_EXPRESSIBLE,
];

/// A value that every check has passed: only [`check`] makes one, so that rendering has no error
/// path.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Checked<K8sService> {
    /// The image, which a checked service has.
    #[must_use]
    pub fn image(&self) -> &Spanned<Image> {
        self.0.image.as_ref().expect("a service without an image is not checked")
    }

    /// The port, which a checked service has.
    #[must_use]
    pub fn port(&self) -> Port {
        self.0.port.as_ref().expect("a service without a port is not checked").value
    }

    /// The links in file order.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.0.links.value.0
    }
}

/// What a service is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The layer's name.
    pub layer_name: &'a str,
    /// Every module of the file.
    pub modules: &'a [Header],
    /// The tag and the digest of the run.
    pub image: (Option<&'a str>, Option<&'a str>),
    /// What leads requests to services.
    pub exposure: Exposure,
    /// The service file, for repairs that add to it.
    pub source: &'a Source,
}

/// A service that is being checked, and where its faults go.
pub(crate) struct Cx<'a> {
    pub(crate) header: &'a Header,
    pub(crate) service: &'a K8sService,
    pub(crate) surroundings: &'a Surroundings<'a>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Cx<'_> {
    /// The path of one of the module's fields.
    pub(crate) fn path(&self, field: &str) -> String {
        format!("{}.{field}", self.header.path)
    }

    /// A repair that adds `line` as a field before one that is there, laid out like it.
    pub(crate) fn add_before(&self, field: &str, line: &str) -> Option<TextEdit> {
        let key = self.header.mapping.get(field)?.key.span;
        let start = key.start as usize;
        let text = &self.surroundings.source.text;
        let before = text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let lead = before.get(line_start..)?;
        let in_block = lead.trim_start_matches([' ', '-']).is_empty();
        let separator = if in_block {
            format!("\n{}", " ".repeat(lead.chars().count()))
        } else {
            ", ".to_owned()
        };
        Some(TextEdit { span: Span { end: key.start, ..key }, text: format!("{line}{separator}") })
    }

    pub(crate) fn port(&self) -> Option<PortKind> {
        self.service.port.as_ref().map(|port| port.value.kind)
    }

    /// The name of the release of old, which has a largest length.
    pub(crate) fn instance(&self) -> String {
        format!("{}-{}", self.surroundings.layer_name, self.header.name.value)
    }
}

/// Checks a service.
///
/// `faults` are those of earlier stages. Returns the service when neither they nor the checks found
/// an error.
#[must_use]
pub fn check(
    lowered: Lowered<'_>,
    faults: Vec<Diagnostic>,
    surroundings: &Surroundings<'_>,
) -> (Option<Checked<K8sService>>, Vec<Diagnostic>) {
    let mut cx =
        Cx { header: lowered.header, service: &lowered.service, surroundings, diagnostics: faults };
    names::check(&mut cx);
    image::check(&mut cx);
    scaling::check(&mut cx);
    env_vars::check(&mut cx);
    probes::check(&mut cx);
    sessions::check(&mut cx);
    public_uri::check(&mut cx);
    links::check(&mut cx);
    iam::check(&mut cx);
    exposure::check(&mut cx);
    let diagnostics = cx.diagnostics;
    let good = !diagnostics.iter().any(Diagnostic::is_error)
        && lowered.service.image.is_some()
        && lowered.service.port.is_some();
    (good.then_some(Checked(lowered.service)), diagnostics)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::RULES;
    use crate::api::{Analysis, Choices, Finding, Request, SourceText, analyze};
    use crate::diagnostic::{Example, Rule};

    const ENVIRONMENT: &str = "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n    \
                               account_id: 123456789012\nmodules:\n  - type: base\n  - {type: dns, domain: staging.acme.io}\n";

    fn text(example: Example) -> String {
        let Example::Module(fields) = example else {
            let Example::File(text) = example else { unreachable!("an example is one of the two") };
            return text.to_owned();
        };
        let mut lines = vec!["type: k8s-service".to_owned()];
        let given = |field: &str| fields.lines().any(|line| line.starts_with(field));
        lines.extend((!given("image:")).then(|| "image: AUTO".to_owned()));
        lines.extend((!given("port:")).then(|| "port: {http: 80}".to_owned()));
        lines.extend(fields.lines().map(str::to_owned));
        let module = lines.join("\n    ");
        format!(
            "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n  - {module}\n"
        )
    }

    fn check(text: &str) -> Analysis {
        let request = Request {
            service: SourceText { name: "opta.yml".to_owned(), text: text.to_owned() },
            environment_files: [
                ("env.yml".to_owned(), Ok(ENVIRONMENT.to_owned())),
                ("env2.yml".to_owned(), Ok(ENVIRONMENT.to_owned())),
                ("missing.yml".to_owned(), Err("no such file".to_owned())),
            ]
            .into(),
            // Rules of other exposures than Opta's speak only of those.
            choices: Choices {
                image_tag: Some("a1".to_owned()),
                exposure: Some("gateway".to_owned()),
                ..Choices::default()
            },
            rds_certificates: crate::api::RdsCertificates::always("certificates"),
            ..Request::default()
        };
        analyze(&request, false)
    }

    fn of<'a>(rule: &Rule, analysis: &'a Analysis) -> Vec<&'a Finding> {
        analysis.diagnostics.iter().filter(|finding| finding.rule == rule.id).collect()
    }

    #[test]
    fn rules_have_names_of_their_own_and_documentation() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
            assert!(rule.doc.len() > 40 && rule.doc.ends_with(['.', '`', ')']), "{}", rule.id);
        }
    }

    #[test]
    fn bad_examples_break_their_rule_and_good_ones_break_none() {
        for rule in RULES {
            let bad = check(&text(rule.bad));
            assert!(!of(rule, &bad).is_empty(), "{}: {:#?}", rule.id, bad.diagnostics);
            let good = check(&text(rule.good));
            // The run's tag is for the one rule about it.
            let others: Vec<_> = good
                .diagnostics
                .iter()
                .filter(|finding| finding.rule != "image-tag-ignored")
                .collect();
            assert!(others.is_empty() && of(rule, &good).is_empty(), "{}: {others:#?}", rule.id);
        }
    }

    #[test]
    fn messages_are_written_alike() {
        for rule in RULES {
            let analysis = check(&text(rule.bad));
            for finding in of(rule, &analysis) {
                assert_eq!(finding.severity, rule.severity.as_str(), "{}", rule.id);
                assert!(!finding.message.ends_with('.'), "{}: {}", rule.id, finding.message);
                assert!(
                    !finding.message.starts_with(|c: char| c.is_ascii_uppercase()),
                    "{}: {}",
                    rule.id,
                    finding.message
                );
            }
        }
    }

    #[test]
    fn after_a_fix_the_text_parses_and_the_rule_is_silent() {
        let mut fixed = 0;
        for rule in RULES {
            let before = text(rule.bad);
            let analysis = check(&before);
            for fix in of(rule, &analysis).iter().flat_map(|finding| &finding.fixes) {
                let mut after = before.clone();
                let mut edits = fix.edits.clone();
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.start));
                for edit in edits {
                    after.replace_range(edit.place.start..edit.place.end, &edit.text);
                }
                let again = check(&after);
                assert!(
                    of(rule, &again).is_empty(),
                    "{}: {}\n{after}{:#?}",
                    rule.id,
                    fix.title,
                    again.diagnostics
                );
                assert!(
                    again.diagnostics.iter().all(|finding| finding.rule != "yaml-syntax"),
                    "{}\n{after}",
                    rule.id
                );
                fixed += 1;
            }
        }
        assert!(fixed > 10, "fixes were tried");
    }

    #[test]
    fn places_lie_in_the_text() {
        for rule in RULES {
            let source = text(rule.bad);
            for finding in &check(&source).diagnostics {
                assert!(
                    finding.place.end <= source.len() && finding.place.start <= finding.place.end,
                    "{}",
                    rule.id
                );
                assert!(
                    source.is_char_boundary(finding.place.start)
                        && source.is_char_boundary(finding.place.end)
                );
            }
        }
    }
}
