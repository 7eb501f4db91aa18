//! Builds bundles, and checks that a bundle was not modified.

use std::collections::BTreeMap;

use super::analysis::Analysis;
use super::bundle_size::SizeLimit;
use super::check::CheckedRequest;
use super::prepare::PreparedRequest;
use super::rendered::RenderedRequest;
use super::request::{RdsCertificates, Request};
use super::service_file::ServiceFile;
use super::values::read_values;
use crate::aws::AwsResource;
use crate::bundle::{
    API_VERSION, Bundle, BundleError, BundleObject, ClusterTarget, Difference, KIND, List,
    Location, Metadata, MissingInput, SourceLine, Sources,
};
use crate::choices::Choices;
use crate::model::cloud::Cloud;
use crate::model::environment::Environment;
use crate::render::WithoutImage;
use crate::resolve::Values;
use crate::syntax;
use crate::value::Value;

/// The version of this renderer.
const RENDERER: &str = env!("CARGO_PKG_VERSION");

/// The reason why a request has no bundle.
#[derive(Debug)]
pub enum NoBundle {
    /// The request has errors, or RDS certificates are missing.
    Invalid(Box<Analysis>),
    /// The manifests alone are larger than a bundle may be.
    TooLarge(BundleError),
}

/// Builds the bundle of a request.
///
/// # Errors
///
/// Fails if the request has errors, and returns the analysis with its diagnostics. Fails if the
/// bundle is too large.
///
/// ```
/// use optakit_core::api::{Request, RdsCertificates, ServiceFile, bundle, verify_bundle};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: \"nginx:1.29\", port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let bundle = bundle(&request).expect("the file has no errors");
/// assert_eq!(bundle.metadata.layer, "shop");
/// assert!(verify_bundle(&bundle, &RdsCertificates::default()).is_ok());
/// ```
pub fn bundle(request: &Request) -> Result<Bundle, NoBundle> {
    let (clean, values) = without_secrets(request);
    let built = build(&clean, values).map_err(NoBundle::TooLarge)?;
    built.ok_or_else(|| NoBundle::Invalid(Box::new(CheckedRequest::new(request).analysis)))
}

/// Returns a request without its values file, and the values that are not secret.
///
/// Bundles are shared with others, so that a secret value must stay a hole.
fn without_secrets(request: &Request) -> (Request, Values) {
    let mut clean = request.clone();
    let values = read_values(request);
    clean.choices = clean.choices.or_values(&values);
    clean.values = None;
    (clean, values.without_secrets())
}

/// Renders the manifests and AWS resources of the bundle of a request. Returns none if the request
/// has errors.
pub(super) fn render_bundle(request: &Request) -> Option<RenderedRequest> {
    let (clean, values) = without_secrets(request);
    let prepared = PreparedRequest::new(&clean, Some(values));
    RenderedRequest::new(CheckedRequest::check(prepared, &[]), WithoutImage::Hole)
}

/// Checks that a bundle was not modified: that its digest is right, and that its manifests follow
/// from its sources.
///
/// Anyone can write a version and a digest into a bundle. So a bundle of another version passes
/// only if this version renders the same.
///
/// # Errors
///
/// Fails with [`BundleError::Modified`] or [`BundleError::OtherVersion`], which list every
/// difference from what this version renders.
pub fn verify_bundle(bundle: &Bundle, certificates: &RdsCertificates) -> Result<(), BundleError> {
    let actual = bundle.actual_digest();
    let has_right_digest = actual == bundle.digest;
    let is_of_this_version = bundle.renderer == RENDERER;
    let expected = build_again(bundle, certificates);
    let is_same = expected.as_ref().is_some_and(|expected| match is_of_this_version {
        true => expected.actual_digest() == actual,
        false => is_applied_alike(expected, bundle),
    });
    if has_right_digest && is_same {
        return Ok(());
    }
    let differences = differences(expected.as_ref(), bundle);
    Err(if has_right_digest && !is_of_this_version {
        BundleError::OtherVersion { renderer: bundle.renderer.clone(), differences }
    } else {
        BundleError::Modified { stated: bundle.digest.clone(), actual, differences }
    })
}

/// Whether an apply of both bundles has the same result. Only the explanations may differ.
fn is_applied_alike(a: &Bundle, b: &Bundle) -> bool {
    documents(a) == documents(b) && a.holes == b.holes
}

/// Whether the files of a request render what a bundle contains, with the choices and values of the
/// bundle.
#[must_use]
pub fn is_current(bundle: &Bundle, request: &Request) -> bool {
    let choices = bundle.choices.clone();
    let request = Request { choices, values: None, ..request.clone() };
    let rendered = build(&request, values_of(&bundle.inputs));
    matches!(rendered, Ok(Some(rendered)) if documents(&rendered) == documents(bundle))
}

/// Builds the bundle of a request without a values file, from values without secrets. Returns none
/// if the request has errors.
///
/// # Errors
///
/// Fails if the manifests are larger than a bundle may be.
fn build(request: &Request, values: Values) -> Result<Option<Bundle>, BundleError> {
    let prepared = PreparedRequest::new(request, Some(values));
    let checked = CheckedRequest::check(prepared, &[]);
    let limit = SizeLimit::of(request);
    let rendered = RenderedRequest::within(limit, checked, WithoutImage::Hole)?;
    Ok(rendered
        .filter(|rendered| rendered.analysis.rds_certificates_for.is_none())
        .map(|rendered| bundle_of(request, rendered)))
}

/// Returns a rendered request as a bundle.
fn bundle_of(request: &Request, rendered: RenderedRequest) -> Bundle {
    let environment = &rendered.environment;
    let mut bundle = Bundle {
        api_version: API_VERSION.to_owned(),
        kind: KIND.to_owned(),
        metadata: Metadata { layer: rendered.layer.clone(), environment: environment.name.clone() },
        renderer: RENDERER.to_owned(),
        sources: Sources {
            service: request.service.source_text(),
            environment: rendered.environment_file.clone(),
        },
        // The name is set even if the file has only one environment: the bundle must not depend on
        // how the request named it.
        choices: Choices {
            environment: rendered.analysis.environment.clone(),
            ..request.choices.clone()
        },
        inputs: rendered.used.clone(),
        target: ClusterTarget {
            cluster: environment.cluster_name(),
            region: environment.region.clone().filter(|_| environment.is_on_aws()),
            account_id: environment.account_id.clone(),
            provider: other_provider(environment),
        },
        manifests: rendered.objects.iter().map(|object| bundle_object(&object.value)).collect(),
        secrets: rendered.analysis.secrets.clone(),
        holes: missing_inputs(&rendered),
        source_map: source_map(&rendered),
        aws: rendered.resources,
        digest: String::new(),
    };
    bundle.digest = bundle.actual_digest();
    bundle
}

/// Returns the provider of an environment that is not on AWS.
fn other_provider(environment: &Environment) -> Option<String> {
    let cloud = environment.cloud.filter(|cloud| *cloud != Cloud::Aws);
    cloud.map(|cloud| cloud.provider().to_owned())
}

fn bundle_object(value: &Value) -> BundleObject {
    let json = serde_json::to_value(value).expect("a manifest is a tree of maps with text keys");
    BundleObject::new(json).expect("a rendered object has a known kind and a name")
}

/// Returns the inputs without a value, each with the positions to fill.
fn missing_inputs(rendered: &RenderedRequest) -> Vec<MissingInput> {
    let manifests = rendered.objects.iter().map(|object| object.value.holes(""));
    let manifests = manifests.enumerate().map(|(index, holes)| (List::Manifests, index, holes));
    let aws = rendered.resources.iter().map(AwsResource::holes);
    let aws = aws.enumerate().map(|(index, holes)| (List::Aws, index, holes));
    let mut missing: BTreeMap<String, Vec<Location>> = BTreeMap::new();
    for (list, index, holes) in manifests.chain(aws) {
        for placed in holes {
            let locations = missing.entry(placed.hole.input.clone()).or_default();
            locations.push(Location::new(list, index, placed));
        }
    }
    missing.into_iter().map(|(input, at)| MissingInput { input, at }).collect()
}

/// Returns the line that decides each value of the manifests.
fn source_map(rendered: &RenderedRequest) -> Vec<SourceLine> {
    let mut map = Vec::new();
    for (manifest, object) in rendered.objects.iter().enumerate() {
        object.value.walk(&mut |pointer, value| {
            if let Some(origin) = value.origin {
                let (file, place) = rendered.places.place(origin);
                map.push(SourceLine {
                    manifest,
                    pointer: pointer.to_owned(),
                    file,
                    line: place.line,
                });
            }
        });
    }
    map
}

/// Builds the bundle that this version renders from the same sources. Returns none if the sources
/// have errors.
fn build_again(bundle: &Bundle, certificates: &RdsCertificates) -> Option<Bundle> {
    let Sources { service, environment } = &bundle.sources;
    let request = Request {
        service: ServiceFile::parse(&service.name, &service.text),
        environment_files: environment
            .iter()
            .map(|file| (file.name.clone(), Ok(file.text.clone())))
            .collect(),
        values: None,
        variables: BTreeMap::new(),
        own_values: false,
        choices: bundle.choices.clone(),
        rds_certificates: certificates.clone(),
    };
    let expected = build(&request, values_of(&bundle.inputs)).ok().flatten()?;
    // Bundles of earlier versions have no ranges.
    Some(if bundle.has_ranges() { expected } else { expected.without_ranges() })
}

/// Converts the inputs of a bundle back to values.
fn values_of(inputs: &BTreeMap<String, String>) -> Values {
    let mut values = Values::default();
    for (input, value) in inputs {
        match input.split_once('.') {
            Some(("parent", output)) => {
                values.parent.insert(output.to_owned(), value.clone());
            }
            Some(("vars", name)) => {
                values.vars.insert(name.to_owned(), value.clone());
            }
            Some(("module", rest)) => {
                if let Some((module, output)) = rest.split_once('.') {
                    let outputs = values.modules.entry(module.to_owned()).or_default();
                    outputs.insert(output.to_owned(), value.clone());
                }
            }
            _ => drop(values.environment.insert(input.clone(), value.clone())),
        }
    }
    values
}

/// Compares the parts of a bundle that an apply uses with those that its sources render.
fn differences(expected: Option<&Bundle>, found: &Bundle) -> Vec<Difference> {
    let expected = expected.map(documents).unwrap_or_default();
    let found = documents(found);
    let yaml = |list: &[(String, serde_json::Value)], object: &str| {
        list.iter()
            .find(|(name, _)| name == object)
            .map(|(_, document)| syntax::data_to_yaml(document))
            .unwrap_or_default()
    };
    let mut differences: Vec<Difference> = Vec::new();
    for (object, _) in expected.iter().chain(&found) {
        let (expected, found) = (yaml(&expected, object), yaml(&found, object));
        if expected != found && differences.iter().all(|difference| difference.object != *object) {
            differences.push(Difference { object: object.clone(), expected, found });
        }
    }
    differences
}

/// Returns the manifests and AWS resources of a bundle, each with its kind and name, and other
/// parts that an apply uses.
fn documents(bundle: &Bundle) -> Vec<(String, serde_json::Value)> {
    let manifests = bundle.manifests.iter().map(|object| (object.label(), object.json().clone()));
    let aws = bundle.aws.iter();
    let aws = aws.map(|aws| (format!("{} {}", aws.kind(), aws.name()), aws.to_json()));
    let Bundle { metadata, target, secrets, .. } = bundle;
    let rest = serde_json::json!({ "metadata": metadata, "target": target, "secrets": secrets });
    manifests.chain(aws).chain([("bundle".to_owned(), rest)]).collect()
}
