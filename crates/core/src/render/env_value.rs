//! The values of environment variables. Kubernetes expands `$(NAME)` and `$$` in them
//! (<https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>).

use super::target::Profile;
use crate::model::link_variable::LinkVariable;
use crate::text::{Hole, Text};

/// Returns a value in which each secret is a reference to its variable.
///
/// In the default profile, the container gets every other `$` as written, except that `$$(NAME)`
/// becomes the text `$(NAME)`. The profile `opta-2021` keeps the values of the running pods.
pub(super) fn env_value(text: &Text, variables: &[LinkVariable], profile: Profile) -> Text {
    let written = text.as_str();
    let has_secret = text.holes().iter().any(|hole| hole.secret);
    if !has_secret && (profile.is_opta() || !written.contains("$$")) {
        return text.clone();
    }
    let (mut value, mut holes, mut start) = (String::new(), Vec::new(), 0);
    for hole in text.holes() {
        push_literal(&written[start..hole.start], hole.secret, profile, &mut value);
        start = hole.end;
        let variable = variables.iter().find(|variable| hole.secret && variable.is_of(&hole.input));
        match variable {
            Some(variable) => value.push_str(&format!("$({})", variable.name)),
            None => {
                let start = value.len();
                value.push_str(&written[hole.start..hole.end]);
                holes.push(Hole { start, end: value.len(), ..hole.clone() });
            }
        }
    }
    push_literal(&written[start..], false, profile, &mut value);
    Text::interpolated(&value, holes, text.variable())
}

/// Adds a part of a text, in which every run of several `$` is escaped.
fn push_literal(part: &str, before_secret: bool, profile: Profile, value: &mut String) {
    let mut rest = part;
    while let Some(at) = rest.find('$') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('$').len();
        value.push_str(&rest[..at]);
        rest = &rest[at + run..];
        let is_name = rest.starts_with('(') && rest.contains(')');
        let escaped = match profile {
            // Without the escape, the `$` would escape the reference to the secret.
            _ if rest.is_empty() && before_secret => run * 2,
            Profile::Opta2021 | Profile::Opta2022 => run,
            Profile::Default if run == 1 => 1,
            Profile::Default if is_name => run * 2 - 2,
            Profile::Default => run * 2,
        };
        value.extend(std::iter::repeat_n('$', escaped));
    }
    value.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{FileId, Span};

    /// Returns what the kubelet makes of a value.
    fn expanded(text: &str, known: &[(&str, &str)]) -> String {
        let (mut result, mut rest) = (String::new(), text);
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                (result, rest) = (result + "$", after);
            } else if let Some((name, after)) =
                rest.strip_prefix('(').and_then(|rest| rest.split_once(')'))
            {
                let value = known.iter().find(|(other, _)| *other == name);
                result += &value.map_or(format!("$({name})"), |(_, value)| (*value).to_owned());
                rest = after;
            } else {
                result.push('$');
            }
        }
        result + rest
    }

    fn secret_variable() -> LinkVariable {
        LinkVariable {
            name: "pg_db_password".to_owned(),
            module: "pg".to_owned(),
            output: "db_password".to_owned(),
            span: Span::new(FileId::Service, 0, 0),
            rds: false,
            in_text: true,
        }
    }

    #[test]
    fn the_container_gets_the_dollar_signs_of_the_file() {
        let check = |written: &str, expected: &str| {
            let value = env_value(&Text::literal(written), &[], Profile::Default);
            assert_eq!(expanded(value.as_str(), &[("A", "1")]), expected, "{written}: {value:?}");
        };
        for same in ["$", "$5", "a$", "$$", "pa$$word", "$$$", "$$$$x", "$(", "$$(", "$(HOME)/x"] {
            check(same, same);
        }
        check("$(A)", "1");
        check("$$(A)", "$(A)");
        check("$$$(A)", "$$(A)");
        check("a$$b$$(A)", "a$$b$(A)");
    }

    #[test]
    fn the_profile_of_2021_keeps_the_dollar_signs() {
        let value = env_value(&Text::literal("pa$$word"), &[], Profile::Opta2021);
        assert_eq!(value.as_str(), "pa$$word");
    }

    #[test]
    fn a_secret_becomes_a_reference_to_its_variable() {
        let input = |output: &str| format!("module.pg.{output}");
        let reference = |start: usize, length: usize, output: &str, secret: bool| Hole {
            start,
            end: start + length,
            input: input(output),
            secret,
        };
        let check = |profile, dollars: &str, expected: &str| {
            let written = format!("p={dollars}<password>@<host>");
            let at = 2 + dollars.len();
            let holes = vec![
                reference(at, 10, "db_password", true),
                reference(at + 11, 6, "db_host", false),
            ];
            let text = Text::interpolated(&written, holes, None);
            let value = env_value(&text, &[secret_variable()], profile);
            assert_eq!(value.as_str(), expected);
            let [hole] = value.holes() else { panic!("one hole is left: {value:?}") };
            assert_eq!(&value.as_str()[hole.start..hole.end], "<host>");
        };
        for profile in [Profile::Default, Profile::Opta2021, Profile::Opta2022] {
            check(profile, "", "p=$(pg_db_password)@<host>");
            check(profile, "$", "p=$$$(pg_db_password)@<host>");
            check(profile, "$$", "p=$$$$$(pg_db_password)@<host>");
        }
    }
}
