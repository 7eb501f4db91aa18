//! Reads the files of a request and resolves its choices.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::environment::read_environment;
use super::places::Places;
use super::request::Request;
use super::service_file::Parsed;
use super::values::add_variables;
use crate::choices::{Choices, RenderOptions};
use crate::diagnostic::Diagnostic;
use crate::model::cloud::Cloud;
use crate::model::environment::Environment;
use crate::model::exposure::Exposure;
use crate::model::layer::EnvironmentEntry;
use crate::model::providers::SHORT_ACCOUNT_ID;
use crate::model::variables::Variable;
use crate::render::Profile;
use crate::resolve::{self, Scope, Values};
use crate::rule::Severity;
use crate::source::{Source, SourceText};
use crate::span::{FileId, Spanned};
use crate::text::Text;

/// A request with its files read and its environment chosen.
pub(super) struct PreparedRequest<'a> {
    pub(super) request: &'a Request,
    /// The parsed service file.
    pub(super) file: &'a Parsed,
    /// The diagnostics of the files.
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) places: Places,
    choices: Choices,
    values: Values,
    /// The parsed choices; none if a choice is invalid.
    pub(super) options: Option<RenderOptions>,
    /// The exposure to check the services for, even if another choice is invalid.
    pub(super) exposure: Exposure,
    /// Why the choices are invalid or do not fit the file.
    pub(super) refusal: Option<String>,
    /// The chosen entry of `environments`.
    entry: Option<&'a EnvironmentEntry>,
    pub(super) environment: Environment,
    pub(super) environment_file: Option<SourceText>,
    variables: BTreeMap<&'a str, &'a Variable>,
    /// The values that references have used, by input.
    pub(super) used: RefCell<BTreeMap<String, String>>,
    /// The bytes that values have replaced in texts so far.
    expanded: Cell<usize>,
    /// How many suggestions were searched for so far.
    searches: Cell<usize>,
}

impl<'a> PreparedRequest<'a> {
    /// Prepares a request. Uses `values` if the request has no values file.
    pub(super) fn new(request: &'a Request, values: Option<Values>) -> Self {
        let file = request.service.parsed();
        let layer = &file.layer;
        let mut diagnostics = file.diagnostics.clone();
        let mut places = Places::default();
        places.push(file.source.clone());
        let mut values = match &request.values {
            Some(text) => read_values(text, &mut diagnostics, &mut places),
            None => values.unwrap_or_default(),
        };
        add_variables(request, &mut values);
        places.set_secrets(values.secrets());
        let choices = request.choices.or_values(&values);
        let exposure = choices.exposure().unwrap_or_default();
        let entry = resolve::choose(layer, choices.environment.as_deref());
        let (options, entry, refusal) = match (choices.parse(), entry) {
            (Ok(options), Ok(entry)) => (Some(options), entry, None),
            (Ok(options), Err(refusal)) => (Some(options), None, Some(refusal)),
            (Err(refusal), _) => (None, None, Some(refusal)),
        };
        let (mut environment, environment_file) =
            read_environment(request, layer, entry, &mut diagnostics, &mut places);
        diagnostics.extend(unknown_values(request, environment.cloud()));
        if options.as_ref().is_some_and(|options| options.profile.is_opta()) {
            accept_short_account_ids(&mut diagnostics);
        }
        let used = complete_environment(&mut environment, &values);
        let variables =
            layer.layer.as_ref().map_or_else(BTreeMap::new, |file| file.variables(entry));
        Self {
            request,
            file,
            diagnostics,
            places,
            choices,
            values,
            options,
            exposure,
            refusal,
            entry,
            environment,
            environment_file,
            variables,
            used: RefCell::new(used),
            expanded: Cell::default(),
            searches: Cell::default(),
        }
    }

    /// Returns the scope of references.
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            layer_name: self.layer_name().map(|name| name.value.as_str()).unwrap_or_default(),
            environment: &self.environment,
            variables: &self.variables,
            modules: &self.file.layer.modules,
            values: &self.values,
            image: (self.choices.image_tag.as_deref(), self.choices.image_digest.as_deref()),
            used: &self.used,
            expanded: &self.expanded,
            searches: &self.searches,
        }
    }

    /// Returns the profile of the manifests.
    pub(super) fn profile(&self) -> Profile {
        self.options.as_ref().map(|options| options.profile).unwrap_or_default()
    }

    /// Returns the name of the layer.
    pub(super) fn layer_name(&self) -> Option<&'a Spanned<Text>> {
        self.file.layer.layer.as_ref().and_then(|layer| layer.name.as_ref())
    }

    /// Returns the name of the chosen environment.
    pub(super) fn environment_name(&self) -> Option<String> {
        let name = self.entry.and_then(|entry| entry.name.as_ref());
        name.map(|name| name.value.as_str().to_owned())
    }
}

/// Adds facts about the environment that only the values file has. Returns the used values by
/// input.
fn complete_environment(
    environment: &mut Environment,
    values: &Values,
) -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for (input, field) in [
        ("account_id", &mut environment.account_id),
        ("region", &mut environment.region),
        ("org_name", &mut environment.org_name),
    ] {
        if field.is_none()
            && let Some(value) = values.of_input(input)
        {
            used.insert(input.to_owned(), value.to_owned());
            *field = Some(value.to_owned());
        }
    }
    used
}

/// Reports short account IDs as warnings: Opta added the leading zeros.
fn accept_short_account_ids(diagnostics: &mut [Diagnostic]) {
    let short = diagnostics.iter_mut().filter(|found| found.rule.id == SHORT_ACCOUNT_ID.id);
    short.for_each(|diagnostic| diagnostic.severity = Severity::Warning);
}

fn read_values(
    text: &SourceText,
    diagnostics: &mut Vec<Diagnostic>,
    places: &mut Places,
) -> Values {
    let source = Source::new(FileId::Values, &*text.name, &*text.text);
    let (values, mut found) = resolve::read_values(&source);
    diagnostics.append(&mut found);
    places.push(source);
    values
}

/// Returns a diagnostic for each name in the values file that the service file does not have.
fn unknown_values(request: &Request, cloud: Cloud) -> Vec<Diagnostic> {
    let Some(text) = request.values.as_ref().filter(|_| request.own_values) else {
        return Vec::new();
    };
    let source = Source::new(FileId::Values, &*text.name, &*text.text);
    let file = request.service.parsed();
    resolve::unknown_names(&source, &file.source, &file.layer, cloud)
}
