//! The actions of the IAM policy that `optakit permissions --aws` prints: a run uses each of them,
//! and no others.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use aws_sdk_iam::Client;
use serde_json::Value;

use crate::aws::aws;
use crate::iam::{OPEN_TRUST, create_policy};
use crate::iam_changes::bucket;
use crate::testbed::{Run, Service, optakit, setting};

/// The access key of this test. The AWS stand-in records the actions of each key.
const KEY: &str = "RECORDED";

/// Actions of every identity, which need no permission.
const WITHOUT_PERMISSION: &[&str] = &["sts:GetCallerIdentity"];

/// Actions that only large images need: their layers are sent in parts.
const FOR_LARGE_IMAGES: &[&str] = &["ecr:UploadLayerPart"];

/// Runs Optakit with the access key of this test.
fn run(service: &Service, arguments: &[&str]) -> Run {
    Run::of(optakit(service.folder()).env("AWS_ACCESS_KEY_ID", KEY).args(arguments))
}

fn deploy(service: &Service, arguments: &[&str]) -> Run {
    let command = ["deploy", &service.bundle(), "app.tar", "--yes"];
    run(service, &[&command, arguments].concat())
}

/// Sets a value of the service's Secret.
fn set_secret(service: &Service, source: &str) {
    let kubeconfig = setting("OPTAKIT_TEST_KUBECONFIG");
    let target = ["--kubeconfig", &kubeconfig, "--yes"];
    run(service, &[&["secret", "set", "A", "--from", source], &target[..]].concat()).succeeds();
}

/// Returns the actions that the AWS stand-in received from the access key of this test.
fn recorded() -> BTreeSet<String> {
    let url = format!("{}/recorded/{KEY}", setting("OPTAKIT_TEST_AWS"));
    let output = Command::new("curl").args(["-sS", &url]).output().expect("curl starts");
    serde_json::from_slice(&output.stdout).expect("the answer is a list of actions")
}

/// Returns the action of ECR that allows a request to the registry.
fn registry_action(method: &str, path: &str) -> Option<&'static str> {
    let is = |part: &str| path.contains(part);
    Some(match method {
        "PUT" if is("/manifests/") => "ecr:PutImage",
        "GET" | "HEAD" if is("/manifests/") => "ecr:BatchGetImage",
        "POST" if is("/blobs/uploads/") => "ecr:InitiateLayerUpload",
        "PATCH" if is("/blobs/uploads/") => "ecr:UploadLayerPart",
        "PUT" if is("/blobs/uploads/") => "ecr:CompleteLayerUpload",
        "HEAD" if is("/blobs/") => "ecr:BatchCheckLayerAvailability",
        "GET" if is("/blobs/") => "ecr:GetDownloadUrlForLayer",
        _ => return None,
    })
}

/// Returns the actions of the requests to the registry for repositories with a prefix.
fn pushed(prefix: &str) -> BTreeSet<String> {
    let log = Path::new(&setting("OPTAKIT_TEST_FOLDER")).join("registry.log");
    let log = std::fs::read_to_string(log).expect("the registry writes a log");
    let requests = log.lines().filter_map(|line| line.split('"').nth(1));
    let actions = requests.filter_map(|request| {
        let (method, path) = request.split_once(' ')?;
        path.contains(prefix).then(|| registry_action(method, path)).flatten()
    });
    actions.map(str::to_owned).collect()
}

/// Returns the actions of the printed policy.
fn printed(service: &Service, sources: &[&str]) -> BTreeSet<String> {
    let bundle = service.bundle();
    let mut arguments = vec!["permissions", &bundle, "--aws"];
    arguments.extend(sources.iter().flat_map(|source| ["--secret-from", source]));
    let policy: Value =
        serde_json::from_str(&service.run_alone(&arguments).succeeds().stdout).expect("JSON");
    let statements = policy["Statement"].as_array().expect("a policy has statements").iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().expect("a list"));
    actions.map(|action| action.as_str().expect("an action is text").to_owned()).collect()
}

/// Creates a repository, a role and a policy that are not as the service needs them.
async fn create_foreign_resources(iam: &Client, name: &str) {
    let ecr = aws_sdk_ecr::Client::new(&aws().await);
    let create = ecr.create_repository().repository_name(format!("opta-{name}-api"));
    create.send().await.expect("the repository can be created");
    let role = iam.create_role().role_name(format!("staging-{name}-api"));
    let role = role.assume_role_policy_document(OPEN_TRUST);
    role.send().await.expect("the role can be created");
    create_policy(iam, &format!("staging-{name}-api")).await;
}

#[tokio::test]
async fn each_action_of_the_iam_policy_is_used_and_no_other() {
    let settings = aws().await;
    let iam = Client::new(&settings);
    let secret = aws_sdk_secretsmanager::Client::new(&settings).create_secret();
    let secret = secret.name("recorded").secret_string("hunter2");
    secret.send().await.expect("the secret is created");
    let parameter = aws_sdk_ssm::Client::new(&settings).put_parameter().name("/recorded");
    let parameter = parameter.r#type(aws_sdk_ssm::types::ParameterType::SecureString);
    parameter.value("hunter2").send().await.expect("the parameter is stored");
    let sources = ["aws-secretsmanager:recorded", "ssm:/recorded"];

    // A new service.
    let service = Service::new("recorded-new", "AUTO", "    secrets: [A]\n");
    service.archive("amd64");
    for source in sources {
        set_secret(&service, source);
    }
    deploy(&service, &[]).succeeds().reports("created      IAM role staging-recorded-new-api");
    let expected = printed(&service, &sources);

    // A service that takes over resources of others.
    create_foreign_resources(&iam, "recorded-old").await;
    let service = Service::new("recorded-old", "AUTO", "");
    service.archive("amd64");
    deploy(&service, &["--adopt"]).succeeds();

    // A policy of others is attached and detached. Then its own policy gets too many versions.
    let more = create_policy(&iam, "recorded-more").await;
    service.update("AUTO", &format!("    additional_iam_policies: [\"{more}\"]\n"));
    deploy(&service, &[]).succeeds();
    for number in 0..4 {
        service.update("AUTO", &bucket(&format!("acme-recorded{number}"), "read"));
        deploy(&service, &[]).succeeds();
    }
    run(&service, &["apply", &service.bundle(), "--image-tag", "1", "--yes"]).succeeds();
    run(&service, &["rollback", &service.bundle(), "--yes"]).succeeds();
    run(&service, &["destroy", &service.bundle(), "--yes"]).succeeds();

    let mut used = recorded();
    used.extend(pushed("/opta-recorded-"));
    used.retain(|action| !WITHOUT_PERMISSION.contains(&action.as_str()));
    used.extend(FOR_LARGE_IMAGES.iter().map(|action| (*action).to_owned()));
    let needless: Vec<_> = expected.difference(&used).collect();
    let missing: Vec<_> = used.difference(&expected).collect();
    assert!(
        needless.is_empty() && missing.is_empty(),
        "needless {needless:?}, missing {missing:?}"
    );
}
