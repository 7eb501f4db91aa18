//! Links of a service to other modules, as they are written; what they mean is `check::links`.

use super::field::{Field, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::scalars::{list, text};
use crate::span::Spanned;
use crate::syntax::Node;
use crate::text::Text;

/// What a linkable module type gives.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    /// Credentials: its outputs, each an environment variable, in this order.
    Credentials(&'static [&'static str]),
    /// Permissions: those it knows, and those of a link that asks for none.
    Permissions(&'static [&'static str], &'static [&'static str]),
}

const DATABASE: Gives = Gives::Credentials(&["db_user", "db_name", "db_password", "db_host"]);

/// The module types that can be linked to, by short name.
pub const LINKABLE: &[(&str, Gives)] = &[
    ("postgres", DATABASE),
    ("mysql", DATABASE),
    ("redis", Gives::Credentials(&["cache_host", "cache_auth_token"])),
    ("documentdb", Gives::Credentials(&["db_user", "db_host", "db_password"])),
    ("s3", Gives::Permissions(&["read", "write"], &["write"])),
    ("sqs", Gives::Permissions(&["publish", "subscribe"], &["publish", "subscribe"])),
    ("sns", Gives::Permissions(&["publish"], &["publish"])),
    ("dynamodb", Gives::Permissions(&["read", "write"], &["write"])),
];

/// What a module type gives, if it can be linked to.
#[must_use]
pub fn gives(short_type: &str) -> Option<Gives> {
    LINKABLE.iter().find(|(linkable, _)| *linkable == short_type).map(|(_, gives)| *gives)
}

/// Whether a database of this type has certificates of RDS.
#[must_use]
pub fn has_rds_certificates(short_type: &str) -> bool {
    matches!(short_type, "postgres" | "mysql" | "documentdb")
}

/// Whether an output is a secret: it goes into Secrets only, never into a bundle, a log or a
/// message.
#[must_use]
pub fn is_secret_output(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    ["password", "auth_token", "token", "secret", "connection_string", "private_key", "access_key"]
        .iter()
        .any(|word| output.contains(word))
}

/// A link as written.
#[derive(Clone, Debug)]
pub struct Link {
    /// The linked module's name, or an ARN.
    pub target: Spanned<Text>,
    /// What is asked of it: permissions, or new names.
    pub arguments: Vec<Argument>,
    /// Where in the file, like `modules[1].links[0]`.
    pub path: String,
}

impl Link {
    /// The name that a variable of the linked module gets: the one given, else
    /// `<module>_<variable>`.
    #[must_use]
    pub fn variable_name(&self, variable: &str) -> String {
        let renamed = self.arguments.iter().find_map(|argument| match argument {
            Argument::Rename(names, _) => names
                .iter()
                .find(|(from, _)| from.value.as_str() == variable)
                .map(|(_, to)| to.value.as_str()),
            Argument::Permission(_) => None,
        });
        renamed.map_or_else(|| format!("{}_{variable}", self.target.value.as_str()), str::to_owned)
    }

    /// The permissions asked for; none asked means those the type gives by itself.
    #[must_use]
    pub fn permissions<'a>(&'a self, by_itself: &[&'a str]) -> Vec<&'a str> {
        let asked = self.arguments.iter().filter_map(|argument| match argument {
            Argument::Permission(permission) => Some(permission.value.as_str()),
            Argument::Rename(..) => None,
        });
        let asked: Vec<&str> = asked.collect();
        if asked.is_empty() { by_itself.to_vec() } else { asked }
    }
}

/// One argument of a link.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A permission such as `read`.
    Permission(Spanned<Text>),
    /// New names of the variables: from the linked module's to the service's.
    Rename(Vec<(Spanned<Text>, Spanned<Text>)>, crate::span::Span),
}

/// The links in file order.
#[derive(Clone, Debug, Default)]
pub struct Links(pub Vec<Link>);

impl From<[Link; 0]> for Links {
    fn from(none: [Link; 0]) -> Self {
        Self(Vec::from(none))
    }
}

impl FieldValue for Links {
    const KIND: FieldType = FieldType::Links;

    fn read(node: &Node, field: &Field, reader: &mut FieldReader<'_>) -> Option<Self> {
        let items = list(node, field, reader)?;
        let read = |(index, item)| reader.in_item(index, |reader| link(item, reader));
        Some(Self(items.iter().enumerate().filter_map(read).collect()))
    }
}

fn link(item: &Node, reader: &mut FieldReader<'_>) -> Option<Link> {
    let Some(mapping) = item.as_mapping() else {
        let target = text(item, reader, "the name of a module, or a map from it to what is asked")?;
        return Some(Link {
            target: Spanned::new(target, item.span),
            arguments: Vec::new(),
            path: reader.path().to_owned(),
        });
    };
    // Opta read only the first key of such a map; a second one would be silently lost.
    if let Some(second) = mapping.entries.get(1) {
        let message = "a link names one module, this map has several keys";
        let diagnostic = reader
            .fault(&super::rules::WRONG_TYPE, second.key.span, message)
            .help("make it an item of its own, behind a dash");
        reader.push(diagnostic);
    }
    let entry = mapping.entries.first()?;
    let path = reader.path().to_owned();
    let arguments = reader.in_entry(entry, |reader| match entry.value.as_sequence() {
        Some(items) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| reader.in_item(index, |reader| argument(item, reader)))
            .collect(),
        None if entry.value.is_null() || entry.value.is_broken() => Vec::new(),
        None => {
            reader.push(reader.wrong_type(
                &entry.value,
                "a list of permissions, or a list with one map of new names",
            ));
            Vec::new()
        }
    });
    Some(Link { target: Spanned::new(entry.key_text(), entry.key.span), arguments, path })
}

fn argument(item: &Node, reader: &mut FieldReader<'_>) -> Option<Argument> {
    let Some(mapping) = item.as_mapping() else {
        return text(item, reader, "a permission, or a map of new names")
            .map(|value| Argument::Permission(Spanned::new(value, item.span)));
    };
    let mut names = Vec::new();
    for entry in mapping.entries.iter() {
        let name = reader.in_entry(entry, |reader| {
            text(&entry.value, reader, "the name of an environment variable")
        });
        if let Some(name) = name {
            names.push((
                Spanned::new(Text::literal(&entry.key.value), entry.key.span),
                Spanned::new(name, entry.value.span),
            ));
        }
    }
    Some(Argument::Rename(names, item.span))
}
