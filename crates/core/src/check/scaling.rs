//! How many containers there may be.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};

/// More at least than at most.
pub static MIN_ABOVE_MAX: Rule = Rule {
    id: "min-above-max",
    severity: Severity::Error,
    doc: "`min_containers` is larger than `max_containers`. Both defaults count: `min_containers: 5` alone is wrong, since \
          `max_containers` is 3.",
    bad: Example::Module("min_containers: 5\n"),
    good: Example::Module("min_containers: 5\nmax_containers: 10\n"),
}
.published();

/// Nothing at least, but something at most.
pub static ZERO_MINIMUM: Rule = Rule {
    id: "zero-min-containers",
    severity: Severity::Error,
    doc: "An autoscaler cannot start from nothing. `min_containers: 0` goes only with `max_containers: 0`, which stops the \
          service.",
    bad: Example::Module("min_containers: 0\n"),
    good: Example::Module("min_containers: 0\nmax_containers: 0\n"),
}
.published();

/// Nothing to scale by.
pub static NO_METRIC: Rule = Rule {
    id: "autoscaling-without-metric",
    severity: Severity::Warning,
    doc: "With both target percentages 0 nothing is left to scale by: the service always has `min_containers` containers.",
    bad: Example::Module("autoscaling_target_cpu_percentage: 0\nautoscaling_target_mem_percentage: 0\n"),
    good: Example::Module("autoscaling_target_cpu_percentage: 0\n"),
}
.published();

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    // A count that is written wrongly was told already; its default must not speak in its place.
    let read = |field: &str| {
        !checker.diagnostics.iter().any(|diagnostic| diagnostic.path == checker.path(field))
    };
    let (min, max) = (&service.min_containers, &service.max_containers);
    let known = |field: &str, given: bool| {
        given || checker.header.mapping.get(field).is_none_or(|entry| entry.value.is_null())
    };
    let usable = read("min_containers")
        && read("max_containers")
        && known("min_containers", min.span.is_some())
        && known("max_containers", max.span.is_some());
    if usable && min.value > max.value {
        let (field, at) = match (min.span, max.span) {
            (Some(span), _) => ("min_containers", span),
            (None, Some(span)) => ("max_containers", span),
            (None, None) => unreachable!("the defaults fit each other"),
        };
        let of = |given: bool| if given { "" } else { ", its default" };
        let message = format!(
            "`min_containers` is {}{}, above `max_containers`, which is {}{}",
            min.value.0,
            of(min.span.is_some()),
            max.value.0,
            of(max.span.is_some()),
        );
        let mut diagnostic = Diagnostic::new(&MIN_ABOVE_MAX, at, checker.path(field), message);
        diagnostic = match (min.span, max.span) {
            (Some(_), Some(other)) => diagnostic
                .label(other, "the other limit")
                .help("raise `max_containers`, or lower `min_containers`"),
            (Some(_), None) => diagnostic
                .help(format!("add `max_containers: {}`, or lower `min_containers`", min.value.0)),
            _ => diagnostic
                .help(format!("add `min_containers: {}`, or raise `max_containers`", max.value.0)),
        };
        let raised = min.value.0.to_string();
        let added = format!("max_containers: {raised}");
        match (max.span, checker.add_before("min_containers", &added)) {
            (Some(other), _) if min.span.is_some() => {
                diagnostic = diagnostic.fix(
                    Applicability::Unsafe,
                    format!("raise `max_containers` to {raised}"),
                    other,
                    raised,
                );
            }
            (None, Some(edit)) => {
                diagnostic = diagnostic.fix_edits(
                    Applicability::Unsafe,
                    format!("add `{added}`"),
                    vec![edit],
                )
            }
            _ => {}
        }
        checker.diagnostics.push(diagnostic);
    } else if usable && min.value.0 == 0 && max.value.0 != 0 {
        let at = min.span.expect("the default is not 0");
        let message = format!("`min_containers` is 0, but `max_containers` is {}", max.value.0);
        let diagnostic =
            Diagnostic::new(&ZERO_MINIMUM, at, checker.path("min_containers"), message)
                .help("an autoscaler needs at least 1; to stop the service set both to 0")
                .fix(Applicability::Unsafe, "write `1`", at, "1");
        checker.diagnostics.push(diagnostic);
    }
    let (cpu, mem) =
        (&service.autoscaling_target_cpu_percentage, &service.autoscaling_target_mem_percentage);
    if let (0, 0, Some(at)) = (cpu.value.0, mem.value.0, mem.span.or(cpu.span)) {
        let containers = if min.value.0 == 1 {
            "1 container".to_owned()
        } else {
            format!("{} containers", min.value.0)
        };
        let message = format!("both targets are 0: the service will always have {containers}");
        let diagnostic = Diagnostic::new(
            &NO_METRIC,
            at,
            checker.path("autoscaling_target_mem_percentage"),
            message,
        );
        checker.diagnostics.push(diagnostic.help("give one of them a percentage to scale by"));
    }
}
