//! Rewrites the key `meta` of a file that has the form of Opta before March 2021.

use crate::diagnostic::TextEdit;
use crate::model::layer::environment_name_of;
use crate::source::Source;
use crate::span::Span;
use crate::syntax::{Entry, Mapping, Node};

/// The rewritten file.
pub(super) struct Rewrite {
    pub(super) edits: Vec<TextEdit>,
    /// Whether names of environments are guessed from their paths.
    pub(super) is_guessed: bool,
}

/// Returns the edits that move the fields of `meta` to the start of the file under their names of
/// today; none for unknown fields, or for an unusual layout.
pub(super) fn rewrite(meta: &Entry, fields: &Mapping, source: &Source) -> Option<Rewrite> {
    if source.slice(meta.value.span).starts_with('{') {
        return rewrite_braces(meta, fields, source);
    }
    let first = fields.entries.first()?;
    let start = column(source, meta.key.span);
    let inner = column(source, first.key.span);
    let between = source.text.get(meta.key.span.end as usize..first.key.span.start as usize)?;
    if start != 0 || inner == 0 || between.trim() != ":" || !between.contains('\n') {
        return None;
    }
    let mut writer = Writer { source, outdent: inner, edits: Vec::new(), is_guessed: false };
    writer.replace(meta.key.span.start as usize, first.key.span.start as usize, "");
    let end = fields.entries.last()?.value.span.end.max(first.key.span.end) as usize;
    writer.outdent(first.key.span.start as usize, end)?;
    for entry in fields.entries.iter() {
        writer.field(entry)?;
    }
    Some(Rewrite { edits: writer.edits, is_guessed: writer.is_guessed })
}

/// Returns the edit of `meta: {name: shop, org_id: acme}`; none for other fields.
fn rewrite_braces(meta: &Entry, fields: &Mapping, source: &Source) -> Option<Rewrite> {
    let span = Span { end: meta.value.span.end, ..meta.key.span };
    if column(source, span) != 0 || source.slice(span).contains(['\n', '#']) {
        return None;
    }
    let line = |entry: &Entry| {
        let key = match &*entry.key.value {
            "name" | "org_name" => &*entry.key.value,
            "org_id" => "org_name",
            _ => return None,
        };
        entry.value.as_scalar()?;
        Some(format!("{key}: {}", source.slice(entry.value.span)))
    };
    let lines: Vec<String> = fields.entries.iter().map(line).collect::<Option<_>>()?;
    let edits = vec![TextEdit { span, text: lines.join("\n") }];
    (!lines.is_empty()).then_some(Rewrite { edits, is_guessed: false })
}

struct Writer<'a> {
    source: &'a Source,
    /// How many columns the fields move to the left.
    outdent: usize,
    edits: Vec<TextEdit>,
    is_guessed: bool,
}

impl Writer<'_> {
    fn replace(&mut self, start: usize, end: usize, text: &str) {
        let span = Span::new(self.source.file, start, end);
        self.edits.push(TextEdit { span, text: text.to_owned() });
    }

    fn rename(&mut self, entry: &Entry, name: &str) {
        self.edits.push(TextEdit { span: entry.key.span, text: name.to_owned() });
    }

    /// Moves each line after the first one to the left.
    fn outdent(&mut self, start: usize, end: usize) -> Option<()> {
        let columns = self.outdent;
        let text = self.source.text.get(start..end)?;
        let mut line_start = start + text.split_inclusive('\n').next()?.len();
        while line_start < end {
            let line = self.source.text.get(line_start..)?.split_inclusive('\n').next()?;
            if line.bytes().take_while(|byte| *byte == b' ').count() >= columns {
                self.replace(line_start, line_start + columns, "");
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                return None;
            }
            line_start += line.len();
        }
        Some(())
    }

    fn field(&mut self, entry: &Entry) -> Option<()> {
        match &*entry.key.value {
            "name" | "org_name" | "providers" => Some(()),
            "org_id" => {
                self.rename(entry, "org_name");
                Some(())
            }
            "envs" => {
                self.rename(entry, "environments");
                let items = entry.value.as_sequence()?;
                items.iter().try_for_each(|item| self.environment(item))
            }
            "parent" => {
                let path = self.path(&entry.value)?.to_owned();
                let name = environment_name_of(&path)?;
                self.is_guessed = true;
                self.rename(entry, &format!("environments:\n  - name: {name}\n    path"));
                Some(())
            }
            "variables" => self.variables(entry),
            _ => None,
        }
    }

    fn environment(&mut self, item: &Node) -> Option<()> {
        let mapping = item.as_mapping()?;
        let known = ["name", "parent", "variables", "vars"];
        let is_known = |entry: &Entry| known.contains(&&*entry.key.value);
        let parent = mapping.get("parent").filter(|_| mapping.entries.iter().all(is_known))?;
        let path = self.path(&parent.value)?.to_owned();
        if mapping.get("name").is_some() {
            self.rename(parent, "path");
            return Some(());
        }
        self.is_guessed = true;
        let name = environment_name_of(&path)?;
        let separator = if self.source.slice(item.span).starts_with('{') {
            ", ".to_owned()
        } else {
            format!("\n{}", self.indent(parent.key.span))
        };
        self.rename(parent, &format!("name: {name}{separator}path"));
        Some(())
    }

    /// Changes the variables of the file to input variables with a default.
    fn variables(&mut self, entry: &Entry) -> Option<()> {
        let variables = entry.value.as_mapping()?;
        let is_block = !self.source.slice(entry.value.span).starts_with('{');
        let is_simple = variables.entries.iter().all(|entry| entry.value.as_scalar().is_some());
        if !is_block || !is_simple {
            return None;
        }
        self.rename(entry, "input_variables");
        for variable in variables.entries.iter() {
            let indent = self.indent(variable.key.span);
            let name = self.source.slice(variable.key.span);
            self.rename(variable, &format!("- name: {name}\n{indent}  default"));
        }
        Some(())
    }

    /// Returns the indentation of a key after the move to the left.
    fn indent(&self, key: Span) -> String {
        " ".repeat(column(self.source, key).saturating_sub(self.outdent))
    }

    fn path<'n>(&self, node: &'n Node) -> Option<&'n str> {
        node.as_str().filter(|_| node.as_scalar().is_some_and(|scalar| scalar.text.is_known()))
    }
}

/// Returns the column of a position, counted from 0.
fn column(source: &Source, span: Span) -> usize {
    let before = source.text.get(..span.start as usize).unwrap_or_default();
    before.len() - before.rfind('\n').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;
    use crate::syntax;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, bool)>) {
        let source = Source::new(FileId::Service, "opta.yml", text);
        let (document, _) = syntax::parse(&source);
        let root = document.root.expect("the text is YAML");
        let meta = root.as_mapping().and_then(|map| map.get("meta")).expect("the file has `meta`");
        let fields = meta.value.as_mapping().expect("`meta` is a map");
        let fixed = rewrite(meta, fields, &source).map(|mut rewrite| {
            let mut fixed = text.to_owned();
            rewrite.edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
            for edit in rewrite.edits {
                fixed.replace_range(edit.span.range(), &edit.text);
            }
            (fixed, rewrite.is_guessed)
        });
        assert_eq!(fixed.as_ref().map(|(text, guessed)| (text.as_str(), *guessed)), expected);
    }

    #[test]
    fn service_file_gets_the_form_of_today() {
        check(
            "# shop\nmeta:\n  name: shop # the name\n  envs:\n    \
             - parent: staging/opta.yml\n      variables:\n        size: 5\n  \
             variables:\n    tag: \"\"\nmodules: []\n",
            Some((
                "# shop\nname: shop # the name\nenvironments:\n  - name: staging\n    \
                 path: staging/opta.yml\n    variables:\n      size: 5\ninput_variables:\n  \
                 - name: tag\n    default: \"\"\nmodules: []\n",
                true,
            )),
        );
        check(
            "meta:\n    parent: \"../env/opta.yml\"\n    name: shop\nmodules: []\n",
            Some((
                "environments:\n  - name: env\n    path: \"../env/opta.yml\"\nname: shop\n\
                 modules: []\n",
                true,
            )),
        );
        check(
            "meta:\n  name: shop\n  envs:\n  - {name: prod, parent: prod.yml}\n",
            Some(("name: shop\nenvironments:\n- {name: prod, path: prod.yml}\n", false)),
        );
    }

    #[test]
    fn environment_file_gets_the_form_of_today() {
        check(
            "meta:\n  name: staging\n  org_id: acme\n  providers:\n    aws:\n      \
             region: us-east-1\nmodules: []\n",
            Some((
                "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: us-east-1\n\
                 modules: []\n",
                false,
            )),
        );
    }

    #[test]
    fn braces_of_meta_are_removed() {
        check("meta: {name: shop}\nmodules: []\n", Some(("name: shop\nmodules: []\n", false)));
        check(
            "meta: {name: staging, org_id: acme}\n",
            Some(("name: staging\norg_name: acme\n", false)),
        );
    }

    #[test]
    fn unclear_files_are_not_changed() {
        check("meta: {name: shop, envs: []}\n", None);
        check("meta:\n  name: shop\n  other: 1\n", None);
        check("meta:\n  name: shop\n  envs:\n    - parent: \"{x}.yml\"\n", None);
        check("meta: # comment\n  name: shop\n", None);
    }
}
