//! Names in messages.

/// Returns the name in backticks. An empty name is shown as `""`.
#[must_use]
pub fn quoted(name: &str) -> String {
    if name.is_empty() { "`\"\"`".to_owned() } else { format!("`{name}`") }
}

/// Returns the choices: "one of `a` and `b`", or "`a`" if there is only one.
#[must_use]
pub fn one_of(names: &[&str]) -> String {
    let prefix = if names.len() > 1 { "one of " } else { "" };
    format!("{prefix}{}", quoted_list(names))
}

/// Returns the names in backticks: "`a`, `b` and `c`".
#[must_use]
pub fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{one_of, quoted};

    #[test]
    fn names_are_in_backticks() {
        assert_eq!(quoted("api"), "`api`");
        assert_eq!(quoted(""), "`\"\"`");
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b", "c"]), "one of `a`, `b` and `c`");
    }
}
