//! ECR repositories, and errors of AWS.

use aws_sdk_ecr::types::Tag;

use crate::testbed::helm::install_with_helm;
use crate::testbed::{
    DIGEST, Run, Service, create_namespace, environment, exists, optakit, ready_pods, record_fault,
    setting,
};

/// Returns the settings of the AWS stand-in.
pub(crate) async fn aws() -> aws_config::SdkConfig {
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

/// Returns the address of a repository of the AWS stand-in.
fn address(repository: &str) -> String {
    format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/{repository}")
}

#[tokio::test]
async fn repository_is_created_with_its_policies() {
    let service = Service::new("auto", "AUTO", "    public_uri: all\n");
    service.archive("amd64");
    service
        .run("deploy", &["app.tar"])
        .succeeds()
        .reports("created      ECR repository opta-auto-api");

    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let name = "opta-auto-api";
    let described = ecr.describe_repositories().repository_names(name).send().await;
    let described = described.expect("the repository exists");
    let scanning = described.repositories()[0].image_scanning_configuration();
    assert!(scanning.is_some_and(|scanning| scanning.scan_on_push()));
    let policy = ecr.get_repository_policy().repository_name(name).send().await;
    let policy = policy.expect("the repository has a policy");
    assert!(policy.policy_text().is_some_and(|text| text.contains("AllowAllFromAccount")));
    let lifecycle = ecr.get_lifecycle_policy().repository_name(name).send().await;
    let lifecycle = lifecycle.expect("the repository has a lifecycle policy");
    let text = lifecycle.lifecycle_policy_text();
    assert!(text.is_some_and(|text| text.contains("last 20 tagged development images")));
}

#[test]
fn image_must_be_in_ecr_and_should_fit_the_nodes() {
    let service = Service::new("fitting", "AUTO", "");
    service
        .apply(&["--image-digest", DIGEST])
        .fails()
        .reports("the image is not in ECR; nothing was changed")
        .reports(&format!("the repository `opta-fitting-api` has no image {DIGEST}"))
        .reports("optakit push");

    // kwok runs images of any architecture.
    let arm = service.push("arm64");
    service
        .apply(&["--image-digest", &arm])
        .fails()
        .reports("no node can run the image; nothing was changed")
        .reports("is built for linux/arm64, but the nodes are linux/amd64")
        .reports("pass `--accept-platform`");
    assert!(!exists(&["namespace", "fitting"]), "nothing is written");
    service
        .apply(&["--image-digest", &arm, "--accept-platform", "--timeout", "60"])
        .succeeds()
        .reports("is built for linux/arm64, but the nodes are linux/amd64")
        .reports("the cluster has no metrics API");

    let amd = service.push("amd64");
    service
        .apply(&["--image-digest", &amd])
        .succeeds()
        .reports("unchanged    ECR repository opta-fitting-api")
        .omits("the nodes are");
    assert_eq!(service.image(), format!("{}@{amd}", address("opta-fitting-api")));
}

#[tokio::test]
async fn repository_that_opta_created_is_used() {
    let service = Service::new("adopted", "AUTO", "");
    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let create = |name: &'static str, tag: &'static str| {
        let tag = Tag::builder().key(tag).value("true").build().expect("a valid tag");
        ecr.create_repository().repository_name(name).tags(tag).send()
    };
    create("opta-adopted-api-x7k2", "terraform").await.expect("the repository can be created");
    create("opta-adopted-api-test", "by-hand").await.expect("the repository can be created");
    let digest = service.push("amd64");
    service
        .run("plan", &["--image-digest", &digest])
        .exits(2)
        .prints("will change  ECR repository opta-adopted-api-x7k2");
    service
        .apply(&["--image-digest", &digest])
        .succeeds()
        .reports("ECR repository opta-adopted-api-x7k2");
    service.run("status", &[]).prints("ECR repository opta-adopted-api-x7k2");
    let plan = ["--image-digest", &digest, "--save", "plan.json"];
    service.run("plan", &plan).succeeds();
    service.apply(&["--image-digest", &digest, "--plan", "plan.json"]).succeeds();
    assert_eq!(service.image(), format!("{}@{digest}", address("opta-adopted-api-x7k2")));
    let plain = ecr.describe_repositories().repository_names("opta-adopted-api").send().await;
    assert!(plain.is_err(), "no second repository was created");
    create("opta-adopted-api-9z9z", "terraform").await.expect("the repository can be created");
    service
        .apply(&["--image-digest", &digest])
        .fails()
        .reports("Opta created opta-adopted-api-x7k2 and opta-adopted-api-9z9z");
}

#[test]
fn denied_action_is_named() {
    let service = Service::new("disallowed", "AUTO", "");
    service.archive("amd64");
    let repository = "the ECR repository `opta-disallowed-api`";
    let role = "the IAM role `staging-disallowed-api`";
    for (service_name, action, resource) in [
        ("ecr", "DescribeRepositories", repository),
        ("ecr", "CreateRepository", repository),
        ("ecr", "SetRepositoryPolicy", repository),
        ("iam", "GetRole", role),
        ("iam", "CreateRole", role),
        // It deletes images, so it is written last.
        ("ecr", "PutLifecyclePolicy", repository),
    ] {
        service
            .deploy_as(&format!("DENIED-{action}"))
            .fails()
            .reports(&format!("AWS denies {service_name}:{action} for {resource}"))
            .reports("is not authorized to perform")
            .reports("allow the action for your AWS identity");
    }
    record_fault(
        "AWS denies an action that the apply needs",
        "The apply fails and names the action and the resource.",
    );
}

#[test]
fn throttling_is_retried_and_clock_skew_is_reported() {
    let service = Service::new("throttled", "AUTO", "");
    service.archive("amd64");
    service
        .deploy_as("THROTTLED-CreateRepository")
        .succeeds()
        .reports("created      ECR repository opta-throttled-api");
    service
        .deploy_as("SKEWED")
        .cannot_run()
        .reports("Signature expired")
        .reports("correct the clock of this machine");
    record_fault(
        "AWS throttles requests; the clock of the machine is wrong",
        "Throttled requests are retried. The wrong clock is reported.",
    );
}

#[test]
fn missing_credentials_are_reported_with_the_ways_to_get_them() {
    let service = Service::new("nobody", "acme/api:1", "");
    let mut command = optakit(service.folder());
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("HOME", service.folder())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .args(["apply", &service.bundle(), "--yes"]);
    Run::of(&mut command)
        .cannot_run()
        .reports("no AWS credentials were found")
        .reports("aws sso login");
}

#[test]
fn credentials_of_another_account_are_rejected() {
    let service = Service::new("stranger", "AUTO", "");
    service.write("env/staging.yml", &environment("999999999999"));
    service.update("AUTO", "");
    service
        .apply(&[])
        .cannot_run()
        .reports("belong to account 123456789012, but the bundle is for account 999999999999");
    assert!(!exists(&["namespace", "stranger"]));
    record_fault(
        "The AWS credentials belong to another account",
        "The apply fails before it writes anything.",
    );
}

#[tokio::test]
async fn takeover_keeps_the_repository_of_opta() {
    let name = "opta-handed-api-x7k2";
    let tag = Tag::builder().key("terraform").value("true").build().expect("a valid tag");
    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let create = ecr.create_repository().repository_name(name).tags(tag);
    create.send().await.expect("the repository can be created");
    let image = format!("{}@{DIGEST}", address(name));
    let service = Service::new("handed", &image, "");
    create_namespace("handed");
    install_with_helm(&service);
    let pods = ready_pods("handed");

    service.update("AUTO", "");
    service.run_alone(&["bundle", "--quiet", "--profile", "opta-2021"]).succeeds();
    service.run("takeover", &["--image-digest", DIGEST, "--yes"]).succeeds();
    assert_eq!(service.image(), image);
    assert_eq!(ready_pods("handed"), pods, "no pod restarts");
}
