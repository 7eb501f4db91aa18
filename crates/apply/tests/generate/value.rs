//! A generated file as a tree, so that a finding can be made smaller.

/// A part of a generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// YAML that Optakit writes without braces and brackets.
    Raw(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A text in quotes.
    pub(crate) fn text(text: &str) -> Self {
        Self::Raw(quoted(text))
    }

    pub(crate) fn raw(text: impl Into<String>) -> Self {
        Self::Raw(text.into())
    }

    pub(crate) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Returns the value as flow YAML on one line.
    pub(crate) fn yaml(&self) -> String {
        match self {
            Self::Raw(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::yaml).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{}: {}", key, value.yaml());
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// Returns every tree that has one part less.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Raw(_) => Vec::new(),
            Self::List(items) => without_one(items)
                .map(Self::List)
                .chain(replaced(items, Self::smaller).map(Self::List))
                .collect(),
            Self::Map(entries) => {
                let inner = |(key, value): &(String, Self)| {
                    value.smaller().into_iter().map(|value| (key.clone(), value)).collect()
                };
                without_one(entries)
                    .map(Self::Map)
                    .chain(replaced(entries, inner).map(Self::Map))
                    .collect()
            }
        }
    }
}

fn without_one<T: Clone>(items: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..items.len()).map(|index| {
        let mut items = items.to_vec();
        items.remove(index);
        items
    })
}

fn replaced<T: Clone>(items: &[T], smaller: impl Fn(&T) -> Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let all = items.iter().enumerate().flat_map(move |(index, item)| {
        smaller(item).into_iter().map(move |new| (index, new)).collect::<Vec<_>>()
    });
    all.map(|(index, new)| {
        let mut items = items.to_vec();
        items[index] = new;
        items
    })
}

/// Returns a text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is valid JSON")
}
