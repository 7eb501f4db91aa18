//! Suggests the known name that is most similar to an unknown name.

use crate::diagnostic::{Applicability, Diagnostic};

/// The advice for an unknown name: a similar known name, or other help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The most similar known name, if any.
    pub name: Option<String>,
    /// The next action.
    pub help: String,
}

impl Suggestion {
    /// Suggests the known name that is most similar to `found`. `other_help` is the help if no name
    /// is similar.
    pub fn new<'a>(
        found: &str,
        known: impl IntoIterator<Item = &'a str>,
        other_help: impl FnOnce() -> String,
    ) -> Self {
        match nearest(found, known) {
            Some(name) => Self::of(name),
            None => Self { name: None, help: other_help() },
        }
    }

    /// Suggests a name.
    pub fn of(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { help: format!("did you mean `{name}`?"), name: Some(name) }
    }

    /// Shows the suggested name in the help as `format` returns it, for example `{vars.name}`.
    #[must_use]
    pub fn shown_as(mut self, format: impl FnOnce(&str) -> String) -> Self {
        if let Some(name) = &self.name {
            self.help = Self::of(format(name)).help;
        }
        self
    }

    /// Adds the help to a diagnostic about a key, and a safe fix that renames it.
    #[must_use]
    pub fn rename(self, diagnostic: Diagnostic) -> Diagnostic {
        self.add_to(diagnostic, Applicability::Safe, "rename")
    }

    /// Adds the help to a diagnostic about a value, and a fix that changes it. The fix is not safe:
    /// the similar value can be another region, module or database.
    #[must_use]
    pub fn change(self, diagnostic: Diagnostic) -> Diagnostic {
        self.add_to(diagnostic, Applicability::Unsafe, "change")
    }

    fn add_to(self, diagnostic: Diagnostic, how: Applicability, verb: &str) -> Diagnostic {
        let diagnostic = diagnostic.help(self.help);
        let span = diagnostic.span;
        match self.name {
            Some(name) => diagnostic.fix(how, format!("{verb} to `{name}`"), span, name),
            None => diagnostic,
        }
    }
}

/// Whether `found` is probably a misspelling of `known`, or is `known`.
#[must_use]
pub fn is_similar(found: &str, known: &str) -> bool {
    nearest(found, [known]).is_some()
}

/// Returns the known name that is nearest to `found`; none if no name is similar.
///
/// Two names are similar if one starts with the other (`healthcheck` and `healthcheck_path`), or if
/// at most a third of the characters differ. Two swapped characters count as one difference.
fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// The longest name that gets a suggestion.
    const LONGEST: usize = 100;
    /// The most differences of a long name, so that the search stays fast.
    const MOST: usize = 8;
    /// How many names are compared, so that a large file stays fast.
    const COMPARED: usize = 200;
    if found.len() > LONGEST {
        return None;
    }
    let wanted = normal(found);
    let allowed = (found.chars().count() / 3).clamp(1, MOST);
    let mut best: Option<(usize, &str)> = None;
    let names = known.into_iter().take(COMPARED).filter(|name| name.len() <= LONGEST);
    for name in names {
        let most = best.map_or(allowed, |(rank, _)| allowed.min(rank.saturating_sub(1)));
        let other = normal(name);
        let is_start =
            || wanted.len() >= 4 && (other.starts_with(&wanted) || wanted.starts_with(&other));
        let rank = differences(&wanted, &other, most)
            .or_else(|| is_start().then(|| allowed + 1 + wanted.len().abs_diff(other.len())));
        if let Some(rank) = rank.filter(|rank| best.is_none_or(|(least, _)| *rank < least)) {
            best = Some((rank, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Returns a name in the form that is compared. The tables of Unicode would be part of the page.
fn normal(name: &str) -> Vec<u8> {
    let lowercase = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    name.bytes().map(lowercase).collect()
}

/// Returns how many changes make one name the other; none if more than `most`.
fn differences(mut one: &[u8], mut other: &[u8], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    while let ([first, rest @ ..], [same, others @ ..]) = (one, other)
        && first == same
    {
        (one, other) = (rest, others);
    }
    while let ([rest @ .., last], [others @ .., same]) = (one, other)
        && last == same
    {
        (one, other) = (rest, others);
    }
    // The rows of the matrix of distances: the row before the last one, the last one, and this one.
    let mut before = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut row = before.clone();
    for (at, byte) in one.iter().enumerate() {
        row[0] = at + 1;
        for (column, found) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(byte != found);
            let mut cost = replaced.min(last[column + 1] + 1).min(row[column] + 1);
            let is_swap =
                at > 0 && column > 0 && one[at - 1] == *found && *byte == other[column - 1];
            if is_swap {
                cost = cost.min(before[column - 1] + 1);
            }
            row[column + 1] = cost;
        }
        // A swap continues from the row before the last one.
        if row.iter().chain(&last).all(|cost| *cost > most) {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last.last().copied().filter(|cost| *cost <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{differences, nearest};

    proptest! {
        #[test]
        fn the_differences_are_those_of_the_whole_matrix(
            one in "[ab_]{0,9}",
            other in "[ab_]{0,9}",
            most in 0_usize..9,
        ) {
            let expected = Some(strsim::osa_distance(&one, &other)).filter(|cost| *cost <= most);
            prop_assert_eq!(differences(one.as_bytes(), other.as_bytes(), most), expected);
        }
    }

    #[test]
    fn typos_and_shortened_names_have_a_suggestion() {
        let known = ["min_containers", "max_containers", "healthcheck_path", "image", "port"];
        let check =
            |found, expected: Option<&str>| assert_eq!(nearest(found, known), expected, "{found}");
        check("min_container", Some("min_containers"));
        check("min-containers", Some("min_containers"));
        check("healthcheck", Some("healthcheck_path"));
        check("imgae", Some("image"));
        check("prot", Some("port"));
        check("replicas", None);
        check("x", None);
    }

    #[test]
    fn at_most_a_third_of_the_characters_differ() {
        let check = |found: &str, known: &str, expected: bool| {
            assert_eq!(nearest(found, [known]).is_some(), expected, "{found} and {known}");
        };
        check("abcdef", "abcdxy", true);
        check("abcdef", "abcxyz", false);
        // Short names may have one difference.
        check("ab", "ax", true);
        check("ab", "xy", false);
        // A start has at least four characters.
        check("port", "port_of_the_service", true);
        check("por", "por_of_the_service", false);
        check("port_of_the_service", "port", true);
        // The name with the fewest differences wins, before a name that only starts the same.
        assert_eq!(nearest("prts", ["parts", "prts_of_all", "ports"]), Some("parts"));
        assert_eq!(nearest("port", ["port_of_all", "prot"]), Some("prot"));
        assert_eq!(nearest(&"a".repeat(100), [&*"a".repeat(99)]), Some(&*"a".repeat(99)));
        assert_eq!(nearest(&"a".repeat(101), [&*"a".repeat(100)]), None);
        assert_eq!(nearest(&"a".repeat(99), [&*"a".repeat(101)]), None);
        // Long names have at most eight differences.
        let long = |different: usize| "b".repeat(different) + &"a".repeat(60 - different);
        check(&long(8), &long(0), true);
        check(&long(9), &long(0), false);
    }
}
