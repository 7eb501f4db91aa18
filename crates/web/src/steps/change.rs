//! The difference between two versions of the work.

use std::collections::BTreeSet;

use optakit_core::api::Choices;

use crate::work::{Export, SERVICE_FILE, VALUES_FILE, Work};

/// A replaced range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextChange {
    pub(crate) file: String,
    /// The first replaced byte.
    pub(crate) start: usize,
    pub(crate) removed: String,
    pub(crate) inserted: String,
    /// Whether the file existed before and after the change.
    pub(crate) existed: bool,
    pub(crate) exists: bool,
}

/// All state except the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) environment: Option<String>,
    pub(crate) image: String,
    pub(crate) choices: Choices,
    pub(crate) export: Option<Export>,
}

impl Settings {
    fn of(work: &Work) -> Self {
        let Work { environment, image, choices, export, .. } = work;
        Self {
            environment: environment.clone(),
            image: image.clone(),
            choices: choices.clone(),
            export: export.clone(),
        }
    }

    /// Whether only the image differs.
    pub(crate) fn differs_in_image(&self, other: &Self) -> bool {
        *self == Self { image: self.image.clone(), ..other.clone() }
    }
}

/// A change of texts and settings that happens at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) texts: Vec<TextChange>,
    /// The settings before and after the change, if they differ.
    pub(crate) settings: Option<(Settings, Settings)>,
}

impl Change {
    /// Compares two versions; none if only the export differs, which is not an edit.
    pub(crate) fn between(before: &Work, after: &Work) -> Option<Self> {
        let texts = changed_texts(before, after);
        let is_same = before.environment == after.environment
            && before.image == after.image
            && before.choices == after.choices
            && (texts.is_empty() || before.export == after.export);
        let settings = (!is_same).then(|| (Settings::of(before), Settings::of(after)));
        (!texts.is_empty() || settings.is_some()).then_some(Self { texts, settings })
    }
}

fn changed_texts(before: &Work, after: &Work) -> Vec<TextChange> {
    let paths: BTreeSet<&String> =
        before.environment_files.keys().chain(after.environment_files.keys()).collect();
    let environments = paths.into_iter().map(|path| {
        let find = |work: &'_ Work| work.environment_files.get(path).cloned();
        (path.clone(), find(before), find(after))
    });
    let own = [
        (SERVICE_FILE, &before.service, &after.service),
        (VALUES_FILE, &before.values, &after.values),
    ];
    let own = own
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| (name.to_owned(), Some(before.clone()), Some(after.clone())));
    let changed = own.chain(environments).filter(|(_, before, after)| before != after);
    changed
        .map(|(file, before, after)| text_change(file, before.as_deref(), after.as_deref()))
        .collect()
}

/// Returns the range between the common start and the common end.
fn text_change(file: String, before: Option<&str>, after: Option<&str>) -> TextChange {
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let is_boundary = |at: usize| old.is_char_boundary(at) && new.is_char_boundary(at);
    let mut start = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    while !is_boundary(start) {
        start -= 1;
    }
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let mut end = old_rest
        .bytes()
        .rev()
        .zip(new_rest.bytes().rev())
        .take_while(|(old, new)| old == new)
        .count();
    while !old_rest.is_char_boundary(old_rest.len() - end)
        || !new_rest.is_char_boundary(new_rest.len() - end)
    {
        end -= 1;
    }
    TextChange {
        file,
        start,
        removed: old_rest[..old_rest.len() - end].to_owned(),
        inserted: new_rest[..new_rest.len() - end].to_owned(),
        existed: before.is_some(),
        exists: after.is_some(),
    }
}

impl TextChange {
    /// Returns the number of removed and inserted bytes.
    pub(crate) fn size(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }

    /// Joins a change that directly follows this one and touches its text.
    pub(crate) fn join(&mut self, next: &Self) -> bool {
        let (end, next_end) = (self.start + self.inserted.len(), next.start + next.removed.len());
        if self.file != next.file || next.start > end || next_end < self.start {
            return false;
        }
        // The parts of the next range that this change did not insert.
        let head = &next.removed[..self.start.saturating_sub(next.start)];
        let tail = &next.removed[(end - next.start).min(next.removed.len())..];
        // The inserted parts that the next change keeps.
        let before = &self.inserted[..next.start.saturating_sub(self.start)];
        let after = &self.inserted[(next_end - self.start).min(self.inserted.len())..];
        let (removed, inserted) =
            ([head, &self.removed, tail].concat(), [before, &next.inserted, after].concat());
        (self.removed, self.inserted) = (removed, inserted);
        self.start = self.start.min(next.start);
        self.exists = next.exists;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str) -> TextChange {
        text_change("a".to_owned(), Some(before), Some(after))
    }

    fn check(before: &str, after: &str, start: usize, removed: &str, inserted: &str) {
        let found = change(before, after);
        assert_eq!(
            (found.start, &*found.removed, &*found.inserted),
            (start, removed, inserted),
            "{before} → {after}"
        );
    }

    #[test]
    fn a_change_is_the_smallest_range_of_whole_characters() {
        check("abc", "abxc", 2, "", "x");
        check("abc", "ac", 1, "b", "");
        check("aaa", "aaaa", 3, "", "a");
        check("", "x", 0, "", "x");
        check("é", "è", 0, "é", "è");
        check("a😀b", "a😁b", 1, "😀", "😁");
        check("same", "same", 4, "", "");
    }

    /// Joins the changes between texts, and checks that the result leads from the first text to the
    /// last one.
    fn join(texts: &[&str]) -> bool {
        let mut joined = change(texts[0], texts[1]);
        for pair in texts[1..].windows(2) {
            if !joined.join(&change(pair[0], pair[1])) {
                return false;
            }
        }
        let mut text = texts[0].to_owned();
        let end = joined.start + joined.removed.len();
        assert_eq!(&text[joined.start..end], joined.removed);
        text.replace_range(joined.start..end, &joined.inserted);
        assert_eq!(text, texts[texts.len() - 1], "{texts:?}");
        true
    }

    #[test]
    fn changes_that_touch_are_joined() {
        assert!(join(&["a", "ab", "abc", "abcd"]));
        assert!(join(&["abc", "ab", "a", ""]));
        assert!(join(&["xabc", "xabcd", "xabc", "xab", "xa"]));
        assert!(join(&["a(", "a()", "a(b)"]));
        assert!(join(&["hello", "he", "hey"]));
        assert!(join(&["abcdef", "abcXdef", "aYef"]));
        assert!(join(&["abcdef", "abcXYdef", "abZYdef"]));
        assert!(join(&["abcdef", "abcXYdef", "abcXZf"]));
        assert!(!join(&["abc", "abcx", "yabcx"]));
    }
}
