//! The tree of a manifest or an AWS resource. Maps keep their order, and each value knows its
//! origin in the source.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::span::Span;
use crate::text::{Hole, Text};

/// The key of a map. Most keys are constants.
pub type Key = Cow<'static, str>;

/// A value in the tree.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value without its origin.
    pub kind: ValueKind,
    /// The part of the source that decides the value, if there is one.
    pub origin: Option<Span>,
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text, which may have holes.
    Text(Text),
    /// A map that keeps its order.
    Map(Vec<(Key, Value)>),
    /// A list.
    List(Vec<Value>),
}

impl Value {
    /// Sets the origin, unless the value has one already.
    #[must_use]
    pub fn at(mut self, origin: impl Into<Option<Span>>) -> Self {
        self.origin = self.origin.or(origin.into());
        self
    }

    /// Returns the value of a key; none if this is not a map with the key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let ValueKind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Calls `visit` with every text in the tree.
    pub fn texts(&self, visit: &mut impl FnMut(&Text)) {
        match &self.kind {
            ValueKind::Text(text) => visit(text),
            ValueKind::Map(entries) => entries.iter().for_each(|(_, value)| value.texts(visit)),
            ValueKind::List(items) => items.iter().for_each(|item| item.texts(visit)),
            ValueKind::Bool(_) | ValueKind::Int(_) => {}
        }
    }

    /// Returns the holes in all texts of the document, which is at the JSON pointer `at`.
    #[must_use]
    pub fn holes(&self, at: &str) -> Vec<PlacedHole> {
        let mut holes = Vec::new();
        self.walk(&mut |pointer, value| {
            if let ValueKind::Text(text) = &value.kind
                && !text.is_known()
            {
                holes.extend(PlacedHole::in_text(format!("{at}{pointer}"), text));
            }
        });
        holes
    }

    /// Calls `visit` with every value in the tree and its JSON pointer (RFC 6901). The pointer of
    /// the root is empty.
    pub fn walk(&self, visit: &mut impl FnMut(&str, &Self)) {
        self.walk_at(&mut String::new(), visit);
    }

    fn walk_at(&self, pointer: &mut String, visit: &mut impl FnMut(&str, &Self)) {
        visit(pointer, self);
        let length = pointer.len();
        let mut step = |name: &str, value: &Self, pointer: &mut String| {
            pointer.push('/');
            pointer.push_str(&escape(name));
            value.walk_at(pointer, visit);
            pointer.truncate(length);
        };
        match &self.kind {
            ValueKind::Map(entries) => {
                entries.iter().for_each(|(key, value)| step(key, value, pointer))
            }
            ValueKind::List(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| step(&index.to_string(), value, pointer)),
            _ => {}
        }
    }
}

/// A hole and its position in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedHole {
    /// The JSON pointer (RFC 6901) to the text, or to the value of the key.
    pub pointer: String,
    /// Whether the hole is in the key at the end of the pointer, not in the text.
    pub in_key: bool,
    /// The hole, with its byte range in the text or key.
    pub hole: Hole,
}

impl PlacedHole {
    /// Returns the holes of the text at `pointer`.
    pub fn in_text(pointer: impl Into<String>, text: &Text) -> impl Iterator<Item = Self> + '_ {
        let pointer = pointer.into();
        let placed =
            move |hole: &Hole| Self { pointer: pointer.clone(), in_key: false, hole: hole.clone() };
        text.holes().iter().map(placed)
    }

    /// Returns the holes of a key of the map at `pointer`.
    pub fn in_key<'a>(pointer: &str, key: &'a Text) -> impl Iterator<Item = Self> + use<'a> {
        let pointer = format!("{pointer}/{}", escape(key.as_str()));
        Self::in_text(pointer, key).map(|placed| Self { in_key: true, ..placed })
    }
}

/// Escapes a key for a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Returns the key of an escaped part of a JSON pointer.
pub(crate) fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Text::constant(text).into()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Text::from(text).into()
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self { kind: ValueKind::Text(text), origin: None }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self { kind: ValueKind::Int(number), origin: None }
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        i64::from(number).into()
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self { kind: ValueKind::Bool(value), origin: None }
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self { kind: ValueKind::List(items), origin: None }
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self { kind: ValueKind::Map(map.0), origin: None }
    }
}

/// A map that is being built.
#[derive(Clone, Debug, Default)]
pub struct Map(Vec<(Key, Value)>);

impl Map {
    /// Creates an empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the entries of another map at the end.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds the entries of another map. They replace entries with the same key.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        let own = self.0.len();
        for (key, value) in other.0 {
            match self.0[..own].iter_mut().find(|(existing, _)| *existing == key) {
                Some(entry) => entry.1 = value,
                None => self.0.push((key, value)),
            }
        }
        self
    }

    /// Adds an entry.
    #[must_use]
    pub fn with(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// Adds an entry if there is a value.
    #[must_use]
    pub fn maybe(self, key: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Whether the map has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            ValueKind::Bool(value) => serializer.serialize_bool(*value),
            ValueKind::Int(value) => serializer.serialize_i64(*value),
            ValueKind::Text(text) => serializer.serialize_str(text.as_str()),
            ValueKind::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            ValueKind::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        Self::from_json(json).ok_or_else(|| {
            D::Error::custom("expected only maps, lists, texts, whole numbers and booleans")
        })
    }
}

impl Value {
    /// Converts JSON. Returns `None` if it contains `null` or a number that is not whole.
    fn from_json(json: serde_json::Value) -> Option<Self> {
        Some(match json {
            serde_json::Value::Null => return None,
            serde_json::Value::Bool(value) => value.into(),
            serde_json::Value::Number(number) => number.as_i64()?.into(),
            serde_json::Value::String(text) => text.into(),
            serde_json::Value::Array(items) => {
                items.into_iter().map(Self::from_json).collect::<Option<Vec<_>>>()?.into()
            }
            serde_json::Value::Object(map) => {
                let entries = map
                    .into_iter()
                    .map(|(key, value)| Some((Key::Owned(key), Self::from_json(value)?)));
                Map(entries.collect::<Option<Vec<_>>>()?).into()
            }
        })
    }
}
