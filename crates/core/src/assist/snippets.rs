//! Completions that insert a whole module.

use super::item::{Completion, CompletionKind};
use crate::model::cloud::Cloud;
use crate::model::k8s_service::K8sService;
use crate::model::link_kind::LINK_KINDS;
use crate::model::module_types::{K8S_SERVICE, ModuleType};
use crate::syntax::Cursor;

/// Returns a snippet for a service and for each module type that services can link to. The snippets
/// are indented for the column of the cursor.
pub(super) fn snippets(text: &str, cursor: &Cursor) -> Vec<Completion> {
    let before = text.get(..cursor.start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let indent = " ".repeat(cursor.start - line_start);
    let kinds = LINK_KINDS.iter().map(|kind| kind.module_type);
    std::iter::once(K8S_SERVICE).chain(kinds).map(|kind| snippet(kind, &indent)).collect()
}

fn snippet(kind: &str, indent: &str) -> Completion {
    let name = if kind == K8S_SERVICE { "api" } else { kind };
    let mut lines = vec![format!("name: {name}"), format!("type: {kind}")];
    let line = |name: &str, example: &str| format!("{name}: {example}");
    if kind == K8S_SERVICE {
        let required = K8sService::FIELDS.iter().filter(|field| field.required);
        let more = required.filter(|field| field.name != "type");
        lines.extend(more.map(|field| line(field.name, field.example)));
    } else if let Some(module_type) = ModuleType::of(kind, Cloud::Aws) {
        lines.extend(module_type.required.iter().map(|field| line(field.name, field.example)));
    }
    Completion {
        label: format!("{kind} module"),
        kind: CompletionKind::Snippet,
        detail: "whole module".to_owned(),
        documentation: format!("```yaml\n- {}\n```", lines.join("\n  ")),
        insert: lines.join(&format!("\n{indent}")),
    }
}
