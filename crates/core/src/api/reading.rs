//! What a service file says, read once a request however often it is asked for.

use std::sync::{Arc, OnceLock};

use super::data::SourceText;
use crate::diagnostic::Diagnostic;
use crate::resolve::{self, LayerFile};
use crate::source::Source;
use crate::span::FileId;
use crate::syntax;

/// The reading of a request's service file; empty until someone needs it.
#[derive(Clone, Default)]
pub struct Reading(OnceLock<Arc<Read>>);

/// A service file that was read.
pub(super) struct Read {
    pub(super) source: Source,
    pub(super) file: LayerFile,
    pub(super) faults: Vec<Diagnostic>,
}

impl Reading {
    /// Reads a service file, if this is not what was read already: a request may get another text at any time.
    pub(super) fn of(&self, service: &SourceText) -> Arc<Read> {
        let read = self.0.get_or_init(|| Arc::new(Read::new(service)));
        if *read.source.text == *service.text && read.source.name == service.name {
            return read.clone();
        }
        Arc::new(Read::new(service))
    }
}

impl Read {
    fn new(service: &SourceText) -> Self {
        let source = Source::new(FileId::Service, &*service.name, &*service.text);
        let (document, mut faults) = syntax::parse(&source);
        let (file, mut more) = resolve::layer_file(&document, &source);
        faults.append(&mut more);
        Self { source, file, faults }
    }
}
