//! The picture of the imports: which module of a crate uses which, as a page with Mermaid diagrams.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::imports::{Crate, Names};

const INTRODUCTION: &str = "\
# Imports

An arrow from `a` to `b` means that a file of module `a` uses a name that a file of module `b` \
defines. There are no circles: not between modules, and not between the files in them. A test \
(`crates/core/tests/architecture`) reads the sources, checks this, and writes this page.
";

/// Returns the page for the given crates, each with its name and the order of its modules.
pub(crate) fn page(crates: &[(&str, &[&str], Crate)]) -> String {
    let mut page = INTRODUCTION.to_owned();
    for (name, layers, read) in crates {
        let files = read.files.len();
        let arrows: usize = read.uses.values().map(BTreeSet::len).sum();
        let _ = write!(
            page,
            "\n## `crates/{name}`\n\n{files} files, {arrows} imports between them. From the first \
             module to the last: {}.\n\n```mermaid\nflowchart RL\n",
            layers.iter().map(|layer| format!("`{layer}`")).collect::<Vec<_>>().join(", ")
        );
        for (module, target) in direct(read) {
            let _ = writeln!(page, "    {module} --> {target}");
        }
        page.push_str("```\n");
    }
    page
}

/// The arrows between root modules, without those that follow from others.
fn direct(read: &Crate) -> BTreeSet<(String, String)> {
    let root = |module: &Names| module.first().cloned();
    let all: BTreeSet<(String, String)> = read
        .uses
        .iter()
        .flat_map(|(module, targets)| {
            targets.iter().map(move |target| (root(module), root(target)))
        })
        .filter_map(|(module, target)| Some((module?, target?)))
        .filter(|(module, target)| module != target)
        .collect();
    let follows = |(from, to): &(String, String)| {
        all.iter()
            .filter(|(start, _)| start == from)
            .any(|(_, middle)| middle != to && reaches(&all, middle, to))
    };
    all.iter().filter(|arrow| !follows(arrow)).cloned().collect()
}

fn reaches(arrows: &BTreeSet<(String, String)>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        for (_, target) in arrows.iter().filter(|(start, _)| start == next) {
            if seen.insert(target.as_str()) {
                open.push(target);
            }
        }
    }
    seen.contains(to)
}
