//! The AUTO images of a bundle that have neither a tag nor a digest.

use serde_json::Value;

use super::format::Bundle;
use super::hole::{List, Location};
use super::object::BundleObject;
use crate::kind::Kind;
use crate::model::image::Reference;
use crate::render::{IMAGE_DIGEST, VERSION_LABEL};
use crate::value::escape;

/// The JSON pointer to the labels of an object.
const LABELS: &str = "/metadata/labels";
/// The label of pods with the image tag, in the profile `opta-2021`.
const POD_VERSION_LABEL: &str = "tags.datadoghq.com/version";
/// The input that fills `{vars.image_tag}`.
pub const IMAGE_TAG: &str = "image_tag";
const MODULE_LABEL: &str = "opta.dev/module-name";

/// The image of a service that has neither a tag nor a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageHole {
    /// The module of the service.
    pub module: String,
    /// Kind and name of the first object with the image: of the Deployment or StatefulSet, if the
    /// service has one.
    pub workload: (Kind, String),
    /// The name of the container of this object.
    pub container: String,
    /// The URL of the repository.
    pub repository: String,
    /// The containers of the service and its cron jobs.
    locations: Vec<Location>,
}

impl BundleObject {
    /// The module that the object belongs to. A Namespace has none.
    #[must_use]
    pub fn module(&self) -> Option<&str> {
        self.text(&format!("{LABELS}/{}", escape(MODULE_LABEL)))
    }
}

impl Bundle {
    /// Returns the images that have neither a tag nor a digest, one per service.
    #[must_use]
    pub fn image_holes(&self) -> Vec<ImageHole> {
        let missing = self.holes.iter().filter(|missing| missing.input == IMAGE_DIGEST);
        let places = missing.flat_map(|missing| &missing.at);
        let mut holes: Vec<ImageHole> = Vec::new();
        for hole in places.filter_map(|at| self.image_hole(at)) {
            match holes.iter_mut().find(|known| known.module == hole.module) {
                Some(known) => known.locations.extend(hole.locations),
                None => holes.push(hole),
            }
        }
        holes
    }

    fn image_hole(&self, location: &Location) -> Option<ImageHole> {
        let object = match location.list {
            List::Manifests => self.manifests.get(location.index)?,
            List::Aws => return None,
        };
        object.kind().pod_template()?;
        let container = location.pointer.strip_suffix("/image")?;
        let (repository, _) = object.text(&location.pointer)?.split_once('@')?;
        Some(ImageHole {
            module: object.module()?.to_owned(),
            workload: (object.kind(), object.name().to_owned()),
            container: object.text(&format!("{container}/name"))?.to_owned(),
            repository: repository.to_owned(),
            locations: vec![location.clone()],
        })
    }

    /// Sets the image of a service that had neither a tag nor a digest.
    ///
    /// An image with a tag is pulled for each new pod, as the renderer writes it. References of the
    /// module to the tag or digest get their values too.
    pub fn set_image(&mut self, hole: &ImageHole, reference: &str) {
        for Location { index, pointer, .. } in &hole.locations {
            let Some(object) = self.manifests.get_mut(*index) else { continue };
            let Some(container) = pointer.strip_suffix("/image") else { continue };
            set_text(object.json_mut(), pointer, reference);
            if !reference.contains('@') {
                set_text(object.json_mut(), &format!("{container}/imagePullPolicy"), "Always");
            }
        }
        let is_in_image = |other: &Location| {
            hole.locations.iter().any(|image| {
                (other.list, other.index) == (image.list, image.index)
                    && other.pointer == image.pointer
            })
        };
        for missing in &mut self.holes {
            missing.at.retain(|other| !is_in_image(other));
        }
        self.holes.retain(|missing| !missing.at.is_empty());
        let Ok(Reference { tag, digest, .. }) = Reference::parse(reference) else { return };
        for (input, value) in [(IMAGE_DIGEST, digest), (IMAGE_TAG, tag)] {
            if let Some(value) = value {
                self.fill_in_module(&hole.module, input, value);
            }
        }
    }

    /// Fills the holes of an input in the objects of a module.
    fn fill_in_module(&mut self, module: &str, input: &str, value: &str) {
        let objects = self.manifests.iter().map(|object| object.module() == Some(module));
        let objects: Vec<bool> = objects.collect();
        let is_in_module = |location: &Location| {
            location.list == List::Manifests && objects.get(location.index) == Some(&true)
        };
        self.fill_where(input, value, is_in_module);
    }

    /// Sets the labels with the image tag on all objects of a module.
    pub fn set_version(&mut self, module: &str, version: &str) {
        let version_label = format!("{LABELS}/{}", escape(VERSION_LABEL));
        for object in self.manifests.iter_mut().filter(|object| object.module() == Some(module)) {
            set_text(object.json_mut(), &version_label, version);
            if let Some(template) = object.kind().pod_template() {
                let label = format!("{template}{LABELS}/{}", escape(POD_VERSION_LABEL));
                set_text(object.json_mut(), &label, version);
            }
        }
    }
}

/// Replaces the text at a pointer, if there is one.
fn set_text(document: &mut Value, pointer: &str, new: &str) {
    if let Some(Value::String(text)) = document.pointer_mut(pointer) {
        new.clone_into(text);
    }
}
