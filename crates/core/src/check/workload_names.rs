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
    /// The name of a StatefulSet or CronJob can have at most 52 characters, because Kubernetes adds
    /// a suffix to it. The name of the StatefulSet is `LAYER-MODULE-k8s-service`. The name of a
    /// CronJob ends with its number, such as `LAYER-MODULE-k8s-service-0`.
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
        (Some(last), _) => ("cron_jobs", "CronJob", names.cron_job(last)),
        (None, true) => ("persistent_storage", "StatefulSet", names.full),
        (None, false) => return,
    };
    let (field, kind, name) = longest;
    let length = name.as_str().len();
    if length <= MAX_NAME {
        return;
    }
    let message = format!(
        "the {kind} name `{}` has {length} characters, expected at most {MAX_NAME}",
        name.as_str()
    );
    let span =
        checker.header.mapping.get(field).map_or(checker.header.span, |entry| entry.key.span);
    let diagnostic = Diagnostic::new(&WORKLOAD_NAME_TOO_LONG, span, checker.path(field), message);
    checker.push(diagnostic.help("shorten the `name` of the service file or of the module"));
}
