//! The names that a bundle may contain. They follow from its sources.

use crate::bundle::format::Bundle;
use crate::model::cloud::Cloud;
use crate::model::environment::Environment;
use crate::model::layer::EnvironmentEntry;
use crate::model::name::Names;
use crate::render::{Hardening, Profile};
use crate::resolve::{LayerFile, environment_file, layer_file};
use crate::source::{Source, SourceText};
use crate::span::FileId;
use crate::syntax;
use crate::text::Text;

/// The facts about objects that follow from the sources and the choices of a bundle.
pub(super) struct Expected<'a> {
    pub(super) bundle: &'a Bundle,
    /// The name of the layer in the service file.
    pub(super) layer: Option<String>,
    /// The names of the environments that the sources allow.
    pub(super) environments: Vec<String>,
    /// The names of the services.
    pub(super) modules: Vec<Names>,
    /// The cloud of the environment.
    pub(super) cloud: Cloud,
    pub(super) profile: Profile,
    pub(super) hardening: Hardening,
    /// The namespace and the name of the Gateway of the routes.
    pub(super) gateway: (String, String),
}

impl<'a> Expected<'a> {
    pub(super) fn of(bundle: &'a Bundle) -> Self {
        let file = service_file(&bundle.sources.service);
        let layer = file.layer.as_ref().and_then(|layer| layer.name.as_ref());
        let layer = layer.map(|name| name.value.as_str().to_owned());
        let environment = Text::literal(&bundle.metadata.environment);
        let namespace = Text::literal(&bundle.metadata.layer);
        let modules = file
            .services()
            .map(|header| Names::new(&environment, &namespace, &header.name.value))
            .collect();
        let choices = &bundle.choices;
        let environment = bundle.sources.environment.as_ref().map(environment_of);
        Self {
            bundle,
            cloud: cloud(&file, environment.as_ref()),
            environments: environments(&file, layer.as_deref(), environment.as_ref()),
            layer,
            modules,
            profile: known(choices.profile.as_deref(), Profile::ALL),
            hardening: known(choices.hardening.as_deref(), Hardening::ALL),
            gateway: choices.gateway().unwrap_or_default(),
        }
    }

    /// The name of the layer, which is the namespace of its objects.
    pub(super) fn namespace(&self) -> &str {
        &self.bundle.metadata.layer
    }

    /// Returns the names of the modules in backticks, for messages.
    pub(super) fn quoted_modules(&self) -> String {
        let names: Vec<&str> = self.modules.iter().map(|names| names.module.as_str()).collect();
        crate::quote::quoted_list(&names)
    }
}

fn service_file(text: &SourceText) -> LayerFile {
    let source = Source::new(FileId::Service, &*text.name, &*text.text);
    let (document, _) = syntax::parse(&source);
    layer_file(&document, &source).0
}

fn environment_of(text: &SourceText) -> Environment {
    let source = Source::new(FileId::Environment, &*text.name, &*text.text);
    environment_file(&source).0
}

/// Returns the cloud that the sources describe.
fn cloud(file: &LayerFile, environment: Option<&Environment>) -> Cloud {
    let own = || file.layer.as_ref()?.own_cloud();
    match environment {
        Some(environment) => environment.cloud(),
        None => own().unwrap_or_default(),
    }
}

/// Returns the names of the environments that the sources describe.
///
/// The environment file has the name. Without one, it is an entry of the service file, or the name
/// of the layer if the service file describes its environment itself.
fn environments(
    file: &LayerFile,
    layer: Option<&str>,
    environment: Option<&Environment>,
) -> Vec<String> {
    let name = |entry: &EnvironmentEntry| Some(entry.name.as_ref()?.value.as_str().to_owned());
    let entries = || file.environments.iter().filter_map(|entry| name(&entry.value));
    match environment {
        Some(environment) if environment.name.is_empty() => entries().collect(),
        Some(environment) => vec![environment.name.clone()],
        None if file.environments.is_empty() => layer.map(str::to_owned).into_iter().collect(),
        None => entries().collect(),
    }
}

/// Returns the value of a name, or the default.
fn known<T: Copy + Default>(name: Option<&str>, all: &[(&str, T)]) -> T {
    let found = name.and_then(|name| all.iter().find(|(known, _)| *known == name));
    found.map(|(_, value)| *value).unwrap_or_default()
}
