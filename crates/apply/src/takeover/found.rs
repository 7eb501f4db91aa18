//! The input of a takeover: the releases, the live objects of the bundle, and other objects of the
//! releases.

use std::collections::BTreeSet;

use anyhow::bail;
use kube::api::{Api, DynamicObject, ListParams};
use optakit_core::bundle::BundleObject;
use optakit_core::kind::Kind;
use serde_json::{Value, json};

use super::helm;
use super::live_objects::{self, LiveObject};
use super::records::{self, Records, Release, ReleasedObject, Storage};
use crate::applyset::ApplySet;
use crate::live::{DesiredObject, LiveError, explain, resource_of, to_value};
use crate::owner;
use crate::routes::{self, LiveRoutes};
use crate::session::Session;

/// The namespace of Opta's releases.
const OPTA_NAMESPACE: &str = "default";
/// The kinds of objects that run pods. A release with one that the bundle does not contain is not
/// taken over.
const WORKLOADS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"];
/// The kinds of objects that the next apply deletes if the bundle does not contain them.
const ADOPTED: &[Kind] = &[
    Kind::ServiceAccount,
    Kind::Service,
    Kind::HorizontalPodAutoscaler,
    Kind::PodDisruptionBudget,
    Kind::Ingress,
];

/// The objects and releases that a takeover finds in the cluster.
pub(super) struct Found {
    /// The objects of the bundle, with the names of their live objects.
    pub(super) targets: Vec<DesiredObject>,
    /// The objects of the bundle that exist.
    pub(super) live: Vec<LiveObject>,
    pub(super) releases: Vec<Records>,
    /// Live objects of the releases that become members of the set, so that the next apply deletes
    /// them.
    pub(super) adopted: Vec<DesiredObject>,
    /// Other objects of the releases. They stay and have no owner.
    pub(super) left: Vec<ReleasedObject>,
    pub(super) set: ApplySet,
}

impl Found {
    /// Reads what a takeover of a bundle needs. `targets` are the objects of the bundle.
    ///
    /// # Errors
    ///
    /// Fails if objects or records cannot be read, if an object belongs to another tool than Helm,
    /// or if a release runs pods that the bundle does not contain.
    pub(super) async fn read(
        session: &Session,
        mut targets: Vec<DesiredObject>,
    ) -> anyhow::Result<Self> {
        let (client, layer) = (&session.client, session.layer());
        let set = ApplySet::read(client, layer).await?;
        set.label(&mut targets);
        let live = live_objects::find(session, &targets).await?;
        let releases = releases(session, &targets, &live).await?;
        rename_routes(session, &set, &mut targets, &releases).await?;
        let mut live = live_objects::find(session, &targets).await?;
        for found in &mut live {
            if helm::release_of(&found.live).is_none()
                && let Some((owner, advice)) = owner::of(&found.live)
            {
                let object = found.target.label();
                return Err(LiveError::OwnedByTool { object, owner, advice }.into());
            }
            live_objects::keep_replicas(&mut found.target, &found.live);
        }
        for found in &live {
            if let Some(target) =
                targets.iter_mut().find(|target| target.index == found.target.index)
            {
                *target = found.target.clone();
            }
        }
        let (adopted, left) = rest(layer, &targets, &releases)?;
        Ok(Self { targets, live, releases, adopted, left, set })
    }

    /// Returns the namespaces of the releases, with the resources of the records there.
    pub(super) fn record_places(&self) -> BTreeSet<(&str, &'static str)> {
        let places = self.releases.iter().flat_map(|records| {
            let namespace = records.release.namespace.as_str();
            let found = records.all.iter().map(|record| record.storage);
            // Without records, this reports that they may not be read.
            let expected = records.all.is_empty().then_some(Storage::Secret);
            found.chain(expected).map(move |storage| (namespace, storage.resource()))
        });
        places.collect()
    }

    /// Returns the members of the set after the takeover.
    pub(super) fn members(&self) -> Vec<DesiredObject> {
        self.targets.iter().chain(&self.adopted).cloned().collect()
    }
}

/// Whether a release contains an object of the layer.
fn contains(records: &Records, layer: &str, kind: Kind, name: &str) -> bool {
    records.objects.iter().any(|object| {
        object.kind == kind.name() && object.name == name && object.namespace == layer
    })
}

/// Returns the releases that contain objects of the bundle, by the annotations of live objects and
/// by the records.
async fn releases(
    session: &Session,
    targets: &[DesiredObject],
    live: &[LiveObject],
) -> Result<Vec<Records>, LiveError> {
    let annotated: BTreeSet<Release> =
        live.iter().filter_map(|found| helm::release_of(&found.live)).collect();
    let mut namespaces: BTreeSet<&str> =
        annotated.iter().map(|release| release.namespace.as_str()).collect();
    namespaces.extend([session.layer(), OPTA_NAMESPACE]);
    let mut found: Vec<Records> = Vec::new();
    let mut forbidden = None;
    for namespace in namespaces {
        match records::list(&session.client, namespace).await {
            Ok(records) => found.extend(records),
            // Perhaps this namespace has no release of the layer. If it has one, the check of the
            // permissions fails.
            Err(error @ LiveError::Forbidden { .. }) => forbidden = Some(error),
            Err(error) => return Err(error),
        }
    }
    let mut releases: Vec<Records> = found
        .into_iter()
        .filter(|records| {
            let has = |target: &DesiredObject| {
                target.kind.is_namespaced()
                    && contains(records, session.layer(), target.kind, &target.name)
            };
            annotated.contains(&records.release)
                || (records.status != "uninstalled" && targets.iter().any(has))
        })
        .collect();
    for release in annotated {
        if !releases.iter().any(|records| records.release == release) {
            releases.push(Records::missing(release));
        }
    }
    match forbidden {
        Some(error) if releases.is_empty() => Err(error),
        Some(_) | None => Ok(releases),
    }
}

/// Gives Ingresses and routes the names of live objects that already have their hosts: objects of
/// the releases, and members of the set.
async fn rename_routes(
    session: &Session,
    set: &ApplySet,
    targets: &mut [DesiredObject],
    releases: &[Records],
) -> Result<(), LiveError> {
    let kinds: BTreeSet<Kind> =
        targets.iter().map(|target| target.kind).filter(|kind| routes::is_routing(*kind)).collect();
    let mut live = set.routes(&session.client, &kinds).await?;
    for kind in kinds {
        let api: Api<DynamicObject> =
            Api::namespaced_with(session.client.clone(), session.layer(), &resource_of(kind));
        let list = api.list(&ListParams::default()).await;
        let list = list.map_err(|error| explain(error, "listing", kind.name()))?;
        for item in list.items {
            let name = item.metadata.name.clone().unwrap_or_default();
            let object = to_value(item);
            let is_known = live.iter().any(|known| known.kind == kind && known.name == name);
            if !is_known && is_released(&object, kind, &name, session.layer(), releases) {
                live.push(LiveRoutes::new(kind, name, &object));
            }
        }
    }
    let names = routes::names(targets, &live);
    for target in targets {
        if let Some(name) = names.get(&target.index) {
            target.rename(name);
        }
    }
    Ok(())
}

/// Whether one of the releases contains a live object.
fn is_released(object: &Value, kind: Kind, name: &str, layer: &str, releases: &[Records]) -> bool {
    releases.iter().any(|records| {
        helm::release_of(object).is_some_and(|release| release == records.release)
            || contains(records, layer, kind, name)
    })
}

/// Returns the objects of the releases that the bundle does not contain: those that the set adopts,
/// and the others.
fn rest(
    layer: &str,
    targets: &[DesiredObject],
    releases: &[Records],
) -> anyhow::Result<(Vec<DesiredObject>, Vec<ReleasedObject>)> {
    let is_target = |object: &ReleasedObject| {
        targets.iter().any(|target| {
            object.kind == target.kind.name()
                && object.name == target.name
                && (!target.kind.is_namespaced() || object.namespace == layer)
        })
    };
    let (mut adopted, mut left) = (Vec::new(), Vec::new());
    for records in releases {
        for object in records.objects.iter().filter(|object| !is_target(object)) {
            if WORKLOADS.contains(&object.kind.as_str()) {
                bail!(
                    "the Helm release {} also contains {} {} of namespace {}, which the bundle \
                     does not contain; nothing was changed\n  \
                     help: add the module to the bundle, or remove the object from the release",
                    records.release.name,
                    object.kind,
                    object.name,
                    object.namespace
                );
            }
            let kind = ADOPTED.iter().find(|kind| kind.name() == object.kind);
            match kind.filter(|_| object.namespace == layer) {
                Some(kind) => adopted.push(reference(*kind, object)),
                None => left.push(object.clone()),
            }
        }
    }
    Ok((adopted, left))
}

/// Returns an object without a manifest.
fn reference(kind: Kind, object: &ReleasedObject) -> DesiredObject {
    let object = json!({
        "apiVersion": kind.api_version(),
        "kind": kind.name(),
        "metadata": { "name": object.name, "namespace": object.namespace },
    });
    let object = BundleObject::new(object).expect("the kind is known");
    DesiredObject::new(usize::MAX, &object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: &str, name: &str, namespace: &str) -> ReleasedObject {
        let [kind, name, namespace] = [kind, name, namespace].map(str::to_owned);
        ReleasedObject { kind, name, namespace }
    }

    fn release(objects: Vec<ReleasedObject>) -> Records {
        let release = Release { namespace: "default".to_owned(), name: "shop-api".to_owned() };
        Records { objects, ..Records::missing(release) }
    }

    /// Returns the adopted objects and the others, for a bundle with one Service.
    fn split(object: ReleasedObject) -> Result<(Vec<String>, Vec<String>), String> {
        let wanted = self::object("Service", "api", "shop");
        let targets = [reference(Kind::Service, &wanted)];
        let (adopted, left) = rest("shop", &targets, &[release(vec![wanted, object])])
            .map_err(|error| error.to_string())?;
        let adopted = adopted.iter().map(DesiredObject::label).collect();
        Ok((adopted, left.iter().map(|left| format!("{} {}", left.kind, left.name)).collect()))
    }

    #[test]
    fn objects_of_a_release_are_adopted_if_optakit_could_have_made_them() {
        let adopted = Ok((vec!["Service old".to_owned()], Vec::new()));
        assert_eq!(split(object("Service", "old", "shop")), adopted);
        for left in [object("Service", "api", "other"), object("ConfigMap", "api", "shop")] {
            let name = format!("{} {}", left.kind, left.name);
            assert_eq!(split(left), Ok((Vec::new(), vec![name])));
        }
        for kind in WORKLOADS {
            let error = split(object(kind, "worker", "shop")).expect_err("it runs pods");
            let expected = format!("also contains {kind} worker of namespace shop");
            assert!(error.contains(&expected), "{error}");
        }
    }

    #[test]
    fn a_release_contains_objects_of_its_records_or_with_its_annotations() {
        let releases = [release(vec![object("Service", "api", "shop")])];
        let is_released = |name: &str, layer: &str, annotations: Value| {
            let live = json!({"metadata": {"annotations": annotations}});
            is_released(&live, Kind::Service, name, layer, &releases)
        };
        assert!(is_released("api", "shop", json!({})));
        assert!(!is_released("web", "shop", json!({})) && !is_released("api", "web", json!({})));
        let marks = |name: &str| {
            json!({
                "meta.helm.sh/release-name": name,
                "meta.helm.sh/release-namespace": "default",
            })
        };
        assert!(is_released("web", "shop", marks("shop-api")));
        assert!(!is_released("web", "shop", marks("shop-web")));
    }
}
