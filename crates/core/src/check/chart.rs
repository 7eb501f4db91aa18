//! Fields that Opta's Helm chart did not support completely. The profile `opta-2022` renders them
//! the same way.

use super::context::Checker;
use super::public_uri::path_of;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::exposure::Exposure;
use crate::model::public_uri::PublicUri;
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The profile `opta-2022` renders this field like Opta's Helm chart, so that a takeover does
    /// not restart pods. The chart did not support the field completely.
    ///
    /// The pods of `cron_jobs` also receive requests, because the Service selects their labels.
    /// They have no IAM role and no RDS certificates. With `persistent_storage`, commands have no
    /// effect, and the readiness probe uses the path of the liveness probe.
    ///
    /// Optakit differs from the chart in one point. For a `public_uri` that starts with `*`, the
    /// chart rendered the host `all`, which matches no request. Optakit renders the wildcard.
    pub static CHART_BEHAVIOR: Warning {
        fix: "After the takeover, change to the profile `default`. The pods restart once.",
        bad: Module(
            "cron_jobs: # with the profile opta-2022\n  \
             - {schedule: \"0 3 * * *\", commands: [bin/cleanup]}\n"
        ),
        good: Module(
            "cron_jobs: # with the profile default\n  \
             - {schedule: \"0 3 * * *\", commands: [bin/cleanup]}\n"
        ),
    }
}

rule! {
    /// With an Opta profile, ingress-nginx sends no request to a path with a slash at its end.
    ///
    /// The profiles `opta-2021` and `opta-2022` render the path like Opta. For `/v1/`, the pattern
    /// is `/v1/(/|$)(.*)`, which needs two slashes. The profile `default` removes the slash.
    pub static UNREACHABLE_PATH: Warning {
        fix: "Remove the slash at the end of the path.",
        bad: Module("image: nginx # with the profile opta-2022\npublic_uri: acme.io/v1/\n"),
        good: Module("image: nginx # with the profile opta-2022\npublic_uri: acme.io/v1\n"),
    }
}

const WILDCARD_HELP: &str = "remove the address if the service must not receive these requests";
const HELP: &str = "change to the profile `default`, which supports this field";

pub(super) fn check(checker: &mut Checker<'_>) {
    let context = checker.context;
    if context.has_opta_profile && context.exposure == Exposure::Nginx {
        paths(checker);
    }
    if context.is_opta_2022 {
        chart(checker);
    }
}

fn paths(checker: &mut Checker<'_>) {
    for (index, uri) in checker.service.public_uri.value.0.iter().enumerate() {
        let prefix = PublicUri::new(uri).prefix;
        let shorter = prefix.as_str().trim_end_matches('/');
        if shorter.is_empty() || shorter == prefix.as_str() {
            continue;
        }
        let message = format!("`{}` ends with a slash, so no request reaches it", prefix.as_str());
        let path = path_of(checker.header, index);
        let diagnostic = Diagnostic::new(&UNREACHABLE_PATH, uri.span, path, message)
            .help(format!("write `{shorter}`"));
        let written = checker.context.source.slice(uri.span);
        let is_plain = !uri.value.is_interpolated() && written == uri.value.as_str();
        checker.push(if is_plain {
            let text = written.trim_end_matches('/').to_owned();
            diagnostic.fix(Applicability::Safe, "remove the slash", uri.span, text)
        } else {
            diagnostic
        });
    }
}

fn chart(checker: &mut Checker<'_>) {
    let service = checker.service;
    let mut found: Vec<(&str, Span, &str)> = Vec::new();
    let jobs = service.cron_jobs.span.filter(|_| !service.cron_jobs.value.0.is_empty());
    found.extend(jobs.map(|span| {
        let message = "the pods of `cron_jobs` also receive requests, and they have no IAM role";
        ("cron_jobs", span, message)
    }));
    if service.is_stateful() {
        const UNUSED: &str = "this field has no effect with `persistent_storage`";
        let commands = [
            ("commands", service.commands.span),
            ("args", service.args.span),
            ("healthcheck_command", span_of(service.healthcheck_command.as_ref())),
            ("liveness_probe_command", span_of(service.liveness_probe_command.as_ref())),
            ("readiness_probe_command", span_of(service.readiness_probe_command.as_ref())),
        ];
        let commands = commands.into_iter();
        found.extend(commands.filter_map(|(field, span)| Some((field, span?, UNUSED))));
        let message = "the readiness probe uses the path of the liveness probe";
        let path = span_of(service.readiness_probe_path.as_ref());
        found.extend(path.map(|span| ("readiness_probe_path", span, message)));
    }
    let wildcard =
        service.public_uri.value.0.iter().find(|uri| uri.value.as_str().starts_with('*'));
    found.extend(wildcard.map(|uri| {
        (
            "public_uri",
            uri.span,
            "this address did not work in Opta, but Optakit renders the \
                                  wildcard",
        )
    }));
    for (field, span, message) in found {
        // The key is a better place than a list of several lines.
        let entry = checker.header.mapping.get(field);
        let is_list = entry.is_some_and(|entry| entry.value.as_scalar().is_none());
        let key = entry.map(|entry| entry.key.span).filter(|_| is_list && field != "public_uri");
        let diagnostic =
            Diagnostic::new(&CHART_BEHAVIOR, key.unwrap_or(span), checker.path(field), message);
        let help = if field == "public_uri" { WILDCARD_HELP } else { HELP };
        checker.push(diagnostic.help(help));
    }
}

fn span_of<T>(value: Option<&crate::span::Spanned<T>>) -> Option<Span> {
    value.map(|value| value.span)
}
