//! Applies the safe fixes of a service file and of its environment files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use optakit_core::api::{Fix, Request, ServiceFile, TextEdit};
use optakit_core::syntax::{DUPLICATE_KEY, YAML_SYNTAX};

use super::check::{CheckedFile, check};
use crate::request;

/// How often the file is checked again. A fix can reveal a problem with another fix.
const MAX_PASSES: usize = 100;

/// A file whose text the fixes change.
pub(crate) struct FixedFile {
    /// The path relative to the working directory.
    pub(crate) path: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// The files that replace environment files of the service file, by their path in it.
pub(crate) type Replaced = BTreeMap<String, PathBuf>;

/// Applies the safe fixes until none is left. Writes nothing.
///
/// Returns the checked file after the fixes, the files that change, and the number of fixes.
///
/// # Errors
///
/// Fails if the request chooses an environment that the file does not have.
pub(crate) fn fix(
    request: Request,
    replaced: &Replaced,
) -> anyhow::Result<(CheckedFile, Vec<FixedFile>, usize)> {
    let original = request.clone();
    let mut checked = check(request)?;
    let (mut seen, mut applied) = (BTreeSet::new(), 0);
    while seen.len() < MAX_PASSES && seen.insert(texts(&checked.request)) {
        let Some((next, count)) = pass(&checked, replaced)? else { break };
        applied += count;
        checked = next;
    }
    let changed = changed(&original, &checked.request, replaced);
    Ok((checked, changed, applied))
}

/// Applies all fixes that do not overlap. If together they break the file, applies the first fix
/// that does not.
fn pass(
    checked: &CheckedFile,
    replaced: &Replaced,
) -> anyhow::Result<Option<(CheckedFile, usize)>> {
    let fixes = safe_fixes(checked, replaced);
    if fixes.is_empty() {
        return Ok(None);
    }
    let mut chosen: Vec<&SafeFix<'_>> = Vec::new();
    for fix in &fixes {
        if !chosen.iter().any(|other| fix.overlaps(other)) {
            chosen.push(fix);
        }
    }
    let broken = broken(checked);
    let try_fixes = |fixes: &[&SafeFix<'_>]| -> anyhow::Result<Option<CheckedFile>> {
        let next = check(apply(&checked.request, fixes))?;
        Ok((self::broken(&next) <= broken).then_some(next))
    };
    if let Some(next) = try_fixes(&chosen)? {
        return Ok(Some((next, chosen.len())));
    }
    for fix in &fixes {
        if let Some(next) = try_fixes(&[fix])? {
            return Ok(Some((next, 1)));
        }
    }
    Ok(None)
}

/// A fix and its file.
struct SafeFix<'a> {
    file: &'a str,
    fix: &'a Fix,
}

impl SafeFix<'_> {
    fn overlaps(&self, other: &Self) -> bool {
        let touches = |a: &TextEdit, b: &TextEdit| {
            let (a, b) = (a.place, b.place);
            a.byte_start < b.byte_end && b.byte_start < a.byte_end || a.byte_start == b.byte_start
        };
        let any = |edit: &TextEdit| other.fix.edits.iter().any(|other| touches(edit, other));
        self.file == other.file && self.fix.edits.iter().any(any)
    }
}

/// Returns the safe fixes of files that the request can write.
fn safe_fixes<'a>(checked: &'a CheckedFile, replaced: &Replaced) -> Vec<SafeFix<'a>> {
    let fix = |found: &'_ crate::environment_diagnostic::EnvironmentDiagnostic| {
        let diagnostic = &found.diagnostic;
        let can_write = replaced.contains_key(&diagnostic.file)
            || request::is_fixable(&checked.request, &diagnostic.file);
        diagnostic.fixes.first().is_some_and(|fix| fix.safe && can_write)
    };
    let fixable = checked.diagnostics.iter().filter(|found| fix(found));
    fixable
        .map(|found| SafeFix { file: &found.diagnostic.file, fix: &found.diagnostic.fixes[0] })
        .collect()
}

/// Returns the number of problems that a fix must not add.
fn broken(checked: &CheckedFile) -> usize {
    let rules = [YAML_SYNTAX.id, DUPLICATE_KEY.id];
    checked.diagnostics.iter().filter(|found| rules.contains(&found.diagnostic.rule)).count()
}

/// Returns the request with the edits of the fixes.
fn apply(request: &Request, fixes: &[&SafeFix<'_>]) -> Request {
    let mut request = request.clone();
    let edited = |file: &str, text: &str| {
        let is_windows = text.contains("\r\n");
        let fixes = fixes.iter().filter(|fix| fix.file == file);
        let mut edits: Vec<&TextEdit> = fixes.flat_map(|fix| &fix.fix.edits).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.byte_start));
        let mut new = text.to_owned();
        for edit in edits {
            let text = edit.text.replace("\r\n", "\n");
            let text = if is_windows { text.replace('\n', "\r\n") } else { text };
            new.replace_range(edit.place.byte_start..edit.place.byte_end, &text);
        }
        new
    };
    let name = request.service.name().to_owned();
    let text = edited(&name, request.service.text());
    request.service = ServiceFile::parse(&name, &text);
    for (path, file) in &mut request.environment_files {
        if let Ok(text) = file {
            *text = edited(path, text);
        }
    }
    request
}

/// Returns the texts that fixes change.
fn texts(request: &Request) -> Vec<String> {
    let environments = request.environment_files.values().flatten().cloned();
    std::iter::once(request.service.text().to_owned()).chain(environments).collect()
}

fn changed(before: &Request, after: &Request, replaced: &Replaced) -> Vec<FixedFile> {
    let mut files: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    let environments = before.environment_files.iter().zip(after.environment_files.values());
    for ((path, before_text), after_text) in environments {
        if let (Ok(before_text), Ok(after_text)) = (before_text, after_text) {
            let here = match replaced.get(path) {
                Some(file) => file.display().to_string(),
                None => request::path_from_here(before, path),
            };
            files.insert(here, (before_text, after_text));
        }
    }
    let service = (before.service.name().to_owned(), (before.service.text(), after.service.text()));
    std::iter::once(service)
        .chain(files)
        .filter(|(_, (before, after))| before != after)
        .map(|(path, (before, after))| FixedFile {
            path,
            before: before.to_owned(),
            after: after.to_owned(),
        })
        .collect()
}
