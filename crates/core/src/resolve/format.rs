//! The syntax of references: a text cut into literals, references and faults, as Python's
//! `str.format` cuts it.

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    Reference { raw: &'a str, segments: Vec<&'a str> },
    Fault { raw: &'a str, message: String, repaired: Option<String> },
}

/// Cuts a text at its braces.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let dollar = rest[..at].ends_with('$');
        let literal = &rest[..if dollar { at - 1 } else { at }];
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let from_dollar = &rest[literal.len()..];
        let brace = &rest[at..];
        let (piece, length) = if dollar && brace.starts_with("{{") {
            terraform(from_dollar)
        } else if dollar && brace.starts_with("{module") {
            let end = brace.find('}').map_or(brace.len(), |end| end + 1);
            let raw = &from_dollar[..=end];
            let inner = brace[..end].trim_start_matches('{').trim_end_matches('}');
            let repaired = Some(format!("${{{{{inner}}}}}"));
            (
                Piece::Fault {
                    raw,
                    message: "a module's output needs doubled braces".to_owned(),
                    repaired,
                },
                raw.len(),
            )
        } else {
            if dollar {
                pieces.push(Piece::Literal("$"));
            }
            let (piece, length) = plain(brace);
            (piece, length + usize::from(dollar))
        };
        pieces.push(piece);
        rest = &from_dollar[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// `${{module.name.output}}`, which Opta handed on to Terraform.
fn terraform(text: &str) -> (Piece<'_>, usize) {
    let Some(end) = text.find("}}") else {
        let length = "${{".len();
        let message = "the `${{` is never closed".to_owned();
        return (Piece::Fault { raw: &text[..length], message, repaired: None }, length);
    };
    let raw = &text[..end + 2];
    let inner = text["${{".len()..end].trim();
    match segments(inner) {
        Some(segments) if segments.first() == Some(&"module") && segments.len() == 3 => {
            (Piece::Reference { raw, segments }, raw.len())
        }
        _ => {
            let message = format!(
                "`{raw}` is no reference to a module's output, expected `${{{{module.name.output}}}}`"
            );
            (Piece::Fault { raw, message, repaired: None }, raw.len())
        }
    }
}

/// What a brace begins that no `$` stands before.
fn plain(text: &str) -> (Piece<'_>, usize) {
    if text.starts_with("{{") || text.starts_with("}}") {
        return (Piece::Literal(&text[..1]), 2);
    }
    let fault =
        |raw, message: &str, repaired| Piece::Fault { raw, message: message.to_owned(), repaired };
    if text.starts_with('}') {
        return (fault(&text[..1], "a `}` without a `{`", Some("}}".to_owned())), 1);
    }
    let Some(end) = text.find('}') else {
        return (fault(&text[..1], "the `{` is never closed", Some("{{".to_owned())), 1);
    };
    let raw = &text[..=end];
    let inner = &text[1..end];
    let piece = if inner.is_empty() {
        fault(raw, "an empty reference `{}`", Some("{{}}".to_owned()))
    } else if inner.bytes().all(|byte| byte.is_ascii_digit()) {
        fault(raw, "a numbered reference", Some(format!("{{{raw}}}")))
    } else if let Some(segments) = segments(inner) {
        if segments.first() == Some(&"module") {
            let message = "a module's output needs a dollar sign and doubled braces";
            fault(raw, message, Some(format!("${{{{{inner}}}}}")))
        } else {
            Piece::Reference { raw, segments }
        }
    } else if let Some((name, _)) =
        inner.split_once([':', '!']).filter(|(name, _)| self::segments(name).is_some())
    {
        fault(raw, "formats after `:` and `!` are not supported", Some(format!("{{{name}}}")))
    } else {
        fault(&text[..1], "what follows the `{` is no reference", Some("{{".to_owned()))
    };
    let length = if let Piece::Fault { raw, .. } = &piece { raw.len() } else { raw.len() };
    (piece, length)
}

/// `parent.domain` or `parent[domain]` as its names.
fn segments(text: &str) -> Option<Vec<&str>> {
    let word = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    let mut found = Vec::new();
    for part in text.split('.') {
        match part.split_once('[') {
            Some((name, index)) => {
                found.extend([name, index.strip_suffix(']')?.trim_matches(['"', '\''])])
            }
            None => found.push(part),
        }
    }
    found.iter().all(word).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    fn show(text: &str) -> String {
        let part = |piece: &Piece<'_>| match piece {
            Piece::Literal(text) => format!("'{text}'"),
            Piece::Reference { segments, .. } => format!("<{}>", segments.join(" ")),
            Piece::Fault { raw, .. } => format!("!{raw}!"),
        };
        pieces(text).iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn texts_come_apart_at_their_braces() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("plain", "'plain'");
        check("api.{parent.domain}/x", "'api.' <parent domain> '/x'");
        check("{parent[domain]}", "<parent domain>");
        check("{{x}}", "'{' 'x' '}'");
        check("${vars.hash}", "'$' <vars hash>");
        check("${{module.db.db_host}}:5432", "<module db db_host> ':5432'");
        check(r#"{{"a": "{env}"}}"#, r#"'{' '"a": "' <env> '"' '}'"#);
    }

    #[test]
    fn braces_that_are_no_reference_are_faults() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("{", "!{!");
        check("a}", "'a' !}!");
        check("{}", "!{}!");
        check("{0}", "!{0}!");
        check("{vars.i:05d}", "!{vars.i:05d}!");
        check("${module.db.host}", "!${module.db.host}!");
        check("{\"a\": 1}", "!{! '\"a\": 1' !}!");
        check("${{module.db}}", "!${{module.db}}!");
        check("${{", "!${{!");
    }
}
