//! The output of `optakit explain`.

use super::fields::{MAPS, fields_of, terminal_text};
use super::rules::rule_text;
use super::topics::{links, topic_names, topic_text};
use crate::check::all_rules;
use crate::model::k8s_service::K8sService;
use crate::quote::{quoted, quoted_list};
use crate::suggest::Suggestion;

/// The field whose explanation includes the topic about links.
const LINKS: &str = "links";

/// Returns the documentation of a topic, a field or a rule for a terminal.
///
/// # Errors
///
/// Fails if no topic, field or rule has this name. The error suggests a similar name.
pub fn explain(name: &str) -> Result<String, String> {
    if let Some(rule) = all_rules().find(|rule| rule.id == name) {
        return Ok(rule_text(rule));
    }
    let texts: Vec<String> =
        fields_of(name).map(|(map, field)| terminal_text(map, field)).collect();
    if !texts.is_empty() {
        // The topic `links` explains more than the field.
        let more = if name == LINKS { format!("\n{}", links()) } else { String::new() };
        return Ok(texts.join("\n") + &more);
    }
    if let Some(text) = topic_text(name) {
        return Ok(text);
    }
    let fields = MAPS.iter().flat_map(|map| map.fields.iter().map(|field| field.name));
    let names = fields.chain(all_rules().map(|rule| rule.id)).chain(topic_names());
    let last = name.rsplit('.').next().unwrap_or(name);
    let other_help = || format!("the fields of a service are {}", quoted_list(K8sService::NAMES));
    let suggestion = Suggestion::new(last, names, other_help);
    let separator = if suggestion.name.is_some() { "," } else { ";" };
    Err(format!("there is no field or rule {}{separator} {}", quoted(name), suggestion.help))
}
