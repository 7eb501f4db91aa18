//! A parsed service file.

use super::analysis::EnvironmentRef;
use crate::diagnostic::Diagnostic;
use crate::model::layer::EnvironmentEntry;
use crate::resolve::{self, LayerFile};
use crate::source::Source;
use crate::source::SourceText;
use crate::span::FileId;
use crate::syntax::{self, Document, reparse};

/// A service file with its syntax tree and its layer.
pub(super) struct ServiceFile {
    pub(super) source: Source,
    pub(super) document: Document,
    /// Whether the text has no syntax error.
    is_valid: bool,
    pub(super) layer: LayerFile,
    /// The diagnostics of the syntax and of the layer.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl ServiceFile {
    /// Parses a text.
    pub(super) fn parse(service: &SourceText) -> Self {
        let source = source_of(service);
        let (document, diagnostics) = syntax::parse(&source);
        Self::new(source, document, diagnostics)
    }

    /// Parses the text after an edit of this one. Parses only the edited module if possible.
    pub(super) fn parse_edited(&self, service: &SourceText) -> Self {
        let source = source_of(service);
        let document =
            if self.is_valid { reparse(&self.document, &self.source.text, &source) } else { None };
        match document {
            Some(document) => Self::new(source, document, Vec::new()),
            None => Self::parse(service),
        }
    }

    /// Whether this was parsed from `service`.
    pub(super) fn is_parsed_from(&self, service: &SourceText) -> bool {
        *self.source.text == *service.text && self.source.name == service.name
    }

    /// Returns the environments that the file names.
    pub(super) fn environments(&self) -> Vec<EnvironmentRef> {
        let environment = |entry: &EnvironmentEntry| {
            let (name, path) = (entry.name.as_ref()?, entry.path.as_ref()?);
            Some(EnvironmentRef {
                name: name.value.as_str().to_owned(),
                path: path.value.as_str().to_owned(),
            })
        };
        self.layer.environments.iter().filter_map(|entry| environment(&entry.value)).collect()
    }

    fn new(source: Source, document: Document, mut diagnostics: Vec<Diagnostic>) -> Self {
        let is_valid = diagnostics.is_empty();
        let (layer, mut more) = resolve::layer_file(&document, &source);
        diagnostics.append(&mut more);
        Self { source, document, is_valid, layer, diagnostics }
    }
}

/// Returns the environments that a service file names.
///
/// A front end calls this first, to know which environment files it must read.
#[must_use]
pub fn environments(service: &SourceText) -> Vec<EnvironmentRef> {
    ServiceFile::parse(service).environments()
}

fn source_of(service: &SourceText) -> Source {
    Source::new(FileId::Service, &*service.name, &*service.text)
}
