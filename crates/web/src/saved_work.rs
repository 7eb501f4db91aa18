//! Reads saved work: a draft or an entry of the history. It uses the JSON parser of the browser and
//! a table of the members, because serde's code for them would be 3 % of the first load.

use std::collections::BTreeMap;

use js_sys::{Array, JSON, Object, Reflect};
use optakit_core::api::{BaselineObject, Choices};
use wasm_bindgen::prelude::*;

use crate::work::{Export, Work};

/// A choice in the JSON, and its field.
type Choice = (&'static str, fn(&mut Choices) -> &mut Option<String>);

/// All choices, by their names in the JSON.
const CHOICES: [Choice; 8] = [
    ("environment", |choices| &mut choices.environment),
    ("profile", |choices| &mut choices.profile),
    ("hardening", |choices| &mut choices.hardening),
    ("exposure", |choices| &mut choices.exposure),
    ("gateway", |choices| &mut choices.gateway),
    ("kubernetes", |choices| &mut choices.kubernetes),
    ("imageTag", |choices| &mut choices.image_tag),
    ("imageDigest", |choices| &mut choices.image_digest),
];

/// Reads the result of [`Work::to_json`]. Returns none if another version of Optakit wrote
/// something else.
pub(crate) fn read(text: &str) -> Option<Work> {
    let work = JSON::parse(text).ok()?;
    Some(Work {
        service: member(&work, "service").as_string()?,
        environment_files: texts(&member(&work, "environment_files"))?,
        environment: optional_text(&member(&work, "environment"))?,
        image: optional_text(&member(&work, "image"))?.unwrap_or_default(),
        choices: choices(&member(&work, "target"))?,
        values: optional_text(&member(&work, "values"))?.unwrap_or_default(),
        export: optional(&member(&work, "export"), export)?,
    })
}

/// Returns a member of an object; undefined if it has none of this name.
fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Returns the names and values of the members of an object; none if the value is not an object.
fn members(value: &JsValue) -> Option<impl Iterator<Item = (String, JsValue)>> {
    let entries = Object::entries(value.dyn_ref()?);
    Some(entries.into_iter().filter_map(|entry| {
        let entry: Array = entry.unchecked_into();
        Some((entry.get(0).as_string()?, entry.get(1)))
    }))
}

/// Reads a value that can be missing.
fn optional<T>(value: &JsValue, read: impl FnOnce(&JsValue) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() || value.is_undefined() { Some(None) } else { read(value).map(Some) }
}

fn optional_text(value: &JsValue) -> Option<Option<String>> {
    optional(value, JsValue::as_string)
}

fn texts(value: &JsValue) -> Option<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for (name, text) in members(value)? {
        texts.insert(name, text.as_string()?);
    }
    Some(texts)
}

/// Reads the choices; no choice if the value is missing.
fn choices(value: &JsValue) -> Option<Choices> {
    let mut choices = Choices::default();
    if value.is_undefined() {
        return Some(choices);
    }
    for (name, text) in members(value)? {
        let (_, field) = CHOICES.iter().find(|(known, _)| *known == name)?;
        *field(&mut choices) = optional_text(&text)?;
    }
    Some(choices)
}

fn export(value: &JsValue) -> Option<Export> {
    let objects = Array::from(&member(value, "objects"));
    Some(Export {
        layer: member(value, "layer").as_string()?,
        environment: optional_text(&member(value, "environment"))?,
        objects: objects.iter().map(|object| baseline_object(&object)).collect::<Option<_>>()?,
    })
}

fn baseline_object(value: &JsValue) -> Option<BaselineObject> {
    Some(BaselineObject {
        kind: member(value, "kind").as_string()?,
        name: member(value, "name").as_string()?,
        namespace: optional_text(&member(value, "namespace"))?,
        yaml: member(value, "yaml").as_string()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_under_the_name_that_is_written() {
        let mut choices = Choices::default();
        for (name, field) in CHOICES {
            *field(&mut choices) = Some(name.to_owned());
        }
        let written = serde_json::to_value(&choices).expect("choices are JSON");
        let written = written.as_object().expect("choices are an object").clone();
        assert!(written.iter().all(|(name, value)| value == name), "{written:?}");
        let Choices {
            environment: _,
            profile: _,
            hardening: _,
            exposure: _,
            gateway: _,
            kubernetes: _,
            image_tag: _,
            image_digest: _,
        } = choices;
        assert_eq!(written.len(), CHOICES.len());
    }
}
