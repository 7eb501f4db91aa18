//! `$(NAME)` and `$$` in commands and arguments, which Kubernetes expands.

use super::context::Checker;
use super::dollar_signs::DollarSigns;
use crate::diagnostic::Diagnostic;
use crate::model::link_variable::link_variables;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

rule! {
    /// Kubernetes changes a `$` in `commands` or `args` before the container starts.
    ///
    /// Kubernetes replaces `$(NAME)` with the value of a variable of the container, and `$$` with
    /// `$`. Every other `$` reaches the container as written, also `$(NAME)` if the container has
    /// no such variable.
    ///
    /// The warning is for texts that can mean two things. In a shell, `$$` is the process ID. In a
    /// shell script, `$(name)` in lowercase is also the output of the command `name`.
    pub static DOLLAR_IN_COMMAND: Warning {
        fix: "Write `$$$$` for `$$`, and `$$(name)` for the output of a command.",
        bad: Module("commands: [sh, -c, \"echo $$ > /tmp/pid\"]\n"),
        good: Module("env_vars: {PORT: \"80\"}\ncommands: [app, \"-p=$(PORT)\", $HOME]\n"),
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let mut found = Vec::new();
    let lists = [("commands", &service.commands.value), ("args", &service.args.value)];
    of_container(&lists, checker, &mut found);
    for job in &service.cron_jobs.value.0 {
        let commands = job.value.commands.iter().map(|list| ("cron_jobs", &list.value));
        let lists: Vec<_> = commands.chain([("cron_jobs", &job.value.args.value)]).collect();
        of_container(&lists, checker, &mut found);
    }
    checker.diagnostics.append(&mut found);
}

fn of_container(
    lists: &[(&'static str, &Vec<Spanned<Text>>)],
    checker: &Checker<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let mut is_script = false;
    for (field, text) in
        lists.iter().flat_map(|(field, list)| list.iter().map(move |it| (field, it)))
    {
        let written = text.value.as_str();
        if written.contains('$') {
            let report = |message: String, help: String| {
                let path = checker.path(field);
                Diagnostic::new(&DOLLAR_IN_COMMAND, text.span, path, message).help(help)
            };
            let dollars = DollarSigns::of(written);
            let is_open = |name: &&str| {
                is_script
                    && name.contains(|c: char| c.is_ascii_lowercase())
                    && is_variable(name, checker)
            };
            if let Some(name) = dollars.names.iter().copied().find(is_open) {
                let message = format!("Kubernetes replaces `$({name})` with the value of `{name}`");
                let help = format!(
                    "write `$$({name})` for the output of the command `{name}`, or `${name}` for \
                     the variable"
                );
                found.push(report(message, help));
            }
            if dollars.doubled {
                let message = "the container gets `$` instead of `$$`".to_owned();
                found.push(report(message, "write `$$$$` for two dollar signs".to_owned()));
            }
        }
        // `sh -c`, `bash -lc`
        is_script |=
            written.starts_with('-') && !written.starts_with("--") && written.ends_with('c');
    }
}

/// Whether the container has an environment variable.
fn is_variable(name: &str, checker: &Checker<'_>) -> bool {
    let (service, context) = (checker.service, checker.context);
    let is_set = service.env_vars.value.0.iter().any(|found| found.name.value.as_str() == name);
    let is_secret = service.secrets.value.iter().any(|secret| secret.value.as_str() == name);
    let of_links = || link_variables(service, context.modules, context.environment.cloud());
    is_set || is_secret || of_links().iter().any(|variable| variable.name == name)
}
