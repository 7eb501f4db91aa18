//! Texts that are too long for Kubernetes or Linux.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::text_map::TextMap;
use crate::rule::rule;
use crate::span::{Span, Spanned};
use crate::text::Text;

/// Eight copies of a text.
macro_rules! eight {
    ($text:expr) => {
        concat!($text, $text, $text, $text, $text, $text, $text, $text)
    };
}

/// A service file whose only argument is `$argument`. The variable `a` has 1,024 characters.
macro_rules! with_argument {
    ($argument:expr) => {
        concat!(
            "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n",
            "    variables:\n      a: ",
            eight!(eight!("0123456789abcdef")),
            "\nmodules:\n  - type: k8s-service\n    image: AUTO\n    port: {http: 80}\n    ",
            "args: [\"",
            $argument,
            "\"]\n"
        )
    };
}

rule! {
    /// A text is longer than Linux or Kubernetes accepts.
    ///
    /// Linux accepts 131,071 bytes for each argument of a command. Kubernetes accepts 262,144 bytes
    /// for all annotations of an object. Optakit allows 250,000 of them, and 250,000 bytes for all
    /// arguments of a container.
    pub static TEXT_TOO_LONG: Error {
        fix: "Put a long text in a file of the image, or in a bucket.",
        bad: File(with_argument!(eight!(concat!(eight!("{vars.a}"), eight!("{vars.a}"))))),
        good: File(with_argument!("{vars.a}")),
        limits: [MAX_ARGUMENT, MAX_ARGUMENTS],
    }
}

/// The most bytes of an argument (`MAX_ARG_STRLEN` of Linux, without the NUL character).
const MAX_ARGUMENT: usize = 131_071;
/// The most bytes of all arguments of a container. Each Deployment and each CronJob has them and
/// the environment variables, and etcd accepts 1.5 MiB for an object.
const MAX_ARGUMENTS: usize = 250_000;
/// The most bytes of the annotations that the user sets. Optakit needs the rest.
const MAX_ANNOTATIONS: usize = 250_000;

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let lists = [
        ("commands", Some(&service.commands.value)),
        ("args", Some(&service.args.value)),
        ("healthcheck_command", service.healthcheck_command.as_ref().map(|list| &list.value)),
        ("liveness_probe_command", service.liveness_probe_command.as_ref().map(|list| &list.value)),
        (
            "readiness_probe_command",
            service.readiness_probe_command.as_ref().map(|list| &list.value),
        ),
    ];
    arguments(checker, lists.into_iter().filter_map(|(field, list)| Some((field, list?))));
    for job in &service.cron_jobs.value.0 {
        let commands = job.value.commands.iter().map(|list| &list.value);
        let lists = commands.chain([&job.value.args.value]);
        arguments(checker, lists.map(|list| ("cron_jobs", list)));
    }
    annotations(checker, "pod_annotations", &service.pod_annotations.value, None);
    let hash = service.consistent_hash.as_ref().map(|hash| ("consistent_hash", hash));
    let extra = &service.ingress_extra_annotations.value;
    annotations(checker, "ingress_extra_annotations", extra, hash);
}

/// Checks the arguments of one container.
fn arguments<'t>(
    checker: &mut Checker<'_>,
    lists: impl Iterator<Item = (&'static str, &'t Vec<Spanned<Text>>)>,
) {
    let mut total = 0_usize;
    for (field, text) in lists.flat_map(|(field, list)| list.iter().map(move |text| (field, text)))
    {
        let bytes = text.value.as_str().len();
        let earlier = total;
        total += bytes;
        if bytes > MAX_ARGUMENT {
            let found = format!("`{field}` has an argument of {bytes} bytes");
            report(checker, field, text.span, &found, MAX_ARGUMENT);
        } else if earlier <= MAX_ARGUMENTS && total > MAX_ARGUMENTS {
            let found = format!("the arguments up to here have {total} bytes");
            report(checker, field, text.span, &found, MAX_ARGUMENTS);
        }
    }
}

/// Checks the annotations of one object.
fn annotations(
    checker: &mut Checker<'_>,
    field: &'static str,
    map: &TextMap,
    other: Option<(&'static str, &Spanned<Text>)>,
) {
    let other = other.map(|(field, text)| (field, text, 0));
    let own = map.0.iter().map(|(key, text)| (field, text, key.value.len()));
    let mut total = 0_usize;
    for (field, text, key) in other.into_iter().chain(own) {
        let earlier = total;
        total += key + text.value.as_str().len();
        if earlier <= MAX_ANNOTATIONS && total > MAX_ANNOTATIONS {
            let found = format!("the annotations up to here have {total} bytes");
            report(checker, field, text.span, &found, MAX_ANNOTATIONS);
        }
    }
}

fn report(checker: &mut Checker<'_>, field: &str, span: Span, found: &str, most: usize) {
    let message = format!("{found}, expected at most {most}");
    let diagnostic = Diagnostic::new(&TEXT_TOO_LONG, span, checker.path(field), message);
    checker.push(diagnostic.help("put a long text in a file of the image, or in a bucket"));
}
