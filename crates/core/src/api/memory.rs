//! Repeated requests about the same files, like those of an editor at each keystroke.

use super::analysis::Analysis;
use super::analyze::analyze_cached;
use super::cache::Cache;
use super::request::Request;
use super::service_file::ServiceFile;

/// Keeps the results of the last request, so that the next request is faster.
///
/// Every result is the same as without a memory. Clones share the kept results.
#[derive(Clone, Default)]
pub struct Memory(Cache);

impl Memory {
    /// Parses a service file. Parses only the edited module if possible.
    #[must_use]
    pub fn parse(&self, name: &str, text: &str) -> ServiceFile {
        self.0.parse(name, text)
    }

    /// Checks and renders a request like [`analyze`](super::analyze), without link values. Renders
    /// only the services that changed.
    #[must_use]
    pub fn analyze(&self, request: &Request) -> Analysis {
        analyze_cached(request, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::api::{Choices, Manifest, RdsCertificates, analyze};
    use crate::kind::Kind;

    const FILE: &str = include_str!("../../benches/fixture/opta.yml");
    const ENVIRONMENT: &str = include_str!("../../benches/fixture/env.yml");

    fn request(service: ServiceFile, environment: &str, tag: Option<&str>) -> Request {
        Request {
            service,
            environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
            choices: Choices { image_tag: tag.map(str::to_owned), ..Choices::default() },
            rds_certificates: RdsCertificates::always(
                "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n",
            ),
            ..Request::default()
        }
    }

    fn told(analysis: &Analysis) -> String {
        serde_json::to_string_pretty(analysis).expect("an analysis is data")
    }

    /// The names of the services whose manifests are those of the request before, by their bytes in
    /// memory.
    fn taken_over(before: &Analysis, after: &Analysis) -> Vec<String> {
        let manifests =
            |analysis: &Analysis| analysis.manifests.clone().expect("the text has no errors");
        let (before, after) = (manifests(before), manifests(after));
        let same = |manifest: &&Manifest| {
            before.iter().any(|other| Arc::ptr_eq(&other.yaml, &manifest.yaml))
        };
        let deployments = after.iter().filter(|manifest| manifest.kind == Kind::Deployment);
        deployments.filter(same).map(|manifest| manifest.name.clone()).collect()
    }

    #[test]
    fn a_service_that_no_edit_touches_is_not_rendered_again() {
        let memory = Memory::default();
        let ask = |text: &str, environment: &str| {
            memory.analyze(&request(memory.parse("opta.yml", text), environment, Some("1")))
        };
        let first = ask(FILE, ENVIRONMENT);
        let deployments = taken_over(&first, &first);
        assert_eq!(deployments.len(), 2);
        let edited = ask(&FILE.replace("LOG_LEVEL: info", "LOG_LEVEL: debug"), ENVIRONMENT);
        assert_eq!(taken_over(&first, &edited), deployments[1..]);
        let elsewhere = ask(FILE, &ENVIRONMENT.replace("us-east-1", "eu-west-1"));
        assert_eq!(taken_over(&edited, &elsewhere), Vec::<String>::new());
    }

    #[test]
    fn an_anchor_may_change_any_service() {
        let memory = Memory::default();
        let text = |level: &str| {
            format!(
                "name: shop\nenvironments: [{{name: staging, path: env.yml}}]\nmodules:\n  - type: k8s-service\n    name: a\n    image: a:1\n    port: {{http: 80}}\n    env_vars: &shared\n      LEVEL: {level}\n  - type: k8s-service\n    name: b\n    image: b:1\n    port: {{http: 80}}\n    env_vars: *shared\n"
            )
        };
        for level in ["info", "debug"] {
            let yaml = memory
                .analyze(&request(memory.parse("opta.yml", &text(level)), ENVIRONMENT, None))
                .yaml()
                .expect("no errors");
            assert_eq!(yaml.matches(&format!("value: {level}")).count(), 2, "{yaml}");
        }
    }

    /// What is typed one after the other: an edit each, of which some break the text, and a later
    /// one may repair it.
    const EDITS: [(&str, &str); 16] = [
        ("LOG_LEVEL: info", "LOG_LEVEL: debug"),
        ("LOG_LEVEL: debug", "LOG_LEVEL: \"debug"),
        ("LOG_LEVEL: \"debug", "LOG_LEVEL: info"),
        ("max_containers: ", "max_containers: 1"),
        ("type: k8s-service", "type:  k8s-service"),
        ("type: postgres", "type: mysql"),
        ("type: mysql", "type: postgres"),
        ("name: ", "name: x"),
        ("{parent.domain}", "{parent.domainn}"),
        ("{parent.domainn}", "{parent.domain}"),
        (
            "modules:\n",
            "modules:\n  - {type: k8s-service, name: new, image: AUTO, port: {http: 80}}\n",
        ),
        ("  - {type: k8s-service, name: new, image: AUTO, port: {http: 80}}\n", ""),
        ("links:", "links: # which"),
        (" # which", ""),
        ("port:", "prot:"),
        ("prot:", "port:"),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn with_a_memory_the_same_is_said(
            edits in prop::collection::vec((0..EDITS.len(), any::<prop::sample::Index>(), 0_u8..12), 1..10)
        ) {
            let memory = Memory::default();
            let (mut text, mut environment, mut tag) = (FILE.to_owned(), ENVIRONMENT.to_owned(), Some("1"));
            for (edit, place, other) in edits {
                let (from, to) = EDITS[edit];
                let found: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
                if !found.is_empty() {
                    let at = found[place.index(found.len())];
                    text.replace_range(at..at + from.len(), to);
                }
                match other {
                    0 => environment = environment.replace("us-east-1", "eu-west-1"),
                    1 => tag = if tag.is_some() { None } else { Some("2") },
                    2 => {
                        let at = place.index(text.len());
                        if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                            text.remove(at);
                        }
                    }
                    _ => {}
                }
                let with = memory.analyze(&request(memory.parse("opta.yml", &text), &environment, tag));
                let without = analyze(&request(ServiceFile::parse("opta.yml", &text), &environment, tag), false);
                prop_assert_eq!(told(&with), told(&without), "{}", text);
            }
        }
    }
}
