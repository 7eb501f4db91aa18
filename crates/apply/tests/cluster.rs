//! The binary against real things: a Kubernetes control plane, and ECR, EKS, IAM, STS of an AWS
//! stand-in.

#[allow(dead_code, reason = "these tests need a part of it")]
mod testbed;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use testbed::{
    DIGEST, Service, environment, get, held, kubeconfig_of, kubectl, optakit, ready_pods, setting,
};

#[test]
fn a_service_is_applied_runs_and_a_second_apply_writes_nothing() {
    let service = Service::new(
        "twice",
        "acme/api:1",
        "    min_containers: 2\n    public_uri: \"api.{parent.domain}/v1\"\n",
    );
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("created  Namespace twice")
            && said.contains("ready    Deployment twice-api-k8s-service"),
        "{said}"
    );
    assert!(said.trim_end().ends_with("reached at api.staging.acme.io/v1"), "{said}");
    let deployment = get(&["-n", "twice", "deployment", "twice-api-k8s-service"]);
    assert_eq!(
        deployment["status"]["readyReplicas"], 2,
        "it starts with the fewest its autoscaler keeps"
    );
    let before = service.versions();
    assert_eq!(before.len(), 6, "{before:?}");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("nothing to change"), "{said}");
    let versions = |all: &[String]| {
        all.iter()
            .filter(|line| !line.starts_with("\"HorizontalPodAutoscaler\""))
            .cloned()
            .collect::<Vec<_>>()
    };
    // The autoscaler's controller writes its own status, whoever applies.
    assert_eq!(versions(&service.versions()), versions(&before));
}

#[test]
fn a_plan_says_what_would_change_and_what_that_causes_and_writes_nothing() {
    let service =
        Service::new("planned", "acme/api:1", "    public_uri: \"api.{parent.domain}\"\n");
    let (code, plan, said) = service.command(&["plan"], &[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        plan.contains("create   Namespace planned") && plan.contains("planned: 6 changes"),
        "{plan}"
    );
    assert!(!kubectl(&["get", "namespace", "planned"]).status.success());
    assert_eq!(service.apply(&[]).0, 0);
    let (code, plan, _) = service.command(&["plan"], &[]);
    assert_eq!((code, plan.as_str()), (0, "planned: nothing to change\n"));
    service.rewrite("acme/api:2", "    max_containers: 7\n");
    let (code, plan, said) = service.command(&["plan"], &[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        plan.contains("change   Deployment planned-api-k8s-service  (rolling restart)"),
        "{plan}"
    );
    assert!(
        plan.contains("-            \"image\": \"acme/api:1\"")
            && plan.contains("+            \"image\": \"acme/api:2\""),
        "{plan}"
    );
    assert!(
        plan.contains("change   HorizontalPodAutoscaler planned-api-k8s-service  (scaling)"),
        "{plan}"
    );
    assert!(plan.contains("delete   Ingress planned-api-k8s-service-0  (deletion)"), "{plan}");
    assert!(plan.ends_with("planned: 3 changes\n"), "{plan}");
    let (code, json, _) = service.command(&["plan"], &["--output", "json"]);
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(code, 2);
    let effects: Vec<&str> = json["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|change| change["effect"].as_str())
        .collect();
    assert_eq!(effects, ["rolling restart", "scaling", "deletion"]);
    let image = get(&["-n", "planned", "deployment", "planned-api-k8s-service"]);
    assert_eq!(
        image["spec"]["template"]["spec"]["containers"][0]["image"], "acme/api:1",
        "a plan writes nothing"
    );
}

#[test]
fn a_saved_plan_is_carried_out_or_refused() {
    let service = Service::new("saved", "acme/api:1", "");
    let (code, _, said) = service.command(&["plan"], &["--save", "plan.json"]);
    assert_eq!(code, 2, "{said}");
    let (code, said) = service.apply(&["--plan", "plan.json"]);
    assert_eq!(code, 0, "{said}");
    service.rewrite("acme/api:2", "");
    let (code, said) = service.apply(&["--plan", "plan.json"]);
    assert!(code == 1 && said.contains("it was made of the bundle"), "{said}");
    assert_eq!(service.command(&["plan"], &["--save", "plan.json"]).0, 2);
    assert!(
        kubectl(&["-n", "saved", "annotate", "service", "api", "touched=yes"]).status.success()
    );
    let (code, said) = service.apply(&["--plan", "plan.json"]);
    assert!(code == 1 && said.contains("Service api was changed since"), "{said}");
    let image = get(&["-n", "saved", "deployment", "saved-api-k8s-service"]);
    assert_eq!(
        image["spec"]["template"]["spec"]["containers"][0]["image"], "acme/api:1",
        "nothing was changed"
    );
    assert_eq!(service.command(&["plan"], &["--save", "plan.json"]).0, 2);
    let (code, said) = service.apply(&["--plan", "plan.json"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn what_the_bundle_does_not_have_any_more_goes_and_nothing_else() {
    let service = Service::new(
        "pruned",
        "acme/api:1",
        "    public_uri: [\"a.{parent.domain}\", \"b.{parent.domain}\"]\n",
    );
    assert_eq!(service.apply(&[]).0, 0);
    let parent = get(&["-n", "pruned", "configmap", "optakit-pruned"]);
    let annotations = &parent["metadata"]["annotations"];
    assert_eq!(
        annotations["applyset.kubernetes.io/contains-group-kinds"],
        "Deployment.apps,HorizontalPodAutoscaler.autoscaling,Ingress.networking.k8s.io,Service,ServiceAccount"
    );
    let id =
        parent["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().expect("it has one");
    let member = get(&["-n", "pruned", "service", "api"]);
    assert_eq!(member["metadata"]["labels"]["applyset.kubernetes.io/part-of"], id);
    // Others' objects, one of which even has the label.
    assert!(kubectl(&["-n", "pruned", "create", "configmap", "foreign"]).status.success());
    let label = format!("applyset.kubernetes.io/part-of={id}");
    assert!(kubectl(&["-n", "pruned", "label", "configmap", "foreign", &label]).status.success());
    assert!(
        kubectl(&[
            "-n",
            "pruned",
            "annotate",
            "ingress",
            "pruned-api-k8s-service-1",
            "optakit.dev/keep=true"
        ])
        .status
        .success()
    );
    service.rewrite("acme/api:1", "");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("delete   Ingress pruned-api-k8s-service-0"), "{said}");
    assert!(
        !kubectl(&["-n", "pruned", "get", "ingress", "pruned-api-k8s-service-0"]).status.success()
    );
    assert!(
        kubectl(&["-n", "pruned", "get", "ingress", "pruned-api-k8s-service-1"]).status.success(),
        "it is to be kept"
    );
    assert!(
        kubectl(&["-n", "pruned", "get", "configmap", "foreign"]).status.success(),
        "it is not ours"
    );
    let (code, said) = service.apply(&[]);
    assert!(code == 0 && said.contains("nothing to change"), "{said}");
}

#[test]
fn a_rollout_that_fails_goes_back_and_the_old_pods_never_stop() {
    let service = Service::new("backed", "acme/api:1", "    min_containers: 2\n");
    assert_eq!(service.apply(&[]).0, 0);
    let pods = ready_pods("backed");
    assert_eq!(pods.len(), 2);
    service.rewrite("image-not-found/api:2", "    min_containers: 2\n");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("going back to revision 1") && said.contains("revision 1 runs again"),
        "{said}"
    );
    assert_eq!(ready_pods("backed"), pods, "the old pods were never touched");
    let image = get(&["-n", "backed", "deployment", "backed-api-k8s-service"]);
    assert_eq!(image["spec"]["template"]["spec"]["containers"][0]["image"], "acme/api:1");
    let (_, history, _) = service.command(&["history"], &[]);
    let statuses: Vec<Vec<&str>> =
        history.lines().map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(statuses, [["3", "deployed"], ["2", "failed"], ["1", "deployed"]]);
    let (code, status, _) = service.command(&["status"], &[]);
    assert!(
        code == 0 && status.contains("backed-api-k8s-service  2/2 ready  acme/api:1"),
        "{status}"
    );
    held(
        "a rollout that cannot succeed",
        "the last good revision comes back; its pods keep their uids",
    );
}

#[test]
fn earlier_revisions_come_back_by_number_and_ten_are_kept() {
    let service = Service::new("revised", "acme/api:1", "");
    for tag in 1..=12 {
        service.rewrite(&format!("acme/api:{tag}"), "");
        let (code, said) = service.apply(&[]);
        assert_eq!(code, 0, "{said}");
    }
    let numbers = || {
        let (code, history, said) = service.command(&["history"], &[]);
        assert_eq!(code, 0, "{said}");
        history
            .lines()
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(), ["12", "11", "10", "9", "8", "7", "6", "5", "4", "3"]);
    let (code, said) = service.apply(&[]);
    assert!(code == 0 && said.contains("nothing to change"), "{said}");
    assert_eq!(numbers().len(), 10, "the same bundle again is the same revision");
    let (code, _, said) = service.command(&["rollback"], &["--to", "1"]);
    assert_eq!(code, 1);
    assert!(said.contains("revision 1 is not in the history, which has 12, 11"), "{said}");
    let image = || {
        get(&["-n", "revised", "deployment", "revised-api-k8s-service"])["spec"]["template"]["spec"]
            ["containers"][0]["image"]
            .clone()
    };
    let (code, _, said) = service.command(&["rollback"], &[]);
    assert!(code == 0 && said.contains("revision 11 runs again"), "{said}");
    assert_eq!(image(), "acme/api:11");
    let (code, _, said) = service.command(&["rollback"], &["--to", "5"]);
    assert!(code == 0 && said.contains("revision 5 runs again"), "{said}");
    assert_eq!(image(), "acme/api:5");
    assert_eq!(numbers()[0], "14");
}

#[test]
fn one_run_at_a_time_and_a_dead_one_is_followed_by_the_next() {
    let service = Service::new("locked", "acme/api:1", "");
    assert_eq!(service.apply(&[]).0, 0);
    let lease = |holder: &str, renewed: &str| {
        let lease = format!(
            r#"{{"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {{"name": "optakit-locked", "namespace": "locked"}},
                "spec": {{"holderIdentity": "{holder}", "leaseDurationSeconds": 30, "acquireTime": "{renewed}", "renewTime": "{renewed}"}}}}"#
        );
        service.write("lease.json", &lease);
        let file = service.folder.path().join("lease.json");
        assert!(kubectl(&["apply", "-f", &file.to_string_lossy()]).status.success());
    };
    lease("ann@laptop/17", "2999-01-01T00:00:00.000000Z");
    service.rewrite("acme/api:2", "");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("another run is at work on this layer: ann@laptop/17"), "{said}");
    let image = || {
        get(&["-n", "locked", "deployment", "locked-api-k8s-service"])["spec"]["template"]["spec"]["containers"][0]["image"]
            .clone()
    };
    assert_eq!(image(), "acme/api:1", "nothing was written");
    lease("ann@laptop/17", "2020-01-01T00:00:00.000000Z");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the run of ann@laptop/17 was interrupted"), "{said}");
    assert_eq!(image(), "acme/api:2");
    assert!(
        !kubectl(&["-n", "locked", "get", "lease", "optakit-locked"]).status.success(),
        "the lock was given back"
    );
    held(
        "two runs at once, and a run that died with the lock",
        "one waits and says for whom; the lock is taken over when it runs out",
    );
}

#[test]
fn what_is_destroyed_is_what_was_applied() {
    let service = Service::new("doomed", "acme/api:1", "    public_uri: all\n");
    assert_eq!(service.apply(&[]).0, 0);
    assert!(
        kubectl(&["-n", "doomed", "create", "secret", "generic", "manual-secrets"])
            .status
            .success()
    );
    let (code, _, said) = service.command(&["destroy"], &[]);
    assert!(code == 1 && said.contains("give `--yes`"), "{said}");
    assert_eq!(service.versions().len(), 5);
    let (code, _, said) = service.command(&["destroy"], &["--yes"]);
    assert_eq!(code, 0, "{said}");
    assert!(service.versions().is_empty());
    assert!(kubectl(&["-n", "doomed", "get", "secret", "manual-secrets"]).status.success());
    let (_, history, _) = service.command(&["history"], &[]);
    assert_eq!(history, "");
    assert_eq!(service.apply(&[]).0, 0, "and it can come back");
}

#[test]
fn pods_that_run_stay_when_the_next_bundle_waits_for_an_image() {
    let service = Service::new("waiting", "AUTO", "");
    let (code, said) = service.apply(&["--image-digest", DIGEST, "--skip-aws"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = service.apply(&["--skip-aws"]);
    assert!(code == 0 && !said.contains("delete"), "{said}");
    assert!(
        kubectl(&["-n", "waiting", "get", "deployment", "waiting-api-k8s-service"])
            .status
            .success()
    );
}

#[test]
fn routes_of_the_gateway_api_are_applied_like_ingresses() {
    let service =
        Service::new("routed", "acme/api:1", "    public_uri: \"api.{parent.domain}/v1\"\n");
    let made = optakit(service.folder.path())
        .args(["bundle", "--quiet", "--exposure", "gateway", "--gateway", "infra/public"])
        .output();
    assert!(made.expect("it starts").status.success());
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.trim_end().ends_with("reached at api.staging.acme.io/v1"), "{said}");
    let route = get(&["-n", "routed", "httproute", "routed-api-k8s-service-0"]);
    let parent = serde_json::json!({"name": "public", "namespace": "infra"});
    assert_eq!(
        (&route["spec"]["parentRefs"][0]["name"], &route["spec"]["parentRefs"][0]["namespace"]),
        (&parent["name"], &parent["namespace"])
    );
    let (code, said) = service.apply(&[]);
    assert!(code == 0 && said.contains("nothing to change"), "{said}");
}

#[test]
fn replicas_belong_to_whoever_scales() {
    let service = Service::new("scaled", "acme/api:1", "    max_containers: 5\n");
    assert_eq!(service.apply(&[]).0, 0);
    let scaled =
        kubectl(&["-n", "scaled", "scale", "deployment/scaled-api-k8s-service", "--replicas", "4"]);
    assert!(scaled.status.success());
    service.rewrite("acme/api:2", "    max_containers: 5\n");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    let deployment = get(&["-n", "scaled", "deployment", "scaled-api-k8s-service"]);
    assert_eq!(deployment["spec"]["replicas"], 4);
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], "acme/api:2");
}

#[tokio::test]
async fn an_auto_image_gets_its_repository_and_its_pods_when_there_is_an_image() {
    let service = Service::new("auto", "AUTO", "    public_uri: all\n");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("created  ECR repository opta-auto-api"), "{said}");
    assert!(
        said.contains("push one to 123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-auto-api"),
        "{said}"
    );
    assert_eq!(
        service.versions().len(),
        2,
        "what needs pods, and what leads to them, waits for an image"
    );

    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let described = ecr
        .describe_repositories()
        .repository_names("opta-auto-api")
        .send()
        .await
        .expect("it is there");
    let repository = described.repositories().first().expect("it is there");
    assert!(
        repository.image_scanning_configuration().is_some_and(|scanning| scanning.scan_on_push())
    );
    let policy = ecr
        .get_repository_policy()
        .repository_name("opta-auto-api")
        .send()
        .await
        .expect("it has one");
    assert!(policy.policy_text().is_some_and(|text| text.contains("AllowAllFromAccount")));
    let lifecycle = ecr
        .get_lifecycle_policy()
        .repository_name("opta-auto-api")
        .send()
        .await
        .expect("it has one");
    assert!(
        lifecycle
            .lifecycle_policy_text()
            .is_some_and(|text| text.contains("last 20 tagged development images"))
    );

    let (code, said) = service.apply(&["--image-digest", DIGEST]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the image is not in ECR, nothing was changed"), "{said}");
    assert!(
        said.contains(&format!("the repository `opta-auto-api` has no {DIGEST}"))
            && said.contains("optakit push"),
        "{said}"
    );

    let elsewhere = service.push("arm64");
    let (code, said) = service.apply(&["--image-digest", &elsewhere, "--timeout", "60"]);
    assert_eq!(code, 0, "kwok runs anything: {said}");
    assert!(said.contains("is for linux/arm64, the nodes are amd64"), "{said}");
    assert!(said.contains("the cluster has no metrics API"), "the testbed has none: {said}");

    let digest = service.push("amd64");
    let (code, said) = service.apply(&["--image-digest", &digest]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("keep     ECR repository opta-auto-api") && !said.contains("the nodes are"),
        "{said}"
    );
    let deployment = get(&["-n", "auto", "deployment", "auto-api-k8s-service"]);
    let image = format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-auto-api@{digest}");
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], image.as_str());
}

#[tokio::test]
async fn a_repository_that_opta_made_is_gone_on_with() {
    let service = Service::new("adopted", "AUTO", "");
    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let make = |name: &'static str, tag: &'static str| {
        let tag = aws_sdk_ecr::types::Tag::builder().key(tag).value("true").build().expect("a tag");
        ecr.create_repository().repository_name(name).tags(tag).send()
    };
    make("opta-adopted-api-x7k2", "terraform").await.expect("it can be made");
    make("opta-adopted-api-test", "by-hand").await.expect("it can be made");
    let digest = service.push("amd64");
    let (code, said) = service.apply(&["--image-digest", &digest]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("changed  ECR repository opta-adopted-api-x7k2")
            || said.contains("keep     ECR repository opta-adopted-api-x7k2"),
        "{said}"
    );
    let deployment = get(&["-n", "adopted", "deployment", "adopted-api-k8s-service"]);
    let image =
        format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-adopted-api-x7k2@{digest}");
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], image.as_str());
    assert!(
        ecr.describe_repositories().repository_names("opta-adopted-api").send().await.is_err(),
        "none of the plain name"
    );
    make("opta-adopted-api-9z9z", "terraform").await.expect("it can be made");
    let (code, said) = service.apply(&["--image-digest", &digest]);
    assert!(code == 1 && said.contains("Opta made both"), "{said}");
}

/// The settings of the AWS stand-in.
async fn aws() -> aws_config::SdkConfig {
    let ring = aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring;
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(aws_smithy_http_client::tls::Provider::Rustls(ring))
        .build_https();
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(setting("OPTAKIT_TEST_AWS"))
        .region("us-east-1")
        .credentials_provider(aws_credential_types::Credentials::for_tests())
        .http_client(http)
        .load()
        .await
}

#[tokio::test]
async fn the_role_of_a_service_is_made_and_brought_in_line() {
    let service = Service::new("roled", "acme/api:1", "");
    let (code, said) = service.run(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("created  IAM role staging-roled-api"), "{said}");
    let iam = aws_sdk_iam::Client::new(&aws().await);
    let trust = || async {
        let role = iam.get_role().role_name("staging-roled-api").send().await.expect("it is there");
        let document = role
            .role()
            .and_then(|role| role.assume_role_policy_document())
            .expect("it has one")
            .to_owned();
        let document = percent_encoding::percent_decode_str(&document)
            .decode_utf8()
            .expect("it is UTF-8")
            .into_owned();
        serde_json::from_str::<Value>(&document).expect("it is JSON")
    };
    let first = trust().await;
    let condition =
        first["Statement"][0]["Condition"]["StringEquals"].as_object().expect("it has one").clone();
    let subject =
        condition.iter().find(|(key, _)| key.ends_with(":sub")).expect("the issuer is known");
    assert_eq!(subject.1, "system:serviceaccount:roled:api");
    assert!(!subject.0.contains('{') && !first.to_string().contains("k8s_openid"), "{first}");

    let (_, said) = service.run(&[]);
    assert!(said.contains("keep     IAM role staging-roled-api"), "{said}");

    // Someone loosens the trust, attaches another policy, and the service gets one more.
    let open = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}"#;
    iam.update_assume_role_policy()
        .role_name("staging-roled-api")
        .policy_document(open)
        .send()
        .await
        .expect("it can be set");
    let read = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
    let other = iam
        .create_policy()
        .policy_name("other")
        .policy_document(read)
        .send()
        .await
        .expect("it can be made");
    let other = other.policy().and_then(|policy| policy.arn()).expect("it has one").to_owned();
    iam.attach_role_policy()
        .role_name("staging-roled-api")
        .policy_arn(&other)
        .send()
        .await
        .expect("it can be attached");
    iam.create_policy()
        .policy_name("more")
        .policy_document(read)
        .send()
        .await
        .expect("it can be made");
    service.rewrite(
        "acme/api:1",
        "    additional_iam_policies: [\"arn:aws:iam::123456789012:policy/more\"]\n",
    );
    let (code, said) = service.run(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("changed  IAM role staging-roled-api (trust, attachment)"), "{said}");
    assert!(said.contains(&format!("{other} is attached too, and left so")), "{said}");
    assert_eq!(trust().await, first);

    // A cluster that was replaced, or a name that means another one now.
    let here =
        get(&["namespace", "kube-system"])["metadata"]["uid"].as_str().expect("text").to_owned();
    let role = iam.get_role().role_name("staging-roled-api").send().await.expect("it is there");
    let tags: Vec<_> = role
        .role()
        .expect("it is there")
        .tags()
        .iter()
        .map(|tag| (tag.key(), tag.value()))
        .collect();
    assert!(tags.contains(&("optakit.dev/cluster", here.as_str())), "{tags:?}");
    let other = aws_sdk_iam::types::Tag::builder()
        .key("optakit.dev/cluster")
        .value("another")
        .build()
        .expect("a tag");
    iam.tag_role()
        .role_name("staging-roled-api")
        .tags(other)
        .send()
        .await
        .expect("it can be tagged");
    let (code, said) = service.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains(
            "this is another cluster than the one the layer runs in, nothing was changed"
        ),
        "{said}"
    );
    assert!(
        said.contains(&here)
            && said.contains("the uid another")
            && said.contains("aws iam untag-role"),
        "{said}"
    );
    iam.untag_role()
        .role_name("staging-roled-api")
        .tag_keys("optakit.dev/cluster")
        .send()
        .await
        .expect("it can be");
    assert_eq!(service.run(&[]).0, 0);

    // By kubeconfig nobody tells the issuer.
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("IAM role"), "{said}");
}

#[test]
fn eks_is_reached_by_region_and_name_with_a_token_that_its_webhook_takes() {
    let service = Service::new("eks", "acme/api:1", "");
    let (code, said) = service.run(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("ready    Deployment eks-api-k8s-service"), "{said}");
    let (code, said) = service.run(&["--cluster", "opta-nowhere"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no EKS cluster `opta-nowhere` in us-east-1"), "{said}");
}

#[test]
fn an_action_that_is_not_allowed_is_named() {
    let service = Service::new("disallowed", "AUTO", "");
    for (action, says) in [
        (
            "DescribeRepositories",
            "AWS refuses ecr:DescribeRepositories for the ECR repository `opta-disallowed-api`",
        ),
        (
            "CreateRepository",
            "AWS refuses ecr:CreateRepository for the ECR repository `opta-disallowed-api`",
        ),
        (
            "SetRepositoryPolicy",
            "AWS refuses ecr:SetRepositoryPolicy for the ECR repository `opta-disallowed-api`",
        ),
        (
            "PutLifecyclePolicy",
            "AWS refuses ecr:PutLifecyclePolicy for the ECR repository `opta-disallowed-api`",
        ),
        ("GetRole", "AWS refuses iam:GetRole for the IAM role `staging-disallowed-api`"),
        ("CreateRole", "AWS refuses iam:CreateRole for the IAM role `staging-disallowed-api`"),
    ] {
        let (code, said) = apply_as(&service, &format!("DENIED-{action}"));
        assert_eq!(code, Some(1), "{action}: {said}");
        assert!(
            said.contains(says) && said.contains("is not authorized to perform"),
            "{action}: {said}"
        );
        assert!(said.contains("allow the action to the AWS identity in use"), "{action}: {said}");
    }
    held("an AWS action that is not allowed", "named, with the resource");
}

/// Applies with an access key that the AWS stand-in knows; gives the exit code and standard error.
fn apply_as(service: &Service, key: &str) -> (Option<i32>, String) {
    let mut command = optakit(service.folder.path());
    let output = command
        .env("AWS_ACCESS_KEY_ID", key)
        .args(["apply", &service.bundle()])
        .output()
        .expect("it starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn throttling_is_waited_for_and_a_wrong_clock_is_named() {
    let service = Service::new("throttled", "AUTO", "");
    let (code, said) = apply_as(&service, "THROTTLED-CreateRepository");
    assert!(
        code == Some(0) && said.contains("created  ECR repository opta-throttled-api"),
        "{said}"
    );
    let (code, said) = apply_as(&service, "SKEWED");
    assert!(code == Some(1) && said.contains("Signature expired"), "{said}");
    assert!(said.contains("the clock of this machine seems to be wrong"), "{said}");
    held("AWS throttles; the clock is wrong", "waited for; named");
}

#[test]
fn without_credentials_the_ways_to_some_are_told() {
    let service = Service::new("nobody", "acme/api:1", "");
    let output = optakit(service.folder.path())
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("HOME", service.folder.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .args(["apply", &service.bundle()])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("no AWS credentials were found") && said.contains("aws sso login"),
        "{said}"
    );
}

#[test]
fn credentials_of_another_account_are_refused_before_anything_is_written() {
    let service = Service::new("stranger", "AUTO", "");
    service.write("env/staging.yml", &environment("999999999999"));
    service.rewrite("AUTO", "");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("of account 123456789012, but the bundle is for account 999999999999"),
        "{said}"
    );
    assert!(!kubectl(&["get", "namespace", "stranger"]).status.success());
    held("credentials of another AWS account", "refused before anything is written");
}

#[test]
fn missing_secrets_are_told_with_the_command_that_sets_them() {
    let service = Service::new("secretive", "acme/api:1", "    secrets: [STRIPE_KEY, OTHER]\n");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("lacks STRIPE_KEY, OTHER") || said.contains("lacks OTHER, STRIPE_KEY"),
        "{said}"
    );
    assert!(
        said.contains("optakit secret set STRIPE_KEY") && said.contains("optakit secret set OTHER"),
        "{said}"
    );
    assert!(!kubectl(&["get", "namespace", "secretive"]).status.success(), "nothing was changed");
    let mut all = String::new();
    let mut secret = |arguments: &[&str], input: &str| {
        let (code, out, said) = service.secret(arguments, input);
        all.push_str(&out);
        all.push_str(&said);
        (code, out, said)
    };
    let (code, _, said) = secret(&["set", "STRIPE_KEY"], "hunter2\n");
    assert_eq!(code, 0, "{said}");
    let (_, names, said) = secret(&["list"], "");
    assert!(
        names == "STRIPE_KEY\n" && said.contains("missing  OTHER: `optakit secret set OTHER`"),
        "{names}{said}"
    );
    service.write("more.env", "# of the shop\nexport OTHER=\"hunter3 x\"\nUNUSED='hunter4'\n");
    let (code, _, said) = secret(&["import", "more.env"], "");
    assert_eq!(code, 0, "{said}");
    let data = get(&["-n", "secretive", "secret", "manual-secrets"])["data"].clone();
    assert_eq!(
        data,
        serde_json::json!({"STRIPE_KEY": "aHVudGVyMg==", "OTHER": "aHVudGVyMyB4", "UNUSED": "aHVudGVyNA=="})
    );
    let (code, said) = service.apply(&["--verbose"]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("hunter"));
    let pods = ready_pods("secretive");
    let (code, _, said) = secret(&["set", "STRIPE_KEY", "--no-restart"], "hunter5");
    assert!(code == 0 && said.contains("goes on with the old values"), "{said}");
    let (code, _, said) = secret(&["set", "STRIPE_KEY"], "hunter6");
    assert!(code == 0 && said.contains("restart  Deployment secretive-api-k8s-service"), "{said}");
    let rolled = kubectl(&[
        "-n",
        "secretive",
        "rollout",
        "status",
        "deployment/secretive-api-k8s-service",
        "--timeout=60s",
    ]);
    assert!(rolled.status.success() && ready_pods("secretive") != pods, "the pods are new");
    let (code, said) = service.apply(&[]);
    assert!(
        code == 0 && said.contains("nothing to change"),
        "an apply leaves the restart alone: {said}"
    );
    let (code, _, said) = secret(&["delete", "UNUSED"], "");
    assert_eq!(code, 0, "{said}");
    assert_eq!(secret(&["list"], "").1, "OTHER\nSTRIPE_KEY\n");
    let (code, _, said) = secret(&["delete", "UNUSED"], "");
    assert!(code == 1 && said.contains("there is no secret `UNUSED`"), "{said}");
    service.write("broken.env", "hunter7 is no entry\n");
    assert_eq!(secret(&["import", "broken.env"], "").0, 1);
    assert!(!all.contains("hunter"), "{all}");
}

#[test]
fn what_is_not_allowed_and_what_is_missing_is_told_at_once() {
    let service = Service::new("narrow", "acme/api:1", "    secrets: [STRIPE_KEY]\n");
    let rules = serde_json::json!([
        {"apiGroups": ["", "apps", "policy", "autoscaling", "networking.k8s.io"], "resources": ["*"], "verbs": ["get", "list", "watch", "create", "patch"]},
        {"apiGroups": ["", "apps", "policy", "autoscaling"], "resources": ["*"], "verbs": ["delete"]},
    ]);
    let role = |kind: &str, metadata: Value, rules: Value| serde_json::json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules});
    let read = serde_json::json!([{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "patch"]}]);
    let roles = [
        role("Role", serde_json::json!({"name": "deployer", "namespace": "narrow"}), rules),
        role("ClusterRole", serde_json::json!({"name": "narrow-reader"}), read),
    ];
    let kubeconfig = kubeconfig_of("narrow", &roles, service.folder.path());
    let (code, said) = service.run(&["--kubeconfig", &kubeconfig]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains(
            "permissions are missing in the cluster; secrets are missing, nothing was changed"
        ),
        "{said}"
    );
    assert!(
        said.contains(
            "get, create, update, patch, delete leases.coordination.k8s.io to be the only run"
        ),
        "{said}"
    );
    assert!(!said.contains("pods"), "{said}");
    assert!(said.contains("optakit secret set STRIPE_KEY"), "{said}");
    assert_eq!(service.versions().len(), 0);
    held(
        "permissions, secrets and the image are missing together",
        "all told at once, before anything is written",
    );
}

#[test]
fn programs_get_an_event_a_line_and_people_a_table() {
    let service = Service::new("told", "acme/api:1", "    max_containers: 3\n");
    let events = |arguments: &[&str]| {
        let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
        let mut command = optakit(service.folder.path());
        command.args([
            "apply",
            &service.bundle(),
            "--skip-aws",
            "--kubeconfig",
            &kubeconfig,
            "--output",
            "json",
        ]);
        let output = command.args(arguments).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "all is on standard output");
        let text = String::from_utf8(output.stdout).expect("it is text");
        let events: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        (output.status.code(), events)
    };
    let (code, told) = events(&[]);
    let of = |kind: &str| {
        told.iter().filter(|event| event["event"] == kind).cloned().collect::<Vec<Value>>()
    };
    assert_eq!(code, Some(0), "{told:#?}");
    assert_eq!(of("change").len(), 4, "{told:#?}");
    assert_eq!(of("applied").len(), 4, "{told:#?}");
    assert_eq!(
        of("ready"),
        [serde_json::json!({"event": "ready", "object": "Deployment told-api-k8s-service"})]
    );
    let done = told.last().expect("it ends");
    assert_eq!(
        (&done["event"], &done["layer"], &done["changes"]),
        (&"done".into(), &"told".into(), &5.into()),
        "with the namespace"
    );
    service.rewrite("acme/not-found:1", "    max_containers: 3\n");
    let (code, told) = events(&["--on-failure", "keep"]);
    assert_eq!(code, Some(1));
    let error = told.last().expect("it ends");
    assert_eq!(error["event"], "error");
    assert!(
        error["message"].as_str().is_some_and(|message| message.contains("cannot be pulled")),
        "{error}"
    );

    // A terminal of its own, which `script` makes.
    service.rewrite("acme/api:2", "    max_containers: 3\n");
    let binary = env!("CARGO_BIN_EXE_optakit");
    let line = format!(
        "{binary} apply {} --skip-aws --yes --kubeconfig {}",
        service.bundle(),
        setting("OPTAKIT_TEST_KUBECONFIG")
    );
    let output = Command::new("script")
        .current_dir(service.folder.path())
        .args(["-qec", &line, "/dev/null"])
        .output()
        .expect("script starts");
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{seen}");
    assert!(seen.contains("Deployment told-api-k8s-service") && seen.contains("ready"), "{seen}");
    assert!(!seen.contains("waiting  Deployment"), "the table says it: {seen}");
    assert!(seen.contains("1/1 pods"), "with a bar: {seen}");
}

#[test]
fn drift_is_what_others_changed_since() {
    let service = Service::new("drifted", "acme/api:1", "");
    assert_eq!(service.apply(&[]).0, 0);
    let (code, drift, said) = service.command(&["drift"], &[]);
    assert_eq!((code, drift.as_str()), (0, "drifted: nothing to change\n"), "{said}");
    let image = kubectl(&[
        "-n",
        "drifted",
        "set",
        "image",
        "deployment/drifted-api-k8s-service",
        "k8s-service=acme/api:other",
    ]);
    assert!(image.status.success());
    // Another bundle in the folder is no drift.
    service.rewrite("acme/api:1", "    max_containers: 9\n");
    let (code, drift, said) = service.command(&["drift"], &[]);
    assert_eq!(code, 2, "{said}");
    assert!(
        drift.contains("change   Deployment drifted-api-k8s-service  (rolling restart)")
            && drift.contains("acme/api:other"),
        "{drift}"
    );
    assert!(drift.ends_with("drifted: 1 change\n"), "{drift}");
}

#[test]
fn an_image_that_is_not_there_fails_soon_and_names_its_line() {
    let service = Service::new("broken", "acme/not-found:1", "    public_uri: all\n");
    let (code, said) = service.apply(&["--timeout", "60"]);
    assert_eq!(code, 1);
    assert!(said.contains("the image `acme/not-found:1` cannot be pulled"), "{said}");
    assert!(said.contains("decided at opta.yml:7"), "{said}");
    assert!(
        !kubectl(&["-n", "broken", "get", "ingress", "broken-api-k8s-service-0"]).status.success(),
        "no traffic is led to it"
    );
    service.rewrite("acme/api:1", "    public_uri: all\n");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "a second try goes on from there: {said}");
    held(
        "an image that is not there",
        "fails as soon as that is certain, with the line of opta.yml",
    );
}

#[test]
fn fields_of_another_manager_are_not_taken_without_a_word() {
    let service = Service::new("shared", "acme/api:1", "");
    assert_eq!(service.apply(&[]).0, 0);
    let patch = r#"{"spec":{"template":{"spec":{"containers":[{"name":"k8s-service","image":"acme/api:hotfix"}]}}}}"#;
    let patched = kubectl(&[
        "-n",
        "shared",
        "patch",
        "deployment",
        "shared-api-k8s-service",
        "--field-manager",
        "argocd-controller",
        "-p",
        patch,
    ]);
    assert!(patched.status.success());
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 1);
    assert!(said.contains("argocd-controller") && said.contains("--force-conflicts"), "{said}");
    let field = ".spec.template.spec.containers[name=\"k8s-service\"].image";
    assert!(said.contains(field) && said.contains("--force-field"), "{said}");
    assert_eq!(
        service.apply(&["--force-field", ".spec.replicas"]).0,
        1,
        "another field stays theirs"
    );
    let (code, said) = service.apply(&["--force-field", field]);
    assert!(code == 0 && said.contains("was set by argocd-controller"), "{said}");
    // What a person did by hand gives way to the file, and is said.
    let image = kubectl(&[
        "-n",
        "shared",
        "set",
        "image",
        "deployment/shared-api-k8s-service",
        "k8s-service=acme/api:hotfix",
    ]);
    assert!(image.status.success());
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("takes .spec.template.spec.containers")
            && said.contains("was set by kubectl"),
        "{said}"
    );
    let deployment = get(&["-n", "shared", "deployment", "shared-api-k8s-service"]);
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], "acme/api:1");
    held(
        "another manager holds a field",
        "the apply stops with its name, or the field is named and taken",
    );
}

/// A chart whose one template is a text as it is.
fn chart(folder: &Path, manifests: &str) {
    let chart = folder.join("chart");
    std::fs::create_dir_all(chart.join("templates")).expect("the folder can be made");
    std::fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: k8s-service\nversion: 0.1.0\n")
        .expect("it can be written");
    std::fs::write(chart.join("templates/all.yaml"), manifests).expect("it can be written");
}

fn helm(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(setting("OPTAKIT_TEST_HELM"));
    command.arg("--kubeconfig").arg(setting("OPTAKIT_TEST_KUBECONFIG")).args(arguments);
    let output = command.output().expect("helm starts");
    (
        output.status.success(),
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
    )
}

#[test]
fn a_service_of_a_helm_release_is_taken_over_without_a_pod_restarting() {
    let fields = "    min_containers: 2\n    public_uri: \"api.{parent.domain}/v1\"\n    healthcheck_path: /health\n";
    let service = Service::new("taken", "acme/api:1", fields);
    let folder = service.folder.path();
    // What Opta's chart rendered, with Helm's label, in a release of the namespace `default`, as
    // Opta had it.
    let rendered = optakit(folder)
        .args(["render", "--quiet", "--profile", "opta-2021"])
        .output()
        .expect("it starts");
    let rendered = String::from_utf8(rendered.stdout).expect("it is UTF-8");
    let rendered = rendered.split_once("---\n").expect("the namespace comes first").1;
    let rendered = rendered.replace(
        "app.kubernetes.io/managed-by: optakit",
        "app.kubernetes.io/managed-by: Helm\n    helm.sh/chart: k8s-service-0.1.0",
    );
    chart(folder, &rendered);
    assert!(kubectl(&["create", "namespace", "taken"]).status.success());
    let path = folder.join("chart");
    let (installed, said) = helm(&[
        "install",
        "taken-api",
        &path.to_string_lossy(),
        "--namespace",
        "default",
        "--wait",
        "--timeout",
        "60s",
    ]);
    assert!(installed, "{said}");
    assert!(
        kubectl(&["-n", "taken", "scale", "deployment/taken-api-k8s-service", "--replicas", "3"])
            .status
            .success()
    );
    let rolled = kubectl(&[
        "-n",
        "taken",
        "rollout",
        "status",
        "deployment/taken-api-k8s-service",
        "--timeout=60s",
    ]);
    assert!(rolled.status.success());
    let pods = ready_pods("taken");
    let sets = || {
        let sets = get(&["-n", "taken", "replicasets"]);
        let uids = sets["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|set| set["metadata"]["uid"].to_string());
        uids.collect::<Vec<_>>()
    };
    let before = sets();
    assert_eq!((pods.len(), before.len()), (3, 1));

    let (code, said) = service.apply(&[]);
    assert!(
        code == 1
            && said.contains("belongs to the Helm release `taken-api`")
            && said.contains("optakit takeover"),
        "{said}"
    );
    // Today's pods differ: nothing happens, and the lines are shown.
    let (code, _, said) = service.command(&["takeover"], &[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("pods would have to be replaced, nothing was changed")
            && said.contains("+        \"seccompProfile\": {"),
        "{said}"
    );

    assert!(
        optakit(folder)
            .args(["bundle", "--quiet", "--profile", "opta-2021"])
            .status()
            .expect("it starts")
            .success()
    );
    let (code, _, said) = service.command(&["takeover"], &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("terraform state rm 'module.api.helm_release.k8s-service'"), "{said}");
    let deployment =
        get(&["-n", "taken", "deployment", "taken-api-k8s-service", "--show-managed-fields"]);
    let metadata = deployment["metadata"].to_string();
    assert!(
        !metadata.contains("meta.helm.sh") && !metadata.contains("helm.sh/chart"),
        "{metadata}"
    );
    assert_eq!(deployment["metadata"]["labels"]["app.kubernetes.io/managed-by"], "optakit");
    assert_eq!(deployment["spec"]["replicas"], 3, "the autoscaler's number stays");
    let managers: Vec<&str> = deployment["metadata"]["managedFields"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|field| field["manager"].as_str())
        .collect();
    assert!(!managers.contains(&"helm"), "{managers:?}");

    let (_, listed) = helm(&["list", "--namespace", "default", "--short"]);
    assert!(!listed.contains("taken-api"), "{listed}");
    let (gone, said) = helm(&["uninstall", "taken-api", "--namespace", "default"]);
    assert!(!gone && said.contains("not found"), "{said}");
    let archived = get(&["-n", "default", "secrets", "-l", "optakit.dev/helm-release=taken-api"]);
    assert_eq!(archived["items"].as_array().map(Vec::len), Some(1));

    let (code, said) = service.apply(&[]);
    assert!(code == 0 && said.contains("nothing to change"), "{said}");
    assert_eq!((ready_pods("taken"), sets()), (pods, before), "not a single pod restarted");
    let (code, _, said) = service.command(&["takeover"], &[]);
    assert!(code == 1 && said.contains("belongs to a Helm release"), "{said}");
}

#[test]
fn objects_of_other_tools_are_refused_by_name() {
    let service = Service::new("owned", "acme/api:1", "");
    assert!(kubectl(&["create", "namespace", "owned"]).status.success());
    assert!(
        kubectl(&["-n", "owned", "create", "service", "clusterip", "api", "--tcp=80"])
            .status
            .success()
    );
    assert!(
        kubectl(&[
            "-n",
            "owned",
            "annotate",
            "service",
            "api",
            "meta.helm.sh/release-name=owned-api"
        ])
        .status
        .success()
    );
    let (code, said) = service.apply(&["--force-conflicts"]);
    assert_eq!(code, 1);
    assert!(said.contains("Service api belongs to the Helm release `owned-api`"), "{said}");
    assert!(
        !kubectl(&["-n", "owned", "get", "deployment", "owned-api-k8s-service"]).status.success(),
        "nothing was changed"
    );
    held("the object belongs to Helm, Argo CD, Flux, kapp, kluctl or Timoni", "refused by name");
}

#[test]
fn a_refused_plan_changes_nothing_and_tells_every_refusal() {
    let service = Service::new("refused", "acme/api:1", "    public_uri: all\n");
    let bundle = service.folder.path().join(service.bundle());
    let text = std::fs::read_to_string(&bundle).expect("it is there");
    let changed = text
        .replace("\"targetPort\": \"main\"", "\"targetPort\": \"Not A Port\"")
        .replace("\"pathType\": \"ImplementationSpecific\"", "\"pathType\": \"Odd\"");
    std::fs::write(&bundle, &changed).expect("it can be written");
    let (code, said) = service.apply(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("the bundle was changed since it was made") && said.contains("pathType: Odd"),
        "{said}"
    );
    let (code, said) = service.apply(&["--allow-modified"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("Service api is refused")
            && said.contains("Ingress refused-api-k8s-service-0 is refused"),
        "{said}"
    );
    assert_eq!(service.versions(), [""; 0]);
    held("the API server refuses some of the objects", "nothing is changed; every refusal is told");
}

#[test]
fn every_case_of_the_core_is_accepted_with_nothing_unknown_in_it() {
    // Each level of hardening in namespaces that enforce it.
    for (level, arguments) in [
        ("baseline", &["--profile", "default"][..]),
        ("baseline", &["--profile", "opta-2021"]),
        ("baseline", &["--exposure", "gateway"]),
        ("baseline", &["--exposure", "alb"]),
        ("restricted", &["--hardening", "restricted"]),
    ] {
        for namespace in ["shop", "solo"] {
            kubectl(&["create", "namespace", namespace]);
            let label = format!("pod-security.kubernetes.io/enforce={level}");
            assert!(
                kubectl(&["label", "--overwrite", "namespace", namespace, &label]).status.success()
            );
        }
        let mut tried = 0;
        for case in std::fs::read_dir(CASES).expect("the cases are there") {
            let case = case.expect("it can be listed").path();
            if case.is_dir() {
                accepted(&case, arguments);
                tried += 1;
            }
        }
        assert!(tried >= 10);
    }
}

#[test]
fn a_base_of_kustomize_builds_to_the_objects_themselves() {
    for case in std::fs::read_dir(CASES).expect("the cases are there") {
        let case = case.expect("it can be listed").path();
        if !case.is_dir() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::copy(case.join("opta.yml"), folder.path().join("opta.yml"))
            .expect("it can be copied");
        std::fs::copy(Path::new(CASES).join("env.yml"), folder.path().join("env.yml"))
            .expect("it can be copied");
        let render = |arguments: &[&str]| {
            let mut command = optakit(folder.path());
            command.arg("render").args(arguments);
            if case.join("values.yml").exists() {
                command.arg("--values").arg(case.join("values.yml"));
            }
            let output = command.output().expect("it starts");
            assert!(
                output.status.success(),
                "{}: {}",
                case.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        };
        render(&["--image-tag", "1.4.2", "-o", "kustomize", "--output-dir", "base"]);
        let objects: Value =
            serde_json::from_slice(&render(&["--image-tag", "1.4.2", "-o", "json"]))
                .expect("it is JSON");
        let base = folder.path().join("base");
        let built = kubectl(&[
            "create",
            "--kustomize",
            &base.to_string_lossy(),
            "--dry-run=client",
            "--validate=false",
            "-o",
            "json",
        ]);
        assert!(
            built.status.success(),
            "{}: {}",
            case.display(),
            String::from_utf8_lossy(&built.stderr)
        );
        // Objects one behind another.
        let built: Vec<Value> = serde_json::Deserializer::from_slice(&built.stdout)
            .into_iter()
            .collect::<Result<_, _>>()
            .expect("it is JSON");
        let items =
            |list: &Value| list["items"].as_array().cloned().unwrap_or_else(|| vec![list.clone()]);
        let sorted = |mut objects: Vec<Value>| {
            objects.sort_by_key(|object| {
                (object["kind"].to_string(), object["metadata"]["name"].to_string())
            });
            objects
        };
        assert_eq!(
            sorted(built.iter().flat_map(items).collect()),
            sorted(items(&objects)),
            "{}",
            case.display()
        );
    }
}

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/tests/render");

/// Renders a case and has the API server take it: the objects, and pods of its templates, which
/// PodSecurity judges.
fn accepted(case: &Path, arguments: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(case.join("opta.yml"), folder.path().join("opta.yml")).expect("it can be copied");
    std::fs::copy(Path::new(CASES).join("env.yml"), folder.path().join("env.yml"))
        .expect("it can be copied");
    let mut command = optakit(folder.path());
    command.args(["render", "--include-secrets", "-o", "json"]).args(arguments);
    if case.join("values.yml").exists() {
        command.arg("--values").arg(case.join("values.yml"));
    }
    let rendered = command.output().expect("it starts");
    assert!(
        rendered.status.success(),
        "{}: {}",
        case.display(),
        String::from_utf8_lossy(&rendered.stderr)
    );
    let mut list: Value = serde_json::from_slice(&rendered.stdout).expect("it is JSON");
    let items = list["items"].as_array_mut().expect("a list");
    let deployments = items.iter().filter(|item| item["kind"] == "Deployment");
    let pods = deployments.map(|deployment| {
        let mut pod = deployment["spec"]["template"].clone();
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        pod["metadata"]["name"] = "pod".into();
        pod["metadata"]["namespace"] = deployment["metadata"]["namespace"].clone();
        // The account of the case is not there, since nothing of it is really applied.
        pod["spec"]["serviceAccountName"] = "default".into();
        pod
    });
    let mut pods: Vec<Value> = pods.collect();
    for (index, pod) in pods.iter_mut().enumerate() {
        pod["metadata"]["name"] = format!("pod-{index}").into();
    }
    items.extend(pods);
    let file = folder.path().join("manifests.json");
    std::fs::write(&file, list.to_string()).expect("it can be written");
    let file = file.to_string_lossy();
    let applied = kubectl(&[
        "apply",
        "--server-side",
        "--dry-run=server",
        "--validate=strict",
        "--field-manager",
        "test",
        "-f",
        &file,
    ]);
    let said = String::from_utf8_lossy(&applied.stderr);
    assert!(applied.status.success(), "{} {arguments:?}: {said}", case.display());
    assert!(!said.contains("Warning"), "{} {arguments:?}: {said}", case.display());
}

#[test]
fn clusters_that_cannot_be_used_are_told_apart() {
    let service = Service::new("nowhere", "acme/api:1", "");
    service.write("away", "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n");
    let (code, said) = service.run(&["--kubeconfig", "away"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("the cluster x cannot be reached") && said.contains("nothing was changed"),
        "{said}"
    );
    // One that takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}", silent.local_addr().expect("it has one"));
    service.write(
        "silent",
        &std::fs::read_to_string(service.folder.path().join("away"))
            .expect("there")
            .replace("https://127.0.0.1:1", &address),
    );
    let (code, said) = service.run(&["--kubeconfig", "silent"]);
    assert!(code == 1 && said.contains("no answer within 10 s"), "{said}");
    for (command, says) in [
        ("no-such-plugin, args: []", "`no-such-plugin`, is not installed"),
        (
            "sh, args: [\"-c\", \"echo hunter2; echo you are not signed in >&2; exit 3\"]",
            "failed with exit code 3\n  it says: you are not signed in",
        ),
        (
            "sh, args: [\"-c\", \"echo hunter2\"]",
            "answers with something that is no ExecCredential",
        ),
    ] {
        service.write("plugin", &format!("apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: \"https://127.0.0.1:1\"}}}}]\nusers: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: {command}}}}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n"));
        let (code, said) = service.run(&["--kubeconfig", "plugin"]);
        assert!(code == 1 && said.contains(says) && said.contains("nothing was changed"), "{said}");
        assert!(!said.contains("hunter2"), "what a plugin prints may be a token: {said}");
    }
    let (code, said) = service.run(&["--kubeconfig", "missing"]);
    assert_eq!(code, 1);
    assert!(said.contains("the kubeconfig cannot be used") && said.contains("missing"), "{said}");
    service.write("garbage", "{");
    let (code, said) = service.run(&["--kubeconfig", "garbage"]);
    assert_eq!(code, 1);
    assert!(said.contains("the kubeconfig cannot be used"), "{said}");
    let config = std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG")).expect("it is there");
    let token = config
        .lines()
        .find_map(|line| line.split("token: \"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .expect("a token");
    service.write("stranger", &config.replace(token, "wrong"));
    let (code, said) = service.run(&["--kubeconfig", "stranger"]);
    assert_eq!(code, 1);
    assert!(said.contains("does not accept our credentials (401)"), "{said}");
    held(
        "no cluster at the address, one that never answers, a plugin that fails, a kubeconfig that is none",
        "told apart, each with what to do",
    );
}
