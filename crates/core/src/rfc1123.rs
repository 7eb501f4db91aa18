//! Names of RFC 1123, which Kubernetes requires for many objects.

/// The largest length of a label.
pub const MAX_LABEL: usize = 63;

/// The largest length of a subdomain.
pub const MAX_SUBDOMAIN: usize = 253;

/// Returns whether a text is an RFC 1123 label: at most 63 lowercase letters, digits and dashes,
/// with a letter or digit at the start and at the end.
#[must_use]
pub fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_LABEL
        && text.chars().all(is_label_char)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Returns whether a label can contain a character.
#[must_use]
pub const fn is_label_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

/// Returns whether a text is an RFC 1123 subdomain: labels separated by dots.
#[must_use]
pub fn is_subdomain(text: &str) -> bool {
    text.len() <= MAX_SUBDOMAIN && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_contain_lowercase_letters_digits_and_inner_dashes() {
        for label in ["a", "shop", "my-shop", "1a", "a1"] {
            assert!(is_label(label), "{label}");
        }
        for text in ["", "-a", "a-", "A", "a.b", "a_b", "ä", &"a".repeat(64)] {
            assert!(!is_label(text), "{text}");
        }
    }

    #[test]
    fn subdomains_are_labels_separated_by_dots() {
        assert!(is_subdomain("api.example.com") && is_subdomain("localhost"));
        assert!(!is_subdomain("api..com") && !is_subdomain("") && !is_subdomain("a.B"));
    }

    #[test]
    fn labels_have_at_most_63_characters_and_subdomains_253() {
        assert!(is_label(&"a".repeat(63)) && !is_label(&"a".repeat(64)));
        let domain = |length: usize| format!("{}{}", "a.".repeat(110), "b".repeat(length - 220));
        assert_eq!(domain(253).len(), 253);
        assert!(is_subdomain(&domain(253)) && !is_subdomain(&domain(254)));
        assert!(is_subdomain(&format!("{}.io", "a".repeat(63))));
        assert!(!is_subdomain(&format!("{}.io", "a".repeat(64))));
    }
}
