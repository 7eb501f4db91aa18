//! The images, inputs and secrets that services need before an apply.

use std::collections::BTreeSet;

use super::analysis::Analysis;
use crate::bundle::RequiredSecret;
use crate::model::link_variable::LinkVariable;
use crate::order;
use crate::render::{IMAGE_DIGEST, LINK_SECRET, MANUAL_SECRETS};

/// The needs of one service.
pub(super) struct ServiceNeeds {
    /// The missing inputs of the objects.
    pub(super) inputs: BTreeSet<String>,
    /// The missing inputs of the AWS resources.
    pub(super) resource_inputs: BTreeSet<String>,
    /// Whether the service has no image yet.
    pub(super) image_is_missing: bool,
    /// The keys that the service reads from the Secret `manual-secrets`.
    pub(super) secrets: Vec<String>,
}

/// The needs of all services of a request.
#[derive(Default)]
pub(super) struct Needs {
    inputs: BTreeSet<String>,
    resource_inputs: BTreeSet<String>,
    without_image: Vec<String>,
    secrets: Vec<String>,
}

impl Needs {
    /// Adds the needs of a module.
    pub(super) fn add(&mut self, module: &str, needs: &ServiceNeeds) {
        self.inputs.extend(needs.inputs.iter().cloned());
        self.resource_inputs.extend(needs.resource_inputs.iter().cloned());
        self.without_image.extend(needs.image_is_missing.then(|| module.to_owned()));
        self.secrets.extend(needs.secrets.iter().cloned());
    }

    /// Sets the fields of the analysis.
    pub(super) fn write_to(self, analysis: &mut Analysis, link_variables: &[Vec<LinkVariable>]) {
        let mut inputs = self.inputs;
        inputs.remove(IMAGE_DIGEST);
        analysis.manifest_inputs = inputs.iter().cloned().collect();
        inputs.extend(self.resource_inputs);
        analysis.inputs = inputs.into_iter().collect();
        analysis.without_image = self.without_image;
        let linked = link_variables.iter().flatten().map(|variable| variable.name.clone());
        analysis.secrets = required_secret(MANUAL_SECRETS, self.secrets)
            .into_iter()
            .chain(required_secret(LINK_SECRET, linked.collect()))
            .collect();
    }
}

/// Returns a Secret with sorted keys; none if there are no keys.
fn required_secret(name: &str, keys: Vec<String>) -> Option<RequiredSecret> {
    let keys = order::map(keys.into_iter().map(|key| (key, ())));
    (!keys.is_empty())
        .then(|| RequiredSecret { name: name.to_owned(), keys: keys.into_keys().collect() })
}
