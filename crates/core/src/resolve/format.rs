//! The syntax of references. It is the syntax of Python's `str.format`, which Opta used.

use super::answer::NAMES;
use crate::diagnostic::Applicability;
use crate::suggest::is_similar;

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// Text without a reference.
    Literal(&'a str),
    /// A reference, as written and split into its names.
    Reference { raw: &'a str, segments: Vec<&'a str> },
    /// Braces that are not a valid reference.
    Malformed(Malformed<'a>),
}

/// Braces that are not a valid reference.
#[derive(Debug, PartialEq)]
pub(super) struct Malformed<'a> {
    pub(super) raw: &'a str,
    pub(super) message: String,
    /// The valid text, if it is known.
    pub(super) fix: Option<String>,
    pub(super) applicability: Applicability,
}

impl<'a> Malformed<'a> {
    fn new(raw: &'a str, message: &str, fix: Option<String>) -> Self {
        let message = message.to_owned();
        Self { raw, message, fix, applicability: Applicability::Unsafe }
    }
}

/// Splits a text at its braces.
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
            module_output(from_dollar)
        } else if dollar && brace.starts_with("{module") {
            single_braces(from_dollar)
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

/// Reads `${{module.name.output}}`. Returns the piece and its length.
fn module_output(text: &str) -> (Piece<'_>, usize) {
    let Some(end) = text.find("}}") else {
        let raw = &text[.."${{".len()];
        return (Piece::Malformed(Malformed::new(raw, "`${{` has no `}}`", None)), raw.len());
    };
    let raw = &text[..end + 2];
    let inner = &text["${{".len()..end];
    if is_literal(inner) {
        return (Piece::Literal("${"), "${{".len());
    }
    let inner = inner.trim();
    let piece = match segments(inner) {
        Some(segments)
            if matches!(segments.as_slice(), ["module", _, _] | ["module", _, "outputs", _]) =>
        {
            Piece::Reference { raw, segments }
        }
        _ => {
            let message = format!(
                "`{raw}` is not a valid module output, expected `${{{{module.name.output}}}}`"
            );
            Piece::Malformed(Malformed::new(raw, &message, None))
        }
    };
    (piece, raw.len())
}

/// Whether text in `${{…}}` means a literal `${…}`, such as `${{HOME}}`. Any other text is a
/// misspelled output, or the syntax of another tool, such as `${{ secrets.TOKEN }}`.
fn is_literal(text: &str) -> bool {
    let name = text.split([':', '.', '-']).next().unwrap_or_default();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_foreign = matches!(name, "secrets" | "github" | "inputs" | "needs" | "steps");
    !name.is_empty()
        && name.chars().all(is_word)
        && !text.contains(char::is_whitespace)
        && !is_foreign
        && !NAMES.contains(&name)
        && !is_similar(name, "module")
}

/// Reads `${module.name.output}`, which needs double braces.
fn single_braces(text: &str) -> (Piece<'_>, usize) {
    let raw = &text[..text.find('}').map_or(text.len(), |end| end + 1)];
    let inner = raw.trim_start_matches(['$', '{']).trim_end_matches('}');
    let fix = Some(format!("${{{{{inner}}}}}"));
    let malformed = Malformed {
        applicability: Applicability::Safe,
        ..Malformed::new(raw, "a module output needs double braces", fix)
    };
    (Piece::Malformed(malformed), raw.len())
}

/// Reads braces without a leading `$`. Returns the piece and its length.
fn plain(text: &str) -> (Piece<'_>, usize) {
    if text.starts_with("{{") || text.starts_with("}}") {
        return (Piece::Literal(&text[..1]), 2);
    }
    let malformed = |raw, message: &str, fix| Malformed::new(raw, message, fix);
    let open = &text[..1];
    let Some(end) = text.find('}').filter(|_| open == "{") else {
        let malformed = if open == "}" {
            malformed(open, "`}` without `{`", Some("}}".to_owned()))
        } else {
            malformed(open, "`{` without `}`", Some("{{".to_owned()))
        };
        return (Piece::Malformed(malformed), 1);
    };
    let raw = &text[..=end];
    let inner = &text[1..end];
    if let Some(segments) = segments(inner).filter(|segments| segments[0] != "module")
        && !inner.bytes().all(|byte| byte.is_ascii_digit())
    {
        return (Piece::Reference { raw, segments }, raw.len());
    }
    let spaced = Some(inner.trim()).filter(|trimmed| *trimmed != inner);
    let name_with_format =
        inner.split_once([':', '!']).filter(|(name, _)| segments(name).is_some());
    let malformed = if inner.is_empty() {
        malformed(raw, "the reference `{}` is empty", Some("{{}}".to_owned()))
    } else if inner.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("the reference `{raw}` is a number, expected a name");
        malformed(raw, &message, Some(format!("{{{raw}}}")))
    } else if let Some(name) = spaced.filter(|name| is_known_reference(name)) {
        malformed(raw, "a reference has no spaces", Some(format!("{{{name}}}")))
    } else if segments(inner).is_some() {
        let message = "a module output needs a dollar sign and double braces";
        malformed(raw, message, Some(format!("${{{{{inner}}}}}")))
    } else if let Some((name, _)) = name_with_format {
        let message = "formats after `:` and `!` are not supported";
        let fix =
            if is_known_reference(name) { format!("{{{name}}}") } else { format!("{{{raw}}}") };
        malformed(raw, message, Some(fix))
    } else {
        malformed(open, "the text after `{` is not a reference", Some("{{".to_owned()))
    };
    let length = malformed.raw.len();
    (Piece::Malformed(malformed), length)
}

/// Whether a text is surely a reference: text in braces with spaces can also be JSON or a template.
fn is_known_reference(text: &str) -> bool {
    let is_known =
        |name: &str| matches!(name, "parent" | "vars" | "variables" | "env" | "layer_name");
    segments(text).is_some_and(|segments| is_known(segments[0]))
}

/// Splits `parent.domain` or `parent[domain]` into its names.
pub(super) fn segments(text: &str) -> Option<Vec<&str>> {
    let is_name = |part: &&str| {
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
    found.iter().all(is_name).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    fn show(text: &str) -> String {
        let part = |piece: &Piece<'_>| match piece {
            Piece::Literal(text) => format!("'{text}'"),
            Piece::Reference { segments, .. } => format!("<{}>", segments.join(" ")),
            Piece::Malformed(malformed) => format!("!{}!", malformed.raw),
        };
        pieces(text).iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn texts_are_split_at_their_braces() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("plain", "'plain'");
        check("api.{parent.domain}/x", "'api.' <parent domain> '/x'");
        check("{ parent.domain }/x", "!{ parent.domain }! '/x'");
        check("{parent[domain]}", "<parent domain>");
        check("{{x}}", "'{' 'x' '}'");
        check("${vars.hash}", "'$' <vars hash>");
        check("${{HOME}}/x", "'${' 'HOME' '}' '/x'");
        check("${{db.host:-a}}", "'${' 'db.host:-a' '}'");
        check("${{module.db.db_host}}:5432", "<module db db_host> ':5432'");
        check(r#"{{"a": "{env}"}}"#, r#"'{' '"a": "' <env> '"' '}'"#);
    }

    #[test]
    fn invalid_references_are_malformed() {
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
        check("${{vars.size}}", "!${{vars.size}}!");
        check("${{modul.db.host}}", "!${{modul.db.host}}!");
        check("${{ secrets.TOKEN }}", "!${{ secrets.TOKEN }}!");
    }
}
