//! The examples.

use crate::page::Page;
use crate::storage;
use crate::work::Work;

/// The path of the environment file of every example.
const ENVIRONMENT_PATH: &str = "env.yml";

/// The environment file of every example.
const ENVIRONMENT: &str = include_str!("../examples/env.yml");

/// A service file to start from.
pub(crate) struct Example {
    pub(crate) title: &'static str,
    /// The description.
    pub(crate) about: &'static str,
    /// The text of the service file.
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

/// The example that the page starts with.
const FIRST: Example = example!(
    "A public API",
    "With a health check, autoscaling, a domain and a secret",
    "api.yml",
    []
);

/// All examples. Only the dialog uses them, so that the first load does not contain their texts.
pub(crate) const EXAMPLES: &[Example] = &[
    FIRST,
    example!(
        "A service with a database",
        "With links to a Postgres database and a bucket",
        "database.yml",
        []
    ),
    example!(
        "Several services",
        "A website, an API at a path, and a worker without a public address",
        "several.yml",
        []
    ),
    example!(
        "gRPC with your own image",
        "With an ECR repository for images that you push",
        "grpc.yml",
        []
    ),
    example!(
        "Misspelled fields",
        "Unknown fields, each with a suggestion",
        "misspelled.yml",
        ["unknown-field", "unknown-field", "missing-field"]
    ),
    example!(
        "Invalid numbers",
        "A port out of range, a minimum above the maximum, an unexpected unit",
        "numbers.yml",
        ["out-of-range", "min-above-max", "unit-in-number"]
    ),
    example!("Broken YAML", "A string without a closing quote", "broken.yml", ["yaml-syntax"]),
];

impl Example {
    fn work(&self) -> Work {
        let mut work = Work { service: self.service.to_owned(), ..Work::default() };
        work.environment_files.insert(ENVIRONMENT_PATH.to_owned(), ENVIRONMENT.to_owned());
        work
    }
}

/// Returns the work that the page starts with.
pub(crate) fn first() -> Work {
    FIRST.work()
}

/// Replaces the texts with an example.
pub(crate) fn open(page: Page, example: &Example) {
    storage::remember(page.state, "before an example was opened");
    page.replace(example.work());
    page.state.notify("Example opened. Undo restores your text.");
}

/// Opens the first example.
pub(crate) fn open_first(page: Page) {
    open(page, &FIRST);
}

#[cfg(test)]
mod tests {
    use optakit_core::api::{Analysis, Request, ServiceFile, analyze};

    use super::*;

    fn analysis(example: &Example) -> Analysis {
        let service = ServiceFile::parse("opta.yml", example.service);
        let environment = (ENVIRONMENT_PATH.to_owned(), Ok(ENVIRONMENT.to_owned()));
        let environment_files = [environment].into();
        analyze(&Request { service, environment_files, ..Request::default() }, false)
    }

    #[test]
    fn examples_break_exactly_the_listed_rules() {
        for example in EXAMPLES {
            let analysis = analysis(example);
            let broken: Vec<&str> =
                analysis.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
            assert_eq!(broken, example.breaks, "{}", example.title);
            let has_manifests = analysis.manifests.is_some();
            assert_eq!(has_manifests, example.breaks.is_empty(), "{}", example.title);
        }
    }

    #[test]
    fn first_example_renders_all_kinds_of_objects() {
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
