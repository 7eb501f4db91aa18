//! `optakit config`.

use serde_json::{Value, json};

use crate::cli::{ConfigArgs, ConfigCommand, ResultFormat};
use crate::outcome::Outcome;
use crate::report::Report;
use crate::settings::{self, NoFolder, Origin, Setting, Settings};

/// The default of a setting for a row of the table.
const DEFAULT: &str = "default";

/// Prints the settings, or the path of the configuration file.
///
/// # Errors
///
/// Fails if the settings are invalid, or if there is no folder for the file.
pub(crate) fn run(arguments: &ConfigArgs, report: &Report) -> anyhow::Result<Outcome> {
    match &arguments.command {
        ConfigCommand::View { output } => {
            let rows = rows(&settings::load()?);
            match output {
                ResultFormat::Text => report.result(&text(&rows)),
                ResultFormat::Json => report.json(&format!("{:#}\n", json(&rows))),
                ResultFormat::Yaml => report.yaml(&json(&rows).to_string()),
            }
        }
        ConfigCommand::Path => {
            let path = settings::path().ok_or(NoFolder)?;
            report.result(&format!("{}\n", path.display()));
        }
    }
    Ok(Outcome::Succeeded)
}

/// A setting as it is shown.
struct Row {
    name: String,
    value: Option<String>,
    origin: String,
    variable: Option<&'static str>,
}

fn rows(settings: &Settings) -> Vec<Row> {
    let mut rows: Vec<Row> = Setting::ALL
        .into_iter()
        .map(|setting| {
            let found = settings.get(setting);
            Row {
                name: setting.name().to_owned(),
                value: found.map(|(value, _)| value.to_owned()),
                origin: found.map_or_else(|| DEFAULT.to_owned(), |(_, origin)| shown(origin)),
                variable: Some(setting.variable()),
            }
        })
        .collect();
    rows.extend(settings.contexts().map(|(environment, context, origin)| Row {
        name: format!("contexts.{environment}"),
        value: Some(context.to_owned()),
        origin: shown(origin),
        variable: None,
    }));
    rows
}

fn shown(origin: &Origin) -> String {
    match origin {
        Origin::Variable(name) => format!("variable {name}"),
        Origin::File(path) => path.display().to_string(),
    }
}

fn text(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (names, values) = (width(|row| row.name.len()), width(|row| shown_value(row).len()));
    rows.iter()
        .map(|row| {
            let value = shown_value(row);
            format!("{:names$}  {value:values$}  {}\n", row.name, row.origin)
        })
        .collect()
}

fn shown_value(row: &Row) -> &str {
    row.value.as_deref().unwrap_or("-")
}

fn json(rows: &[Row]) -> Value {
    let row = |row: &Row| {
        json!({
            "name": row.name, "value": row.value, "origin": row.origin, "variable": row.variable,
        })
    };
    json!({
        "file": settings::path().map(|path| path.display().to_string()),
        "settings": rows.iter().map(row).collect::<Vec<_>>(),
    })
}
