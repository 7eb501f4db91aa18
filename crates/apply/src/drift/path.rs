//! A path to a field of an object. Items of lists are named by their keys, as in `managedFields`.

use serde_json::Value;

/// The keys of items of lists, as in the API of Kubernetes. The first one that fits counts.
const KEYS: &[&[&str]] = &[
    &["name"],
    &["mountPath"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["topologyKey", "whenUnsatisfiable"],
    &["type"],
    &["ip"],
];

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Field(String),
    /// An item of a list, and the text that names it.
    Item(Value, String),
}

/// A path to a field of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(pub(super) Vec<Step>);

impl Path {
    pub(super) fn field(&self, name: &str) -> Self {
        self.with(Step::Field(name.to_owned()))
    }

    pub(super) fn item(&self, item: &Value, name: String) -> Self {
        self.with(Step::Item(item.clone(), name))
    }

    fn with(&self, step: Step) -> Self {
        let mut path = self.clone();
        path.0.push(step);
        path
    }

    /// Returns the names of the first fields. An item of a list ends them.
    pub(super) fn fields(&self) -> Vec<&str> {
        let names = self.0.iter().map_while(|step| match step {
            Step::Field(name) => Some(name.as_str()),
            Step::Item(..) => None,
        });
        names.collect()
    }

    /// Returns the text for people, like `spec.template.spec.containers[api].image`.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Field(name) if name.contains(['.', '/']) => {
                    text.push_str(&format!("[{name}]"));
                }
                Step::Field(name) if text.is_empty() => text.push_str(name),
                Step::Field(name) => text.push_str(&format!(".{name}")),
                Step::Item(_, name) => text.push_str(&format!("[{name}]")),
            }
        }
        text
    }
}

/// Returns the names of the items of two lists, if their items have keys. Each item is found in the
/// other list by its name.
pub(super) fn names(lists: [&[Value]; 2]) -> Option<[Vec<String>; 2]> {
    KEYS.iter().find_map(|keys| {
        let [first, second] = lists.map(|items| named(items, keys));
        Some([first?, second?])
    })
}

/// Returns the names of items by keys. `None` if the keys do not fit.
fn named(items: &[Value], keys: &[&str]) -> Option<Vec<String>> {
    let names: Option<Vec<String>> = items.iter().map(|item| name(item, keys)).collect();
    let names = names?;
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    (unique.len() == names.len()).then_some(names)
}

fn name(item: &Value, keys: &[&str]) -> Option<String> {
    let first = item.get(keys[0])?;
    // The other keys have defaults.
    let others = keys[1..].iter().filter_map(|key| item.get(key));
    let texts: Vec<String> = std::iter::once(first).chain(others).map(scalar).collect();
    Some(texts.join("/"))
}

/// Returns a value without quotes.
pub(super) fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
