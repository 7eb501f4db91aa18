//! What an edit would cause: the manifests beside the last export, another environment, or objects
//! out of a cluster.

use leptos::prelude::*;
use optakit_core::api::{self, Baseline, BaselineObject, Change, Choices, DiffLine, Request};

use crate::state::State;

/// What the manifests are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum With {
    Export,
    Environment(String),
    Pasted,
}

impl With {
    fn key(&self) -> String {
        match self {
            Self::Export => "export".to_owned(),
            Self::Pasted => "pasted".to_owned(),
            Self::Environment(name) => format!("environment {name}"),
        }
    }
}

/// The comparison.
#[component]
pub(crate) fn Changes() -> impl IntoView {
    let state = expect_context::<State>();
    let with = RwSignal::new(With::Export);
    let pasted = RwSignal::new(String::new());
    let others = Memo::new(move |_| {
        let outcome = state.analysis.read();
        let current = outcome.analysis.environment.clone();
        let names =
            outcome.analysis.environments.iter().map(|environment| environment.name.clone());
        names.filter(|name| Some(name) != current.as_ref()).collect::<Vec<_>>()
    });
    let result = Memo::new(move |_| {
        let shown = state.manifests.read();
        match with.get() {
            With::Export => match state.exported.read().as_ref() {
                None => Err("Nothing was exported yet. After Export bundle, what is edited is compared with it here.".to_owned()),
                Some(_) => Ok(state.changes.get()),
            },
            With::Environment(name) => {
                let request = state.analysis.read().request.clone();
                in_environment(&request, name).map(|others| api::compare(&others, &shown.manifests, Baseline::Rendered))
            }
            With::Pasted if pasted.read().trim().is_empty() => {
                Err("Paste the output of kubectl get -o yaml above. Only the fields that Optakit renders are compared."
                    .to_owned())
            }
            With::Pasted => {
                api::read_objects(&pasted.read()).map(|others| api::compare(&others, &shown.manifests, Baseline::Cluster))
            }
        }
    });
    let choose = move |key: String| {
        let environment = others
            .get_untracked()
            .into_iter()
            .map(With::Environment)
            .find(|with| with.key() == key);
        with.set(environment.unwrap_or(if key == "pasted" { With::Pasted } else { With::Export }));
    };
    let options = move || {
        let environments = others.get().into_iter().map(With::Environment);
        let all = std::iter::once(With::Export).chain(environments).chain([With::Pasted]);
        all.map(|option| {
            let title = match &option {
                With::Export => "the last export".to_owned(),
                With::Environment(name) => format!("environment {name}"),
                With::Pasted => "objects out of a cluster".to_owned(),
            };
            let key = option.key();
            view! { <option value=key selected=move || with.get() == option>{title}</option> }
        })
        .collect_view()
    };
    view! {
        <section aria-label="Changes" class="panel">
            <div class="compare">
                <label class="field">
                    <span>{"Compare with"}</span>
                    <select aria-label="Compare with" on:change:target=move |event| choose(event.target().value())>{options}</select>
                </label>
            </div>
            {move || (with.get() == With::Pasted).then(|| view! {
                <textarea
                    class="control paste"
                    aria-label="Objects out of a cluster"
                    placeholder="kubectl get deployment,service,ingress -o yaml"
                    spellcheck="false"
                    rows="6"
                    prop:value=move || pasted.get()
                    on:input:target=move |event| pasted.set(event.target().value())
                ></textarea>
            })}
            {move || match result.get() {
                Err(reason) => view! { <p class="empty">{reason}</p> }.into_any(),
                Ok(changes) if changes.is_empty() => view! { <p class="empty">{"Nothing differs."}</p> }.into_any(),
                Ok(changes) => changes.iter().map(shown).collect_view().into_any(),
            }}
        </section>
    }
}

fn in_environment(request: &Request, name: String) -> Result<Vec<BaselineObject>, String> {
    let mut request = request.clone();
    request.choices = Choices { environment: Some(name.clone()), ..request.choices };
    let manifests = api::analyze(&request, false).manifests;
    let manifests = manifests.ok_or_else(|| {
        format!("The text has errors in environment {name}: choose it above to see them.")
    })?;
    Ok(manifests.iter().map(BaselineObject::from).collect())
}

fn shown(change: &Change) -> impl IntoView + use<> {
    let title = format!("{} {}", change.kind, change.name);
    let (action, effect) = (change.action, change.effect);
    let lines = hunks(&change.lines).into_iter().map(|line| match line {
        Some(line) => {
            let kind = match line.sign {
                '+' => "line added",
                '-' => "line removed",
                _ => "line",
            };
            view! { <span class=kind>{format!("{} {}", line.sign, line.text)}</span> }
        }
        None => view! { <span class="line skipped">{"⋯".to_owned()}</span> },
    });
    view! {
        <div class="change">
            <h2><span class="action">{action}</span>" "{title}<span class="effect">{effect}</span></h2>
            <pre class="code" tabindex="0">{lines.collect_view()}</pre>
        </div>
    }
}

/// The lines that differ with a few around them; none stands for those between.
fn hunks(lines: &[DiffLine]) -> Vec<Option<DiffLine>> {
    const AROUND: usize = 3;
    let differs: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.sign != ' ')
        .map(|(index, _)| index)
        .collect();
    let near = |index: usize| {
        let next = differs.partition_point(|differing| *differing < index);
        let neighbours = [next.checked_sub(1), Some(next)]
            .into_iter()
            .flatten()
            .filter_map(|at| differs.get(at));
        neighbours.into_iter().any(|differing| differing.abs_diff(index) <= AROUND)
    };
    let mut shown = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if near(index) {
            shown.push(Some(line.clone()));
        } else if shown.last() != Some(&None) {
            shown.push(None);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_near_a_difference_are_shown() {
        let line = |index: usize| DiffLine {
            sign: if index == 10 { '+' } else { ' ' },
            text: index.to_string(),
            line: None,
        };
        let lines: Vec<DiffLine> = (0..20).map(line).collect();
        let shown: Vec<String> = hunks(&lines)
            .into_iter()
            .map(|line| line.map_or_else(|| "…".to_owned(), |line| line.text))
            .collect();
        assert_eq!(shown, ["…", "7", "8", "9", "10", "11", "12", "13", "…"]);
    }
}
