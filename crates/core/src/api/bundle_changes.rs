//! Compares a whole bundle with earlier objects: manifests of services without an image, and AWS
//! resources too.

use super::analysis::Manifest;
use super::bundle::render_bundle;
use super::compare::{Baseline, BaselineObject, Change, compare_with_holes, diff};
use super::request::Request;
use crate::aws::AwsResource;
use crate::effect::Effect;
use crate::syntax::{self, YamlWriter};
use crate::value::PlacedHole;

/// The documents of a bundle.
struct Documents {
    manifests: Vec<Manifest>,
    /// The holes of each manifest.
    holes: Vec<Vec<PlacedHole>>,
    aws: Vec<BaselineObject>,
}

impl Documents {
    /// Renders a request; none if it has errors.
    fn new(request: &Request) -> Option<Self> {
        let rendered = render_bundle(request)?;
        let mut writer = YamlWriter::default();
        let manifests = rendered.objects.iter().map(|object| Manifest::write(object, &mut writer));
        Some(Self {
            manifests: manifests.collect(),
            holes: rendered.objects.iter().map(|object| object.value.holes("")).collect(),
            aws: rendered.resources.iter().map(describe).collect(),
        })
    }
}

fn describe(resource: &AwsResource) -> BaselineObject {
    BaselineObject {
        kind: resource.kind().to_owned(),
        name: resource.name().to_owned(),
        namespace: None,
        yaml: syntax::data_to_yaml(&resource.to_json()),
    }
}

/// Returns the manifests and AWS resources of the bundle of a request; none if it has errors.
///
/// ```
/// use optakit_core::api::{Baseline, Request, ServiceFile, bundle_objects, compare_bundle};
///
/// # let text = concat!(
/// #     "name: shop\norg_name: acme\n",
/// #     "providers: {aws: {region: us-east-1, account_id: 123456789012}}\n",
/// #     "modules:\n",
/// #     "  - {type: k8s-service, name: api, image: AUTO, port: {http: 80}}\n",
/// # );
/// let request = Request { service: ServiceFile::parse("opta.yml", text), ..Request::default() };
/// let before = bundle_objects(&request).expect("no errors");
///
/// let service = ServiceFile::parse("opta.yml", &text.replace("http: 80", "http: 81"));
/// let request = Request { service, ..request };
/// let changes = compare_bundle(&before, &request, Baseline::Rendered).expect("no errors");
/// assert_eq!(changes.last().map(|change| change.effect), Some("rolling restart"));
/// ```
#[must_use]
pub fn bundle_objects(request: &Request) -> Option<Vec<BaselineObject>> {
    let Documents { manifests, aws, .. } = Documents::new(request)?;
    Some(manifests.iter().map(BaselineObject::from).chain(aws).collect())
}

/// Compares the bundle of a request with earlier objects. Returns a change for each manifest and
/// each AWS resource that differs; none if the request has errors.
///
/// The image of a service without a tag and a digest is equal to every image of the same
/// repository. A [`Change::manifest`] counts all manifests of the bundle.
#[must_use]
pub fn compare_bundle(
    others: &[BaselineObject],
    request: &Request,
    against: Baseline,
) -> Option<Vec<Change>> {
    let Documents { manifests, holes, aws } = Documents::new(request)?;
    let is_aws = |object: &&BaselineObject| AwsResource::KINDS.contains(&&*object.kind);
    let (other_aws, other_manifests): (Vec<&BaselineObject>, Vec<&BaselineObject>) =
        others.iter().partition(is_aws);
    let other_manifests: Vec<BaselineObject> = other_manifests.into_iter().cloned().collect();
    let mut changes = compare_with_holes(&other_manifests, &manifests, &holes, against);
    if against == Baseline::Rendered {
        changes.extend(compare_aws(&other_aws, &aws));
    }
    Some(changes)
}

/// Compares AWS resources. `optakit apply` never deletes one.
fn compare_aws(others: &[&BaselineObject], resources: &[BaselineObject]) -> Vec<Change> {
    let same = |one: &BaselineObject, other: &BaselineObject| {
        one.kind == other.kind && one.name == other.name
    };
    let change = |resource: &BaselineObject, action, before: &str, after: &str| Change {
        kind: resource.kind.clone(),
        name: resource.name.clone(),
        action,
        effect: Effect::None.label(),
        manifest: None,
        lines: diff(before, after),
    };
    let mut changes = Vec::new();
    for resource in resources {
        match others.iter().find(|other| same(other, resource)) {
            Some(before) if before.yaml == resource.yaml => {}
            Some(before) => {
                changes.push(change(resource, "change", &before.yaml, &resource.yaml));
            }
            None => changes.push(change(resource, "create", "", &resource.yaml)),
        }
    }
    for other in others {
        if !resources.iter().any(|resource| same(resource, other)) {
            changes.push(change(other, "keep", &other.yaml, ""));
        }
    }
    changes
}
