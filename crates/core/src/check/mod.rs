//! Checks that involve more than one field, and names that Kubernetes and AWS must accept.
//!
//! Each file contains one family of rules. [`RULE_FAMILIES`] lists every rule.

pub mod annotation_values;
pub mod aws_names;
pub mod aws_only;
pub mod bucket;
pub mod characters;
pub mod chart;
mod checked;
mod context;
pub mod cron_jobs;
pub mod dollar_commands;
pub mod dollar_signs;
pub mod duplicate_layer;
pub mod duplicate_uri;
pub mod env_vars;
pub mod exposure;
pub mod iam;
pub mod image;
pub mod links;
pub mod names;
pub mod pods;
pub mod ports;
pub mod probes;
pub mod public_uri;
mod rules;
pub mod scaling;
mod schedule;
pub mod sessions;
pub mod sizes;
pub mod storage;
pub mod tcp_ports;
mod uri_path;
pub mod workload_names;

pub use checked::Checked;
pub use context::CheckContext;
pub(crate) use iam::is_policy_arn;
pub use rules::{RULE_FAMILIES, RuleFamily, all_rules};

use context::Checker;

use crate::diagnostic::Diagnostic;
use crate::lower::Lowered;
use crate::model::k8s_service::K8sService;

/// Checks a service. `diagnostics` are those of earlier stages.
///
/// Returns the service if neither they nor the checks contain an error.
#[must_use]
pub fn check(
    lowered: Lowered<'_>,
    diagnostics: Vec<Diagnostic>,
    context: &CheckContext<'_>,
) -> (Option<Checked<K8sService>>, Vec<Diagnostic>) {
    let (header, service) = (lowered.header, &lowered.service);
    let mut checker = Checker { header, service, context, diagnostics };
    names::check(&mut checker);
    aws_only::check(&mut checker);
    if context.environment.is_on_aws() {
        aws_names::check(&mut checker);
        iam::check(&mut checker);
    }
    image::check(&mut checker);
    scaling::check(&mut checker);
    env_vars::check(&mut checker);
    characters::check(&mut checker);
    sizes::check(&mut checker);
    dollar_signs::check(&mut checker);
    dollar_commands::check(&mut checker);
    ports::check(&mut checker);
    probes::check(&mut checker);
    pods::check(&mut checker);
    annotation_values::check(&mut checker);
    storage::check(&mut checker);
    cron_jobs::check(&mut checker);
    workload_names::check(&mut checker);
    sessions::check(&mut checker);
    public_uri::check(&mut checker);
    links::check(&mut checker);
    exposure::check(&mut checker);
    tcp_ports::check(&mut checker);
    chart::check(&mut checker);
    let diagnostics = checker.diagnostics;
    let has_error = diagnostics.iter().any(Diagnostic::is_error);
    (Checked::new(lowered.service).filter(|_| !has_error), diagnostics)
}
