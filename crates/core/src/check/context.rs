//! What the checks of a service know.

use crate::diagnostic::{Diagnostic, TextEdit};
use crate::model::exposure::Exposure;
use crate::model::k8s_service::{K8sService, PortKind};
use crate::model::module::Header;
use crate::source::Source;
use crate::span::Span;

/// What a service is checked against.
#[derive(Clone, Copy, Debug)]
pub struct CheckContext<'a> {
    /// The layer's name.
    pub layer_name: &'a str,
    /// Every module of the file.
    pub modules: &'a [Header],
    /// The tag and the digest of the run.
    pub image: (Option<&'a str>, Option<&'a str>),
    /// What leads requests to services.
    pub exposure: Exposure,
    /// The service file, for repairs that add to it.
    pub source: &'a Source,
}

/// A service that is being checked, and where its faults go.
pub(crate) struct Checker<'a> {
    pub(crate) header: &'a Header,
    pub(crate) service: &'a K8sService,
    pub(crate) context: &'a CheckContext<'a>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// The path of one of the module's fields.
    pub(crate) fn path(&self, field: &str) -> String {
        format!("{}.{field}", self.header.path)
    }

    /// A repair that adds `line` as a field before one that is there, laid out like it.
    pub(crate) fn add_before(&self, field: &str, line: &str) -> Option<TextEdit> {
        let key = self.header.mapping.get(field)?.key.span;
        let start = key.start as usize;
        let text = &self.context.source.text;
        let before = text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let lead = before.get(line_start..)?;
        let in_block = lead.trim_start_matches([' ', '-']).is_empty();
        let separator = if in_block {
            format!("\n{}", " ".repeat(lead.chars().count()))
        } else {
            ", ".to_owned()
        };
        Some(TextEdit { span: Span { end: key.start, ..key }, text: format!("{line}{separator}") })
    }

    pub(crate) fn port(&self) -> Option<PortKind> {
        self.service.port.as_ref().map(|port| port.value.kind)
    }

    /// The name of the release of old, which has a largest length.
    pub(crate) fn instance(&self) -> String {
        format!("{}-{}", self.context.layer_name, self.header.name.value)
    }
}
