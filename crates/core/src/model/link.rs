//! The links of a service to other modules.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::link_kind::LinkPermission;
use super::links_as_map;
use super::rules::WRONG_TYPE;
use super::text_list::{Quotes, list_items, text};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::{Span, Spanned};
use crate::syntax::Node;
use crate::text::Text;

/// A link, as written.
#[derive(Clone, Debug)]
pub struct Link {
    /// The name of the linked module, or an ARN.
    pub target: Spanned<Text>,
    /// The requested permissions, or new names of variables.
    pub arguments: Vec<Argument>,
    /// The path in the file, such as `modules[1].links[0]`.
    pub path: String,
}

impl Link {
    /// Returns the name of the environment variable for an output of the linked module: the
    /// requested name, or `<module>_<output>`.
    #[must_use]
    pub fn variable_name(&self, output: &str) -> String {
        let renamed = self.arguments.iter().find_map(|argument| match argument {
            Argument::Rename(renames) => {
                renames.names.iter().find(|(from, _)| from.value.as_str() == output)
            }
            Argument::Permission(_) => None,
        });
        renamed.map_or_else(
            // A dash is not valid in the name of a variable of a shell.
            || format!("{}_{output}", self.target.value.as_str().replace('-', "_")),
            |(_, to)| to.value.as_str().to_owned(),
        )
    }

    /// Returns the requested permissions among `all`, or `default` if the link requests none.
    #[must_use]
    pub fn permissions(
        &self,
        all: &[LinkPermission],
        default: &[LinkPermission],
    ) -> Vec<LinkPermission> {
        let requested: Vec<&str> = self
            .arguments
            .iter()
            .filter_map(|argument| match argument {
                Argument::Permission(permission) => Some(permission.value.as_str()),
                Argument::Rename(_) => None,
            })
            .collect();
        if requested.is_empty() {
            return default.to_vec();
        }
        let permission =
            |name: &&str| all.iter().copied().find(|permission| permission.name() == *name);
        requested.iter().filter_map(permission).collect()
    }
}

/// An argument of a link.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A permission, such as `read`.
    Permission(Spanned<Text>),
    /// New names of variables.
    Rename(Renames),
}

/// New names of the variables of a linked module.
#[derive(Clone, Debug)]
pub struct Renames {
    /// Pairs of an output of the module and the name of the environment variable.
    pub names: Vec<(Spanned<Text>, Spanned<Text>)>,
    /// The position of the map.
    pub span: Span,
}

/// The links in file order.
#[derive(Clone, Debug, Default)]
pub struct Links(pub Vec<Link>);

impl From<[Link; 0]> for Links {
    fn from(empty: [Link; 0]) -> Self {
        Self(Vec::from(empty))
    }
}

impl FieldValue for Links {
    const KIND: FieldType = FieldType::Links;

    fn read(node: &Node, field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        if let Some(links) = node.as_mapping() {
            let diagnostic = reader.wrong_type(node, &format!("a list like `{}`", field.example));
            reader.push(links_as_map::with_list(diagnostic, links, node.span, reader.source));
            return None;
        }
        let items = list_items(node, field, reader)?;
        let read = |(index, item)| reader.in_item(index, |reader| link(item, reader));
        Some(Self(items.iter().enumerate().filter_map(read).collect()))
    }
}

fn link(item: &Node, reader: &mut FieldReader<'_>) -> Option<Link> {
    let path = reader.path().to_owned();
    let Some(mapping) = item.as_mapping() else {
        let expected = "the name of a module, or a map from the name to permissions";
        let target = Spanned::new(text(item, Quotes::Reference, reader, expected)?, item.span);
        return Some(Link { target, arguments: Vec::new(), path });
    };
    // Opta read only the first key of the map and ignored the others.
    if let Some(second) = mapping.entries.get(1) {
        let message = "the link has several keys, expected the name of one module";
        let diagnostic = reader
            .fault(&WRONG_TYPE, second.key.span, message)
            .help("move the key to its own list item");
        reader.push(diagnostic);
    }
    let Some(entry) = mapping.entries.first() else {
        if !mapping.broken {
            let expected = "the name of a module, or a map from the name to permissions";
            let message = format!("the link is an empty map, expected {expected}");
            reader.push(reader.fault(&WRONG_TYPE, item.span, message));
        }
        return None;
    };
    let arguments = reader.in_entry(entry, |reader| arguments(&entry.value, reader));
    Some(Link { target: Spanned::new(entry.key_text(), entry.key.span), arguments, path })
}

fn arguments(node: &Node, reader: &mut FieldReader<'_>) -> Vec<Argument> {
    // One permission can be written without a list.
    if node.as_str().is_some_and(LinkPermission::is_name) {
        return argument(node, reader).into_iter().collect();
    }
    if let Some(items) = node.as_sequence() {
        let read = |(index, item)| reader.in_item(index, |reader| argument(item, reader));
        return items.iter().enumerate().filter_map(read).collect();
    }
    if !node.is_null() && !node.is_broken() {
        let expected = "a list of permissions, or a list with one map of new names";
        let diagnostic = reader.wrong_type(node, expected);
        reader.push(with_permissions(diagnostic, node));
    }
    Vec::new()
}

fn argument(item: &Node, reader: &mut FieldReader<'_>) -> Option<Argument> {
    let Some(mapping) = item.as_mapping() else {
        return text(item, Quotes::Reference, reader, "a permission, or a map of new names")
            .map(|value| Argument::Permission(Spanned::new(value, item.span)));
    };
    let mut names = Vec::new();
    for entry in mapping.entries.iter() {
        let name = reader.in_entry(entry, |reader| {
            let expected = "the name of an environment variable";
            text(&entry.value, Quotes::Scalar, reader, expected)
        });
        if let Some(name) = name {
            let output = Spanned::new(Text::literal(&entry.key.value), entry.key.span);
            names.push((output, Spanned::new(name, entry.value.span)));
        }
    }
    Some(Argument::Rename(Renames { names, span: item.span }))
}

/// Adds help and a fix for permissions that are written as a text, such as `rw`.
fn with_permissions(diagnostic: Diagnostic, node: &Node) -> Diagnostic {
    let Some(text) = node.as_str() else {
        return diagnostic.help("write the permissions as a list, such as `[read, write]`");
    };
    let list = match text.to_ascii_lowercase().as_str() {
        "rw" | "readwrite" | "read-write" | "read_write" => "[read, write]".to_owned(),
        "r" | "ro" | "readonly" | "read-only" | "read_only" => "[read]".to_owned(),
        "w" => "[write]".to_owned(),
        words => {
            let words = words.split([',', ' ', '+']).map(str::trim).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            if !words.iter().all(|word| LinkPermission::is_name(word)) {
                return diagnostic.help("write the permissions as a list, such as `[read, write]`");
            }
            format!("[{}]", words.join(", "))
        }
    };
    let help =
        format!("write the permissions as a list: `{list}`; a link to a database has only a name");
    diagnostic.help(help).fix(Applicability::Safe, format!("change to `{list}`"), node.span, list)
}
