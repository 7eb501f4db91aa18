//! The number of containers and the autoscaler.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::number::Count;
use crate::rule::rule;
use crate::span::Defaulted;

rule! {
    /// `min_containers` is larger than `max_containers`.
    ///
    /// The rule also applies to defaults: `min_containers: 5` alone is an error, because
    /// `max_containers` defaults to 3.
    pub static MIN_ABOVE_MAX: Error {
        fix: "Raise `max_containers` or lower `min_containers`.",
        bad: Module("min_containers: 5\n"),
        good: Module("min_containers: 5\nmax_containers: 10\n"),
        limits: [3],
    }
}

rule! {
    /// `min_containers` is 0, but `max_containers` is not.
    ///
    /// An autoscaler needs at least one container. Set both fields to 0 to stop the service.
    pub static ZERO_MIN_CONTAINERS: Error {
        fix: "Set `min_containers` to 1 or more, or set `max_containers` to 0 as well.",
        bad: Module("min_containers: 0\n"),
        good: Module("min_containers: 0\nmax_containers: 0\n"),
        limits: [0],
    }
}

rule! {
    /// Both target percentages are 0, so the service does not scale. It always runs
    /// `min_containers` containers.
    pub static AUTOSCALING_WITHOUT_METRIC: Warning {
        fix: "Set one of the target percentages to a value above 0.",
        bad: Module(
            "autoscaling_target_cpu_percentage: 0\nautoscaling_target_mem_percentage: 0\n"
        ),
        good: Module("autoscaling_target_cpu_percentage: 0\n"),
        limits: [0],
    }
}

const MIN: &str = "min_containers";
const MAX: &str = "max_containers";

pub(super) fn check(checker: &mut Checker<'_>) {
    let (min, max) = (&checker.service.min_containers, &checker.service.max_containers);
    if is_usable(MIN, min, checker) && is_usable(MAX, max, checker) {
        if min.value > max.value {
            checker.push(min_above_max(min, max, checker));
        } else if min.value.0 == 0 && max.value.0 != 0 {
            checker.push(zero_minimum(min, max, checker));
        }
    }
    check_metrics(checker);
}

/// Returns whether the field was read without an error. Else its value is the default, which the
/// user did not write.
fn is_usable(field: &str, value: &Defaulted<Count>, checker: &Checker<'_>) -> bool {
    let has_error =
        checker.diagnostics.iter().any(|diagnostic| diagnostic.path == checker.path(field));
    let is_absent = checker.header.mapping.get(field).is_none_or(|entry| entry.value.is_null());
    !has_error && (value.span.is_some() || is_absent)
}

fn min_above_max(
    min: &Defaulted<Count>,
    max: &Defaulted<Count>,
    checker: &Checker<'_>,
) -> Diagnostic {
    let (low, high) = (min.value.0, max.value.0);
    let default = |value: &Defaulted<Count>| if value.span.is_some() { "" } else { " (default)" };
    let message =
        format!("`{MIN}` is {low}{}, but `{MAX}` is {high}{}", default(min), default(max));
    // Only one of the two can be a default, because the defaults are valid.
    let (field, span) = match (min.span, max.span) {
        (Some(span), _) => (MIN, span),
        (None, max) => (MAX, max.unwrap_or(checker.header.span)),
    };
    let diagnostic = Diagnostic::new(&MIN_ABOVE_MAX, span, checker.path(field), message);
    match (min.span, max.span) {
        (Some(_), Some(max)) => diagnostic
            .label(max, "the maximum")
            .help(format!("raise `{MAX}` or lower `{MIN}`"))
            .fix(Applicability::Unsafe, format!("raise `{MAX}` to {low}"), max, low.to_string()),
        (Some(_), None) => {
            let line = format!("{MAX}: {low}");
            let diagnostic = diagnostic.help(format!("add `{line}`, or lower `{MIN}`"));
            match checker.add_before(MIN, &line) {
                Some(edit) => {
                    let title = format!("add `{line}`");
                    diagnostic.fix_edits(Applicability::Unsafe, title, vec![edit])
                }
                None => diagnostic,
            }
        }
        (None, _) => diagnostic.help(format!("add `{MIN}: {high}`, or raise `{MAX}`")),
    }
}

fn zero_minimum(
    min: &Defaulted<Count>,
    max: &Defaulted<Count>,
    checker: &Checker<'_>,
) -> Diagnostic {
    let span = min.span.unwrap_or(checker.header.span);
    let message = format!("`{MIN}` is 0, but `{MAX}` is {}", max.value.0);
    Diagnostic::new(&ZERO_MIN_CONTAINERS, span, checker.path(MIN), message)
        .help(format!("set `{MIN}` to at least 1, or set both to 0 to stop the service"))
        .fix(Applicability::Unsafe, "change to `1`", span, "1")
}

fn check_metrics(checker: &mut Checker<'_>) {
    let service = checker.service;
    let cpu = &service.autoscaling_target_cpu_percentage;
    let memory = &service.autoscaling_target_mem_percentage;
    let (0, 0, Some(span)) = (cpu.value.0, memory.value.0, memory.span.or(cpu.span)) else {
        return;
    };
    let message = match service.min_containers.value.0 {
        1 => "both targets are 0, so the service always runs 1 container".to_owned(),
        count => format!("both targets are 0, so the service always runs {count} containers"),
    };
    let path = checker.path("autoscaling_target_mem_percentage");
    let diagnostic = Diagnostic::new(&AUTOSCALING_WITHOUT_METRIC, span, path, message)
        .help("set one of the targets to a percentage above 0");
    checker.push(diagnostic);
}
