//! Keys of labels and annotations, and values of labels
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>).

use crate::rfc1123;

/// The largest length of the name in a key, and of the value of a label.
pub const MAX_NAME: usize = 63;

/// Returns whether a text can be the key of a label or an annotation: a name, with an optional
/// domain before a slash.
#[must_use]
pub fn is_key(text: &str) -> bool {
    let (domain, name) = match text.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, text),
    };
    domain.is_none_or(rfc1123::is_subdomain) && !name.is_empty() && is_label_value(name)
}

/// Returns whether a text can be the key of an annotation. Its domain can have capital letters.
#[must_use]
pub fn is_annotation_key(text: &str) -> bool {
    is_key(&text.to_ascii_lowercase())
}

/// Returns whether a text can be the value of a label.
#[must_use]
pub fn is_label_value(text: &str) -> bool {
    let is_edge = |c: char| c.is_ascii_alphanumeric();
    text.len() <= MAX_NAME
        && text.chars().all(|c| is_edge(c) || matches!(c, '-' | '_' | '.'))
        && text.chars().next().is_none_or(is_edge)
        && text.chars().next_back().is_none_or(is_edge)
}

/// Returns whether an annotation of a pod breaks the Pod Security Standard `baseline`
/// (<https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline>).
#[must_use]
pub fn is_unconfined(key: &str, value: &str) -> bool {
    key.starts_with("container.apparmor.security.beta.kubernetes.io/")
        && value != "runtime/default"
        && !value.starts_with("localhost/")
}

/// Returns whether an annotation of an Ingress adds text to the configuration of nginx. nginx runs
/// it with the rights of the ingress controller, which reads the Secrets of all namespaces. So
/// ingress-nginx rejects these annotations by default.
#[must_use]
pub fn is_snippet(key: &str) -> bool {
    key.starts_with("nginx.ingress.kubernetes.io/") && key.ends_with("-snippet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_with_an_optional_domain() {
        for key in ["team", "a.io/b", "a.io/B_c.d", "1", &"a".repeat(63)] {
            assert!(is_key(key), "{key}");
        }
        for text in ["", "a.io/", "/a", "A.io/b", "a b", "-a", "a-", "a/b/c", &"a".repeat(64)] {
            assert!(!is_key(text), "{text}");
            assert_eq!(is_annotation_key(text), text == "A.io/b", "{text}");
        }
    }

    #[test]
    fn values_of_labels_are_empty_or_short_names() {
        for value in ["", "1.2.3", "a_B", &"a".repeat(63)] {
            assert!(is_label_value(value), "{value}");
        }
        for text in ["1.2-", ".a", "a b", "a/b", "ä", &"a".repeat(64)] {
            assert!(!is_label_value(text), "{text}");
        }
    }
}
