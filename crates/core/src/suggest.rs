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

    /// Adds the help to a diagnostic, and a fix that replaces its span by the suggested name.
    /// `verb` starts the title of the fix: `rename` or `change`.
    #[must_use]
    pub fn add_to(self, diagnostic: Diagnostic, verb: &str) -> Diagnostic {
        let diagnostic = diagnostic.help(self.help);
        let span = diagnostic.span;
        match self.name {
            Some(name) => {
                diagnostic.fix(Applicability::Safe, format!("{verb} to `{name}`"), span, name)
            }
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
    /// How many names are compared, so that a large file stays fast.
    const COMPARED: usize = 200;
    if found.len() > LONGEST {
        return None;
    }
    // All known names are ASCII. The tables of Unicode would be part of the page.
    let wanted = found.to_ascii_lowercase().replace('-', "_");
    let allowed = (wanted.chars().count() / 3).max(1);
    known
        .into_iter()
        .take(COMPARED)
        .filter(|name| name.len() <= LONGEST)
        .filter_map(|name| {
            let other = name.to_ascii_lowercase().replace('-', "_");
            let distance = strsim::damerau_levenshtein(&wanted, &other);
            if distance <= allowed {
                Some((distance, name))
            } else if wanted.len() >= 4
                && (other.starts_with(&wanted) || wanted.starts_with(&other))
            {
                Some((allowed + 1 + distance, name))
            } else {
                None
            }
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
    }
}
