//! The problems, each with its place and its repair.

use leptos::prelude::*;
use optakit_core::api::Finding;

use crate::state::State;

/// The list of problems.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let state = expect_context::<State>();
    let title = move || {
        let outcome = state.analysis.read();
        match outcome.analysis.diagnostics.len() {
            0 => "No problems".to_owned(),
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        }
    };
    let findings = move || state.analysis.read().analysis.diagnostics.clone();
    let refusal = move || state.analysis.read().analysis.refusal.clone();
    view! {
        <section class="problems" aria-label="Problems">
            <h2><span role="status">{title}</span></h2>
            <ul>
                {move || refusal().map(|refusal| view! { <li class="none">{refusal}</li> })}
                {move || findings().into_iter().map(|finding| view! { <Problem finding /> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Problem(finding: Finding) -> impl IntoView {
    let state = expect_context::<State>();
    let place = finding.place;
    let (file, open_file) = (finding.file.clone(), finding.file.clone());
    let help = finding.help.clone().map(|help| format!(" · {help}")).unwrap_or_default();
    let detail = marked(&format!("{} line {} · {}{help}", finding.file, place.line, finding.rule));
    let fix = finding.fixes.first().cloned().map(|fix| {
        let title = fix.title.clone();
        let repair = move |_| {
            state.open.set(file.clone());
            let editor = state.editors.with_untracked(|editors| editors.get(&file).cloned());
            if let Some(editor) = editor {
                editor.apply(&fix.edits);
            }
        };
        view! { <button class="link" title=title.clone() aria-label=format!("Fix: {title}") on:click=repair>{"Fix"}</button> }
    });
    view! {
        <li class=format!("problem {}", finding.severity)>
            <button class="go" on:click=move |_| state.reveal(&open_file, place.from, place.to)>
                <span class="mark" role="img" aria-label=finding.severity></span>
                <span class="what">{marked(&finding.message)}</span>
                <span class="where">{detail}</span>
            </button>
            {fix}
        </li>
    }
}

/// A message with its names, which stand in backticks, as code.
fn marked(text: &str) -> Vec<AnyView> {
    let part = |(index, part): (usize, &str)| {
        let part = part.to_owned();
        if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect()
}
