//! A parsed service file.

use std::fmt;
use std::sync::Arc;

use super::analysis::EnvironmentRef;
use crate::diagnostic::Diagnostic;
use crate::model::layer::EnvironmentEntry;
use crate::resolve::{self, LayerFile};
use crate::source::{Source, SourceText};
use crate::span::FileId;
use crate::syntax::{self, Document, reparse};

/// A parsed service file. Clones share the result.
///
/// A file with errors is parsed too. [`check`](super::check) returns its diagnostics.
///
/// ```
/// use optakit_core::api::ServiceFile;
///
/// let text = "name: shop\nenvironments: [{name: staging, path: env.yml}]\n";
/// let service = ServiceFile::parse("opta.yml", text);
/// assert_eq!(service.environments()[0].path, "env.yml");
/// ```
#[derive(Clone)]
pub struct ServiceFile(Arc<Parsed>);

/// The syntax tree and the layer of a service file.
pub(super) struct Parsed {
    pub(super) source: Source,
    pub(super) document: Document,
    /// Whether the text has no syntax error.
    is_valid: bool,
    pub(super) layer: LayerFile,
    /// The diagnostics of the syntax and of the layer.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl ServiceFile {
    /// Parses a service file.
    #[must_use]
    pub fn parse(name: &str, text: &str) -> Self {
        let source = Source::new(FileId::Service, name, text);
        let (document, diagnostics) = syntax::parse(&source);
        Self::new(source, document, diagnostics)
    }

    /// Parses the text after an edit of this one. Parses only the edited module if possible.
    pub(super) fn parse_edited(&self, name: &str, text: &str) -> Self {
        let Parsed { source: before, document, is_valid, .. } = &*self.0;
        if before.name == name && *before.text == *text {
            return self.clone();
        }
        let source = Source::new(FileId::Service, name, text);
        let edited = if *is_valid { reparse(document, &before.text, &source) } else { None };
        match edited {
            Some(document) => Self::new(source, document, Vec::new()),
            None => Self::parse(name, text),
        }
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.source.name
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.source.text
    }

    /// Returns the environments that the file names.
    ///
    /// A front end reads their files before it analyzes the service file.
    #[must_use]
    pub fn environments(&self) -> Vec<EnvironmentRef> {
        let environment = |entry: &EnvironmentEntry| {
            let (name, path) = (entry.name.as_ref()?, entry.path.as_ref()?);
            Some(EnvironmentRef {
                name: name.value.as_str().to_owned(),
                path: path.value.as_str().to_owned(),
            })
        };
        let entries = self.0.layer.environments.iter();
        entries.filter_map(|entry| environment(&entry.value)).collect()
    }

    /// Returns the names of the input variables.
    #[must_use]
    pub fn input_variables(&self) -> Vec<&str> {
        let layer = self.0.layer.layer.as_ref();
        let variables = layer.and_then(|layer| layer.input_variables.as_ref());
        variables.into_iter().flat_map(|all| all.value.iter()).map(|(name, _)| name).collect()
    }

    /// Returns the `name` of the file; none if it has none, or if the name is not known yet.
    #[must_use]
    pub fn layer_name(&self) -> Option<&str> {
        let name = &self.0.layer.layer.as_ref()?.name.as_ref()?.value;
        name.is_known().then(|| name.as_str())
    }

    /// Whether the file has a `k8s-service` module.
    #[must_use]
    pub fn has_services(&self) -> bool {
        self.0.layer.services().next().is_some()
    }

    /// Whether the file is an environment file: it describes an environment, but no service.
    #[must_use]
    pub fn is_environment_file(&self) -> bool {
        let LayerFile { layer, environments, .. } = &self.0.layer;
        let describes_environment = layer
            .as_ref()
            .is_some_and(|layer| layer.providers.is_some() || layer.org_name.is_some());
        describes_environment && environments.is_empty() && !self.has_services()
    }

    /// Returns the name and the text of the file.
    pub(super) fn source_text(&self) -> SourceText {
        SourceText { name: self.name().to_owned(), text: self.text().to_owned() }
    }

    /// Returns the syntax tree and the layer.
    pub(super) fn parsed(&self) -> &Parsed {
        &self.0
    }

    fn new(source: Source, document: Document, mut diagnostics: Vec<Diagnostic>) -> Self {
        let is_valid = diagnostics.is_empty();
        let (layer, mut found) = resolve::layer_file(&document, &source);
        diagnostics.append(&mut found);
        Self(Arc::new(Parsed { source, document, is_valid, layer, diagnostics }))
    }
}

impl Default for ServiceFile {
    /// Returns an empty file.
    fn default() -> Self {
        Self::parse("", "")
    }
}

impl fmt::Debug for ServiceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServiceFile").field(&self.name()).finish()
    }
}
