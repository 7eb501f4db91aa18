//! The problems, each with its place and its repair.

use leptos::prelude::*;
use optakit_core::api::Finding;

use crate::later;
use crate::state::State;

/// The list of problems.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let state = expect_context::<State>();
    let findings = Memo::new(move |_| state.analysis.read().analysis.diagnostics.clone());
    let title = move || match findings.read().len() {
        0 => "No problems".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let refusal = Memo::new(move |_| state.analysis.read().analysis.refusal.clone());
    let has_safe = Memo::new(move |_| {
        findings.read().iter().filter(|finding| finding.fixes.iter().any(|fix| fix.safe)).count()
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
                {move || shown(findings.get())}
            </ul>
        </section>
    }
}

/// The first of them: nobody reads more at once, and a broken file of thousands of lines has
/// thousands.
fn shown(findings: Vec<Finding>) -> impl IntoView {
    const MOST: usize = 200;
    let more = findings.len().saturating_sub(MOST);
    let listed =
        findings.into_iter().take(MOST).map(|finding| view! { <Problem finding /> }).collect_view();
    (
        listed,
        (more > 0)
            .then(|| view! { <li class="none">{format!("and {more} more; these first")}</li> }),
    )
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
            state.edit(&file, &fix.edits);
            state.focus(&file);
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
pub(crate) fn marked(text: &str) -> Vec<AnyView> {
    let part = |(index, part): (usize, &str)| {
        let part = part.to_owned();
        if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect()
}
