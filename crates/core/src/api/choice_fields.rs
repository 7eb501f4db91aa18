//! The choices that a front end offers as lists.

use crate::choices::Choices;
use crate::model::exposure::Exposure;
use crate::render::{Hardening, Kubernetes, Profile};

/// A choice of what is rendered, for a front end to offer.
pub struct ChoiceField {
    /// What to call it.
    pub title: &'static str,
    /// What it decides, in a sentence.
    pub description: &'static str,
    /// The names of its values; the first holds when none is chosen.
    pub values: fn() -> Vec<&'static str>,
    /// Where it stands among the choices.
    pub field: fn(&mut Choices) -> &mut Option<String>,
}

/// The choices that have a list of values.
pub const CHOICE_FIELDS: [ChoiceField; 4] = [
    ChoiceField {
        title: "Profile",
        description: "How close to Opta the manifests stay",
        values: || names(Profile::ALL),
        field: |choices| &mut choices.profile,
    },
    ChoiceField {
        title: "Hardening",
        description: "How little pods may do, after the levels of PodSecurity",
        values: || names(Hardening::ALL),
        field: |choices| &mut choices.hardening,
    },
    ChoiceField {
        title: "Expose with",
        description: "What leads requests to the service",
        values: || names(Exposure::ALL),
        field: |choices| &mut choices.exposure,
    },
    ChoiceField {
        title: "Kubernetes",
        description: "The version of Kubernetes the manifests are for",
        values: || names(Kubernetes::ALL),
        field: |choices| &mut choices.kubernetes,
    },
];

fn names<T>(all: &[(&'static str, T)]) -> Vec<&'static str> {
    all.iter().map(|(name, _)| *name).collect()
}
