//! Sticky sessions.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rule::rule;

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

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let Some(age) = service.sticky_session_max_age.span else { return };
    if service.sticky_session.value {
        return;
    }
    let (field, sticky) = ("sticky_session_max_age", "sticky_session: true");
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
