//! Placeholders that a template left in a file.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::quote::quoted;
use crate::rule::rule;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::node::shorten;
use crate::syntax::{Document, Entry, Mapping, Node, NodeKind};

rule! {
    /// The value is a placeholder of a template.
    ///
    /// Examples are `<<region::aws_region::Your AWS region>>` from a deploy button,
    /// `<AWS ACCOUNT ID>`, `{{ org }}`, `__ORG__`, `%ORG%`, `YOUR_ORG`, `CHANGE_ME`, `XXXXXXXX` and
    /// `...`.
    /// In environment variables, only the form of deploy buttons is a placeholder.
    pub static PLACEHOLDER: Error {
        fix: "Replace the placeholder with your value.",
        bad: File(
            "name: shop\norg_name: <ORGANIZATION>\nproviders:\n  \
             aws: {region: us-east-1, account_id: 123456789012}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
        good: File(
            "name: shop\norg_name: acme\nproviders:\n  \
             aws: {region: us-east-1, account_id: 123456789012}\nmodules:\n  \
             - {type: k8s-service, image: AUTO, port: {http: 80}}\n"
        ),
    }
}

/// Reports every placeholder. Its value becomes [`NodeKind::Broken`], so that later stages do not
/// report it again.
pub(super) fn remove_placeholders<'a>(
    document: &'a Document,
    source: &Source,
    diagnostics: &mut Vec<Diagnostic>,
) -> Cow<'a, Option<Node>> {
    // Most texts have no placeholder, so they need no walk.
    let is_possible = MARKS.iter().any(|mark| source.text.contains(mark));
    let Some(root) = document.root.as_ref().filter(|_| is_possible) else {
        return Cow::Borrowed(&document.root);
    };
    let mut finder = Finder { path: String::new(), diagnostics };
    match finder.node(root, false) {
        Some(root) => Cow::Owned(Some(root)),
        None => Cow::Borrowed(&document.root),
    }
}

struct Finder<'a> {
    path: String,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    /// Returns the node without its placeholders, or `None` if it has none.
    fn node(&mut self, node: &Node, is_free_text: bool) -> Option<Node> {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => {
                let text = scalar.text.as_str();
                if !is_placeholder(text, is_free_text) {
                    return None;
                }
                self.report(text, node.span);
                NodeKind::Broken
            }
            NodeKind::Mapping(mapping) => NodeKind::Mapping(self.mapping(mapping, is_free_text)?),
            NodeKind::Sequence(items) => {
                let mut replaced: Option<Vec<Node>> = None;
                for (index, item) in items.iter().enumerate() {
                    let step = format!("[{index}]");
                    if let Some(item) = self.below(&step, |finder| finder.node(item, is_free_text))
                    {
                        replaced.get_or_insert_with(|| items.to_vec())[index] = item;
                    }
                }
                NodeKind::Sequence(replaced?.into())
            }
            NodeKind::Broken => return None,
        };
        Some(Node { span: node.span, kind })
    }

    fn mapping(&mut self, mapping: &Mapping, is_free_text: bool) -> Option<Mapping> {
        let mut replaced: Option<Vec<Entry>> = None;
        for (index, entry) in mapping.entries.iter().enumerate() {
            let key = &*entry.key.value;
            let step = if self.path.is_empty() { key.to_owned() } else { format!(".{key}") };
            // Environment variables can contain any text, such as HTML.
            let is_free_text = is_free_text || key == "env_vars";
            let value = self.below(&step, |finder| finder.node(&entry.value, is_free_text));
            if let Some(value) = value {
                let entries = replaced.get_or_insert_with(|| mapping.entries.to_vec());
                entries[index] = Entry { value, ..entry.clone() };
            }
        }
        replaced.map(|entries| Mapping { entries: entries.into(), broken: mapping.broken })
    }

    fn below<T>(&mut self, step: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let result = run(self);
        self.path.truncate(length);
        result
    }

    fn report(&mut self, text: &str, span: Span) {
        let message = format!("{} is a placeholder, expected your value", quoted(&shorten(text)));
        let diagnostic = Diagnostic::new(&PLACEHOLDER, span, &*self.path, message);
        self.diagnostics.push(diagnostic.help("replace this placeholder"));
    }
}

/// What every placeholder contains one of.
const MARKS: &[&str] = &[
    "<", "{{", "__", "%", "XXX", "YOUR", "CHANGE", "change", "REPLACE", "replace", "TODO", "...",
    "…",
];

/// Whether a text is a placeholder. In free text, only the form of deploy buttons counts.
fn is_placeholder(text: &str, is_free_text: bool) -> bool {
    let of_button = text.split_once("<<").and_then(|(_, rest)| rest.split_once(">>"));
    if of_button.is_some_and(|(inner, _)| inner.contains("::")) {
        return true;
    }
    let is_word =
        matches!(&*text.to_ascii_lowercase().replace(['-', '_'], ""), "changeme" | "replaceme");
    let is_crossed = text.len() >= 4 && text.bytes().all(|byte| byte == b'X');
    let is_marked =
        matches!(text, "TODO" | "..." | "…") || text.strip_prefix("YOUR_").is_some_and(is_constant);
    !is_free_text && (is_word || is_crossed || is_marked || is_enclosed(text))
}

/// Whether a text is a name between the marks of a template.
fn is_enclosed(text: &str) -> bool {
    let between = |start, end| text.strip_prefix(start)?.strip_suffix(end);
    let in_angles = between("<<", ">>").or_else(|| between("<", ">"));
    let in_braces = between("{{", "}}");
    let in_marks = between("__", "__").or_else(|| between("%", "%"));
    in_angles.is_some_and(|inner| !inner.is_empty() && !inner.contains(['<', '>', '/']))
        || in_braces.is_some_and(|inner| !inner.is_empty() && !inner.contains(['{', '}']))
        || in_marks.is_some_and(is_constant)
}

/// Whether a text is a name in capital letters.
fn is_constant(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn placeholders_of_templates_are_known() {
        let placeholders = [
            "<<region::aws_region::Your AWS Region>>",
            "<<org_name>>",
            "<< org >>",
            "<AWS ACCOUNT ID>",
            "XXXXXXXX",
            "{{ org }}",
            "{{org}}",
            "__ORG__",
            "%ORG_NAME%",
            "YOUR_ORG",
            "CHANGE_ME",
            "change-me",
            "changeme",
            "REPLACE_ME",
            "TODO",
            "...",
            "…",
        ];
        for text in placeholders {
            assert!(is_placeholder(text, false), "{text}");
            assert_eq!(is_placeholder(text, true), text.contains("::"), "{text}");
        }
        let values = [
            "<",
            "<>",
            "a<b>c",
            "XXX",
            "<b>x</b>",
            "x > 1",
            "{{}}",
            "{parent.x}",
            "{{a}}{{b}}",
            "__",
            "____",
            "__init__",
            "%",
            "%a%",
            "your_org",
            "YOURS",
            "todo",
            "changes",
        ];
        for text in values {
            assert!(!is_placeholder(text, false), "{text}");
        }
        assert!(is_placeholder("api.<<domain::string::The domain>>", true));
        assert!(!is_placeholder("<none>", true));
    }
}
