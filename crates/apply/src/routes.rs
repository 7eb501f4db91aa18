//! The names of Ingresses and routes.
//!
//! The renderer numbers them by their position in `public_uri`. When a host is removed or moved,
//! another object would get its host. ingress-nginx rejects an Ingress while another one has the
//! same host and path, and requests would have no route for a moment. So the live object that
//! routes a host and path keeps it, whatever the number in its name is.

use std::collections::{BTreeMap, BTreeSet};

use optakit_core::kind::Kind;
use serde_json::Value;

use crate::live::DesiredObject;

/// A host and a path. The host is empty if the object routes all hosts.
type Route = (String, String);

/// A live Ingress or route.
#[derive(Clone, Debug)]
pub(crate) struct LiveRoutes {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    routes: BTreeSet<Route>,
}

impl LiveRoutes {
    /// Reads the routes of a live object.
    pub(crate) fn new(kind: Kind, name: String, object: &Value) -> Self {
        Self { kind, name, routes: routes(kind, object) }
    }
}

/// Whether objects of a kind route the requests of a host.
pub(crate) const fn is_routing(kind: Kind) -> bool {
    match kind {
        Kind::Ingress | Kind::HttpRoute | Kind::GrpcRoute => true,
        // The name of a TCPRoute contains its port, so it never moves to another object.
        Kind::TcpRoute
        | Kind::Namespace
        | Kind::ServiceAccount
        | Kind::ConfigMap
        | Kind::Secret
        | Kind::Service
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::CronJob
        | Kind::HorizontalPodAutoscaler
        | Kind::PodDisruptionBudget => false,
    }
}

/// Returns the hosts and paths that an object routes.
fn routes(kind: Kind, object: &Value) -> BTreeSet<Route> {
    let spec = &object["spec"];
    if kind == Kind::Ingress {
        let of_rule = |rule: &Value| {
            let host = text(&rule["host"]);
            list(&rule["http"]["paths"])
                .map(|path| (host.clone(), path_or_root(&path["path"])))
                .collect::<Vec<_>>()
        };
        return list(&spec["rules"]).flat_map(of_rule).collect();
    }
    let paths = || {
        let matches = list(&spec["rules"]).flat_map(|rule| list(&rule["matches"]));
        let paths: Vec<String> =
            matches.map(|matched| path_or_root(&matched["path"]["value"])).collect();
        if paths.is_empty() { vec![path_or_root(&Value::Null)] } else { paths }
    };
    let mut hosts: Vec<String> = list(&spec["hostnames"]).map(text).collect();
    if hosts.is_empty() {
        hosts.push(String::new());
    }
    hosts
        .into_iter()
        .flat_map(|host| paths().into_iter().map(move |path| (host.clone(), path)))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn path_or_root(value: &Value) -> String {
    value.as_str().filter(|path| !path.is_empty()).unwrap_or("/").to_owned()
}

/// Returns other names for objects of a bundle, by their index in the bundle.
///
/// An object gets the name of the live object that already routes one of its hosts and paths. An
/// object whose name is taken by another one gets the next free number.
pub(crate) fn names(wanted: &[DesiredObject], live: &[LiveRoutes]) -> BTreeMap<usize, String> {
    let wanted: Vec<&DesiredObject> =
        wanted.iter().filter(|target| is_routing(target.kind)).collect();
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    type Fits = fn(&DesiredObject, &BTreeSet<Route>, &LiveRoutes) -> bool;
    let steps: [Fits; 3] = [
        |target, routes, live| live.routes == *routes && live.name == target.name,
        |_, routes, live| live.routes == *routes,
        |_, routes, live| !live.routes.is_disjoint(routes),
    ];
    for fits in steps {
        for target in &wanted {
            if names.contains_key(&target.index) {
                continue;
            }
            let routes = routes(target.kind, &target.object);
            let found = live.iter().find(|live| {
                let is_free = !is_taken(&wanted, &names, target.kind, &live.name);
                live.kind == target.kind && is_free && fits(target, &routes, live)
            });
            if let Some(found) = found {
                names.insert(target.index, found.name.clone());
            }
        }
    }
    for target in &wanted {
        if !names.contains_key(&target.index)
            && !is_taken(&wanted, &names, target.kind, &target.name)
        {
            names.insert(target.index, target.name.clone());
        }
    }
    for target in &wanted {
        if !names.contains_key(&target.index) {
            let stem = target.name.rsplit_once('-').map_or(target.name.as_str(), |(stem, _)| stem);
            let name = (0..)
                .map(|number| format!("{stem}-{number}"))
                .find(|name| !is_taken(&wanted, &names, target.kind, name));
            names.insert(target.index, name.expect("there are more numbers than objects"));
        }
    }
    names
}

/// Whether an object of the bundle has got this name.
fn is_taken(
    wanted: &[&DesiredObject],
    names: &BTreeMap<usize, String>,
    kind: Kind,
    name: &str,
) -> bool {
    wanted.iter().any(|other| {
        other.kind == kind && names.get(&other.index).is_some_and(|taken| taken == name)
    })
}

#[cfg(test)]
mod tests {
    use optakit_core::bundle::BundleObject;
    use serde_json::json;

    use super::*;

    fn ingress(name: &str, hosts: &[&str]) -> Value {
        let rule = |host: &&str| json!({"host": host, "http": {"paths": [{"path": "/"}]}});
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {"rules": hosts.iter().map(rule).collect::<Vec<_>>()},
        })
    }

    /// Checks the names of Ingresses: each item is a name and its hosts, separated by spaces.
    #[track_caller]
    fn check(live: &[&str], wanted: &[&str], expected: &[&str]) {
        let parts = |item: &str| -> (String, Value) {
            let (name, hosts) = item.split_once(' ').expect("a name and hosts");
            (name.to_owned(), ingress(name, &hosts.split(' ').collect::<Vec<_>>()))
        };
        let live: Vec<LiveRoutes> = live
            .iter()
            .map(|item| parts(item))
            .map(|(name, object)| LiveRoutes::new(Kind::Ingress, name, &object))
            .collect();
        let wanted: Vec<DesiredObject> = wanted
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let object = BundleObject::new(parts(item).1).expect("a known kind");
                DesiredObject::new(index, &object)
            })
            .collect();
        let names: Vec<String> = names(&wanted, &live).into_values().collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn host_stays_with_its_live_object() {
        check(&[], &["a-0 x", "a-1 y"], &["a-0", "a-1"]);
        check(&["a-0 x", "a-1 y"], &["a-0 y"], &["a-1"]);
        check(&["a-0 x", "a-1 y"], &["a-0 y", "a-1 x"], &["a-1", "a-0"]);
        check(&["a-0 x", "a-1 y", "a-2 z"], &["a-0 z", "a-1 x"], &["a-2", "a-0"]);
        // A host moves to another module, which then routes it with the same object.
        check(&["a-0 x", "b-0 y"], &["a-0 z", "b-0 x", "b-1 y"], &["a-1", "a-0", "b-0"]);
        // Ingresses of 2022 have a hash in their name.
        check(&["a-1f2e3d4c x"], &["a-0 x", "a-1 y"], &["a-1f2e3d4c", "a-1"]);
    }

    #[test]
    fn new_host_gets_a_free_number() {
        check(&["a-1 y"], &["a-0 y", "a-1 z"], &["a-1", "a-0"]);
        check(&["a-0 x", "a-1 y"], &["a-0 y", "a-1 z"], &["a-1", "a-0"]);
        check(&["a-2 y"], &["a-0 x", "a-1 y", "a-2 z"], &["a-0", "a-2", "a-1"]);
    }

    #[test]
    fn one_of_several_hosts_of_an_object_is_enough() {
        check(&["old x y"], &["a-0 x", "a-1 y"], &["old", "a-1"]);
        check(&["old x y", "a-1 y"], &["a-0 x", "a-1 y"], &["old", "a-1"]);
    }

    #[test]
    fn routes_of_every_kind_are_read() {
        let check = |kind: Kind, spec: Value, expected: &[(&str, &str)]| {
            let expected: BTreeSet<Route> = expected
                .iter()
                .map(|(host, path)| ((*host).to_owned(), (*path).to_owned()))
                .collect();
            assert_eq!(routes(kind, &json!({ "spec": spec })), expected);
        };
        let rule = json!({"http": {"paths": [{"path": "/a"}, {}]}});
        check(Kind::Ingress, json!({"rules": [rule]}), &[("", "/a"), ("", "/")]);
        let matched = json!({"matches": [{"path": {"type": "PathPrefix", "value": "/v1"}}]});
        let spec = json!({"hostnames": ["x", "y"], "rules": [matched]});
        check(Kind::HttpRoute, spec, &[("x", "/v1"), ("y", "/v1")]);
        check(Kind::GrpcRoute, json!({"rules": [{"backendRefs": []}]}), &[("", "/")]);
    }
}
