//! The difference between two versions of an object.

use leptos::prelude::*;
use optakit_core::api::{Change, DiffLine};

/// How many unchanged lines are shown before and after a change.
const CONTEXT: usize = 3;

/// A changed object with its changed lines.
#[component]
pub(super) fn Difference(change: Change) -> impl IntoView {
    let title = format!("{} {}", change.kind, change.name);
    let lines = hunks(&change.lines).into_iter().map(line).collect_view();
    view! {
        <div class="change">
            <h2>
                <span class="action">{change.action}</span>
                " "
                {title}
                <span class="effect">{change.effect}</span>
            </h2>
            <pre class="code" tabindex="0">
                {lines}
            </pre>
        </div>
    }
}

fn line(line: Option<DiffLine>) -> impl IntoView {
    let (class, text) = match line {
        Some(DiffLine { sign, text, .. }) => {
            let class = match sign {
                '+' => "line added",
                '-' => "line removed",
                _ => "line",
            };
            (class, format!("{sign} {text}"))
        }
        None => ("line skipped", "⋯".to_owned()),
    };
    view! { <span class=class>{text}</span> }
}

/// Returns the changed lines with their context; `None` for each gap.
fn hunks(lines: &[DiffLine]) -> Vec<Option<DiffLine>> {
    let changed = lines.iter().enumerate().filter(|(_, line)| line.sign != ' ');
    let changed: Vec<usize> = changed.map(|(index, _)| index).collect();
    let is_near = |index: usize| {
        let next = changed.partition_point(|changed| *changed < index);
        let neighbors = [next.checked_sub(1), Some(next)].into_iter().flatten();
        neighbors
            .filter_map(|position| changed.get(position))
            .any(|changed| changed.abs_diff(index) <= CONTEXT)
    };
    let mut shown = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if is_near(index) {
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
    fn only_lines_near_a_change_are_shown() {
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
