//! The contents of a bundle, for `optakit bundle inspect`.

use optakit_core::aws::iam::ISSUER;
use optakit_core::bundle::{Bundle, BundleObject};
use optakit_core::render::IMAGE_DIGEST;
use optakit_core::visible::visible_line;
use serde_json::{Value, json};

use crate::cli::ListFormat;
use crate::report::Report;

/// The input for the ID of the AWS account.
pub(super) const ACCOUNT: &str = "account_id";

/// Prints the contents of a bundle.
pub(super) fn print(bundle: &Bundle, output: ListFormat, report: &Report) {
    let json = || format!("{:#}\n", json(bundle));
    match output {
        ListFormat::Text => report.result(&text(bundle)),
        ListFormat::Wide => report.result(&(text(bundle) + &sources(bundle))),
        ListFormat::Json => report.json(&json()),
        ListFormat::Yaml => report.yaml(&json()),
        ListFormat::Name => {
            let name = |object: &BundleObject| {
                let group = object.kind().group();
                let group = if group.is_empty() { String::new() } else { format!(".{group}") };
                let kind = object.kind().name().to_lowercase();
                visible_line(&format!("{kind}{group}/{}", object.name())).into_owned() + "\n"
            };
            report.result(&bundle.manifests.iter().map(name).collect::<String>());
        }
    }
}

/// Returns the choices of a bundle and the place that it is for, by name.
fn fields(bundle: &Bundle) -> [(&'static str, String); 11] {
    let target = &bundle.target;
    let choices = &bundle.choices;
    let chosen = |choice: &Option<String>, default: &str| {
        choice.clone().unwrap_or_else(|| default.to_owned())
    };
    [
        ("layer", bundle.metadata.layer.clone()),
        ("environment", bundle.metadata.environment.clone()),
        ("cluster", target.cluster.clone()),
        ("region", chosen(&target.region, "unknown")),
        ("account", chosen(&target.account_id, "unknown")),
        ("profile", chosen(&choices.profile, "default")),
        ("hardening", chosen(&choices.hardening, "baseline")),
        ("exposure", chosen(&choices.exposure, "nginx")),
        ("kubernetes", chosen(&choices.kubernetes, "newest supported version")),
        ("renderer", format!("optakit {}", bundle.renderer)),
        ("digest", bundle.digest.clone()),
    ]
}

fn text(bundle: &Bundle) -> String {
    let line = |(name, value): (&str, String)| format!("{name:<13}{}\n", visible_line(&value));
    let mut text: String = fields(bundle).into_iter().map(line).collect();
    let objects = bundle.manifests.iter().map(BundleObject::label);
    text.push_str(&section("objects", objects));
    let aws = bundle.aws.iter().map(|aws| format!("{} {}", aws.kind(), aws.name()));
    text.push_str(&section("AWS resources", aws));
    let secrets =
        bundle.secrets.iter().map(|secret| format!("{}: {}", secret.name, secret.keys.join(", ")));
    text.push_str(&section("required secrets", secrets));
    let inputs = || bundle.holes.iter().map(|hole| hole.input.clone());
    let from_apply = inputs().filter(|input| is_filled_by_apply(input));
    text.push_str(&section("filled in by apply", from_apply));
    let missing = inputs().filter(|input| !is_filled_by_apply(input));
    text.push_str(&section("missing values", missing));
    text
}

fn sources(bundle: &Bundle) -> String {
    let sources = std::iter::once(&bundle.sources.service).chain(&bundle.sources.environment);
    section("sources", sources.map(|source| source.name.clone()))
}

fn json(bundle: &Bundle) -> Value {
    let object = |object: &BundleObject| {
        json!({
            "kind": object.kind().name(),
            "name": object.name(),
            "namespace": object.namespace(),
        })
    };
    let aws = bundle.aws.iter().map(|aws| json!({ "kind": aws.kind(), "name": aws.name() }));
    let secrets = bundle.secrets.iter();
    let secrets = secrets.map(|secret| json!({ "name": secret.name, "keys": secret.keys }));
    let (filled, missing): (Vec<&str>, Vec<&str>) = bundle
        .holes
        .iter()
        .map(|hole| hole.input.as_str())
        .partition(|input| is_filled_by_apply(input));
    let mut value: Value = fields(bundle)
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    value["objects"] = bundle.manifests.iter().map(object).collect();
    value["awsResources"] = aws.collect();
    value["requiredSecrets"] = secrets.collect();
    value["filledInByApply"] = json!(filled);
    value["missingValues"] = json!(missing);
    value
}

/// Whether `optakit apply` fills in an input. The user must give the value of every other input.
fn is_filled_by_apply(input: &str) -> bool {
    matches!(input, IMAGE_DIGEST | ACCOUNT | ISSUER)
}

/// Formats a list below its title. Returns an empty string for an empty list.
fn section(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("  {}\n", visible_line(&line))).collect();
    if lines.is_empty() { lines } else { format!("{title}\n{lines}") }
}
