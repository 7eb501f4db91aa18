//! Services that get or lose their volumes, and so become another kind of object.

use optakit_core::kind::Kind;

use crate::changes::Changes;
use crate::hint;
use crate::report::Report;

/// Warns about the consequences of each Deployment that becomes a StatefulSet, or the reverse.
pub(crate) fn report(changes: &Changes, namespace: &str, report: &Report) {
    for change in changes.changed().filter(|change| change.live.is_none()) {
        let (kind, name) = (change.target.kind, &change.target.name);
        let is_replaced = |other: Kind| {
            changes.leftovers.iter().any(|left| left.kind == other && left.name == *name)
        };
        match kind {
            Kind::StatefulSet if is_replaced(Kind::Deployment) => report.warning(format!(
                "{name} changes from a Deployment to a StatefulSet: the new pods start with empty \
                 volumes, and the old pods are deleted when the new ones are ready"
            )),
            Kind::Deployment if is_replaced(Kind::StatefulSet) => {
                let instance = change.target.object.pointer(INSTANCE);
                let instance = instance.and_then(|instance| instance.as_str()).unwrap_or_default();
                let get = format!("-n {namespace} get pvc -l {INSTANCE_LABEL}={instance}");
                report.warning(format!(
                    "{name} changes from a StatefulSet to a Deployment: the new pods have no \
                     volumes, and the old pods are deleted when the new ones are ready; the \
                     PersistentVolumeClaims with the data stay\n  help: list them with `{}`",
                    hint::kubectl(&get)
                ));
            }
            _ => {}
        }
    }
}

const INSTANCE_LABEL: &str = "app.kubernetes.io/instance";
const INSTANCE: &str = "/metadata/labels/app.kubernetes.io~1instance";
