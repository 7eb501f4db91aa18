//! The names of StatefulSets and CronJobs, which must be shorter than those of Deployments.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::name::Names;
use crate::rule::rule;
use crate::text::Text;

rule! {
    /// The names of the service file and the module are too long for a service with
    /// `persistent_storage` or `cron_jobs`.
    ///
    /// Kubernetes adds a suffix to the names of a StatefulSet and a CronJob. So they have at most
    /// 52 characters. The name of a StatefulSet is `LAYER-MODULE-k8s-service`, and a CronJob also
    /// has a number.
    pub static WORKLOAD_NAME_TOO_LONG: Error {
        fix: "Shorten one of the names.",
        bad: Module(
            "name: recommendationsbackendofthewholecustomer\n\
             persistent_storage: [{path: /data, size: 10}]\n"
        ),
        good: Module("name: recommendations\npersistent_storage: [{path: /data, size: 10}]\n"),
        limits: [MAX_NAME],
    }
}

/// The largest length of the names
/// (<https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>).
const MAX_NAME: usize = 52;

pub(super) fn check(checker: &mut Checker<'_>) {
    let service = checker.service;
    let layer = Text::literal(checker.context.layer_name);
    let names = Names::new(&Text::constant(""), &layer, &checker.header.name.value);
    let jobs = service.cron_jobs.value.0.len();
    let longest = match (jobs.checked_sub(1), service.is_stateful()) {
        (Some(last), _) => ("cron_jobs", names.cron_job(last)),
        (None, true) => ("persistent_storage", names.full),
        (None, false) => return,
    };
    let (field, name) = longest;
    let length = name.as_str().len();
    if length <= MAX_NAME {
        return;
    }
    let message = format!(
        "`{field}` needs the name `{}` with {length} characters, expected at most {MAX_NAME}",
        name.as_str()
    );
    let span =
        checker.header.mapping.get(field).map_or(checker.header.span, |entry| entry.key.span);
    let diagnostic = Diagnostic::new(&WORKLOAD_NAME_TOO_LONG, span, checker.path(field), message);
    checker.push(diagnostic.help("shorten the `name` of the service file or of the module"));
}
