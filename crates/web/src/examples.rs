//! Texts to begin with, good and broken.

use crate::platform;
use crate::state::State;
use crate::work::{self, Work};

/// The path of the environment file of every example.
const ENVIRONMENT_PATH: &str = "env.yml";

/// A service file to look at.
pub(crate) struct Example {
    /// What it is called.
    pub(crate) title: &'static str,
    /// What it shows.
    pub(crate) about: &'static str,
    /// The service file.
    pub(crate) service: &'static str,
    /// The rules it breaks, in source order.
    #[cfg(test)]
    breaks: &'static [&'static str],
}

macro_rules! example {
    ($title:literal, $about:literal, $file:literal, [$($rule:literal),*]) => {
        Example {
            title: $title,
            about: $about,
            service: include_str!(concat!("../examples/", $file)),
            #[cfg(test)]
            breaks: &[$($rule),*],
        }
    };
}

/// The examples; the page starts with the first.
pub(crate) const EXAMPLES: &[Example] = &[
    example!("A public API", "health check, autoscaling, a domain and a secret", "api.yml", []),
    example!(
        "A service with a database",
        "a Postgres database and a bucket, linked",
        "database.yml",
        []
    ),
    example!(
        "Several services",
        "a site, an API below a path and a worker that nobody reaches",
        "several.yml",
        []
    ),
    example!(
        "gRPC with an own image",
        "an ECR repository for images that you push",
        "grpc.yml",
        []
    ),
    example!(
        "Misspelt fields",
        "unknown keys, each with the name that was meant",
        "misspelt.yml",
        ["unknown-field", "unknown-field", "missing-field"]
    ),
    example!(
        "Numbers that cannot be",
        "a range, a minimum above the maximum, a unit",
        "numbers.yml",
        ["out-of-range", "min-above-max", "unit-in-number"]
    ),
    example!("Broken YAML", "a quote that is not closed", "broken.yml", ["yaml-syntax"]),
];

/// Their environment.
const ENVIRONMENT: &str = include_str!("../examples/env.yml");

impl Example {
    fn work(&self) -> Work {
        let environment_files = [(ENVIRONMENT_PATH.to_owned(), ENVIRONMENT.to_owned())].into();
        Work { service: self.service.to_owned(), environment_files, ..Work::default() }
    }
}

/// What the page starts with.
pub(crate) fn first() -> Work {
    EXAMPLES[0].work()
}

/// Opens an example in the place of the present text.
pub(crate) fn open(state: State, example: &Example) {
    work::remember(state, "before an example was opened");
    state.replace(example.work());
    state.say("The example is open; undo brings your text again");
}

/// Opens the first example.
pub(crate) fn start_over(state: State) {
    open(state, &EXAMPLES[0]);
}

/// Goes back to an earlier state of the work.
pub(crate) fn restore(state: State, entry: &platform::Entry) {
    match Work::read(&entry.text) {
        Some(work) => {
            work::remember(state, "before going back");
            state.replace(work);
            state.say("Back to what it was; undo brings the text from before again");
        }
        None => state.say("This entry was made by another version of the page"),
    }
}

#[cfg(test)]
mod tests {
    use optakit_core::api::{Request, SourceText, analyze};

    use super::*;

    fn analysis(example: &Example) -> optakit_core::api::Analysis {
        analyze(
            &Request {
                service: SourceText {
                    name: "opta.yml".to_owned(),
                    text: example.service.to_owned(),
                },
                environment_files: [(ENVIRONMENT_PATH.to_owned(), Ok(ENVIRONMENT.to_owned()))]
                    .into(),
                ..Request::default()
            },
            false,
        )
    }

    #[test]
    fn each_example_breaks_what_it_says() {
        for example in EXAMPLES {
            let analysis = analysis(example);
            let broken: Vec<&str> =
                analysis.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
            assert_eq!(broken, example.breaks, "{}", example.title);
            assert_eq!(
                analysis.manifests.is_some(),
                example.breaks.is_empty(),
                "{}",
                example.title
            );
        }
    }

    #[test]
    fn the_first_has_all_kinds_of_objects() {
        let manifests = analysis(&EXAMPLES[0]).manifests.unwrap_or_default();
        let kinds: Vec<&str> = manifests.iter().map(|manifest| manifest.kind.name()).collect();
        assert_eq!(
            kinds,
            [
                "Namespace",
                "ServiceAccount",
                "Service",
                "Deployment",
                "HorizontalPodAutoscaler",
                "PodDisruptionBudget",
                "Ingress"
            ]
        );
    }
}
