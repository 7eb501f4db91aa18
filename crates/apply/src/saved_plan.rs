//! A plan in a file. A later apply checks that it would make the same changes.

use k8s_openapi::jiff::Timestamp;
use optakit_core::effect::strip_server_fields;
use optakit_core::visible::visible_line;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::changes::Changes;
use crate::digest::sha256;
use crate::live::{self, LiveError};
use crate::report::AwsPlanAction;
use crate::running_image::KeptImage;
use crate::session::Session;
use crate::{aws, hint};

const API_VERSION: &str = "optakit.dev/v1";
const KIND: &str = "Plan";
/// How long a plan is valid, in seconds.
const MAX_AGE: i64 = 2 * 60 * 60;

/// A plan and the state that it depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SavedPlan {
    api_version: String,
    kind: String,
    /// The digest of the bundle with all values filled in.
    bundle: String,
    /// The images that stayed when the plan was made.
    #[serde(default)]
    images: Vec<PlannedImage>,
    /// The uid of the cluster: the uid of its namespace `kube-system`.
    cluster: String,
    /// The time when the plan was made.
    made: Timestamp,
    /// Every object with its state.
    objects: Vec<PlannedObject>,
    /// The objects to delete.
    leftovers: Vec<String>,
    /// Every AWS resource with its state.
    aws: Vec<PlannedResource>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlannedImage {
    module: String,
    image: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlannedResource {
    resource: String,
    /// A hash of what AWS reported. `None` if the resource did not exist.
    state: Option<String>,
    /// The planned action on the resource.
    action: AwsPlanAction,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlannedObject {
    object: String,
    /// A hash of the object. `None` if it did not exist. The resourceVersion would not work:
    /// controllers update the status of autoscalers every few seconds.
    state: Option<String>,
}

impl PlannedImage {
    fn of(kept: &KeptImage) -> Self {
        Self { module: kept.module.clone(), image: kept.reference.clone() }
    }
}

impl PlannedResource {
    fn of(planned: &aws::PlannedResource) -> Self {
        Self {
            resource: planned.label(),
            state: planned.state().map(str::to_owned),
            action: planned.action(),
        }
    }
}

/// Returns a hash of the fields that users set.
fn state(live: &Value) -> String {
    sha256(strip_server_fields(live).to_string().as_bytes())
}

/// Why a saved plan cannot be applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("the file is not a saved plan")]
    NotAPlan(#[source] serde_json::Error),
    #[error(
        "the file has the format `{}` and the kind `{}`, expected `{API_VERSION}` and `{KIND}`",
        visible_line(api_version),
        visible_line(kind)
    )]
    UnknownFormat { api_version: String, kind: String },
    #[error(
        "the saved plan is outdated, nothing was changed: {reason}\n  \
         help: save a new one with `{}`",
        hint::optakit("plan", "--save FILE")
    )]
    Outdated { reason: String },
    #[error(transparent)]
    Live(#[from] LiveError),
}

impl SavedPlan {
    /// Creates a plan from the current changes.
    ///
    /// # Errors
    ///
    /// Fails if the uid of the cluster cannot be read.
    pub(crate) async fn of(session: &Session, changes: &Changes) -> Result<Self, LiveError> {
        let cluster = live::cluster_uid(&session.client).await?;
        let tested = changes.objects.iter().map(|change| PlannedObject {
            object: change.target.label(),
            state: change.live.as_ref().map(state),
        });
        let untested = changes
            .untested
            .iter()
            .map(|target| PlannedObject { object: target.label(), state: None });
        Ok(Self {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            bundle: session.bundle.actual_digest(),
            images: session.images.kept.iter().map(PlannedImage::of).collect(),
            cluster,
            made: Timestamp::now(),
            objects: tested.chain(untested).collect(),
            leftovers: changes.leftovers.iter().map(|leftover| leftover.label()).collect(),
            aws: changes.aws.resources().iter().map(PlannedResource::of).collect(),
        })
    }

    /// Reads a plan from the text of its file.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a plan.
    pub(crate) fn parse(text: &str) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_str(text).map_err(PlanError::NotAPlan)?;
        if (plan.api_version.as_str(), plan.kind.as_str()) != (API_VERSION, KIND) {
            return Err(PlanError::UnknownFormat {
                api_version: plan.api_version,
                kind: plan.kind,
            });
        }
        Ok(plan)
    }

    /// Returns the text of the file.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a plan is JSON") + "\n"
    }

    /// Checks that the current plan equals this saved plan.
    ///
    /// # Errors
    ///
    /// Fails with the first difference.
    pub(crate) fn check(&self, now: &Self) -> Result<(), PlanError> {
        let outdated = |reason: String| Err(PlanError::Outdated { reason });
        if self.cluster != now.cluster {
            return outdated("it was made for another cluster".to_owned());
        }
        let is_other = |image: &&PlannedImage| {
            now.images.iter().any(|now| now.module == image.module && now.image != image.image)
        };
        if let Some(PlannedImage { module, image }) = self.images.iter().find(is_other) {
            return outdated(format!(
                "{module} ran {image} when the plan was saved, and runs another image now"
            ));
        }
        if self.bundle != now.bundle {
            return outdated(format!(
                "it was made for the bundle {}, but this is {}",
                self.bundle, now.bundle
            ));
        }
        if now.made.duration_since(self.made).as_secs() > MAX_AGE {
            return outdated("it is more than 2 hours old".to_owned());
        }
        for object in &now.objects {
            let planned = self.objects.iter().find(|planned| planned.object == object.object);
            // The apply creates a new namespace before it plans the other objects.
            let new_namespace = object.object.starts_with("Namespace ")
                && planned.is_some_and(|planned| planned.state.is_none());
            if !new_namespace && planned.map(|planned| &planned.state) != Some(&object.state) {
                return outdated(format!("{} has changed since", object.object));
            }
        }
        for resource in &now.aws {
            let planned = self.aws.iter().find(|planned| planned.resource == resource.resource);
            if planned != Some(resource) {
                return outdated(format!("{} has changed since", resource.resource));
            }
        }
        if self.aws.len() != now.aws.len() {
            return outdated("the AWS resources are different now".to_owned());
        }
        if self.leftovers != now.leftovers {
            return outdated("the objects to delete are different now".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(object: &str, state: Option<&str>) -> PlannedObject {
        PlannedObject { object: object.to_owned(), state: state.map(str::to_owned) }
    }

    fn plan() -> SavedPlan {
        SavedPlan {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            bundle: "sha256:1".to_owned(),
            images: Vec::new(),
            cluster: "c".to_owned(),
            made: "2026-01-01T00:00:00Z".parse().expect("a time"),
            objects: vec![object("Namespace shop", None), object("Service api", Some("7"))],
            leftovers: Vec::new(),
            aws: Vec::new(),
        }
    }

    fn outdated(now: SavedPlan) -> String {
        plan().check(&now).expect_err("the plan is outdated").to_string()
    }

    fn at(time: &str) -> SavedPlan {
        SavedPlan { made: time.parse().expect("a time"), ..plan() }
    }

    #[test]
    fn a_plan_expires_after_two_hours() {
        assert!(plan().check(&at("2026-01-01T01:59:59Z")).is_ok());
        assert!(outdated(at("2026-01-01T02:00:01Z")).contains("2 hours"));
    }

    #[test]
    fn a_plan_is_outdated_when_its_inputs_change() {
        let other = SavedPlan { cluster: "d".to_owned(), ..plan() };
        assert!(outdated(other).contains("another cluster"));
        let other = SavedPlan { bundle: "sha256:2".to_owned(), ..plan() };
        assert!(outdated(other).contains("sha256:2"));
        let objects = vec![object("Namespace shop", Some("1")), object("Service api", Some("8"))];
        let other = SavedPlan { objects, ..plan() };
        assert!(outdated(other).contains("Service api has changed since"));
    }

    #[test]
    fn a_plan_is_outdated_when_other_objects_would_be_deleted() {
        let leftovers = |names: &[&str]| SavedPlan {
            leftovers: names.iter().map(|name| (*name).to_owned()).collect(),
            ..plan()
        };
        let reason = "the objects to delete are different now";
        assert!(outdated(leftovers(&["Ingress old"])).contains(reason));
        let saved = leftovers(&["Ingress old"]);
        assert!(saved.check(&leftovers(&["Ingress old"])).is_ok());
        for now in [leftovers(&[]), leftovers(&["Ingress other"])] {
            let error = saved.check(&now).expect_err("the plan is outdated").to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_plan_is_outdated_when_images_and_aws_resources_change() {
        let image = |image: &str| SavedPlan {
            images: vec![PlannedImage { module: "api".to_owned(), image: image.to_owned() }],
            ..plan()
        };
        let changed = image("a:1").check(&image("a:2")).expect_err("another image").to_string();
        assert!(changed.contains("api ran a:1 when the plan was saved"), "{changed}");
        assert!(image("a:1").check(&image("a:1")).is_ok());
        let resource = |state: &str, action| SavedPlan {
            aws: vec![PlannedResource {
                resource: "IAM role api".to_owned(),
                state: Some(state.to_owned()),
                action,
            }],
            ..plan()
        };
        let saved = resource("1", AwsPlanAction::Grant);
        assert!(saved.check(&resource("1", AwsPlanAction::Grant)).is_ok());
        for now in [resource("2", AwsPlanAction::Grant), resource("1", AwsPlanAction::Withdraw)] {
            let error = saved.check(&now).expect_err("the plan is outdated").to_string();
            assert!(error.contains("IAM role api has changed since"), "{error}");
        }
        let error = saved.check(&plan()).expect_err("the plan is outdated").to_string();
        assert!(error.contains("the AWS resources are different now"), "{error}");
        let new = outdated(resource("1", AwsPlanAction::Grant));
        assert!(new.contains("IAM role api has changed since"), "{new}");
    }

    #[test]
    fn a_plan_is_outdated_when_an_object_appears() {
        let new = vec![object("Namespace shop", None), object("Service web", None)];
        let now = SavedPlan { objects: new, ..plan() };
        assert!(outdated(now).contains("Service web has changed since"));
        // Only a namespace that did not exist may appear.
        let namespace =
            |state| SavedPlan { objects: vec![object("Namespace shop", state)], ..plan() };
        let saved = namespace(Some("1"));
        let error = saved.check(&namespace(Some("2"))).expect_err("outdated").to_string();
        assert!(error.contains("Namespace shop has changed since"), "{error}");
    }

    #[test]
    fn a_plan_accepts_the_new_namespace() {
        let objects = vec![object("Namespace shop", Some("1")), object("Service api", Some("7"))];
        assert!(plan().check(&SavedPlan { objects, ..plan() }).is_ok());
    }

    #[test]
    fn a_plan_is_read_from_its_text() {
        assert_eq!(SavedPlan::parse(&plan().to_text()).expect("it is a plan"), plan());
        for (from, to) in [(API_VERSION, "optakit.dev/v9"), (KIND, "Bundle")] {
            let text = plan().to_text().replace(&format!("\"{from}\""), &format!("\"{to}\""));
            let error = SavedPlan::parse(&text).expect_err("it has another format").to_string();
            assert!(error.contains(to), "{error}");
        }
    }
}
