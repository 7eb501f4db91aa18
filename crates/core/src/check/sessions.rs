//! Sticky sessions and consistent hashing.

use std::ops::RangeInclusive;

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::exposure::Exposure;
use crate::model::rules::OUT_OF_RANGE;
use crate::quote::quoted;
use crate::rule::{Severity, rule};
use crate::syntax::node::shorten;

/// How long an ALB can send a user to the same pod, in seconds
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html>).
const ALB_AGES: RangeInclusive<i64> = 1..=604_800;

rule! {
    /// `sticky_session_max_age` has no effect, because `sticky_session` is not `true`.
    ///
    /// The field is the lifetime of the cookie that `sticky_session: true` sets.
    pub static STICKY_AGE_WITHOUT_STICKY: Warning {
        fix: "Add `sticky_session: true`, or remove `sticky_session_max_age`.",
        bad: Module("sticky_session_max_age: 7200\n"),
        good: Module("sticky_session: true\nsticky_session_max_age: 7200\n"),
    }
}

rule! {
    /// The value of `consistent_hash` is not valid in ingress-nginx.
    ///
    /// The value can contain letters, digits, `-`, `_`, `$` and braces. ingress-nginx rejects an
    /// Ingress with other characters. A value without a variable is the same for all requests, so
    /// one container receives all of them. For such a value, the severity is only a warning.
    pub static INVALID_HASH_KEY: Error {
        fix: "Write a variable of nginx, such as `$request_uri` or `$http_x_user`.",
        bad: Module("consistent_hash: \"$request_uri/$arg_user\"\n"),
        good: Module("consistent_hash: $request_uri$arg_user\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    sticky(checker);
    if checker.context.exposure == Exposure::Nginx {
        hash_key(checker);
    }
}

fn hash_key(checker: &mut Checker<'_>) {
    let Some(key) = checker.service.consistent_hash.as_ref() else { return };
    let text = key.value.as_str();
    if !key.value.is_known() || text.is_empty() {
        return;
    }
    // ingress-nginx ignores spaces.
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || " -_${}".contains(c);
    let diagnostic = |message: String| {
        Diagnostic::new(&INVALID_HASH_KEY, key.span, checker.path("consistent_hash"), message)
    };
    let diagnostic = if let Some(c) = text.chars().find(|c| !is_allowed(*c)) {
        let c = c.escape_debug();
        let shown = quoted(&shorten(text));
        diagnostic(format!("{shown} contains `{c}`, which ingress-nginx rejects"))
            .help("use letters, digits, `-`, `_` and variables such as `$request_uri`")
    } else if !text.contains('$') {
        let message = format!("{} is the same for all requests", quoted(&shorten(text)));
        let help = "use a variable of nginx, such as `$request_uri`";
        Diagnostic { severity: Severity::Warning, ..diagnostic(message).help(help) }
    } else {
        return;
    };
    checker.push(diagnostic);
}

fn sticky(checker: &mut Checker<'_>) {
    let service = checker.service;
    let Some(age) = service.sticky_session_max_age.span else { return };
    let (field, sticky) = ("sticky_session_max_age", "sticky_session: true");
    if service.sticky_session.value {
        let seconds = service.sticky_session_max_age.value.0;
        if checker.context.exposure == Exposure::Alb && !ALB_AGES.contains(&seconds) {
            let (low, high) = (ALB_AGES.start(), ALB_AGES.end());
            let message = format!("`{field}` is {seconds}, expected {low} to {high} for an ALB");
            let path = checker.path(field);
            checker.push(
                Diagnostic::new(&OUT_OF_RANGE, age, path, message)
                    .help(format!("use at most {high} seconds, which are seven days")),
            );
        }
        return;
    }
    let message = format!("`{field}` has no effect without `{sticky}`");
    let mut diagnostic =
        Diagnostic::new(&STICKY_AGE_WITHOUT_STICKY, age, checker.path(field), message)
            .help(format!("add `{sticky}`, or remove `{field}`"));
    if service.sticky_session.span.is_none()
        && let Some(edit) = checker.add_before(field, sticky)
    {
        let title = format!("add `{sticky}`");
        diagnostic = diagnostic.fix_edits(Applicability::Unsafe, title, vec![edit]);
    }
    checker.push(diagnostic);
}
