//! Changes a value in a random text. The first line is the path: keys and indexes, separated by
//! dots. After the change, the text is valid, has the new value, and no other value is different.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optakit_core::api::{self, PathStep, SourceText};
use optakit_core::source::Source;
use optakit_core::span::FileId;
use optakit_core::syntax;
use serde_json::{Value, json};

fn data(text: &str) -> Option<Value> {
    let (document, faults) = syntax::parse(&Source::new(FileId::Service, "x", text));
    let root = document.root.as_ref().map_or(Value::Null, syntax::as_data);
    faults.is_empty().then_some(root)
}

fn at<'v>(value: &'v Value, path: &[PathStep]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        PathStep::Key(key) => value.get(key),
        PathStep::Index(index) => value.get(index),
    })
}

/// Removes the value at the path, to compare the rest.
fn rest(value: &Value, path: &[PathStep]) -> Value {
    let mut value = value.clone();
    let place = path.iter().try_fold(&mut value, |value, step| match step {
        PathStep::Key(key) => value.get_mut(key),
        PathStep::Index(index) => value.get_mut(index),
    });
    if let Some(place) = place {
        *place = Value::Null;
    }
    value
}

fuzz_target!(|input: &str| {
    let Some((path, text)) = input.split_once('\n') else { return };
    let path: Vec<PathStep> = path
        .split('.')
        .map(|step| step.parse().map_or_else(|_| PathStep::Key(step.to_owned()), PathStep::Index))
        .collect();
    let source = SourceText { name: "opta.yml".to_owned(), text: text.to_owned() };
    let apply = |edit: api::TextEdit| {
        let mut after = text.to_owned();
        after.replace_range(edit.place.byte_start..edit.place.byte_end, &edit.text);
        after
    };
    for value in
        [json!("a, b: {c}"), json!(7), json!(["x", {"y": "z"}]), json!({"k": null}), json!(null)]
    {
        let Ok(Some(edit)) = api::set(&source, &path, &value) else { continue };
        let after = apply(edit);
        let found = data(&after).unwrap_or_else(|| panic!("invalid YAML\n{text}\n---\n{after}"));
        assert_eq!(at(&found, &path), Some(&value), "\n{text}\n---\n{after}");
        let before = data(text).expect("the text was valid");
        if at(&before, &path).is_some() {
            assert_eq!(rest(&found, &path), rest(&before, &path), "\n{text}\n---\n{after}");
        }
    }
    if let Ok(Some(edit)) = api::remove(&source, &path) {
        let after = apply(edit);
        let found = data(&after).unwrap_or_else(|| panic!("invalid YAML\n{text}\n---\n{after}"));
        if let Some(PathStep::Key(_)) = path.last() {
            assert_eq!(at(&found, &path), None, "\n{text}\n---\n{after}");
        }
    }
});
