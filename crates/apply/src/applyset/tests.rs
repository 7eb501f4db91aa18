//! Tests of the members of a set, and of the requests of its parent.

use serde_json::Value;

use super::*;
use crate::fake_server::{Seen, answering};

#[test]
fn the_id_is_the_one_that_kubectl_computes() {
    // echo -n optakit-shop.shop.ConfigMap. | sha256sum | xxd -r -p | base64 | tr '+/' '-_' | tr
    // -d =
    assert_eq!(id_of("shop"), "applyset-QHaY2wMbQb0rLb2zyyrfxdAgnjoVMrheT97yuTmhs1Q-v1");
}

#[test]
fn only_unwanted_and_unprotected_objects_of_optakit_are_pruned() {
    let ours = json!([{"manager": "optakit", "operation": "Apply"}]);
    let check = |kind: Kind, extra: Value, expected: bool| {
        let mut metadata = json!({"name": "old", "uid": "1", "managedFields": ours});
        for (key, value) in extra.as_object().into_iter().flatten() {
            metadata[key] = value.clone();
        }
        let item = serde_json::from_value(json!({ "metadata": metadata })).expect("an object");
        let kept = [(Kind::Service, "api".to_owned())];
        assert_eq!(leftover(kind, &item, &kept).is_some(), expected, "{kind} {metadata}");
    };
    check(Kind::Service, json!({}), true);
    check(Kind::Service, json!({"name": "api"}), false);
    check(Kind::Service, json!({"managedFields": [{"manager": "helm"}]}), false);
    check(Kind::Service, json!({"annotations": {KEEP: "true"}}), false);
    check(Kind::Service, json!({"deletionTimestamp": "2026-01-01T00:00:00Z"}), false);
    check(Kind::Secret, json!({"name": "manual-secrets"}), false);
    check(Kind::Namespace, json!({}), false);
    check(Kind::Deployment, json!({"name": "api"}), true);
}

fn old_service() -> Leftover {
    Leftover { kind: Kind::Service, name: "old".to_owned(), uid: "7".to_owned() }
}

fn status(code: u16) -> (u16, Value) {
    let reason = if code == 404 { "NotFound" } else { "Conflict" };
    let status = json!({
        "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": "x",
    });
    (code, status)
}

#[tokio::test]
async fn an_object_is_only_deleted_with_the_uid_that_was_listed() {
    let deleted = |_: &Seen| (200, json!({"kind": "Status", "status": "Success"}));
    let (client, requests) = answering(deleted);
    let set = ApplySet::empty("shop");
    set.prune(&client, &[old_service()]).await.expect("it is deleted");
    let requests = requests.lock().expect("no test panics").clone();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, "DELETE");
    assert!(requests[0].path.contains("/namespaces/shop/services/old"), "{requests:?}");
    assert_eq!(requests[0].body["preconditions"], json!({"uid": "7"}));
    assert_eq!(requests[0].body["propagationPolicy"], "Background");

    let (client, _) = answering(|_| status(404));
    set.prune(&client, &[old_service()]).await.expect("it is deleted already");
    let (client, _) = answering(|_| status(409));
    let error = set.prune(&client, &[old_service()]).await.expect_err("it was replaced");
    assert!(error.to_string().contains("Service old"), "{error}");
}

#[tokio::test]
async fn kinds_are_only_removed_from_the_parent_at_the_end() {
    let (client, requests) = answering(|seen| (200, seen.body.clone()));
    let object = |kind: &str, name: &str| {
        let metadata = json!({"name": name, "namespace": "shop"});
        let json = json!({"apiVersion": "v1", "kind": kind, "metadata": metadata});
        let object = optakit_core::bundle::BundleObject::new(json).expect("a known kind");
        DesiredObject::new(0, &object)
    };
    let mut set = ApplySet { known: ["Secret".to_owned()].into(), ..ApplySet::empty("shop") };
    let objects = [object("Service", "api"), object("Namespace", "shop")];
    let kinds = async |set: &mut ApplySet, only: bool| {
        requests.lock().expect("no test panics").clear();
        set.announce(&client, &objects, only).await.expect("the parent is written");
        let requests = requests.lock().expect("no test panics").clone();
        let kinds = |seen: &Seen| seen.body["metadata"]["annotations"][KINDS].clone();
        requests.iter().map(kinds).collect::<Vec<Value>>()
    };
    assert_eq!(kinds(&mut set, false).await, [json!("Secret,Service")]);
    assert_eq!(kinds(&mut set, false).await, [Value::Null; 0], "nothing changed");
    set.annotate("optakit.dev/environment", "staging");
    assert_eq!(kinds(&mut set, false).await, [json!("Secret,Service")], "an annotation changed");
    assert_eq!(kinds(&mut set, true).await, [json!("Service")]);
    assert!(!set.is_empty());
}

#[tokio::test]
async fn a_set_of_another_tool_is_not_read() {
    let parent = |tooling: &'static str| {
        move |_: &Seen| {
            let annotations =
                json!({TOOLING: tooling, KINDS: "Service,,Secret", "optakit.dev/a": "b", "x": "y"});
            let metadata = json!({"name": "optakit-shop", "annotations": annotations});
            (200, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}))
        }
    };
    let (client, _) = answering(parent("kubectl/1.36"));
    let error = ApplySet::read(&client, "shop").await.expect_err("another tool");
    assert!(error.to_string().contains("ApplySet of `kubectl/1.36`"), "{error}");
    let (client, _) = answering(parent("optakit/9.9"));
    let set = ApplySet::read(&client, "shop").await.expect("it is ours");
    assert_eq!(set.known, ["Secret".to_owned(), "Service".to_owned()].into());
    assert_eq!((set.annotation("optakit.dev/a"), set.annotation("x")), (Some("b"), None));
    let (client, _) = answering(|_| status(404));
    assert!(ApplySet::read(&client, "shop").await.expect("it is empty").is_empty());
}
