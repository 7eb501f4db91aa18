//! Suggests the known name that is nearest to an unknown name.

/// Returns the known name that is nearest to `found`; none if no name is similar.
///
/// Two names are similar if one starts with the other (`healthcheck` and `healthcheck_path`), or if
/// at most a third of the characters differ. Two swapped characters count as one difference.
#[must_use]
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = found.to_lowercase().replace('-', "_");
    let allowed = (wanted.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter_map(|name| {
            let other = name.to_lowercase().replace('-', "_");
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
}
