//! Compares the trees with those of the YAML library.

use oneyaml::Value;
use proptest::prelude::*;
use serde_json::Value as Data;

use super::limits::settings;
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::span::FileId;
use crate::syntax::node::Node;
use crate::syntax::parse::parse;
use crate::syntax::plain_data::as_data;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let (document, diagnostics) = parse(&Source::new(FileId::Service, "opta.yml", text));
    (document.root, diagnostics)
}

/// Parses a text with the library itself; none if it is invalid or has keys that are not text.
fn parse_with_library(text: &str) -> Option<Data> {
    let settings = settings().merge_keys(true);
    let document = oneyaml::Document::parse_with(text, &settings).ok()?;
    document.root().map_or(Some(Data::Null), |_| data(&document.to_value().ok()?))
}

fn data(value: &Value) -> Option<Data> {
    Some(match value {
        Value::Null => Data::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| Data::from(number.to_string().parse::<f64>().ok()), Data::from),
        Value::String(text) => text.as_str().into(),
        Value::Sequence(items) => items.iter().map(data).collect::<Option<Vec<_>>>()?.into(),
        Value::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| match key {
                Value::String(key) => Some((key.as_str().to_owned(), data(value)?)),
                _ => None,
            });
            Data::Object(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Returns whether the library can parse a text. Fails if the result differs from ours.
fn check(text: &str) -> bool {
    let (root, diagnostics) = read(text);
    let Some(expected) = parse_with_library(text) else { return false };
    assert_eq!(diagnostics.len(), 0, "diagnostics for a valid text:\n{text}\n{diagnostics:#?}");
    assert_eq!(root.as_ref().map_or(Data::Null, as_data), expected, "different results:\n{text}");
    true
}

#[test]
fn results_are_the_same_as_those_of_the_library() {
    for text in [
        "a: 1\nb: [x, {y: z}, [1.5, -2, 0x1F, 012, 1e3, 1_000]]\n",
        "a:\nb:\n  c:\n  d: ~\n",
        "- a: b\n  c: >-\n    folded\n    text\n- |\n  literal\n",
        "{a, b: , c: \"\\u00e9\", ? d : e}\n",
        "[a: b, c]\n",
        "? long key\n: value\n",
        "---\na: 'it''s' # comment\n...\n",
        "\u{feff}a: 1.2.3\nb: 2026-11-24\nc: 12:30\nd: +5\ne: -\u{20ac}\n",
        "version: 0o17\nlong: 123456789012345678901234567890\n",
        "a: one\n  two\n\n  three\n",
        "a: \"one\n  two\"\r\nb: yes\r\n",
        "text\n",
        "",
        "a: &x k\nb: *x\n*x : c\n",
        "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\nc:\n  <<: [*x, {m: 4}]\n",
        "a: !!str 1\nb: !!int \"3\"\nc: !!float 1\nd: !!null ''\ne: !!bool true\nf: ! 12\n",
        "a: !!map {b: !!seq [c]}\n",
        "a: [.inf, -.Inf, +.INF, .5, 5., 1e5, 1E-3, 0x, 0xfg, 0o8, e5, ., +]\n",
    ] {
        assert!(check(text), "the library rejects it:\n{text}");
    }
}

#[test]
fn invalid_texts_are_reported() {
    for (text, message) in [
        ("a: *x\n", "unknown anchor `x`, expected one defined above this line"),
        ("a: &x [*x]\n", "alias `*x` refers to a value that contains the alias"),
        ("a: 1\n---\nb: 2\n", "the file contains more than one YAML document"),
        ("a: !!int b\n", "`b` is not a valid value for the tag `!!int`"),
        ("a: !!seq {}\n", "a map is not a valid value for the tag `!!seq`"),
        ("a: !!str []\n", "a list is not a valid value for the tag `!!str`"),
        ("? [a]\n: b\n", "a key must be plain text, not a list or a map"),
        ("a: 1\na: 2\n", "key `a` occurs twice"),
    ] {
        let messages: Vec<String> = read(text).1.into_iter().map(|found| found.message).collect();
        assert_eq!(messages, [message], "{text}");
    }
}

#[test]
fn aliases_are_limited() {
    let mut deep = "a0: &a0 [x]\n".to_owned();
    let mut wide = "a0: &a0 x\n".to_owned();
    for index in 1..100 {
        deep += &format!("a{index}: &a{index} [*a{}]\n", index - 1);
        wide += &format!("a{index}: &a{index} [*a{0}, *a{0}]\n", index - 1);
    }
    for text in [deep, wide] {
        let (_, diagnostics) = read(&text);
        assert!(!diagnostics.is_empty() && diagnostics.len() <= 3, "{diagnostics:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn random_texts_give_the_same_result_as_the_library(
        text in concat!(
            "([ab1~]|[-:?,#] |[\\[\\]{}\"'|>.+0x]|\n {0,3}|: |é|null|true|1\\.5|-1",
            "|&a |\\*a|<<: |!!str |! ){0,24}",
        )
    ) {
        check(&text);
    }

    #[test]
    fn random_numbers_give_the_same_result_as_the_library(
        text in concat!(
            "[-+]?(0x|0o|\\.)?[0-9a-fxo_.eE+-]{0,9}",
            "|[-+]?\\.(inf|Inf|INF|nan|NaN|NAN)|[0-9]{17,40}",
        )
    ) {
        let text = format!("[{text}]");
        check(&text);
    }

    #[test]
    fn texts_that_the_library_rejects_have_a_diagnostic(
        text in "([ab1]|[-:?,] |[\\[\\]{}\"'|>]|\n {0,3}|: |&a |\\*a){0,16}"
    ) {
        if oneyaml::Document::parse_with(&*text, &settings()).is_err() {
            prop_assert!(!read(&text).1.is_empty(), "{text}");
        }
    }
}
