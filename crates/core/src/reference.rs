//! Documentation from the declarations: the pages of fields and rules, and what `optakit explain`
//! says.

use crate::check::RULES;
use crate::check::exposure::{FIDELITY, Support};
use crate::diagnostic::Example;
use crate::model::environment::EnvironmentFile;
use crate::model::field::{Field, FieldType, list};
use crate::model::k8s_service::{K8sService, ResourceRequest};
use crate::model::layer::{EnvironmentEntry, Layer};
use crate::model::providers::Aws;
use crate::suggest;

/// The maps that have fields, with what they are called.
const MAPS: &[(&str, &str, &[Field])] = &[
    ("k8s-service", "A `k8s-service` module", K8sService::FIELDS),
    ("resource_request", "`resource_request`", ResourceRequest::FIELDS),
    ("opta.yml", "A service file, `opta.yml`", Layer::FIELDS),
    ("environments", "An item of `environments`", EnvironmentEntry::FIELDS),
    ("environment file", "An environment file", EnvironmentFile::FIELDS),
    ("providers.aws", "`providers.aws`", Aws::FIELDS),
];

/// The reference of all fields, as Markdown.
#[must_use]
pub fn fields_page() -> String {
    let mut page =
        "# Fields\n\nGenerated from the declarations; `optakit explain FIELD` says the same in a terminal.\n".to_owned();
    for (_, title, fields) in MAPS {
        page.push_str(&format!("\n## {title}\n"));
        for field in *fields {
            page.push_str(&format!("\n### `{}`\n\n{}\n{}", field.name, field.text(), facts(field)));
        }
    }
    page
}

/// What is to say of a field, as Markdown: what it is for, what it takes, what it becomes.
#[must_use]
pub fn field_text(field: &Field) -> String {
    format!("**{}**\n\n{}\n{}", field.name, field.text(), facts(field))
}

fn facts(field: &Field) -> String {
    let mut facts = format!("\n- Takes: {}\n", field.kind.name());
    if let Some(unit) = field.unit {
        facts.push_str(&format!("- Unit: {unit}\n"));
    }
    match (field.default, field.required) {
        (Some(default), _) => facts.push_str(&format!("- Default: `{default}`\n")),
        (None, true) => facts.push_str("- Required\n"),
        (None, false) => {}
    }
    if let Some((low, high)) = field.range {
        let range = if high == i64::from(u32::MAX) {
            format!("{low} or more")
        } else {
            format!("{low} to {high}")
        };
        facts.push_str(&format!("- Range: {range}\n"));
    }
    facts.push_str(&format!("- Example: `{}: {}`\n", field.name, field.example));
    if !field.renders.is_empty() {
        facts.push_str(&format!("- Becomes: {}\n", field.renders));
    }
    if let Some(docs) = field.docs {
        facts.push_str(&format!("- See: <{docs}>\n"));
    }
    facts
}

/// The page of all rules, as Markdown.
#[must_use]
pub fn rules_page() -> String {
    let mut page = "# Rules\n\nGenerated from the rules; each example is a test.\n".to_owned();
    for rule in RULES {
        page.push_str(&format!(
            "\n## {}\n\n*{}.* {}\n\nBad:\n\n{}\nGood:\n\n{}",
            rule.id,
            rule.severity.as_str(),
            rule.doc,
            example(rule.bad),
            example(rule.good)
        ));
    }
    page
}

/// The page of what each exposure keeps, as Markdown.
#[must_use]
pub fn exposure_page() -> String {
    let mut page =
        "# Exposures\n\nGenerated from the table that warns at the field. `nginx`, the default, does everything below as Opta \
                    did.\n\n| asked for | field | `gateway` | `alb` |\n|---|---|---|---|\n"
            .to_owned();
    let cell = |support: Support| match support {
        Support::Same => "the same".to_owned(),
        Support::Differs(how) => format!("differs: {how}"),
        Support::Missing(how) => format!("missing: {how}"),
    };
    for row in FIDELITY {
        page.push_str(&format!(
            "| {} | `{}` | {} | {} |\n",
            row.feature,
            row.field,
            cell(row.gateway),
            cell(row.alb)
        ));
    }
    page
}

fn example(example: Example) -> String {
    let (Example::Module(text) | Example::File(text)) = example;
    format!("```yaml\n{}\n```\n", text.trim_end())
}

/// What is to say of a field or a rule, for a terminal.
///
/// # Errors
///
/// The names that come near, when there is none of that name.
pub fn explain(name: &str) -> Result<String, String> {
    if let Some(rule) = RULES.iter().find(|rule| rule.id == name) {
        let (bad, good) = (indented(rule.bad), indented(rule.good));
        return Ok(format!(
            "{} ({})\n\n{}\n\nbad:\n{bad}\ngood:\n{good}",
            rule.id,
            rule.severity.as_str(),
            rule.doc
        ));
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let found = MAPS
        .iter()
        .flat_map(|(map, _, fields)| fields.iter().map(move |field| (*map, field)))
        .filter(|(map, field)| {
            field.name == last
                && name
                    .strip_suffix(last)
                    .is_none_or(|owner| owner.is_empty() || owner.trim_end_matches('.') == *map)
        });
    let texts: Vec<String> = found.map(|(map, field)| text(map, field)).collect();
    if !texts.is_empty() {
        return Ok(texts.join("\n"));
    }
    let names = || {
        MAPS.iter()
            .flat_map(|(_, _, fields)| fields.iter().map(|field| field.name))
            .chain(RULES.iter().map(|rule| rule.id))
    };
    Err(match suggest::nearest(last, names()) {
        Some(near) => format!("there is no field or rule `{name}`, did you mean `{near}`?"),
        None => format!(
            "there is no field or rule `{name}`; the fields of a service are {}",
            list(K8sService::NAMES)
        ),
    })
}

fn indented(example: Example) -> String {
    let (Example::Module(text) | Example::File(text)) = example;
    text.lines().map(|line| format!("    {line}\n")).collect()
}

fn text(map: &str, field: &Field) -> String {
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
