//! "Did you mean": the nearest of the known names.

/// The known name nearest to `found`, when it is near enough to be worth saying.
///
/// A name that starts with the other (`healthcheck` for `healthcheck_path`) counts as near; else at
/// most a third of the letters may differ, transposed neighbours counting once.
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
    fn finds_typos_and_shortened_names_only() {
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
