//! Dotenv files.
//!
//! A value without quotes is stored as `docker run --env-file` and
//! `kubectl create secret --from-env-file` read it: everything after the `=`. A value in quotes is
//! read as dotenv libraries do. Nothing is expanded. If dotenv libraries read a value without
//! quotes differently, Optakit prints a warning.

use optakit_core::check::env_vars::is_secret_key;

use super::content::Content;
use super::refusal::{BLANK, Reason, Remark};

/// Reads a dotenv file.
pub(super) fn parse(text: &str) -> Content {
    let lines: Vec<&str> =
        text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut content = Content::default();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim_start_matches(BLANK);
        if line.is_empty() || line.starts_with('#') {
            at += 1;
            continue;
        }
        match entry(line, &lines[at + 1..]) {
            Ok(Found { name, value, more_lines, remark }) => {
                content.push(name, value, at + 1);
                content.remarks.extend(remark.map(|remark| (at + 1, remark)));
                at += 1 + more_lines;
            }
            Err(reason) => {
                let is_open = matches!(reason, Reason::OpenQuote | Reason::OpenKey);
                content.refuse(at + 1, reason);
                if is_open {
                    break;
                }
                at += 1;
            }
        }
    }
    content
}

struct Found<'a> {
    name: &'a str,
    value: String,
    /// The number of lines after the first one.
    more_lines: usize,
    remark: Option<Remark>,
}

/// Reads the entry that starts in a line. `rest` are the lines after it.
fn entry<'a>(line: &'a str, rest: &[&str]) -> Result<Found<'a>, Reason> {
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(BLANK));
    let line = exported.map_or(line, |rest| rest.trim_start_matches(BLANK));
    let (written, value) = line.split_once('=').ok_or(Reason::NoEqualsSign)?;
    let name = written.trim_end_matches(BLANK);
    if !is_secret_key(name) {
        return Err(Reason::InvalidName);
    }
    let trimmed = value.trim_start_matches(BLANK);
    let mut remark = None;
    let (value, more_lines) = if let Some(first) = trimmed.strip_prefix(['"', '\'']) {
        quoted(trimmed.starts_with('"'), first, rest)?
    } else if let Some(label) = label_of_key(trimmed) {
        key(trimmed, label, rest)?
    } else {
        // Docker rejects a space before the `=`, so that the line can only mean dotenv.
        let value = if name == written { value } else { trimmed };
        if value.contains('\r') {
            return Err(Reason::CarriageReturn);
        }
        remark = Remark::of(value);
        (value.to_owned(), 0)
    };
    Ok(Found { name, value, more_lines, remark })
}

/// Reads a value in quotes from the text after the opening quote. Returns the value and the number
/// of lines after the first one.
fn quoted(is_double: bool, first: &str, rest: &[&str]) -> Result<(String, usize), Reason> {
    let quote = if is_double { '"' } else { '\'' };
    let mut value = String::new();
    for (index, line) in std::iter::once(&first).chain(rest).enumerate() {
        if index > 0 {
            value.push('\n');
        }
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            if character == quote {
                let after = characters.as_str();
                let is_end = after.trim_start_matches(BLANK).is_empty()
                    || after.starts_with(BLANK) && after.trim_start_matches(BLANK).starts_with('#');
                return if is_end { Ok((value, index)) } else { Err(Reason::TextAfterQuote) };
            }
            let escaped =
                if is_double && character == '\\' { escape(characters.as_str()) } else { None };
            value.push(escaped.unwrap_or(character));
            if escaped.is_some() {
                characters.next();
            }
        }
    }
    Err(Reason::OpenQuote)
}

/// Returns the character that a backslash and the text after it mean. Without a meaning, the
/// backslash is a part of the value.
fn escape(after: &str) -> Option<char> {
    match after.chars().next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        same @ ('"' | '\\' | '$') => Some(same),
        _ => None,
    }
}

/// Returns the label of a key in PEM format that starts here and continues in the next lines.
fn label_of_key(value: &str) -> Option<&str> {
    let label = value.strip_prefix("-----BEGIN ")?;
    label.trim_end_matches(BLANK).strip_suffix("-----").filter(|label| !label.contains("-----"))
}

/// Reads a key in PEM format without quotes. Returns it and the number of lines after the first
/// one.
fn key(first: &str, label: &str, rest: &[&str]) -> Result<(String, usize), Reason> {
    let end = format!("-----END {label}-----");
    let last = rest.iter().position(|line| line.trim_matches(BLANK) == end);
    let last = last.ok_or(Reason::OpenKey)?;
    let mut lines = vec![first.trim_end_matches(BLANK)];
    lines.extend(rest[..=last].iter().map(|line| line.trim_matches(BLANK)));
    Ok((lines.join("\n"), lines.len() - 1))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    /// Checks the value of the first name, or the line and the start of the reason.
    fn check(text: &str, expected: Result<&str, (usize, &str)>) {
        let content = parse(text);
        match expected {
            Ok(expected) => {
                let found: Vec<_> = content.refusals.iter().map(|found| found.line).collect();
                assert_eq!(found, [0; 0], "{text:?} is refused");
                let entry = content.entries.first().expect("an entry");
                assert_eq!(entry.value.expose_secret(), expected, "{text:?}");
            }
            Err((line, reason)) => {
                let refusal = content.refusals.first().expect("a refusal");
                let found = refusal.reason.to_string();
                assert_eq!(refusal.line, line, "{text:?}: {found}");
                assert!(found.starts_with(reason), "{text:?}: {found}");
            }
        }
    }

    /// The values that Docker 29 (`run --env-file`) and kubectl 1.36 (`--from-env-file`) read.
    #[test]
    fn values_without_quotes_are_read_as_docker_and_kubectl_do() {
        for (text, value) in [
            ("PW=pa$word", "pa$word"),
            ("PW=pa$$wo${HOME}rd$(id)`id`", "pa$$wo${HOME}rd$(id)`id`"),
            ("J={\"a\":1}", "{\"a\":1}"),
            ("DIR=C:\\dir\\new", "C:\\dir\\new"),
            ("TITLE=two words", "two words"),
            ("my-key=1", "1"),
            ("a.b_c-D=1", "1"),
            ("URL=pg://u:p@h/d?a=b&c=d#e", "pg://u:p@h/d?a=b&c=d#e"),
            ("A=#hash", "#hash"),
            ("A=it's \"so\"", "it's \"so\""),
            ("A==", "="),
            ("A=", ""),
            ("  A=indented", "indented"),
            ("# comment\n\n\t# another\nA=1", "1"),
            ("A=crlf\r\nB=2\r\n", "crlf"),
            ("A=Grüße 🔑", "Grüße 🔑"),
            ("A=\\n", "\\n"),
            ("A=one # two", "one # two"),
            ("A=\t# two", "\t# two"),
            ("A=one ", "one "),
            ("A= one", " one"),
            ("A= ", " "),
            ("A=one \r\n", "one "),
        ] {
            check(text, Ok(value));
        }
    }

    #[test]
    fn values_that_dotenv_reads_differently_have_a_remark() {
        for (text, expected) in [
            ("A=1", None),
            ("A=a#b", None),
            ("A=#b", None),
            ("A=\"a # b \"", None),
            ("A='a' # b", None),
            ("A=a # b", Some((1, "the value contains ` #`"))),
            ("\nA=\t#b", Some((2, "the value contains ` #`"))),
            ("A=1\nB=a ", Some((2, "the value starts or ends with a space"))),
            ("A= a", Some((1, "the value starts or ends with a space"))),
            ("A = a\t", Some((1, "the value starts or ends with a space"))),
        ] {
            let content = parse(text);
            let found = content.remarks.first();
            assert_eq!(found.map(|(line, _)| *line), expected.map(|(line, _)| line), "{text:?}");
            if let (Some((_, remark)), Some((_, start))) = (found, expected) {
                assert!(remark.message().starts_with(start), "{text:?}: {}", remark.message());
            }
        }
    }

    /// The values that dotenv libraries read (Node.js 17, Ruby 3, Docker Compose 2), where they
    /// agree.
    #[test]
    fn values_in_quotes_are_read_as_dotenv_does() {
        for (text, value) in [
            ("A=\"b\"", "b"),
            ("A='b'", "b"),
            ("A=\"\"", ""),
            ("A=\" b \"", " b "),
            ("A=\"b # c\"", "b # c"),
            ("A=\"b\" # comment", "b"),
            ("A='b'\t# comment", "b"),
            ("A='pa$word'", "pa$word"),
            ("A=\"x${PATH}y$(id)\"", "x${PATH}y$(id)"),
            ("A=\"a\\nb\\tc\\\\d\\\"e\\$f\"", "a\nb\tc\\d\"e$f"),
            ("A=\"C:\\dir\"", "C:\\dir"),
            ("A='a\\nb'", "a\\nb"),
            ("A='{\"a\":1}'", "{\"a\":1}"),
            ("A=\"one\ntwo\n\"\nB=2", "one\ntwo\n"),
            ("A='one\r\ntwo'\r\n", "one\ntwo"),
            ("A=\"# not a comment\nB=not a name\"", "# not a comment\nB=not a name"),
            ("export A=\"b\"", "b"),
            ("export\tA=b", "b"),
            ("export=b", "b"),
            ("A = b", "b"),
            ("A =\"b\"", "b"),
            ("A= 'b'", "b"),
        ] {
            check(text, Ok(value));
        }
    }

    #[test]
    fn keys_in_pem_format_need_no_quotes() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMII=\nabc==\n-----END RSA PRIVATE KEY-----";
        check(&format!("KEY={key}\nB=2\n"), Ok(key));
        check(&format!("KEY={}\r\n", key.replace('\n', "\r\n")), Ok(key));
        check(&format!("KEY=\"{key}\n\""), Ok(&format!("{key}\n")));
        let line = "-----BEGIN X-----abc-----END X-----";
        check(&format!("KEY={line}"), Ok(line));
        check("A=1\nKEY=-----BEGIN X-----\nabc\n", Err((2, "the key has no `-----END` line")));
    }

    #[test]
    fn lines_without_a_clear_meaning_are_refused() {
        for (text, line, reason) in [
            ("A=1\nhunter2", 2, "the line has no `=`"),
            ("HOME", 1, "the line has no `=`"),
            ("export A", 1, "the line has no `=`"),
            ("=hunter2", 1, "the name has characters"),
            ("A B=hunter2", 1, "the name has characters"),
            ("c2VjcmV0+/=", 1, "the name has characters"),
            ("..=hunter2", 1, "the name has characters"),
            ("A=\"hunter2", 1, "the quote at the start"),
            ("A=1\nB='hunter2\nC=3", 2, "the quote at the start"),
            ("A=\"a\" and \"b\"", 1, "the value has text after"),
            ("A='it's'", 1, "the value has text after"),
            ("A=1\rB=2", 1, "the line contains a carriage return"),
        ] {
            check(text, Err((line, reason)));
        }
    }
}
