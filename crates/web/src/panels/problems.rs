//! The problems, each with its place and its repair.

use leptos::prelude::*;
use optakit_core::api::Diagnostic;

use crate::later;
use crate::state::State;

/// The list of problems.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let state = expect_context::<State>();
    let diagnostics = Memo::new(move |_| state.analysis.read().analysis.diagnostics.clone());
    let title = move || match diagnostics.read().len() {
        0 => "No problems".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let refusal = Memo::new(move |_| state.analysis.read().analysis.refusal.clone());
    let has_safe = Memo::new(move |_| {
        diagnostics
            .read()
            .iter()
            .filter(|diagnostic| diagnostic.fixes.iter().any(|fix| fix.safe))
            .count()
            > 1
    });
    view! {
        <section class="problems" aria-label="Problems">
            <div class="head">
                <h2><span role="status">{title}</span></h2>
                {move || has_safe.get().then(|| view! {
                    <button class="link" on:click=move |_| later::fix_all(state)>{"Fix all safe"}</button>
                })}
            </div>
            <ul>
                {move || refusal.get().map(|refusal| view! { <li class="none">{refusal}</li> })}
                {move || shown(diagnostics.get())}
            </ul>
        </section>
    }
}

/// The first of them: nobody reads more at once, and a broken file of thousands of lines has
/// thousands.
fn shown(diagnostics: Vec<Diagnostic>) -> impl IntoView {
    const MOST: usize = 200;
    let more = diagnostics.len().saturating_sub(MOST);
    let listed = diagnostics
        .into_iter()
        .take(MOST)
        .map(|diagnostic| view! { <Problem diagnostic /> })
        .collect_view();
    (
        listed,
        (more > 0)
            .then(|| view! { <li class="none">{format!("and {more} more; these first")}</li> }),
    )
}

#[component]
fn Problem(diagnostic: Diagnostic) -> impl IntoView {
    let state = expect_context::<State>();
    let place = diagnostic.place;
    let (file, open_file) = (diagnostic.file.clone(), diagnostic.file.clone());
    let help = diagnostic.help.clone().map(|help| format!(" · {help}")).unwrap_or_default();
    let detail =
        marked(&format!("{} line {} · {}{help}", diagnostic.file, place.line, diagnostic.rule));
    let fix = diagnostic.fixes.first().cloned().map(|fix| {
        let title = fix.title.clone();
        let repair = move |_| {
            state.open.set(file.clone());
            state.edit(&file, &fix.edits);
            state.focus(&file);
        };
        view! { <button class="link" title=title.clone() aria-label=format!("Fix: {title}") on:click=repair>{"Fix"}</button> }
    });
    view! {
        <li class=format!("problem {}", diagnostic.severity)>
            <button class="go" on:click=move |_| state.reveal(&open_file, place.utf16_start, place.utf16_end)>
                <span class="mark" role="img" aria-label=diagnostic.severity></span>
                <span class="what">{marked(&diagnostic.message)}</span>
                <span class="where">{detail}</span>
            </button>
            {fix}
        </li>
    }
}

/// A message with its names, which stand in backticks, as code.
pub(crate) fn marked(text: &str) -> Vec<AnyView> {
    let part = |(index, part): (usize, &str)| {
        let part = part.to_owned();
        if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect()
}
