//! Random service and environment files. What `validate` accepts, Kubernetes and AWS must accept
//! too, and the JSON Schema must agree with `validate`.
//!
//! Runs for the minutes in `OPTAKIT_GENERATE_MINUTES` (one by default). `OPTAKIT_GENERATE_SEED`, or
//! else `PROPTEST_RNG_SEED`, repeats a run.

mod aws_limits;
mod cluster;
mod files;
mod pools;
mod value;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cluster::Cluster;
use files::Files;
use futures::StreamExt;
use futures::stream;
use jsonschema::Validator;
use optakit_core::api::{
    Analysis, Choices, Diagnostic, RdsCertificates, Request, ServiceFile, Severity, SourceText,
    analyze, aws_documents, bundle, verify_bundle,
};
use optakit_core::{schema, syntax};

/// The values of a run. Every other output is unknown.
const VALUES: &str = "\
parent: {vpc_id: vpc-1, k8s_openid_provider_url: https://oidc.example.com/id/A}
modules:
  db: {db_host: db.internal, db_user: app, db_name: app, db_password: secret}
  my-db: {db_host: db.internal, db_user: app, db_name: app, db_password: secret}
  docs: {db_host: db.internal, db_user: app, db_password: secret}
  cache: {cache_host: cache.internal, cache_auth_token: secret}
  jobs: {queue_arn: \"arn:aws:sqs:us-east-1:123456789012:jobs\", kms_arn: \"arn:aws:kms:us-east-1:123456789012:key/a\"}
  events: {topic_arn: \"arn:aws:sns:us-east-1:123456789012:events\", kms_arn: \"arn:aws:kms:us-east-1:123456789012:key/a\"}
  items: {table_arn: \"arn:aws:dynamodb:us-east-1:123456789012:table/items\", kms_arn: \"arn:aws:kms:us-east-1:123456789012:key/a\"}
vars: {size: 3}
";
/// How many files are checked at the same time.
const PARALLEL: usize = 8;
/// How many kinds of findings are reported.
const MAX_FINDINGS: usize = 20;
/// The rules that the JSON Schema expresses.
const OF_SCHEMA: &[&str] = &["unknown-field", "missing-field"];

#[test]
fn what_is_accepted_works() {
    let minutes = setting("OPTAKIT_GENERATE_MINUTES").unwrap_or(1);
    let seeds = ["OPTAKIT_GENERATE_SEED", "PROPTEST_RNG_SEED"];
    let seed = seeds.into_iter().find_map(setting).unwrap_or_else(|| fastrand::u64(..));
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let run = runtime.expect("the runtime starts").block_on(generate(seed, end));
    for (kind, (finding, files)) in &run.findings {
        report(&format!("{kind}\n  {finding}\n{}", show(files)));
    }
    let (total, accepted, unanswered) = (run.total, run.accepted, run.unanswered);
    report(&format!(
        "seed {seed}: {total} files, {accepted} accepted, {unanswered} without an answer"
    ));
    assert!(accepted > unanswered, "no accepted file was checked");
    assert!(run.findings.is_empty(), "{} kinds of findings, seed {seed}", run.findings.len());
}

#[expect(clippy::print_stderr, reason = "the findings are the output of the test")]
fn report(text: &str) {
    eprintln!("{text}");
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| {
        value.parse().unwrap_or_else(|_| panic!("{name} is `{value}`, expected a whole number"))
    })
}

#[derive(Default)]
struct Findings {
    total: usize,
    accepted: usize,
    /// How many of the accepted files the API server did not answer for.
    unanswered: usize,
    /// The smallest files for each kind of finding.
    findings: BTreeMap<String, (String, Files)>,
}

/// The problems of a file, and whether it is accepted.
struct Checked {
    findings: Vec<String>,
    is_accepted: bool,
    /// Whether the API server did not answer. That is not a finding.
    is_unanswered: bool,
}

async fn generate(seed: u64, end: Instant) -> Findings {
    let checker = Checker::new().await;
    let mut rng = fastrand::Rng::with_seed(seed);
    let files = std::iter::from_fn(|| (Instant::now() < end).then(|| Files::random(&mut rng)));
    let mut checked = stream::iter(files)
        .map(|files| async { (checker.check(&files).await, files) })
        .buffer_unordered(PARALLEL);
    let mut run = Findings::default();
    while let Some((checked, files)) = checked.next().await {
        run.total += 1;
        run.accepted += usize::from(checked.is_accepted);
        run.unanswered += usize::from(checked.is_unanswered);
        for finding in checked.findings {
            let kind = kind_of(&finding);
            if run.findings.len() < MAX_FINDINGS && !run.findings.contains_key(&kind) {
                let files = checker.smallest(&files, &kind).await;
                run.findings.insert(kind, (finding, files));
            }
        }
    }
    run
}

struct Checker {
    cluster: Cluster,
    schema: Validator,
}

impl Checker {
    async fn new() -> Self {
        let schema = jsonschema::validator_for(&schema::schema()).expect("the schema is valid");
        Self { cluster: Cluster::connect().await, schema }
    }

    async fn check(&self, files: &Files) -> Checked {
        let request = request(files);
        let analysis = analyze(&request, true);
        let mut findings = self.schema_findings(&request, &analysis);
        if analysis.has_errors() || analysis.refusal.is_some() {
            return Checked { findings, is_accepted: false, is_unanswered: false };
        }
        let manifests = analysis.manifests.as_deref().unwrap_or_default();
        let Ok(rejections) = self.cluster.rejections(manifests, files.level()).await else {
            return Checked { findings, is_accepted: true, is_unanswered: true };
        };
        findings.extend(rejections);
        findings.extend(aws_limits::violations(&aws_documents(&request), manifests));
        match bundle(&request) {
            Ok(bundle) => {
                let verified = verify_bundle(&bundle, &request.rds_certificates);
                findings.extend(verified.err().map(|error| format!("bundle: {error}")));
                findings.extend(bundle.check_layer().err().map(|error| format!("gate: {error}")));
            }
            Err(_) => findings.push("bundle: the file has errors only in a bundle".to_owned()),
        }
        Checked { findings, is_accepted: true, is_unanswered: false }
    }

    /// Returns the disagreements between the JSON Schema and the diagnostics.
    fn schema_findings(&self, request: &Request, analysis: &Analysis) -> Vec<String> {
        let Ok(documents) = syntax::documents(request.service.text()) else { return Vec::new() };
        let [document] = documents.as_slice() else { return Vec::new() };
        let error = self.schema.iter_errors(document).next();
        let is_error = |found: &&Diagnostic| {
            found.severity == Severity::Error && found.file == request.service.name()
        };
        let mut errors = analysis.diagnostics.iter().filter(is_error);
        match error {
            Some(error) if errors.clone().next().is_none() => {
                vec![format!("schema rejects {}\n  {error}", error.instance_path())]
            }
            None => {
                let missed = errors.find(|found| OF_SCHEMA.contains(&found.rule));
                missed
                    .map(|found| format!("schema accepts: {}", found.message))
                    .into_iter()
                    .collect()
            }
            Some(_) => Vec::new(),
        }
    }

    /// Returns the smallest files with a finding of this kind that removing parts can reach.
    async fn smallest(&self, files: &Files, kind: &str) -> Files {
        let mut smallest = files.clone();
        'again: loop {
            for service in smallest.service.smaller() {
                let smaller = Files { service, ..smallest.clone() };
                let checked = self.check(&smaller).await;
                if checked.findings.iter().any(|finding| kind_of(finding) == kind) {
                    smallest = smaller;
                    continue 'again;
                }
            }
            return smallest;
        }
    }
}

/// Returns a finding without its values, so that findings with one cause are one kind.
fn kind_of(finding: &str) -> String {
    let mut kind = String::new();
    let mut is_quoted = false;
    for character in finding.lines().next().unwrap_or_default().chars() {
        match character {
            '"' | '`' => is_quoted = !is_quoted,
            _ if is_quoted || character.is_ascii_digit() => {}
            _ => kind.push(character),
        }
    }
    kind.chars().take(120).collect()
}

fn request(files: &Files) -> Request {
    let [profile, hardening, exposure, kubernetes] =
        files.choices.map(|choice| Some(choice.to_owned()));
    // An Opta profile keeps the pods of Opta.
    let hardening = hardening.filter(|_| files.has_default_profile());
    Request {
        service: ServiceFile::parse("opta.yml", &files.service.yaml()),
        environment_files: [("env.yml".to_owned(), Ok(files.environment.yaml()))].into(),
        values: Some(SourceText { name: "values.yml".to_owned(), text: VALUES.to_owned() }),
        choices: Choices {
            environment: None,
            profile,
            hardening,
            exposure,
            gateway: None,
            kubernetes,
            image_tag: Some(files.image_tag.clone()),
            image_digest: None,
        },
        rds_certificates: RdsCertificates::always("-----BEGIN CERTIFICATE-----\n"),
        ..Request::default()
    }
}

fn show(files: &Files) -> String {
    let choices = files.choices.join(" ");
    let (service, environment) = (files.service.yaml(), files.environment.yaml());
    let short = |text: String| text.chars().take(2000).collect::<String>();
    format!(
        "  {choices} {}\n  opta.yml: {}\n  env.yml: {}",
        files.image_tag,
        short(service),
        short(environment)
    )
}
