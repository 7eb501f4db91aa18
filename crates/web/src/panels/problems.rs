//! The list of problems, each with its place and its fix.

use leptos::prelude::*;
use optakit_core::api::{Diagnostic, Fix};
use wasm_split_helpers::wasm_split;

use crate::image_field::{IMAGE_PROBLEM, focus_image};
use crate::lazy::{self, Loaded};
use crate::markup::{capitalized, count, inline_code};
use crate::page::Page;
use crate::problems;
use crate::state::{Dialog, State};

/// The most problems that are shown. A broken file of thousands of lines has thousands.
const MAX_SHOWN: usize = 200;

/// The label of an error. It is a constant, because Leptos writes elements without any expression
/// as HTML, which the Content-Security-Policy forbids.
const ERROR: &str = "error";

#[wasm_split(help, fallible)]
fn load_fix_all() -> Loaded<AnyView> {
    Ok(view! { <FixAll /> }.into_any())
}

#[wasm_split(help, fallible)]
fn load_list() -> Loaded<AnyView> {
    Ok(view! { <List /> }.into_any())
}

/// The number of problems and their list. The list is loaded with the first problem.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let results = expect_context::<State>().results;
    let number = Memo::new(move |_| {
        let (image, others) = results.choice_problems();
        let of_choices = usize::from(image.is_some()) + usize::from(others.is_some());
        results.outcome.read().analysis.diagnostics.len() + of_choices
    });
    let title = move || match number.get() {
        0 => "No problems".to_owned(),
        number => count(number, "problem"),
    };
    let has_any = Memo::new(move |_| number.get() > 0);
    view! {
        <section class="problems" aria-label="Problems">
            <div class="head">
                <h2>
                    <span role="status">{title}</span>
                </h2>
                {move || has_any.get().then(|| lazy::show_if_loaded(|| Box::pin(load_fix_all())))}
            </div>
            <ul>
                {move || {
                    has_any.get().then(|| lazy::show_item(|| Box::pin(load_list())))
                }}
            </ul>
        </section>
    }
}

/// The button that applies the safe fixes, if there are several.
#[component]
fn FixAll() -> impl IntoView {
    let page = expect_context::<Page>();
    let outcome = page.state.results.outcome;
    let has_safe_fixes = Memo::new(move |_| {
        let has_safe_fix = |diagnostic: &&Diagnostic| diagnostic.fixes.iter().any(|fix| fix.safe);
        outcome.read().analysis.diagnostics.iter().filter(has_safe_fix).count() > 1
    });
    let button = move || {
        view! {
            <button class="link" on:click=move |_| problems::apply_safe_fixes(page)>
                "Apply safe fixes"
            </button>
        }
    };
    move || has_safe_fixes.get().then(button)
}

/// The problems of the choices and of the texts.
#[component]
fn List() -> impl IntoView {
    let results = expect_context::<State>().results;
    let diagnostics = Memo::new(move |_| results.outcome.read().analysis.diagnostics.clone());
    let of_choices = Memo::new(move |_| results.choice_problems());
    (
        move || of_choices.get().0.map(image_problem),
        move || of_choices.get().1.map(choice_problem),
        move || list(diagnostics.get()),
    )
}

/// The problem of the image tag or digest. A click opens its field.
fn image_problem(message: String) -> impl IntoView {
    let dialog = expect_context::<State>().view.dialog;
    let open = move |_| {
        if !focus_image() {
            dialog.set(Some(Dialog::Options));
        }
    };
    view! {
        <li class="problem error" id=IMAGE_PROBLEM>
            <button class="go" on:click=open>
                <span class="mark" role="img" aria-label=ERROR></span>
                <span class="what">{inline_code(&message)}</span>
                <span class="where">{"Image tag or digest"}</span>
            </button>
        </li>
    }
}

/// The problem of choices that are invalid or exclude each other.
fn choice_problem(message: String) -> impl IntoView {
    view! {
        <li class="problem error">
            <div class="go">
                <span class="mark" role="img" aria-label=ERROR></span>
                <span class="what">{inline_code(&message)}</span>
                <span class="where">{"Options"}</span>
            </div>
        </li>
    }
}

fn list(diagnostics: Vec<Diagnostic>) -> impl IntoView {
    let more = diagnostics.len().saturating_sub(MAX_SHOWN);
    let shown = diagnostics.into_iter().enumerate().take(MAX_SHOWN);
    let shown =
        shown.map(|(index, diagnostic)| view! { <Problem index diagnostic /> }).collect_view();
    let more = (more > 0).then(|| {
        view! { <li class="none">{format!("{more} more. Fix these first.")}</li> }
    });
    (shown, more)
}

#[component]
fn Problem(index: usize, diagnostic: Diagnostic) -> impl IntoView {
    let page = expect_context::<Page>();
    let current = page.state.selection.current_problem;
    let Diagnostic { file, place, severity, rule, message, help, fixes, .. } = diagnostic;
    let help = help.map(|help| format!(" · {help}")).unwrap_or_default();
    let detail = inline_code(&format!("{file} line {} · {rule}{help}", place.line));
    let fix = fixes.into_iter().next().map(|fix| fix_button(page, file.clone(), fix));
    let severity = severity.as_str();
    let open = move |_| {
        current.set(Some(index));
        page.reveal(&file, place.utf16_start, place.utf16_end);
    };
    let is_current = move || (current.get() == Some(index)).then_some("true");
    view! {
        <li class=format!("problem {severity}") aria-current=is_current>
            <button class="go" on:click=open>
                <span class="mark" role="img" aria-label=severity></span>
                <span class="what">{inline_code(&message)}</span>
                <span class="where">{detail}</span>
            </button>
            {fix}
        </li>
    }
}

fn fix_button(page: Page, file: String, fix: Fix) -> impl IntoView {
    let label = format!("Fix: {}", fix.title);
    let title = inline_code(&capitalized(&fix.title));
    view! {
        <button
            class="link fix"
            aria-label=label
            on:click=move |_| problems::apply(page, &file, &fix)
        >
            {title}
        </button>
    }
}
