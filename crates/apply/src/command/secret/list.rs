//! Lists secrets. Prints names only.

use serde_json::json;

use crate::cli::ListFormat;
use crate::hint;
use crate::manual_secret;
use crate::report::Report;
use crate::session::Session;

/// The state of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Required, with a value.
    Set,
    /// Required, without a value.
    Missing,
    /// Required, with an empty value.
    Empty,
    /// Not required.
    Unused,
}

impl State {
    const fn of(is_required: bool, is_set: bool, is_empty: bool) -> Self {
        match (is_required, is_set, is_empty) {
            (false, ..) => Self::Unused,
            (true, false, _) => Self::Missing,
            (true, true, true) => Self::Empty,
            (true, true, false) => Self::Set,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Unused => "unused",
        }
    }
}

/// A secret that has a value or is required.
struct Listed {
    name: String,
    is_required: bool,
    is_set: bool,
    state: State,
}

/// Prints the secrets of the bundle and of the cluster, sorted by name.
pub(super) async fn list(
    session: &Session,
    output: ListFormat,
    report: &Report,
) -> anyhow::Result<()> {
    let state = manual_secret::read(session).await?;
    let required: Vec<&String> = manual_secret::required_names(session).collect();
    let mut names: Vec<&String> = required.iter().copied().chain(state.names()).collect();
    names.sort();
    names.dedup();
    let listed: Vec<Listed> = names
        .into_iter()
        .map(|name| {
            let (is_required, is_set) = (required.contains(&name), state.has(name));
            let state = State::of(is_required, is_set, state.is_empty(name));
            Listed { name: name.clone(), is_required, is_set, state }
        })
        .collect();
    match output {
        ListFormat::Text | ListFormat::Wide => report.result(&table(&listed)),
        ListFormat::Json => report.json(&json_list(&listed)),
        ListFormat::Yaml => report.yaml(&json_list(&listed)),
        ListFormat::Name => {
            let set = listed.iter().filter(|listed| listed.is_set);
            report.result(&set.map(|listed| format!("{}\n", listed.name)).collect::<String>());
        }
    }
    for Listed { name, state, .. } in &listed {
        if matches!(state, State::Missing | State::Empty) {
            let command = hint::optakit("secret set", name);
            report.step(state.label(), format!("{name}: run `{command}`"));
        }
    }
    Ok(())
}

fn table(listed: &[Listed]) -> String {
    let width = listed.iter().map(|listed| listed.name.len()).max().unwrap_or_default();
    let row = |listed: &Listed| format!("{:<width$}  {}\n", listed.name, listed.state.label());
    listed.iter().map(row).collect()
}

fn json_list(listed: &[Listed]) -> String {
    let secret = |listed: &Listed| {
        json!({
            "name": listed.name,
            "required": listed.is_required,
            "set": listed.is_set,
            "state": listed.state.label(),
        })
    };
    let secrets: Vec<_> = listed.iter().map(secret).collect();
    format!("{:#}\n", json!({ "secrets": secrets }))
}
