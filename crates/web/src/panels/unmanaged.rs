//! The modules that services use, but that Optakit does not create.

use leptos::prelude::*;
use optakit_core::api::{self, SourceText};
use serde_json::Value;

use crate::state::State;
use crate::work::SERVICE_FILE;

/// Returns a text about the databases, buckets and queues of the service file; none if it has none.
pub(super) fn unmanaged(state: State) -> Option<String> {
    let text = state.sources.service.get();
    let data = api::read_data(&SourceText { name: SERVICE_FILE.to_owned(), text })?;
    let modules = data["modules"].as_array()?;
    let describe = |module: &Value| {
        let kind = module["type"].as_str().filter(|kind| api::is_linkable(kind))?;
        let name = module["name"].as_str().unwrap_or(kind);
        Some(format!("{name} ({kind})"))
    };
    let names: Vec<String> = modules.iter().filter_map(describe).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Optakit does not create {}. Create them with another tool, such as Terraform.",
            names.join(", ")
        )
    })
}
