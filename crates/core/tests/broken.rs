//! Checks the diagnostics of invalid texts, and that no text causes a panic or an endless loop.

use optakit_core::api::{Analysis, Choices, Request, ServiceFile, analyze};
use proptest::prelude::*;

fn check(text: &str) -> Analysis {
    let environment = "name: staging\norg_name: acme\n\
        providers: {aws: {region: us-east-1, account_id: 123456789012}}\n\
                       modules: [{type: dns, domain: acme.io}]\n";
    let request = Request {
        service: ServiceFile::parse("opta.yml", text),
        environment_files: [("env.yml".to_owned(), Ok(environment.to_owned()))].into(),
        choices: Choices::default(),
        rds_certificates: optakit_core::api::RdsCertificates::always(""),
        ..Request::default()
    };
    let analysis = analyze(&request, true);
    for diagnostic in &analysis.diagnostics {
        let place = diagnostic.place;
        let source = if diagnostic.file == "opta.yml" { text } else { environment };
        assert!(
            place.byte_start <= place.byte_end && place.byte_end <= source.len(),
            "{diagnostic:?}"
        );
        assert!(
            source.is_char_boundary(place.byte_start) && source.is_char_boundary(place.byte_end),
            "{diagnostic:?}"
        );
    }
    analysis
}

/// Returns the line and the rule of each diagnostic.
fn rules(text: &str) -> Vec<String> {
    check(text)
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{} {}", diagnostic.place.line, diagnostic.rule))
        .collect()
}

const HEAD: &str = "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
    - type: k8s-service\n";

fn module(lines: &str) -> String {
    format!("{HEAD}{lines}")
}

#[test]
fn an_unclosed_quote_hides_no_later_problem() {
    let text = module("    image: \"AUTO\n    port: {http: 99999}\n    min_container: 2\n");
    assert_eq!(rules(&text), ["6 yaml-syntax", "7 out-of-range", "8 unknown-field"]);
}

#[test]
fn an_unclosed_bracket_hides_no_later_problem() {
    let text = module("    image: AUTO\n    secrets: [A,\n      B\n    port: {http: 99999}\n");
    assert_eq!(rules(&text), ["7 yaml-syntax", "9 out-of-range"]);
}

#[test]
fn a_line_without_a_colon_hides_no_later_problem() {
    let text =
        module("    image: AUTO\n    sticky_session\n    port: {http: 99999}\n    nonsense: 1\n");
    assert_eq!(rules(&text), ["7 yaml-syntax", "8 out-of-range", "9 unknown-field"]);
}

#[test]
fn each_broken_line_is_reported() {
    let text = module(
        "    image: \"AUTO\n    port:\n      http: 80\n    secrets: [A\n    \
         healthcheck_path: @x\n    typo: 1\n",
    );
    assert_eq!(
        rules(&text),
        ["6 yaml-syntax", "9 yaml-syntax", "10 yaml-syntax", "11 unknown-field"]
    );
}

#[test]
fn an_incomplete_file_has_its_other_diagnostics() {
    assert_eq!(
        rules(&module("    image: AUTO\n    port: {http: 99999}\n    heal")),
        ["7 out-of-range", "8 yaml-syntax"]
    );
    assert_eq!(
        rules(&module("    image: AUTO\n    port: {http: 99999}\n    env_vars: {A: \"b")),
        ["7 out-of-range", "8 yaml-syntax"]
    );
}

#[test]
fn a_broken_value_causes_no_second_diagnostic() {
    assert_eq!(rules(&module("    image: \"AUTO\n    port: {http: 80}\n")), ["6 yaml-syntax"]);
    assert_eq!(rules(&module("    image: AUTO\n    port: {http: 80\n")), ["7 yaml-syntax"]);
}

#[test]
fn unquoted_references_and_wildcards_suggest_quotes() {
    let diagnostic = |text: &str| {
        let analysis = check(&module(text));
        analysis.diagnostics.into_iter().next().expect("there is a diagnostic")
    };
    let map = diagnostic("    image: AUTO\n    port: {http: 80}\n    healthcheck_path: {vars.x}\n");
    assert_eq!((map.rule, map.fixes[0].title.as_str()), ("wrong-type", "put it in quotes"));
    let wildcard = diagnostic("    image: AUTO\n    port: {http: 80}\n    public_uri: *.acme.io\n");
    assert!(wildcard.help.is_some_and(|help| help.contains("in quotes")));
}

#[test]
fn each_cause_is_reported_once() {
    assert_eq!(rules(&module("    imgae: AUTO\n    port: {http: 80}\n")), ["6 unknown-field"]);
    assert_eq!(rules(&module("    image: AUTO\n    port: {htpp: 80}\n")), ["7 unknown-field"]);
    assert_eq!(
        rules(&module("    image: AUTO\n    port: {http: 80}\n    min_containers: five\n")),
        ["8 wrong-type"]
    );
    assert_eq!(
        rules(&module(
            "    image: AUTO\n    port: {http: 80}\n    healthcheck_path: \"{vars.x}\"\n"
        )),
        ["8 unknown-reference"]
    );
}

#[test]
fn yaml_1_2_is_valid() {
    assert_eq!(
        rules(&module("    image: AUTO\n    port: {http: 0x1F90}\n    sticky_session: yes\n")),
        ["8 wrong-type"]
    );
    assert_eq!(
        rules(&module("    image: AUTO\n    port: {http: 80}\n    env_vars: {A: yes, B: 12:30}\n")),
        [""; 0]
    );
    let merged = "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
        - &base\n    type: k8s-service\n    \
                  name: a\n    image: AUTO\n    port: {http: 80}\n  - <<: *base\n    name: b\n";
    assert_eq!(rules(merged), [""; 0]);
}

#[test]
fn all_line_breaks_and_document_markers_are_valid() {
    let good = module("    image: AUTO\n    port: {http: 80}\n");
    assert_eq!(rules(&good), [""; 0]);
    assert_eq!(rules(&good.replace('\n', "\r\n")), [""; 0]);
    assert_eq!(rules(&format!("\u{feff}{good}")), [""; 0]);
    assert_eq!(rules(&format!("---\n{good}...\n")), [""; 0]);
    let bad = module("    image: AUTO\n    port: {http: 0}\n").replace('\n', "\r\n");
    assert_eq!(rules(&bad), ["7 out-of-range"]);
}

#[test]
fn large_and_deep_texts_are_rejected() {
    let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let before = level - 1;
        text + &format!("a{level}: &a{level} [*a{before}, *a{before}, *a{before}]\n")
    });
    for text in [
        "[".repeat(1 << 20),
        "{".repeat(100_000),
        "a: ".repeat(50_000),
        "- ".repeat(100_000),
        "\"".repeat(10_001),
        "\0\0\0".to_owned(),
        "\t\t\t".to_owned(),
        "&a [*a]".to_owned(),
        "a: &a {b: *a}\n".to_owned(),
        "? [a, b]\n: c\n".to_owned(),
        "%YAML 3.0\n---\n".to_owned(),
        format!("{bomb}name: shop\nmodules: *a29\n"),
        "x: 1\n".repeat(100_000),
        format!(
            "{HEAD}    image: AUTO\n    port: {{http: 80}}\n    env_vars:\n{}",
            "      A: \"b\n".repeat(3000)
        ),
    ] {
        assert!(check(&text).has_errors());
    }
}

#[test]
fn an_empty_file_is_reported() {
    for text in ["", "\n\n", "# only a comment\n", "null\n"] {
        let analysis = check(text);
        assert_eq!(analysis.diagnostics.len(), 1, "{text:?}");
        assert!(analysis.diagnostics[0].message.contains("the file is empty"), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_texts_do_not_panic(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn random_edits_do_not_panic(
        at in 0usize..1000,
        length in 0usize..20,
        insert in "[\\[\\]{}\"':,&*\n\t #|>-]{0,4}",
    ) {
        let good = include_str!("render/everything-http/opta.yml");
        let boundary = |at: usize| good.floor_char_boundary(at);
        let (start, end) = (boundary(at), boundary(at + length));
        check(&format!("{}{insert}{}", &good[..start], &good[end..]));
    }

    #[test]
    fn random_texts_are_not_bundles(text in "\\PC{0,200}") {
        prop_assert!(optakit_core::bundle::Bundle::parse(&text).is_err());
    }
}
