//! What a service file says, read once a request however often it is asked for.

use std::sync::{Arc, OnceLock};

use super::data::{Request, SourceText};
use crate::diagnostic::Diagnostic;
use crate::resolve::{self, LayerFile};
use crate::source::Source;
use crate::span::FileId;
use crate::syntax::{self, Document};

/// The reading of a request's service file; empty until someone needs it.
#[derive(Clone, Default)]
pub struct Reading(OnceLock<Arc<Read>>);

/// A service file that was read.
pub(super) struct Read {
    pub(super) source: Source,
    pub(super) document: Document,
    /// Whether all of the text could be read.
    pub(super) is_whole: bool,
    pub(super) file: LayerFile,
    pub(super) faults: Vec<Diagnostic>,
}

impl Request {
    /// Reads the service file, if it is not what was read already: a request may get another text
    /// at any time.
    pub(super) fn read(&self) -> Arc<Read> {
        let service = &self.service;
        let anew = || {
            self.memory
                .as_ref()
                .map_or_else(|| Arc::new(Read::new(service)), |memory| memory.read(service))
        };
        let read = self.reading.0.get_or_init(anew);
        if read.is_of(service) { read.clone() } else { anew() }
    }
}

impl Read {
    pub(super) fn new(service: &SourceText) -> Self {
        let source = Self::source_of(service);
        let (document, faults) = syntax::parse(&source);
        Self::of(source, document, faults)
    }

    pub(super) fn of(source: Source, document: Document, mut faults: Vec<Diagnostic>) -> Self {
        let is_whole = faults.is_empty();
        let (file, mut more) = resolve::layer_file(&document, &source);
        faults.append(&mut more);
        Self { source, document, is_whole, file, faults }
    }

    pub(super) fn source_of(service: &SourceText) -> Source {
        Source::new(FileId::Service, &*service.name, &*service.text)
    }

    pub(super) fn is_of(&self, service: &SourceText) -> bool {
        *self.source.text == *service.text && self.source.name == service.name
    }
}
