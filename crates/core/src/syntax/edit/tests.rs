//! Tests of edits in texts with different layouts.

use serde_json::{Value, json};

use super::error::EditError;
use super::path::PathStep;
use super::remove::remove;
use super::set::set;
use crate::diagnostic::TextEdit;
use crate::source::Source;
use crate::span::FileId;
use crate::syntax::parse::parse;
use crate::syntax::plain_data::as_data;

const TEXT: &str = "\
# The shop.
name: shop # short

modules:
  # The public API.
  - name: api
    type: k8s-service
    port: {http: 8080} # plain
    env_vars:
      A: \"1\" # first
      B: '2'
";

fn path(steps: &[&str]) -> Vec<PathStep> {
    let step = |step: &&str| match step.parse() {
        Ok(index) => PathStep::Index(index),
        Err(_) => PathStep::Key((*step).to_owned()),
    };
    steps.iter().map(step).collect()
}

fn apply(text: &str, edit: impl FnOnce(&Source) -> Result<Option<TextEdit>, EditError>) -> String {
    let source = Source::new(FileId::Service, "opta.yml", text);
    let mut after = text.to_owned();
    if let Some(edit) = edit(&source).expect("the edit is possible") {
        after.replace_range(edit.span.range(), &edit.text);
    }
    after
}

fn with(text: &str, steps: &[&str], value: Value) -> String {
    apply(text, |source| set(source, &path(steps), &value))
}

fn without(text: &str, steps: &[&str]) -> String {
    apply(text, |source| remove(source, &path(steps)))
}

#[test]
fn set_changes_only_the_value() {
    assert_eq!(
        with(TEXT, &["name"], json!("store")),
        TEXT.replace("name: shop #", "name: store #")
    );
    assert_eq!(
        with(TEXT, &["modules", "0", "port", "http"], json!(80)),
        TEXT.replace("8080", "80")
    );
    assert_eq!(
        with(TEXT, &["modules", "0", "env_vars", "A"], json!("2")),
        TEXT.replace("\"1\"", "\"2\"")
    );
    assert_eq!(with(TEXT, &["name"], json!("shop")), TEXT, "the same value changes nothing");
}

#[test]
fn set_adds_new_keys_at_the_end() {
    assert_eq!(
        with(TEXT, &["modules", "0", "min_containers"], json!(2)),
        format!("{TEXT}    min_containers: 2\n")
    );
    assert_eq!(
        with(TEXT, &["modules", "0", "env_vars", "C"], json!("true")),
        format!("{TEXT}      C: 'true'\n")
    );
    let nested = with(TEXT, &["modules", "0", "resource_request", "cpu"], json!(250));
    assert_eq!(nested, format!("{TEXT}    resource_request:\n      cpu: 250\n"));
    let list = with(TEXT, &["modules", "0", "secrets"], json!(["A", "B"]));
    assert_eq!(list, format!("{TEXT}    secrets:\n      - A\n      - B\n"));
    assert_eq!(with("", &["name"], json!("shop")), "name: shop\n");
    assert_eq!(with("\u{feff}  a: 1\n", &["b"], json!(2)), "\u{feff}  a: 1\n  b: 2\n");
    // A carriage return alone ends a line too.
    assert_eq!(with("a:\n  b: 2\rc: 3\n", &["d"], json!(4)), "a:\n  b: 2\rc: 3\nd: 4\n");
    // The tag and the anchor are part of the key.
    assert_eq!(with("! a: 1\n! b: 2\n", &["c"], json!(3)), "! a: 1\n! b: 2\nc: 3\n");
    assert_eq!(with("&x a: 1\n", &["c"], json!(3)), "&x a: 1\nc: 3\n");
    // Inside braces, a key needs no value.
    assert_eq!(with("a: {b}\nc: {d: 1}\n", &["a", "e"], json!(3)), "a: {b, e: 3}\nc: {d: 1}\n");
    assert_eq!(with("a: {b }\nc: {d: 1}\n", &["a", "b"], json!(3)), "a: {b: 3 }\nc: {d: 1}\n");
    assert_eq!(with("a: {b # c\n  : }\n", &["a", "b"], json!(3)), "a: {b # c\n  : 3 }\n");
}

#[test]
fn a_new_collection_has_the_layout_of_the_old_one() {
    let block = json!({"c": [2]});
    assert_eq!(with("a:\n  b: 1\n", &["a"], block.clone()), "a:\n  c:\n    - 2\n");
    assert_eq!(with("a:\nz: 1\n", &["a"], block.clone()), "a:\n  c:\n    - 2\nz: 1\n");
    assert_eq!(with("a: # note\nz: 1\n", &["a"], json!([2])), "a: # note\n  - 2\nz: 1\n");
    assert_eq!(with("a: {b: 1}\n", &["a"], block.clone()), "a: {c: [2]}\n");
    assert_eq!(with("a: x # note\n", &["a"], block), "a: {c: [2]} # note\n");
    assert_eq!(with("a:\n  b: 1\n", &["a"], json!("x")), "a: x\n");
    assert_eq!(with("a:\n  b: 1\n", &["a"], json!({})), "a: {}\n");
    assert_eq!(with("a:\n  - 1\n", &["a", "1"], json!({"b": 2})), "a:\n  - 1\n  - b: 2\n");
    assert_eq!(with("a: [1]\n", &["a", "1"], json!({"b": 2})), "a: [1, {b: 2}]\n");
    assert_eq!(with("a: []\n", &["a", "0"], json!(1)), "a: [1]\n");
}

#[test]
fn a_removed_part_leaves_the_others_in_place() {
    assert_eq!(without("a: [1, 2, 3]\n", &["a", "0"]), "a: [2, 3]\n");
    assert_eq!(without("a: [1, 2, 3]\n", &["a", "2"]), "a: [1, 2]\n");
    assert_eq!(without("a: [1]\n", &["a", "0"]), "a: []\n");
    assert_eq!(without("a:\n  b: 1\nc: 2\n", &["a", "b"]), "a: {}\nc: 2\n");
    assert_eq!(without("a:\n  - 1\n", &["a", "0"]), "a: []\n");
    assert_eq!(without("- a: 1\n  b: 2\n- c\n", &["0", "a"]), "- b: 2\n- c\n");
    assert_eq!(without("- a\n- b\n", &["2"]), "- a\n- b\n");
}

#[test]
fn remove_deletes_only_the_line_and_its_comment() {
    assert_eq!(
        without(TEXT, &["modules", "0", "env_vars", "A"]),
        TEXT.replace("      A: \"1\" # first\n", "")
    );
    assert_eq!(
        without(TEXT, &["modules", "0", "port"]),
        TEXT.replace("    port: {http: 8080} # plain\n", "")
    );
    assert_eq!(without(TEXT, &["modules", "0", "links"]), TEXT, "there is none");
}

#[test]
fn impossible_edits_are_errors() {
    let check = |text: &str, steps: &[&str], value: Value, expected: &str| {
        let source = Source::new(FileId::Service, "opta.yml", text);
        let error = set(&source, &path(steps), &value).expect_err("the edit is impossible");
        assert_eq!(error.to_string(), expected, "{text}");
    };
    let explicit = "the file has keys that start with `?`: edit it as text";
    let long = "a key has more than 1,024 characters";
    check(
        "name: shop\nmodules: [\n",
        &["name"],
        json!("x"),
        "syntax error in line 2: fix it first",
    );
    check("a: 1\n? b\n", &["c"], json!(1), explicit);
    check("a: {? b : c}\n", &["c"], json!(1), explicit);
    check("a: &x {b: 1}\nc: *x\n", &["a"], json!(1), "the file uses YAML aliases: edit it as text");
    check("name: shop\n", &[&"k".repeat(1025)], json!(1), long);
    check("name: shop\n", &["x"], json!([{ "\u{1}".repeat(300): 1 }]), long);
    let scalar = "cannot add key `x` to the text `shop`";
    check("name: shop\n", &["name", "x"], json!("x"), scalar);
    check("name: shop\n", &["x", "1"], json!("x"), "cannot add item 1 to an empty list");
}

#[test]
fn edits_keep_windows_line_endings() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let changes: &[(&str, &[&str], Value)] = &[
        (TEXT, &["modules", "0", "min_containers"], json!(2)),
        (TEXT, &["modules", "0", "env_vars", "C"], json!("true")),
        (TEXT, &["modules", "1"], json!({"name": "db", "type": "postgres"})),
        (TEXT, &["modules", "0", "env_vars", "B"], json!("one\ntwo\n")),
        ("a: 1\nb: 2", &["c"], json!({"d": [1, 2]})),
        ("# only a comment\n", &["a"], json!(1)),
    ];
    for (text, path, value) in changes {
        let expected = windows(&with(text, path, value.clone()));
        assert_eq!(with(&windows(text), path, value.clone()), expected, "{path:?}");
    }
    for (text, path) in [(TEXT, &["name"][..]), (TEXT, &["modules", "0", "env_vars", "B"])] {
        assert_eq!(without(&windows(text), path), windows(&without(text, path)), "{path:?}");
    }
    assert_eq!(without("a: 1\r\nb: 2", &["b"]), "a: 1");
}

#[test]
fn a_new_value_keeps_the_quotes_and_escapes_them() {
    let single = "a: 'it''s' # note\n";
    assert_eq!(with(single, &["a"], json!("that's")), "a: 'that''s' # note\n");
    assert_eq!(with(single, &["a"], json!("''")), "a: '''''' # note\n");
    let double = "a: \"say\"\n";
    assert_eq!(with(double, &["a"], json!("say \"x\" \\")), "a: \"say \\\"x\\\" \\\\\"\n");
    // A text with a line break cannot be in single quotes.
    assert_eq!(with(single, &["a"], json!("b\nc")), "a: \"b\\nc\" # note\n");
    assert_eq!(with(single, &["a"], json!("b\tc")), "a: \"b\\tc\" # note\n");
    assert_eq!(with(single, &["a"], json!(1)), "a: 1 # note\n");
    assert_eq!(with("a: plain\n", &["a"], json!("it's")), "a: it's\n");
    assert_eq!(with("a: ''\n", &["a"], json!("b")), "a: b\n");
}

#[test]
fn texts_with_shared_values_are_not_edited() {
    let check = |text: &str, expected: bool| {
        let source = Source::new(FileId::Service, "opta.yml", text);
        let result = set(&source, &path(&["c"]), &json!(1));
        assert_eq!(result == Err(EditError::Aliases), expected, "{text}");
        let result = remove(&source, &path(&["c"]));
        assert_eq!(result == Err(EditError::Aliases), expected, "{text}");
    };
    check("a: &x {b: 1}\nc: *x\n", true);
    check("a: &x [1]\nc: [*x]\n", true);
    check("a: &x {b: 1}\nc: {<<: *x}\n", true);
    check("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", true);
    check("a: &x 1\nc: 2\n", false);
    check("a: 'b & c'\nc: 2*3\n", false);
}

/// Texts with different layouts.
const LAYOUTS: &[&str] = &[
    TEXT,
    "",
    "# only a comment\n",
    "# only a comment",
    "\n   ",
    "name: shop",
    "a: {b: [1, 2, {c: d}], 'e f': \"g\"}\nh: [] # none\ni: {}\n",
    "list:\n- a\n- b: 1\n  c: 2\n-\n  - x\n  - y\n# end\n",
    concat!(
        "list:\n  - name: a # first\n    port:\n      http: 80\n\n",
        "  # between\n  - {name: b}\nlast: |\n  one\n  two\n",
    ),
    "a:\n  b:\n    c:\n\n# after\nd: >-\n  folded\n  text\ne: 'single'\r\nf: 1\r\n",
    "list:\n  -",
    "list:\n  - # nothing\n  - a\n",
    "\"quoted key\": x\nnull_value: ~\nempty: # comment\nother: y\n",
];

fn data(text: &str) -> Value {
    let (document, diagnostics) = parse(&Source::new(FileId::Service, "x", text));
    assert!(diagnostics.is_empty(), "{diagnostics:#?}\n{text}");
    document.root.as_ref().map_or(Value::Null, as_data)
}

/// Returns every path of a value, and some that do not exist.
fn paths(value: &Value, path: &mut Vec<PathStep>, found: &mut Vec<Vec<PathStep>>) {
    found.push(path.clone());
    let mut step = |step: PathStep, value: Option<&Value>, path: &mut Vec<PathStep>| {
        path.push(step);
        match value {
            Some(value) => paths(value, path, found),
            None => found.push(path.clone()),
        }
        path.pop();
    };
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| step(PathStep::Key(key.clone()), Some(value), path));
            step(PathStep::Key("new".to_owned()), None, path);
            step(PathStep::Key("a: b".to_owned()), None, path);
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| step(PathStep::Index(index), Some(item), path));
            step(PathStep::Index(items.len()), None, path);
        }
        Value::Null => step(PathStep::Key("below".to_owned()), None, path),
        _ => {}
    }
}

fn expected(mut value: Value, path: &[PathStep], new: &Value) -> Value {
    let Some((step, rest)) = path.split_first() else { return new.clone() };
    match step {
        PathStep::Key(key) => {
            if value.is_null() {
                value = json!({});
            }
            let inner = expected(value[key].take(), rest, new);
            value[key] = inner;
        }
        PathStep::Index(index) => {
            let items = value.as_array_mut().expect("the path leads through lists");
            items.resize(items.len().max(index + 1), Value::Null);
            items[*index] = expected(items[*index].take(), rest, new);
        }
    }
    value
}

fn expected_without(value: &mut Value, path: &[PathStep]) {
    let (last, parents) = path.split_last().expect("not the root");
    let parent = parents.iter().fold(value, |value, step| match step {
        PathStep::Key(key) => &mut value[key],
        PathStep::Index(index) => &mut value[index],
    });
    match (last, parent) {
        (PathStep::Key(key), Value::Object(map)) => drop(map.shift_remove(key)),
        (PathStep::Index(index), Value::Array(items)) if *index < items.len() => {
            drop(items.remove(*index))
        }
        _ => {}
    }
}

#[test]
fn every_edit_of_every_layout_changes_only_its_path() {
    let values = [
        json!("text"),
        json!("two words, [and] {more}: #x"),
        json!("line\nbreak"),
        json!(""),
        json!("true"),
        json!(-7),
        json!(false),
        json!(null),
        json!([]),
        json!({}),
        json!(["a", "b, c", {"d": 1, "e": ["f"]}]),
        json!({"x": {"y": ["z"]}, "port: 1": "{v}"}),
    ];
    let mut changes = 0;
    for text in LAYOUTS {
        let before = data(text);
        let mut all = Vec::new();
        paths(&before, &mut Vec::new(), &mut all);
        for path in all.iter().filter(|path| !path.is_empty()) {
            let source = Source::new(FileId::Service, "x", *text);
            for value in &values {
                let after = apply(text, |source| set(source, path, value));
                let wanted = expected(before.clone(), path, value);
                let diagnostics = parse(&Source::new(FileId::Service, "x", &*after)).1;
                assert!(
                    diagnostics.is_empty(),
                    "{path:?} = {value} in\n{text}\nresult\n{after}\n{diagnostics:#?}"
                );
                assert_eq!(data(&after), wanted, "{path:?} = {value} in\n{text}\nresult\n{after}");
                changes += 1;
            }
            if remove(&source, path).expect("the text is valid").is_some() {
                let after = apply(text, |source| remove(source, path));
                let mut wanted = before.clone();
                expected_without(&mut wanted, path);
                assert_eq!(data(&after), wanted, "without {path:?} in\n{text}\nresult\n{after}");
                changes += 1;
            }
        }
    }
    assert!(changes > 500, "{changes}");
}

#[test]
fn edits_keep_other_comments() {
    let mut all = Vec::new();
    paths(&data(TEXT), &mut Vec::new(), &mut all);
    for path in all.iter().filter(|path| path.len() > 2) {
        let after = apply(TEXT, |source| set(source, path, &json!("x")));
        for comment in ["# The shop.", "# short", "# The public API."] {
            assert!(after.contains(comment), "{path:?}\n{after}");
        }
    }
}
