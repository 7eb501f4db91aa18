//! Sticky sessions.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic, Example, Rule, Severity};

/// An age of a cookie that is not set.
pub static STICKY_AGE_WITHOUT_STICKY: Rule = Rule {
    id: "sticky-age-without-sticky",
    severity: Severity::Warning,
    doc: "`sticky_session_max_age` is the age of a cookie that only `sticky_session: true` sets.",
    bad: Example::Module("sticky_session_max_age: 7200\n"),
    good: Example::Module("sticky_session: true\nsticky_session_max_age: 7200\n"),
}
.published();

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let Some(age) = service.sticky_session_max_age.span else { return };
    if !service.sticky_session.value {
        let message = "`sticky_session_max_age` has no effect without `sticky_session: true`";
        let mut diagnostic = Diagnostic::new(
            &STICKY_AGE_WITHOUT_STICKY,
            age,
            checker.path("sticky_session_max_age"),
            message,
        )
        .help("add `sticky_session: true`, or take it away");
        let edit = checker
            .add_before("sticky_session_max_age", "sticky_session: true")
            .filter(|_| service.sticky_session.span.is_none());
        if let Some(edit) = edit {
            diagnostic = diagnostic.fix_edits(
                Applicability::Unsafe,
                "add `sticky_session: true`",
                vec![edit],
            );
        }
        checker.diagnostics.push(diagnostic);
    }
}
