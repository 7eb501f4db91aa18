//! The choices that a front end offers as lists.

use crate::choices::Choices;
use crate::model::exposure::Exposure;
use crate::render::{Hardening, Kubernetes, Profile};

/// A choice with a list of values.
pub struct ChoiceField {
    /// The label of the choice.
    pub title: &'static str,
    /// The description of the choice.
    pub description: &'static str,
    /// Returns the names of the values. The first one is the default.
    pub values: fn() -> Vec<&'static str>,
    /// Returns the field of the choices.
    pub field: fn(&mut Choices) -> &mut Option<String>,
}

/// The choices that have a list of values.
pub const CHOICE_FIELDS: [ChoiceField; 4] = [
    ChoiceField {
        title: "Profile",
        description: "default: current practice; opta-2021 and opta-2022: pods as Opta rendered \
                      them",
        values: || names(Profile::ALL),
        field: |choices| &mut choices.profile,
    },
    ChoiceField {
        title: "Hardening",
        description: "Pod Security Standard to meet",
        values: || names(Hardening::ALL),
        field: |choices| &mut choices.hardening,
    },
    ChoiceField {
        title: "Expose with",
        description: "How traffic reaches services: nginx, Gateway API or ALB",
        values: || names(Exposure::ALL),
        field: |choices| &mut choices.exposure,
    },
    ChoiceField {
        title: "Kubernetes",
        description: "Kubernetes version of the cluster",
        values: || names(Kubernetes::ALL),
        field: |choices| &mut choices.kubernetes,
    },
];

fn names<T>(all: &[(&'static str, T)]) -> Vec<&'static str> {
    all.iter().map(|(name, _)| *name).collect()
}
