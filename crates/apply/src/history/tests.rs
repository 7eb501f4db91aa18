//! Tests of recording and reading revisions, with the Secrets of a namespace in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use optakit_core::api::{self, Request, ServiceFile};
use optakit_core::bundle::Bundle;
use serde_json::{Value, json};

use super::*;
use crate::applyset::ApplySet;
use crate::fake_server::{Seen, answering};

const LAYER: &str = "shop";

fn bundle(image: &str) -> Bundle {
    let text = format!(
        "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n  \
         - {{type: k8s-service, name: api, image: '{image}', port: {{http: 8000}}}}\n"
    );
    let environment = "name: staging\norg_name: acme\nproviders:\n  \
                       aws: {region: us-east-1, account_id: '123456789012'}\nmodules: []\n";
    let mut request =
        Request { service: ServiceFile::parse("opta.yml", &text), ..Request::default() };
    request.environment_files.insert("env.yml".to_owned(), Ok(environment.to_owned()));
    api::bundle(&request).expect("the service has no errors")
}

type Secrets = Arc<Mutex<BTreeMap<String, Value>>>;

fn failure(code: u16) -> (u16, Value) {
    let reason = if code == 404 { "NotFound" } else { "Conflict" };
    let status = json!({
        "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": "x",
    });
    (code, status)
}

/// Returns an API server that stores Secrets.
fn server() -> (kube::Client, Secrets) {
    let secrets = Secrets::default();
    let all = Arc::clone(&secrets);
    let (client, _) = answering(move |seen: &Seen| {
        let mut all = all.lock().expect("no test panics with the lock");
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let is_list = name == "secrets";
        match seen.method.as_str() {
            "POST" => {
                let name = seen.body["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                if all.contains_key(&name) {
                    return failure(409);
                }
                if !query.contains("dryRun") {
                    all.insert(name, seen.body.clone());
                }
                (201, seen.body.clone())
            }
            "PATCH" => match all.get_mut(&name) {
                Some(secret) => {
                    json_patch::merge(secret, &seen.body);
                    (200, json!({"metadata": secret["metadata"]}))
                }
                None => failure(404),
            },
            _ if is_list => {
                let is_chosen = |secret: &&Value| {
                    let kind = secret["type"].as_str().unwrap_or_default().replace('/', "%2F");
                    let of_kind = format!("fieldSelector=type%3D{kind}");
                    !query.contains("fieldSelector=") || query.split('&').any(|one| one == of_kind)
                };
                let items = all.values().filter(is_chosen);
                let items: Vec<Value> =
                    items.map(|secret| json!({"metadata": secret["metadata"]})).collect();
                (200, json!({"kind": "List", "metadata": {}, "items": items}))
            }
            _ => all.get(&name).map_or_else(|| failure(404), |found| (200, found.clone())),
        }
    });
    (client, secrets)
}

async fn recorded(client: &kube::Client, number: u32, status: Status) -> Revision {
    let new = NewRevision::of(&bundle("acme/api:1"), number).with_status(status);
    new.write(client).await.expect("it is recorded")
}

#[tokio::test]
async fn a_bundle_is_read_as_it_was_recorded() {
    let (client, secrets) = server();
    let new = NewRevision::of(&bundle("acme/api:1"), 7)
        .after(Before::Revision(6))
        .restoring(Some(5))
        .made_by("ann@laptop".to_owned(), None)
        .because(Some("it crashed".to_owned()))
        .skipping_aws(true)
        .with_status(Status::Failed);
    let written = new.write(&client).await.expect("it is recorded");
    let secret = secrets.lock().expect("no test panics")["optakit.shop.v7"].clone();
    assert_eq!(secret["type"], "optakit.dev/revision");
    assert_eq!(secret["immutable"], true);
    let labels = &secret["metadata"]["labels"];
    assert_eq!(labels["app.kubernetes.io/managed-by"], "optakit");
    assert_eq!(labels["optakit.dev/layer"], "shop");
    assert_eq!(labels["optakit.dev/revision"], "7");
    assert_eq!(labels["optakit.dev/status"], "failed");
    let annotations = &secret["metadata"]["annotations"];
    assert_eq!(annotations["optakit.dev/before"], "6");
    assert_eq!(annotations["optakit.dev/restores"], "5");
    assert_eq!(annotations["optakit.dev/parts"], Value::Null);

    let all = list(&client, LAYER).await.expect("they are listed");
    assert_eq!(all, std::slice::from_ref(&written));
    assert_eq!((written.number, written.status, written.parts), (7, Status::Failed, 1));
    assert_eq!((written.before, written.restores), (Before::Revision(6), Some(5)));
    assert_eq!(written.origin(), 5);
    let facts = &written.facts;
    assert_eq!(facts.author.as_deref(), Some("ann@laptop"));
    assert_eq!(facts.cause.as_deref(), Some("it crashed"));
    assert!(facts.skips_aws);
    assert_eq!(facts.images.values().collect::<Vec<_>>(), ["acme/api:1"]);
    let found = read(&client, LAYER, &written).await.expect("it is read");
    assert_eq!(found.actual_digest(), bundle("acme/api:1").actual_digest());
}

#[tokio::test]
async fn revisions_are_numbered_and_listed_from_the_newest() {
    let (client, secrets) = server();
    recorded(&client, 2, Status::Deployed).await;
    let known = [recorded(&client, 10, Status::Deployed).await];
    let other = json!({"type": "Opaque", "metadata": {"name": "optakit.shop.v11"}});
    secrets.lock().expect("no test panics").insert("optakit.shop.v11".to_owned(), other);
    let part = json!({"metadata": {"name": "optakit.shop.v12.part2"}});
    secrets.lock().expect("no test panics").insert("optakit.shop.v12.part2".to_owned(), part);
    let next = record(&client, &bundle("acme/api:2"), Status::Deployed, &known).await;
    assert_eq!(next.expect("it is recorded").number, 13, "the names 11 and 12 are taken");
    let all = list(&client, LAYER).await.expect("they are listed");
    assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [13, 10, 2]);
    assert_eq!(find(&all, 10).expect("it exists").number, 10);
    let text = |all: &[Revision]| find(all, 9).expect_err("it does not exist").to_string();
    assert_eq!(text(&all), "no revision 9; the history has 13, 10, 2");
    assert_eq!(text(&[]), "no revision 9; the history has no revisions");
    let first = record(&server().0, &bundle("acme/api:2"), Status::Deployed, &[]).await;
    assert_eq!(first.expect("it is recorded").number, 1);
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_not_recorded_twice() {
    let (client, secrets) = server();
    recorded(&client, 3, Status::Deployed).await;
    assert_eq!(recorded(&client, 3, Status::Deployed).await.number, 3);
    assert_eq!(recorded(&client, 3, Status::Failed).await.number, 4, "the status differs");
    assert_eq!(secrets.lock().expect("no test panics").len(), 2);
}

#[tokio::test]
async fn a_check_writes_nothing_and_reports_a_rejection() {
    let (client, secrets) = server();
    let mut new = NewRevision::of(&bundle("acme/api:1"), 1);
    new.check(&client).await.expect("it is accepted");
    assert!(secrets.lock().expect("no test panics").is_empty());
    // A webhook can reject the record with this status.
    for code in [403, 409] {
        let (client, _) = answering(move |seen: &Seen| match seen.method.as_str() {
            "POST" => failure(code),
            _ => failure(404),
        });
        new.check(&client).await.expect_err("it is rejected");
    }
}

#[tokio::test]
async fn a_changed_or_foreign_record_is_not_read() {
    let (client, secrets) = server();
    let revision = recorded(&client, 1, Status::Deployed).await;
    let other = Revision { digest: "sha256:1".to_owned(), ..revision.clone() };
    let error = read(&client, LAYER, &other).await.expect_err("the digest differs");
    assert!(matches!(error, HistoryError::Changed { .. }), "{error}");
    let many = Revision { parts: 1000, ..revision.clone() };
    assert!(matches!(read(&client, LAYER, &many).await, Err(HistoryError::Broken { .. })));
    let of_other_layer = read(&client, "other", &revision).await;
    assert!(of_other_layer.is_err(), "the Secret has another name");
    let change = |key: &str, value: Value| {
        let mut all = secrets.lock().expect("no test panics");
        all.get_mut("optakit.shop.v1").expect("it exists")[key] = value;
    };
    change("type", json!("Opaque"));
    assert!(matches!(read(&client, LAYER, &revision).await, Err(HistoryError::Broken { .. })));
    change("type", json!("optakit.dev/revision"));
    read(&client, LAYER, &revision).await.expect("it is as before");
    change("data", json!({"bundle": "eA=="}));
    assert!(matches!(read(&client, LAYER, &revision).await, Err(HistoryError::Broken { .. })));
}

#[tokio::test]
async fn the_outcome_of_a_run_is_recorded() {
    let (client, _) = server();
    let mut revision = recorded(&client, 1, Status::Applying).await;
    let cause = Some("it\ncrashed");
    revision.set_status(&client, LAYER, Status::Failed, cause).await.expect("it is changed");
    let all = list(&client, LAYER).await.expect("they are listed");
    assert_eq!((all[0].status, revision.status), (Status::Failed, Status::Failed));
    assert_eq!(all[0].facts.cause.as_deref(), Some("itcrashed"));
    assert_eq!(revision.facts.cause.as_deref(), Some("it\ncrashed"));
}

/// Returns what runs now, according to an apply set and the revisions.
async fn current(set: &ApplySet, revisions: &[Revision]) -> Current {
    let (client, _) = server();
    Current::find(&client, LAYER, set, revisions).await.expect("the requests succeed")
}

#[tokio::test]
async fn the_revision_that_runs_is_the_one_that_the_set_names() {
    let (client, _) = server();
    let first = recorded(&client, 1, Status::Deployed).await;
    let second = NewRevision::of(&bundle("acme/api:2"), 2).after(Before::Revision(1));
    let second = second.write(&client).await.expect("it is recorded");
    let all = [second.clone(), first.clone()];
    let mut set = ApplySet::empty(LAYER);
    mark(&mut set, &first);
    let found = current(&set, &all).await;
    assert_eq!((found.applied.as_ref(), found.next), (Some(&first), 2));
    assert_eq!(found.before(), Before::Revision(1));
    assert_eq!(found.unknown(), None);
    assert!(found.is(&first.digest) && found.is_applied(&first.digest));
    assert!(!found.is("sha256:1") && !found.is_applied("sha256:1"));

    mark(&mut set, &second);
    let found = current(&set, &all).await;
    assert_eq!((found.applied.as_ref(), found.next), (Some(&second), 3));
    assert_eq!(found.before(), Before::Revision(1), "the second run did not complete");
    assert!(!found.is(&second.digest) && !found.is_applied(&second.digest));
    assert_eq!(found.earlier(&all), [&first]);

    let changed = [Revision { digest: "sha256:1".to_owned(), ..second.clone() }, first.clone()];
    let found = current(&set, &changed).await;
    assert!(found.unknown().is_some_and(|reason| reason.contains("does not match its digest")));
    let found = current(&set, &[first]).await;
    let reason = "revision 2, which runs now, is not in the history";
    assert_eq!((found.unknown(), found.next), (Some(reason), 3));
    assert_eq!((found.before(), found.earlier(&all).len()), (Before::Unknown, 0));
}

#[tokio::test]
async fn without_a_name_in_the_set_the_newest_revision_may_run() {
    let (client, _) = server();
    let empty = ApplySet::empty(LAYER);
    let found = current(&empty, &[]).await;
    assert_eq!((found.before(), found.unknown(), found.next), (Before::Nothing, None, 1));
    let failed = recorded(&client, 4, Status::Applying).await;
    let found = current(&empty, std::slice::from_ref(&failed)).await;
    assert_eq!((found.before(), found.next), (Before::Nothing, 5));
    for status in [Status::Deployed, Status::Applied] {
        let complete = Revision { status, ..failed.clone() };
        let found = current(&empty, &[complete]).await;
        assert!(found.unknown().is_some_and(|reason| reason.contains("is missing")), "{status}");
    }
    let mut set = ApplySet::empty(LAYER);
    set.annotate("optakit.dev/environment", "staging");
    let found = current(&set, &[]).await;
    assert_eq!(found.unknown(), Some("the history has no revisions"));
    let found = current(&set, std::slice::from_ref(&failed)).await;
    assert_eq!(found.unknown(), Some("the newest revision, 4, is applying"));
}

/// Returns what runs now after a run of an earlier version, if a Deployment has this image.
async fn current_of_earlier_version(image: &str) -> Current {
    let (client, secrets) = server();
    let revision = recorded(&client, 3, Status::Deployed).await;
    let stored = secrets.lock().expect("no test panics").clone();
    let bundle = bundle("acme/api:1");
    let image = image.to_owned();
    let (client, _) = answering(move |seen: &Seen| {
        let path = seen.path.split('?').next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        if path.contains("/deployments/") {
            let object = bundle.manifests.iter().find(|one| one.name() == name);
            let mut live = object.expect("the bundle has it").json().clone();
            live["spec"]["template"]["spec"]["containers"][0]["image"] = image.clone().into();
            return (200, live);
        }
        stored.get(name).map_or_else(|| failure(404), |found| (200, found.clone()))
    });
    let mut set = ApplySet::empty(LAYER);
    set.annotate("optakit.dev/environment", "staging");
    let all = [revision];
    Current::find(&client, LAYER, &set, &all).await.expect("the requests succeed")
}

#[tokio::test]
async fn the_newest_revision_of_an_earlier_version_runs_if_the_images_are_the_same() {
    let found = current_of_earlier_version("acme/api:1").await;
    assert_eq!((found.before(), found.next), (Before::Revision(3), 4));
    assert_eq!(found.applied.map(|applied| applied.number), Some(3));
    let found = current_of_earlier_version("acme/api:9").await;
    assert_eq!(found.unknown(), Some("the newest revision, 3, is not what runs now"));
    assert!(found.applied.is_none());
}

#[tokio::test]
async fn a_run_without_the_lock_has_ended() {
    let (client, _) = server();
    recorded(&client, 1, Status::Applying).await;
    recorded(&client, 2, Status::Deployed).await;
    recorded(&client, 3, Status::Applying).await;
    let statuses = async |lock: Lock| {
        let settled = list_settled::<HistoryError>(&client, LAYER, async || Ok(lock)).await;
        settled.expect("they are listed").iter().map(|one| one.status).collect::<Vec<_>>()
    };
    use Status::{Applying, Deployed, Interrupted};
    assert_eq!(statuses(Lock::Held).await, [Applying, Deployed, Interrupted]);
    assert_eq!(statuses(Lock::Free).await, [Interrupted, Deployed, Interrupted]);
}
