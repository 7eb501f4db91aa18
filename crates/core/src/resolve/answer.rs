//! The value of a single reference.

use super::scope::Scope;
use crate::model::environment::outputs_of_types;
use crate::model::link_kind::is_secret_output;
use crate::model::module::Header;
use crate::model::module_types::ModuleType;
use crate::model::variables::{Variable, VariableInput};
use crate::quote::{one_of, quoted};
use crate::span::Span;
use crate::suggest::Suggestion;

/// The names that references start with.
pub(super) const NAMES: &[&str] = &[
    "parent",
    "vars",
    "variables",
    "env",
    "layer_name",
    "parent_name",
    "region",
    "account_id",
    "state_storage",
];

/// The value of a reference.
pub(super) enum Answer {
    /// The value is known. The span is the variable that has it.
    Known(String, Option<Span>),
    /// Only the environment knows the value. The text is the name of the input.
    Input(String),
    /// The value is a secret. The text is the name of the input.
    Secret(String),
    /// The reference is not valid.
    Unknown(UnknownReference),
}

/// A reference that is not valid.
pub(super) struct UnknownReference {
    pub(super) message: String,
    pub(super) help: String,
    /// The index of the part to replace, and its replacement.
    pub(super) rename: Option<(usize, String)>,
}

impl UnknownReference {
    /// Returns the reference with the replacement. `raw` is the reference as written, `segments`
    /// are its parts.
    pub(super) fn renamed(&self, raw: &str, segments: &[&str]) -> Option<String> {
        let (index, name) = self.rename.as_ref()?;
        let mut start = 0;
        let mut end = 0;
        for segment in segments.get(..=*index)? {
            start = end + raw[end..].find(segment)?;
            end = start + segment.len();
        }
        Some(format!("{}{name}{}", &raw[..start], &raw[end..]))
    }
}

impl Answer {
    fn unknown(message: String, help: String) -> Self {
        Self::Unknown(UnknownReference { message, help, rename: None })
    }

    fn known(value: Option<&str>, input: &str) -> Self {
        match value {
            Some(value) => Self::Known(value.to_owned(), None),
            None => Self::Input(input.to_owned()),
        }
    }

    /// Suggests to replace one part of an unknown reference.
    fn suggest(message: String, index: usize, suggestion: Suggestion) -> Self {
        let Suggestion { name, help } = suggestion;
        let rename = name.map(|name| (index, name));
        Self::Unknown(UnknownReference { message, help, rename })
    }
}

/// Returns the value of a reference, given its parts: `["parent", "domain"]`.
pub(super) fn answer(segments: &[&str], scope: &Scope<'_>) -> Answer {
    let environment = scope.environment;
    match segments {
        ["env"] => Answer::Known(environment.name.clone(), None),
        ["layer_name"] => Answer::Known(scope.layer_name.to_owned(), None),
        // Opta used `nil` for files without a parent.
        ["parent_name"] if environment.own => Answer::Known("nil".to_owned(), None),
        ["parent_name"] => Answer::Known(environment.name.clone(), None),
        ["account_id"] | ["aws", _] if !environment.is_on_aws() => Answer::unknown(
            format!(
                "the reference needs AWS, but the environment is on {}",
                environment.cloud().name()
            ),
            "remove the reference".to_owned(),
        ),
        ["region"] | ["aws", "region"] => Answer::known(environment.region.as_deref(), "region"),
        ["account_id"] | ["aws", "account_id"] => {
            Answer::known(environment.account_id.as_deref(), "account_id")
        }
        ["state_storage"] => match &environment.org_name {
            Some(org) => Answer::Known(format!("opta-tf-state-{org}-{}", environment.name), None),
            None => Answer::Input("org_name".to_owned()),
        },
        ["vars" | "variables", name] => variable(name, scope),
        ["parent", output] => parent(output, scope),
        // `outputs` is for modules of the type `external-state`.
        ["module", name, output] | ["module", name, "outputs", output] => {
            module(name, output, segments.len() - 1, scope)
        }
        ["vars" | "variables" | "parent"] => {
            let written = segments.join(".");
            Answer::unknown(
                format!("`{{{written}}}` has no name after `{written}`"),
                format!("write `{{{written}.name}}`"),
            )
        }
        _ => unknown_name(segments, scope),
    }
}

fn variable(name: &str, scope: &Scope<'_>) -> Answer {
    match (name, scope.image) {
        ("image_tag", (Some(value), _)) | ("image_digest", (_, Some(value))) => {
            return Answer::Known(value.to_owned(), None);
        }
        ("image_tag" | "image_digest", _) => return Answer::Input(name.to_owned()),
        _ => {}
    }
    let variable = scope.variables.get(name).copied();
    if let Some(Variable {
        input: input @ (VariableInput::Optional | VariableInput::Required),
        ..
    }) = variable
    {
        let key = format!("vars.{name}");
        match (scope.value(&key), input) {
            (Some(value), _) => return Answer::Known(value, None),
            (None, VariableInput::Required) => return Answer::Input(key),
            (None, _) => {}
        }
    }
    match variable {
        Some(Variable { text: Ok(text), span, .. }) => Answer::Known(text.clone(), Some(*span)),
        Some(Variable { text: Err(found), .. }) => Answer::unknown(
            format!("`{name}` is {found}, expected text, a number or a boolean"),
            "change the variable".to_owned(),
        ),
        None => {
            let other_help = || format!("add `{name}` to the `variables` of the environment");
            let suggestion = scope
                .suggest(name, scope.variables.keys().copied(), other_help)
                .shown_as(|near| format!("{{vars.{near}}}"));
            Answer::suggest(format!("unknown variable `{name}`"), 1, suggestion)
        }
    }
}

fn parent(output: &str, scope: &Scope<'_>) -> Answer {
    let environment = scope.environment;
    let input = format!("parent.{output}");
    let is_known = scope.values.parent.contains_key(output);
    if scope.values.is_secret_parent(output) && is_known {
        return Answer::Secret(input);
    }
    if let Some(value) = scope.value(&input) {
        return Answer::Known(value, None);
    }
    // A file without any environment is already reported.
    if environment.own && environment.cloud.is_none() {
        return Answer::Input(input);
    }
    if environment.own {
        return Answer::unknown(
            format!("`{{parent.{output}}}` is not available: the file has no parent environment"),
            "remove the reference, or list the environment in `environments`".to_owned(),
        );
    }
    let possible: Vec<&str> = environment.outputs().collect();
    if possible.contains(&output) {
        return match (output, &environment.domain) {
            ("domain", Some(domain)) if !domain.contains('{') => {
                Answer::Known(domain.clone(), None)
            }
            ("k8s_cluster_name", _) if !environment.name.is_empty() => {
                Answer::Known(environment.cluster_name(), None)
            }
            _ => Answer::Input(input),
        };
    }
    let message = format!("the environment has no output `{output}`");
    let mut types = outputs_of_types(environment.cloud());
    if let Some((kind, _)) = types.find(|(_, outputs)| outputs.contains(output)) {
        let help = format!("add a module of the type `{kind}` to the environment file");
        return Answer::unknown(message, help);
    }
    let other_help = || {
        if possible.is_empty() {
            "add the value to `parent` in the values file".to_owned()
        } else {
            format!("use {}", one_of(&possible))
        }
    };
    let suggestion = scope
        .suggest(output, possible.iter().copied(), other_help)
        .shown_as(|near| format!("{{parent.{near}}}"));
    Answer::suggest(message, 1, suggestion)
}

fn module(name: &str, output: &str, last: usize, scope: &Scope<'_>) -> Answer {
    let input = format!("module.{name}.{output}");
    let names: Vec<&str> = scope.modules.iter().map(|module| module.name.value.as_str()).collect();
    let is_secret = is_secret_output(output);
    let has_output = |module: &Header| {
        let kind = module.module_type(scope.environment.cloud());
        kind.is_none_or(|kind| {
            kind.outputs().next().is_none() || kind.outputs().any(|known| known == output)
        })
    };
    let module = scope.modules.named(name);
    if is_secret && module.is_some_and(has_output) {
        return Answer::Secret(input);
    }
    if let Some(value) = scope.value(&input).filter(|_| !is_secret) {
        return Answer::Known(value, None);
    }
    if let Some(module) = module {
        let kind = module.module_type(scope.environment.cloud());
        let outputs: Vec<&str> = kind.into_iter().flat_map(ModuleType::outputs).collect();
        if outputs.is_empty() || outputs.contains(&output) {
            return Answer::Input(input);
        }
        let other_help = || format!("use {}", one_of(&outputs));
        let suggestion = scope.suggest(output, outputs.iter().copied(), other_help);
        let message = format!("the module {} has no output {}", quoted(name), quoted(output));
        return Answer::suggest(message, last, suggestion);
    }
    let other_help = || format!("use {}", one_of(&names));
    let suggestion = scope.suggest(name, names.iter().copied(), other_help);
    Answer::suggest(format!("there is no module {} in this file", quoted(name)), 1, suggestion)
}

fn unknown_name(segments: &[&str], scope: &Scope<'_>) -> Answer {
    let first = segments.first().copied().unwrap_or_default();
    let suggestion = if scope.variables.contains_key(first) {
        Suggestion::of(format!("vars.{first}"))
    } else {
        // If the first part is correct, another part is wrong.
        let known = if NAMES.contains(&first) { &[] } else { NAMES };
        let other_help = || format!("start the reference with {}", one_of(NAMES));
        scope.suggest(first, known.iter().copied(), other_help)
    };
    let message = format!("unknown reference `{{{}}}`", segments.join("."));
    let shown = suggestion.shown_as(|near| {
        let parts: Vec<&str> = [near].into_iter().chain(segments.iter().skip(1).copied()).collect();
        format!("{{{}}}", parts.join("."))
    });
    Answer::suggest(message, 0, shown)
}
