//! A field: its name, its help and the control for its type.

use leptos::prelude::*;
use optakit_core::api::{Field, FieldType};

use super::description::Description;
use super::entries::{Items, Texts, Variables};
use super::line::Line;
use super::links::Links;
use super::modules::Modules;
use super::scalars::{Port, Toggle};
use super::sheet::{Path, Sheet, below};
use crate::markup::inline_code;

/// Shows the fields of a map, in the order of their declaration.
fn fields(sheet: Sheet, fields: &'static [Field], path: &Path) -> AnyView {
    rows(sheet, fields.iter().collect(), path)
}

/// Shows fields of a map. A short form of another field is shown only if the text contains it.
pub(super) fn rows(sheet: Sheet, fields: Vec<&'static Field>, path: &Path) -> AnyView {
    let row = |field: &'static Field| {
        let path = below(path, field.name);
        let is_shown = field.short_form_of.is_none() || untrack(|| sheet.value(&path)).is_some();
        is_shown.then(|| view! { <Row sheet field path /> })
    };
    fields.into_iter().map(row).collect_view().into_any()
}

#[component]
fn Row(sheet: Sheet, field: &'static Field, path: Path) -> impl IntoView {
    let nested =
        matches!(field.kind, FieldType::Map(_) | FieldType::MapList(_) | FieldType::Modules);
    let (own, read) = (path.clone(), path.clone());
    let description = Description::new(Memo::new(move |_| sheet.problems(&own, !nested)));
    let problem = |problem: String| view! { <p class="fault">{inline_code(&problem)}</p> };
    let problems = move || description.problems.get().into_iter().map(problem).collect_view();
    let is_set = move || sheet.value(&read).is_some();
    let (first, more) = field.doc.trim().split_once('\n').unwrap_or((field.doc.trim(), ""));
    let more = more.trim();
    let more = (!more.is_empty()).then(|| view! { <span class="help">{inline_code(more)}</span> });
    view! {
        <div class="row" class:set=is_set class:wide=nested>
            <div class="label" id=description.help_id()>
                <code>{field.name}</code>
                <span class="facts-line">{facts(field)}</span>
                <span class="help">{inline_code(first)}</span>
                {more}
            </div>
            <div class="control-of">
                {control(sheet, field, path, description)}
                <div class="faults" id=description.problems_id()>
                    {problems}
                </div>
            </div>
        </div>
    }
}

/// Unit, default and whether the field is required.
fn facts(field: &Field) -> String {
    let default = field.default.filter(|default| !default.starts_with('['));
    let facts = [
        field.unit.map(|unit| unit.name().to_owned()),
        default.map(|default| format!("default {default}")),
        field.required.then(|| "required".to_owned()),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn control(sheet: Sheet, field: &'static Field, path: Path, description: Description) -> AnyView {
    let label = field.name;
    let hint = field.default.unwrap_or(field.example);
    match field.kind {
        FieldType::Boolean => view! { <Toggle sheet field path description /> }.into_any(),
        FieldType::Integer | FieldType::Count | FieldType::Quantity => {
            view! { <Line sheet path label hint number=true description /> }.into_any()
        }
        FieldType::Text | FieldType::Scalar => {
            view! { <Line sheet path label hint description /> }.into_any()
        }
        FieldType::TextList | FieldType::TextOrList => {
            view! { <Texts sheet label path description /> }.into_any()
        }
        FieldType::Variables | FieldType::TextMap => {
            view! { <Variables sheet path add_label=format!("Add to {label}") description /> }
                .into_any()
        }
        FieldType::EnvVars => {
            view! { <Variables sheet path add_label="Add variable".to_owned() description /> }
                .into_any()
        }
        FieldType::Port => view! { <Port sheet field path description /> }.into_any(),
        FieldType::Links => view! { <Links sheet path description /> }.into_any(),
        FieldType::Map(inner) => view! {
            <fieldset>
                <legend class="visually-hidden">{label}</legend>
                {fields(sheet, inner, &path)}
            </fieldset>
        }
        .into_any(),
        FieldType::MapList(inner) => {
            view! { <Items sheet fields=inner label path show_fields=fields /> }.into_any()
        }
        FieldType::Modules => view! { <Modules sheet path show_fields=fields /> }.into_any(),
    }
}
