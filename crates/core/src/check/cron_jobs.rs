//! The schedules of cron jobs.

use super::context::Checker;
use super::schedule;
use crate::diagnostic::Diagnostic;
use crate::rule::rule;

rule! {
    /// The schedule of a cron job is not valid.
    ///
    /// It has five fields: minute (0–59), hour (0–23), day of the month (1–31), month (1–12 or
    /// `jan` to `dec`) and day of the week (0–6 or `sun` to `sat`). Each field is `*`, a number, a
    /// range such as `1-5`, a step such as `*/15`, or a list of these. `@hourly`, `@daily`,
    /// `@weekly`, `@monthly`, `@yearly` and `@every 2h` are short forms.
    ///
    /// Kubernetes rejects a time zone in the schedule.
    pub static INVALID_SCHEDULE: Error {
        fix: "Write five fields, such as `0 3 * * *` for three o'clock every day.",
        bad: Module("cron_jobs: [{schedule: \"0 25 * * *\", commands: [bin/cleanup]}]\n"),
        good: Module("cron_jobs: [{schedule: \"0 5 * * *\", commands: [bin/cleanup]}]\n"),
        limits: [0, 59, 23, 1, 31, 12, 6],
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    for (index, job) in checker.service.cron_jobs.value.0.iter().enumerate() {
        let Some(text) = job.value.schedule.as_ref().filter(|text| text.value.is_known()) else {
            continue;
        };
        let Err(fault) = schedule::check(text.value.as_str()) else { continue };
        let path = format!("{}[{index}].schedule", checker.path("cron_jobs"));
        let message = format!("`schedule` is not valid: {}", fault.message);
        let diagnostic = Diagnostic::new(&INVALID_SCHEDULE, text.span, path, message);
        checker.push(diagnostic.help(fault.help));
    }
}
