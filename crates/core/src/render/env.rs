//! The environment variables of containers.

use std::collections::BTreeSet;

use super::config_map;
use super::context::ServiceContext;
use super::env_value::env_value;
use super::secret::{LINK_SECRET, MANUAL_SECRETS};
use super::target::Profile;
use crate::check::{Checked, env_vars};
use crate::model::k8s_service::K8sService;
use crate::model::link_variable::LinkVariable;
use crate::span::Span;
use crate::text::Text;
use crate::value::{Map, Value, ValueKind};

/// Returns the environment variables in the order of Opta: the path of the certificates,
/// `env_vars`, links, `secrets`. Variables that values of `env_vars` refer to are before them.
pub(super) fn of_service(
    service: &Checked<K8sService>,
    context: &ServiceContext<'_>,
) -> Vec<Value> {
    let mut env = first_variables(service, context);
    if context.profile != Profile::Opta2022 {
        env.extend(from_links(context, false, false));
        env.extend(from_manual_secrets(service));
    }
    // In Opta 2022, the container gets all other variables of the Secrets from `envFrom`.
    last_of_each_name(env)
}

/// Returns the environment variables of a cron job: those of the service.
pub(super) fn of_job(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Value> {
    if context.profile != Profile::Opta2022 {
        return of_service(service, context);
    }
    let mut env = first_variables(service, context);
    env.extend(from_links(context, false, true));
    last_of_each_name(env)
}

/// Returns the variables that do not come from a Secret, and those that they refer to.
fn first_variables(service: &Checked<K8sService>, context: &ServiceContext<'_>) -> Vec<Value> {
    let mut env = Vec::new();
    let own = env_vars::RDS_CA_PATH;
    if config_map::is_needed(context) {
        env.push(Value::from(
            Map::new().with("name", own).with("value", format!("/config/{}", config_map::KEY)),
        ));
    }
    env.extend(from_links(context, true, false));
    for variable in &service.env_vars.value.0 {
        let value = env_value(&variable.value.value, context.link_variables, context.profile);
        let entry = Map::new()
            .with("name", Value::from(variable.name.value.clone()).at(variable.name.span))
            .with("value", Value::from(value).at(variable.value.span));
        env.push(Value::from(entry).at(variable.name.span));
    }
    env
}

/// Returns the variables of links: those that values of `env_vars` refer to, or the others.
fn from_links<'a>(
    context: &'a ServiceContext<'_>,
    in_text: bool,
    is_optional: bool,
) -> impl Iterator<Item = Value> + 'a {
    let variables = context.link_variables.iter();
    let variables = variables.filter(move |variable: &&LinkVariable| variable.in_text == in_text);
    variables.map(move |variable| {
        from_secret(Text::literal(&variable.name), LINK_SECRET, is_optional, variable.span)
    })
}

fn from_manual_secrets(service: &K8sService) -> impl Iterator<Item = Value> {
    let secrets = service.secrets.value.iter();
    secrets.map(|secret| from_secret(secret.value.clone(), MANUAL_SECRETS, false, secret.span))
}

fn from_secret(name: Text, secret: &'static str, is_optional: bool, span: Span) -> Value {
    let reference = Map::new()
        .with("name", secret)
        .with("key", name.clone())
        .maybe("optional", is_optional.then_some(true));
    let source = Map::new().with("secretKeyRef", reference);
    Value::from(Map::new().with("name", name).with("valueFrom", source)).at(span)
}

/// Removes the variables that a later one replaces: the API server accepts each name once.
fn last_of_each_name(env: Vec<Value>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Value> = env
        .into_iter()
        .rev()
        .filter(|variable| match variable.get("name").map(|name| &name.kind) {
            Some(ValueKind::Text(name)) => seen.insert(name.as_str().to_owned()),
            _ => true,
        })
        .collect();
    kept.reverse();
    kept
}
