//! Policy documents of AWS, and what changes between two of them
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).

use std::collections::{BTreeMap, BTreeSet};

use optakit_core::value::Value;
use optakit_core::visible::{visible, visible_line};
use serde_json::{Map, Value as Json, json};
use similar::TextDiff;

/// The lines of context in a diff.
const CONTEXT: usize = 2;

/// One action on one resource that a statement allows or denies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    deny: bool,
    action: String,
    resource: String,
    /// The other keys of the statement, such as the principal and the conditions.
    terms: String,
}

/// The change from one policy document to another one.
#[derive(Clone, Debug)]
pub(super) struct DocumentChange {
    old: Option<Json>,
    new: Json,
    gained: BTreeSet<Permission>,
    lost: BTreeSet<Permission>,
    /// The maximum number of characters of the document.
    limit: usize,
}

impl DocumentChange {
    /// Returns the change, or `None` if both documents have the same meaning.
    ///
    /// The order of keys, the order of lists and the names of statements do not matter. A list with
    /// one item equals the item.
    pub(super) fn between(old: Option<&str>, new: &Json, limit: usize) -> Option<Self> {
        let old: Option<Json> = old.and_then(|old| serde_json::from_str(old).ok());
        let before = old.as_ref().map(permissions).unwrap_or_default();
        let after = permissions(new);
        let (gained, lost) = compare(&before, &after);
        let is_same = gained.is_empty() && lost.is_empty() && old.is_some();
        (!is_same).then(|| Self { old, new: new.clone(), gained, lost, limit })
    }

    /// Returns the document to write before the rollout, if someone gains a permission.
    ///
    /// It also contains the permissions that are lost later, unless it would be too long for AWS.
    pub(super) fn granted(&self) -> Option<String> {
        if self.gained.is_empty() && self.old.is_some() {
            return None;
        }
        Some(if self.lost.is_empty() || self.union_is_too_long() {
            self.new.to_string()
        } else {
            self.union().to_string()
        })
    }

    /// Returns the document to write after the rollout, if someone loses a permission.
    pub(super) fn withdrawn(&self) -> Option<String> {
        let is_later =
            !self.lost.is_empty() && (self.gained.is_empty() || !self.union_is_too_long());
        is_later.then(|| self.new.to_string())
    }

    /// Whether permissions are lost before the rollout.
    pub(super) fn loses_early(&self) -> bool {
        !self.lost.is_empty() && !self.gained.is_empty() && self.union_is_too_long()
    }

    /// Returns the gained permissions, one line per list of resources.
    pub(super) fn gains(&self) -> Vec<String> {
        lines(&self.gained)
    }

    /// Returns the lost permissions, one line per list of resources.
    pub(super) fn loses(&self) -> Vec<String> {
        lines(&self.lost)
    }

    /// Returns the changed lines of the document with some context.
    pub(super) fn diff(&self) -> String {
        diff_of(self.old.as_ref(), &self.new)
    }

    fn union_is_too_long(&self) -> bool {
        length(&self.union()) > self.limit
    }

    /// Returns the new document with the permissions of the old one. It denies only what both deny.
    fn union(&self) -> Json {
        let empty = Json::Null;
        let old = self.old.as_ref().unwrap_or(&empty);
        let (before, after) = (permissions(old), permissions(&self.new));
        let denied_before = |statement: &Json| permissions_of(statement).is_subset(&before);
        let added = statements(&self.new)
            .filter(|statement| !is_deny(statement) || denied_before(statement))
            .cloned();
        let kept = statements(old)
            .filter(|statement| !is_deny(statement))
            .filter(|statement| !permissions_of(statement).is_subset(&after))
            .map(without_name);
        let statements: Vec<Json> = added.chain(kept).collect();
        let mut union = self.new.clone();
        union["Statement"] = Json::Array(statements);
        union
    }
}

/// Returns a document of a bundle as JSON.
pub(super) fn json(document: &Value) -> Json {
    serde_json::to_value(document).expect("a document is a tree of maps with text keys")
}

/// Whether a document that is not a policy has the wanted meaning.
pub(super) fn is_same(found: Option<&str>, wanted: &Json) -> bool {
    let found: Option<Json> = found.and_then(|found| serde_json::from_str(found).ok());
    found.is_some_and(|found| normalized(&found) == normalized(wanted))
}

/// Returns the changed lines of a document with some context.
pub(super) fn diff(old: Option<&str>, new: &Json) -> String {
    diff_of(old.and_then(|old| serde_json::from_str(old).ok()).as_ref(), new)
}

fn diff_of(old: Option<&Json>, new: &Json) -> String {
    let text = |document: &Json| format!("{document:#}\n");
    let old = old.map(text).unwrap_or_default();
    let diff =
        TextDiff::from_lines(&old, &text(new)).unified_diff().context_radius(CONTEXT).to_string();
    visible(&diff).into_owned()
}

/// Returns the gained and the lost permissions. A removed denial is a gain.
fn compare(
    before: &BTreeSet<Permission>,
    after: &BTreeSet<Permission>,
) -> (BTreeSet<Permission>, BTreeSet<Permission>) {
    let (mut gained, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for added in after.difference(before) {
        if added.deny { &mut lost } else { &mut gained }.insert(added.clone());
    }
    for removed in before.difference(after) {
        if removed.deny { &mut gained } else { &mut lost }.insert(removed.clone());
    }
    (gained, lost)
}

/// Returns the number of characters that AWS counts: white space between values is free.
fn length(document: &Json) -> usize {
    document.to_string().chars().count()
}

/// Returns the statements of a document.
fn statements(document: &Json) -> impl Iterator<Item = &Json> {
    match &document["Statement"] {
        Json::Array(statements) => statements.as_slice(),
        Json::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

fn is_deny(statement: &Json) -> bool {
    statement["Effect"] == "Deny"
}

/// Names of statements must be unique in a document, and both documents have the same names.
fn without_name(statement: &Json) -> Json {
    let mut statement = statement.clone();
    if let Some(keys) = statement.as_object_mut() {
        keys.remove("Sid");
    }
    statement
}

fn permissions(document: &Json) -> BTreeSet<Permission> {
    statements(document).flat_map(permissions_of).collect()
}

fn permissions_of(statement: &Json) -> BTreeSet<Permission> {
    let keys = statement.as_object().cloned().unwrap_or_default();
    let terms: Map<String, Json> = keys
        .into_iter()
        .filter(|(key, _)| !matches!(key.as_str(), "Sid" | "Effect" | "Action" | "Resource"))
        .collect();
    let terms =
        if terms.is_empty() { String::new() } else { normalized(&Json::Object(terms)).to_string() };
    let resources = texts(&statement["Resource"]);
    texts(&statement["Action"])
        .into_iter()
        .flat_map(|action| resources.iter().map(move |resource| (action.clone(), resource.clone())))
        .map(|(action, resource)| Permission {
            deny: is_deny(statement),
            action,
            resource,
            terms: terms.clone(),
        })
        .collect()
}

/// Returns the texts of a list or of one text. Without a value, the list has an empty text.
fn texts(value: &Json) -> Vec<String> {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Json::Array(items) => items.iter().map(text).collect(),
        Json::Null => vec![String::new()],
        one => vec![text(one)],
    }
}

/// Sorts lists, and replaces each list with one item by the item.
fn normalized(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            let sorted: BTreeMap<&String, Json> =
                map.iter().map(|(key, value)| (key, normalized(value))).collect();
            json!(sorted)
        }
        Json::Array(items) if items.len() == 1 => normalized(&items[0]),
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(normalized).collect();
            items.sort_by_cached_key(Json::to_string);
            Json::Array(items)
        }
        other => other.clone(),
    }
}

/// Returns one line for all actions on the same resources.
fn lines(permissions: &BTreeSet<Permission>) -> Vec<String> {
    let mut resources: BTreeMap<(bool, &str, &str), Vec<&str>> = BTreeMap::new();
    for Permission { deny, action, resource, terms } in permissions {
        resources.entry((*deny, terms, action)).or_default().push(resource);
    }
    let mut actions: BTreeMap<(bool, &str, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for ((deny, terms, action), resources) in resources {
        actions.entry((deny, terms, resources)).or_default().push(action);
    }
    actions
        .into_iter()
        .map(|((deny, terms, resources), actions)| {
            let denied = if deny { "(denied) " } else { "" };
            let on = match resources.join(", ") {
                none if none.is_empty() => String::new(),
                resources => format!(" on {resources}"),
            };
            let terms = if terms.is_empty() { String::new() } else { format!(" with {terms}") };
            visible_line(&format!("{denied}{}{on}{terms}", actions.join(", "))).into_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 6144;

    fn policy(statements: Json) -> Json {
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    fn allow(name: &str, actions: &[&str], resources: &[&str]) -> Json {
        json!({"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources})
    }

    fn change(old: &Json, new: &Json) -> DocumentChange {
        DocumentChange::between(Some(&old.to_string()), new, LIMIT).expect("the documents differ")
    }

    #[test]
    fn documents_are_compared_by_meaning() {
        let wanted = policy(json!([allow("A", &["s3:Get*", "s3:List*"], &["a"])]));
        let same = r#"{"Statement": {"Resource": "a", "Effect": "Allow",
            "Action": ["s3:List*", "s3:Get*"]}, "Version": "2012-10-17"}"#;
        assert!(DocumentChange::between(Some(same), &wanted, LIMIT).is_none());
        for other in [Some(same.replace("Allow", "Deny")), Some("no JSON".to_owned()), None] {
            assert!(DocumentChange::between(other.as_deref(), &wanted, LIMIT).is_some());
        }
    }

    #[test]
    fn a_gain_is_written_once_before_the_rollout() {
        let old = policy(json!([allow("A", &["s3:Get*"], &["a"])]));
        let new = policy(json!([allow("A", &["s3:Get*"], &["a", "b"])]));
        let change = change(&old, &new);
        assert_eq!(change.granted(), Some(new.to_string()));
        assert_eq!(change.withdrawn(), None);
        assert_eq!(change.gains(), ["s3:Get* on b"]);
    }

    #[test]
    fn a_loss_is_written_after_the_rollout() {
        let old = policy(json!([allow("A", &["s3:Get*", "s3:Put*"], &["a"])]));
        let new = policy(json!([allow("A", &["s3:Get*"], &["a"])]));
        let change = change(&old, &new);
        assert_eq!(change.granted(), None);
        assert_eq!(change.withdrawn(), Some(new.to_string()));
        assert_eq!(change.loses(), ["s3:Put* on a"]);
    }

    #[test]
    fn a_change_in_both_ways_is_first_written_as_the_union() {
        let old = policy(json!([allow("A", &["s3:Get*"], &["a"]), allow("B", &["sqs:*"], &["q"])]));
        let new = policy(json!([allow("A", &["s3:Get*"], &["b"]), allow("B", &["sqs:*"], &["q"])]));
        let change = change(&old, &new);
        let union: Json = serde_json::from_str(&change.granted().expect("pods gain access"))
            .expect("the union is JSON");
        let before = json!({"Effect": "Allow", "Action": ["s3:Get*"], "Resource": ["a"]});
        let mut expected = new.clone();
        expected["Statement"].as_array_mut().expect("a list").push(before);
        assert_eq!(union, expected);
        assert_eq!(change.withdrawn(), Some(new.to_string()));
        // A run that is killed between the two writes is completed by the next one.
        let rest = self::change(&union, &new);
        assert_eq!((rest.granted(), rest.withdrawn()), (None, Some(new.to_string())));
    }

    #[test]
    fn a_union_that_is_too_long_is_not_written() {
        let old = policy(json!([allow("A", &["s3:Get*"], &["a".repeat(4000).as_str()])]));
        let new = policy(json!([allow("A", &["s3:Get*"], &["b".repeat(4000).as_str()])]));
        let change = change(&old, &new);
        assert!(change.loses_early());
        assert_eq!(change.granted(), Some(new.to_string()));
        assert_eq!(change.withdrawn(), None);
    }

    #[test]
    fn a_removed_denial_is_a_gain() {
        let mut deny = allow("D", &["s3:Get*"], &["secret"]);
        deny["Effect"] = "Deny".into();
        let allowed = allow("A", &["s3:*"], &["*"]);
        let (with, without) = (policy(json!([allowed, deny])), policy(json!([allowed])));
        assert_eq!(change(&with, &without).granted(), Some(without.to_string()));
        assert_eq!(change(&with, &without).withdrawn(), None);
        assert_eq!(change(&without, &with).granted(), None);
        assert_eq!(change(&without, &with).withdrawn(), Some(with.to_string()));
    }
}
