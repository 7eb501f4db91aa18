//! Characters that Kubernetes rejects or changes.

use super::context::Checker;
use super::env_vars::is_lost;
use crate::diagnostic::Diagnostic;
use crate::model::k8s_service::K8sService;
use crate::rule::rule;
use crate::span::Span;
use crate::text::Text;

rule! {
    /// The text contains a character that the API server rejects or changes.
    ///
    /// These are NUL, DEL, C1 control characters, Unicode line separators and byte order marks.
    pub static INVALID_CHARACTER: Error {
        fix: "Remove the character.",
        bad: Module("args: [\"a\\x7f\"]\n"),
        good: Module("args: [\"a\\t\"]\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let found: Vec<(&str, Span, char)> = texts(checker.service)
        .filter_map(|(field, text, span)| {
            let lost = text.as_str().chars().find(|c| is_lost(*c))?;
            Some((field, span, lost))
        })
        .collect();
    for (field, span, character) in found {
        let character = character.escape_unicode();
        let message = format!("`{field}` contains the character `{character}`");
        let path = checker.path(field);
        let diagnostic = Diagnostic::new(&INVALID_CHARACTER, span, path, message);
        checker.push(diagnostic.help("remove the character: Kubernetes rejects or changes it"));
    }
}

/// Returns the texts of a service that no other rule restricts, with their fields.
fn texts(service: &K8sService) -> impl Iterator<Item = (&'static str, &Text, Span)> {
    let commands = [
        ("healthcheck_command", &service.healthcheck_command),
        ("liveness_probe_command", &service.liveness_probe_command),
        ("readiness_probe_command", &service.readiness_probe_command),
    ];
    let commands = commands.into_iter().flat_map(|(field, command)| {
        command.iter().flat_map(move |list| list.value.iter().map(move |text| (field, text)))
    });
    let lists = [("commands", &service.commands), ("args", &service.args)];
    let lists = lists
        .into_iter()
        .flat_map(|(field, list)| list.value.iter().map(move |text| (field, text)));
    let jobs = service.cron_jobs.value.0.iter();
    let jobs = jobs.flat_map(|job| {
        job.value.commands.iter().flat_map(|list| &list.value).chain(&job.value.args.value)
    });
    let jobs = jobs.map(|text| ("cron_jobs", text));
    let maps = [
        ("pod_annotations", &service.pod_annotations),
        ("ingress_extra_annotations", &service.ingress_extra_annotations),
    ];
    let maps = maps
        .into_iter()
        .flat_map(|(field, map)| map.value.0.iter().map(move |(_, text)| (field, text)));
    let hash = service.consistent_hash.iter().map(|text| ("consistent_hash", text));
    let paths = [
        ("healthcheck_path", &service.healthcheck_path),
        ("liveness_probe_path", &service.liveness_probe_path),
        ("readiness_probe_path", &service.readiness_probe_path),
    ];
    let paths =
        paths.into_iter().flat_map(|(field, path)| path.iter().map(move |text| (field, text)));
    let all = commands.chain(lists).chain(jobs).chain(maps).chain(hash).chain(paths);
    all.map(|(field, text)| (field, &text.value, text.span))
}
