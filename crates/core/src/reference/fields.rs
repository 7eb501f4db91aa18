//! The reference of the fields.

use crate::model::cron_job::CronJob;
use crate::model::environment::EnvironmentFile;
use crate::model::field::{Field, FieldType};
use crate::model::k8s_service::K8sService;
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::number::MAX_COUNT;
use crate::model::providers::Aws;
use crate::model::resource_request::ResourceRequest;
use crate::model::volume::Volume;

/// A map of the format, with its fields.
pub(super) struct DocumentedMap {
    /// The name in the output of `optakit explain`.
    pub(super) name: &'static str,
    /// The heading in the reference.
    title: &'static str,
    pub(super) fields: &'static [Field],
}

/// Every map that has fields.
pub(super) const MAPS: &[DocumentedMap] = &[
    DocumentedMap {
        name: "k8s-service",
        title: "Fields of a `k8s-service` module",
        fields: K8sService::FIELDS,
    },
    DocumentedMap {
        name: "resource_request",
        title: "Fields of `resource_request`",
        fields: ResourceRequest::FIELDS,
    },
    DocumentedMap {
        name: "persistent_storage",
        title: "Fields of an item of `persistent_storage`",
        fields: Volume::FIELDS,
    },
    DocumentedMap {
        name: "cron_jobs",
        title: "Fields of an item of `cron_jobs`",
        fields: CronJob::FIELDS,
    },
    DocumentedMap {
        name: "opta.yml",
        title: "Fields of a service file, `opta.yml`",
        fields: Layer::FIELDS,
    },
    DocumentedMap {
        name: "environments",
        title: "Fields of an item of `environments`",
        fields: EnvironmentEntry::FIELDS,
    },
    DocumentedMap {
        name: "environment file",
        title: "Fields of an environment file",
        fields: EnvironmentFile::FIELDS,
    },
    DocumentedMap {
        name: "providers.aws",
        title: "Fields of `providers.aws`",
        fields: Aws::FIELDS,
    },
];

/// Returns the reference of all fields, as Markdown.
#[must_use]
pub fn fields_page() -> String {
    let mut page = "# Field reference\n\n\
        All fields of `opta.yml` and of environment files. `optakit explain FIELD` prints the \
        same text in a terminal.\n"
        .to_owned();
    for map in MAPS {
        page.push_str(&format!("\n## {}\n", map.title));
        for field in map.fields {
            page.push_str(&format!("\n### `{}`\n\n{}\n{}", field.name, field.text(), facts(field)));
        }
    }
    page
}

/// Returns the documentation of a field as Markdown, for hover and completion.
#[must_use]
pub fn field_text(field: &Field) -> String {
    format!("**{}**\n\n{}\n{}", field.name, field.text(), facts(field))
}

/// Returns the fields with a name. The name may begin with the name of the map:
/// `resource_request.cpu`.
pub(super) fn fields_of(name: &str) -> impl Iterator<Item = (&'static str, &'static Field)> {
    let (map_name, last) = name.rsplit_once('.').unwrap_or(("", name));
    let named = move |map: &&DocumentedMap| map_name.is_empty() || map.name == map_name;
    MAPS.iter()
        .filter(named)
        .flat_map(|map| map.fields.iter().map(move |field| (map.name, field)))
        .filter(move |(_, field)| field.name == last)
}

/// Returns the documentation of a field for a terminal.
pub(super) fn terminal_text(map: &str, field: &Field) -> String {
    let mut text = format!(
        "{} (of {map})\n\n{}\n{}",
        field.name,
        field.text(),
        facts(field).replace(['`', '<', '>'], "")
    );
    if let FieldType::Map(fields) = field.kind {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        text.push_str(&format!("- Fields: {}\n", names.join(", ")));
    }
    text
}

fn facts(field: &Field) -> String {
    let mut facts = format!("\n- Type: {}\n", field.kind.name());
    if let Some(unit) = field.unit {
        facts.push_str(&format!("- Unit: {}\n", unit.name()));
    }
    match (field.default, field.required, field.instead) {
        (Some(default), ..) => facts.push_str(&format!("- Default: `{default}`\n")),
        (None, true, Some(other)) => {
            facts.push_str(&format!("- Required, unless `{}` is set\n", other.name));
        }
        (None, true, None) => facts.push_str("- Required\n"),
        (None, false, _) => {}
    }
    if let Some((low, high)) = field.range {
        let range =
            if high == MAX_COUNT { format!("{low} or more") } else { format!("{low} to {high}") };
        facts.push_str(&format!("- Range: {range}\n"));
    }
    facts.push_str(&format!("- Example: `{}: {}`\n", field.name, field.example));
    if !field.renders.is_empty() {
        let parts: Vec<String> = field.renders.iter().map(ToString::to_string).collect();
        facts.push_str(&format!("- Renders: {}\n", parts.join("; ")));
    }
    if let Some(docs) = field.docs {
        facts.push_str(&format!("- See: <{docs}>\n"));
    }
    facts
}
