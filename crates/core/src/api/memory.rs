//! Repeated requests about the same files, like those of an editor at each keystroke.

use super::analysis::Analysis;
use super::analyze::analyze_cached;
use super::cache::Cache;
use super::request::Request;
use super::service_file::ServiceFile;

/// Keeps the results of the last request, so that the next request is faster.
///
/// Every result is the same as without a memory. Clones share the kept results.
///
/// ```
/// use optakit_core::api::{Memory, Request, analyze};
///
/// let memory = Memory::default();
/// for text in ["name: s", "name: sh", "name: sho"] {
///     let request = Request { service: memory.parse("opta.yml", text), ..Request::default() };
///     let analysis = memory.analyze(&request);
///     assert_eq!(analysis.diagnostics, analyze(&request, false).diagnostics);
/// }
/// ```
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

    fn to_json(analysis: &Analysis) -> String {
        serde_json::to_string_pretty(analysis).expect("an analysis is data")
    }

    /// Returns the names of the Deployments that `after` shares with `before`.
    fn reused(before: &Analysis, after: &Analysis) -> Vec<String> {
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
    fn only_edited_services_are_rendered_again() {
        let memory = Memory::default();
        let ask = |text: &str, environment: &str| {
            memory.analyze(&request(memory.parse("opta.yml", text), environment, Some("1")))
        };
        let first = ask(FILE, ENVIRONMENT);
        let deployments = reused(&first, &first);
        assert_eq!(deployments.len(), 2);
        let edited = ask(&FILE.replace("LOG_LEVEL: info", "LOG_LEVEL: debug"), ENVIRONMENT);
        assert_eq!(reused(&first, &edited), deployments[1..]);
        let elsewhere = ask(FILE, &ENVIRONMENT.replace("us-east-1", "eu-west-1"));
        assert_eq!(reused(&edited, &elsewhere), Vec::<String>::new());
    }

    #[test]
    fn an_anchor_can_change_any_service() {
        let memory = Memory::default();
        let text = |level: &str| {
            format!(
                "\
name: shop
environments: [{{name: staging, path: env.yml}}]
modules:
  - {{type: k8s-service, name: a, image: a:1, port: {{http: 80}}, env_vars: &e {{LEVEL: {level}}}}}
  - {{type: k8s-service, name: b, image: b:1, port: {{http: 80}}, env_vars: *e}}
"
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

    /// Edits like those of a user who types. Some break the text, and others fix it.
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
        fn results_are_the_same_with_and_without_a_memory(
            edits in prop::collection::vec(
                (0..EDITS.len(), any::<prop::sample::Index>(), 0_u8..12),
                1..10,
            )
        ) {
            let memory = Memory::default();
            let (mut text, mut environment) = (FILE.to_owned(), ENVIRONMENT.to_owned());
            let mut tag = Some("1");
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
                let request = |service| request(service, &environment, tag);
                let with = memory.analyze(&request(memory.parse("opta.yml", &text)));
                let without = analyze(&request(ServiceFile::parse("opta.yml", &text)), false);
                prop_assert_eq!(to_json(&with), to_json(&without), "{}", text);
            }
        }
    }
}
