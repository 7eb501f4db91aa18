//! The context of the checks of a service.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, TextEdit};
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::k8s_service::K8sService;
use crate::model::module::Header;
use crate::model::module_list::ModuleList;
use crate::model::port::PortKind;
use crate::source::Source;
use crate::span::Span;

/// The file and the options of the run.
#[derive(Clone, Copy, Debug)]
pub struct CheckContext<'a> {
    /// The name of the service file.
    pub layer_name: &'a str,
    /// The environment.
    pub environment: &'a Environment,
    /// Every module of the file.
    pub modules: &'a ModuleList,
    /// The image tag and the image digest of the run.
    pub image: (Option<&'a str>, Option<&'a str>),
    /// The way to expose services.
    pub exposure: Exposure,
    /// Whether the manifests escape `$$` in the values of environment variables.
    pub escapes_dollars: bool,
    /// The random ends of the names of repositories, by module. Only the profile `opta-2022` needs
    /// them.
    pub random_names: Option<&'a BTreeMap<String, String>>,
    /// Whether the manifests are those of a chart of Opta.
    pub has_opta_profile: bool,
    /// Whether the manifests are those of the chart of Opta 2022.
    pub is_opta_2022: bool,
    /// The service file.
    pub source: &'a Source,
}

/// Checks one service and collects its diagnostics.
pub(crate) struct Checker<'a> {
    pub(crate) header: &'a Header,
    pub(crate) service: &'a K8sService,
    pub(crate) context: &'a CheckContext<'a>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Reports a diagnostic.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Returns the path of a field of the module.
    pub(crate) fn path(&self, field: &str) -> String {
        format!("{}.{field}", self.header.path)
    }

    /// Returns the protocol of the port that receives requests.
    pub(crate) fn protocol(&self) -> Option<PortKind> {
        self.service.http_port().map(|port| port.kind)
    }

    /// Returns the edit that adds `line` before the field `field`, in the same layout.
    pub(crate) fn add_before(&self, field: &str, line: &str) -> Option<TextEdit> {
        let key = self.header.mapping.get(field)?.key.span;
        let before = self.context.source.text.get(..key.start as usize)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let indent = before.get(line_start..)?;
        let is_block = indent.trim_start_matches([' ', '-']).is_empty();
        let separator = if is_block {
            format!("\n{}", " ".repeat(indent.chars().count()))
        } else {
            ", ".to_owned()
        };
        Some(TextEdit { span: Span { end: key.start, ..key }, text: format!("{line}{separator}") })
    }
}
