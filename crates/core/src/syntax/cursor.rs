//! What stands at an offset: the keys and list items around it, and the word being typed. Read from
//! the lines themselves and not from the tree, since the text is broken wherever someone is typing.

/// What is at an offset of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The keys and list items around, outermost first.
    pub path: Vec<CursorStep>,
    /// What kind of kind it is.
    pub kind: CursorKind,
    /// The first byte of the word at the offset; for a reference the byte behind its brace.
    pub start: usize,
    /// One past the word's last byte.
    pub end: usize,
    /// The word as far as the offset.
    pub typed: String,
    /// The keys and values of the map that the offset is in or that a value belongs to, without
    /// the word itself.
    pub siblings: Vec<(String, String)>,
}

/// A step from the root towards an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorStep {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item,
}

/// What a word at an offset would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorKind {
    /// A key, or a value that has not become a key yet: the first word behind a dash or on a line
    /// of its own.
    Key,
    /// The value of the path's last key or item.
    Value,
    /// A reference within a text, behind a brace that is still open at the offset.
    Reference,
}

/// One key or dash of a line.
#[derive(Debug)]
struct Token<'a> {
    column: usize,
    /// The key with the value on its line; none for a dash.
    entry: Option<(&'a str, &'a str)>,
}

/// Finds what is at a byte offset; none in a comment, or where the offset is in no text.
#[must_use]
pub fn cursor(text: &str, offset: usize) -> Option<Cursor> {
    let before = text.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let typed = text.get(line_start..offset)?;
    if in_comment(typed) {
        return None;
    }
    let (tokens, rest) = tokens(typed);
    let rest_start = line_start + rest;
    let value = text.get(rest_start..offset)?;
    let mut path = Vec::new();
    // A key on this line whose value is being typed stands right of all that encloses it.
    let open_key = tokens.last().and_then(|token| token.entry.map(|entry| (token.column, entry.0)));
    let column = match (&open_key, tokens.last()) {
        (Some((column, _)), _) => *column,
        (None, Some(_)) => rest,
        (None, None) => typed.len() - typed.trim_start().len(),
    };
    let own: Vec<&Token<'_>> = tokens.iter().filter(|token| token.entry.is_none()).collect();
    let above = enclosing(text.get(..line_start)?, &own, column);
    path.extend(above);
    if let Some((_, key)) = open_key {
        path.push(CursorStep::Key(key.to_owned()));
    }
    let siblings =
        siblings(text, line_start, column, tokens.iter().any(|token| token.entry.is_none()));
    if let Some(brace) = open_reference(value, open_key.is_some()) {
        let start = rest_start + brace;
        return Some(at(text, offset, start, path, CursorKind::Reference, siblings));
    }
    let flow = flow(value);
    path.extend(flow.path);
    let kind = if flow.kind == CursorKind::Key && flow.depth == 0 && open_key.is_some() {
        CursorKind::Value
    } else {
        flow.kind
    };
    let siblings = if flow.depth > 0 { flow.siblings } else { siblings };
    let start = rest_start + flow.word;
    Some(at(text, offset, start, path, kind, siblings))
}

fn at(
    text: &str,
    offset: usize,
    start: usize,
    path: Vec<CursorStep>,
    kind: CursorKind,
    siblings: Vec<(String, String)>,
) -> Cursor {
    let inside = |c: char| match kind {
        CursorKind::Reference => c.is_alphanumeric() || matches!(c, '_' | '-' | '.'),
        CursorKind::Key | CursorKind::Value => {
            c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$')
        }
    };
    let rest = text.get(offset..).unwrap_or_default();
    let end = offset + rest.find(|c| !inside(c)).unwrap_or(rest.len());
    Cursor {
        path,
        kind,
        start,
        end,
        typed: text.get(start..offset).unwrap_or_default().to_owned(),
        siblings,
    }
}

/// Whether the end of a part of a line is in a comment.
fn in_comment(typed: &str) -> bool {
    let (mut quote, mut previous) = (None, ' ');
    for c in typed.chars() {
        match (quote, c) {
            (None, '#') if previous.is_whitespace() => return true,
            (None, '"' | '\'') if !previous.is_alphanumeric() => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        previous = c;
    }
    false
}

/// Takes a line apart: its dashes and its key, and where the rest begins.
fn tokens(line: &str) -> (Vec<Token<'_>>, usize) {
    let mut tokens = Vec::new();
    let mut at = line.len() - line.trim_start_matches(' ').len();
    loop {
        let rest = &line[at..];
        if rest == "-" || rest.starts_with("- ") {
            tokens.push(Token { column: at, entry: None });
            at += 1;
            at += line[at..].len() - line[at..].trim_start_matches(' ').len();
        } else {
            break;
        }
    }
    if let Some((key, value)) = key_of(&line[at..]) {
        tokens.push(Token { column: at, entry: Some((key, line[at + value..].trim())) });
        at += value;
        at += line[at..].len() - line[at..].trim_start_matches(' ').len();
    }
    (tokens, at)
}

/// The key that a text begins with, and where its value begins.
fn key_of(text: &str) -> Option<(&str, usize)> {
    if text.starts_with(['{', '[', '#']) {
        return None;
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)? + 1;
        let behind = text[end + 1..].strip_prefix(':')?;
        return (behind.is_empty() || behind.starts_with(' ')).then_some((&text[1..end], end + 2));
    }
    let colon = text
        .char_indices()
        .find(|(at, c)| *c == ':' && matches!(text.as_bytes().get(at + 1), None | Some(b' ')))?
        .0;
    Some((text[..colon].trim_end(), colon + 1))
}

/// The steps around a column, from the dashes of its own line and the lines above.
fn enclosing(above: &str, own: &[&Token<'_>], column: usize) -> Vec<CursorStep> {
    let mut steps = Vec::new();
    let mut left = column;
    let mut step = |token: &Token<'_>, steps: &mut Vec<CursorStep>| {
        let last_is_item = matches!(steps.last(), Some(CursorStep::Item));
        match token.entry {
            None if token.column < left => {
                steps.push(CursorStep::Item);
                left = token.column;
            }
            // A list may stand in the column of the key that it is the value of.
            Some((key, value))
                if (token.column < left || (last_is_item && token.column == left))
                    && may_have_block(value) =>
            {
                steps.push(CursorStep::Key(key.to_owned()));
                left = token.column;
            }
            _ => {}
        }
        left
    };
    own.iter().rev().for_each(|token| {
        step(token, &mut steps);
    });
    for line in above.lines().rev() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (tokens, _) = tokens(line);
        let outermost = tokens.iter().rev().map(|token| step(token, &mut steps)).last();
        let in_list = matches!(steps.last(), Some(CursorStep::Item));
        if outermost == Some(0) && !in_list {
            break;
        }
    }
    steps.reverse();
    steps
}

/// Whether lines below may belong to a key with this on its own line.
fn may_have_block(value: &str) -> bool {
    value.is_empty() || value.starts_with(['#', '&', '!', '|', '>'])
}

/// The keys and values of the map whose keys stand in a column around a line.
fn siblings(text: &str, line_start: usize, column: usize, first: bool) -> Vec<(String, String)> {
    let own = |line: &str| {
        let (tokens, _) = tokens(line);
        let key = tokens
            .iter()
            .find(|token| token.entry.is_some() && token.column == column)
            .and_then(|token| token.entry);
        (
            key.map(|(key, value)| (key.to_owned(), value.to_owned())),
            tokens.iter().any(|token| token.entry.is_none()),
        )
    };
    let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut found = Vec::new();
    if !first {
        for line in text[..line_start].lines().rev().filter(|line| !blank(line)) {
            let (key, dash) = own(line);
            if indent(line) < column && key.is_none() {
                break;
            }
            found.extend(key);
            if dash && indent(line) < column {
                break;
            }
        }
    }
    for line in text[line_start..].lines().skip(1).filter(|line| !blank(line)) {
        if indent(line) < column {
            break;
        }
        found.extend(own(line).0);
    }
    found
}

/// Where a reference begins that is still open at the end of a value: the byte behind its brace.
fn open_reference(value: &str, of_key: bool) -> Option<usize> {
    let brace = value.rfind('{')?;
    if value[brace..].contains('}') {
        return None;
    }
    let before = &value[..brace];
    let doubled = before.ends_with('{');
    let terraform = before.ends_with("${") || before.ends_with('$');
    // An unquoted brace at the start of a value opens a map.
    let quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
    let within_plain = of_key
        && !before.trim().is_empty()
        && !before.trim_start().starts_with(['{', '[', '"', '\'']);
    ((quoted || within_plain) && (!doubled || terraform)).then_some(brace + 1)
}

/// What the flow collections of a value lead to.
struct Flow {
    path: Vec<CursorStep>,
    kind: CursorKind,
    /// Where the word begins.
    word: usize,
    depth: usize,
    siblings: Vec<(String, String)>,
}

fn flow(value: &str) -> Flow {
    /// A collection that is open: a map with the entries so far and its present key, or a list.
    enum Open {
        Map { entries: Vec<(String, String)>, key: Option<String> },
        List,
    }
    let mut open: Vec<Open> = Vec::new();
    let (mut word, mut quote) = (0, None);
    let mut is_text = false;
    for (at, c) in value.char_indices() {
        if let Some(end) = quote {
            quote = (c != end).then_some(end);
            continue;
        }
        let here = value[word..at].trim().trim_matches(['"', '\'']).to_owned();
        match c {
            '"' | '\'' if here.is_empty() => quote = Some(c),
            '{' | '[' if here.is_empty() && !is_text => {
                open.push(if c == '{' {
                    Open::Map { entries: Vec::new(), key: None }
                } else {
                    Open::List
                });
            }
            '}' | ']' if !open.is_empty() => {
                open.pop();
            }
            ':' if value[at + 1..].is_empty() || value[at + 1..].starts_with([' ', '[', '{']) => {
                match open.last_mut() {
                    Some(Open::Map { key, .. }) => *key = Some(here),
                    // `[db: [read]]` is a list of a map.
                    Some(Open::List) => {
                        open.push(Open::Map { entries: Vec::new(), key: Some(here) })
                    }
                    None => {}
                }
            }
            ',' => {
                if let Some(Open::Map { entries, key }) = open.last_mut()
                    && let Some(key) = key.take()
                {
                    entries.push((key, here));
                }
            }
            ' ' if !value[word..at].trim().is_empty() => {
                is_text = open.is_empty();
                continue;
            }
            ' ' => {}
            _ => continue,
        }
        if quote.is_none() {
            word = at + c.len_utf8();
        } else {
            word = at + 1;
        }
    }
    let mut path = Vec::new();
    let (mut kind, mut siblings) = (CursorKind::Key, Vec::new());
    let depth = open.len();
    for collection in open {
        match collection {
            Open::List => {
                path.push(CursorStep::Item);
                kind = CursorKind::Key;
            }
            Open::Map { entries, key } => {
                siblings = entries;
                kind = if key.is_some() { CursorKind::Value } else { CursorKind::Key };
                path.extend(key.map(CursorStep::Key));
            }
        }
    }
    Flow { path, kind, word, depth, siblings }
}

#[cfg(test)]
mod tests {
    use super::{CursorKind, CursorStep, cursor};

    /// The cursor at `$0`, in words.
    fn show(marked: &str) -> String {
        let offset = marked.find("$0").expect("the text is marked");
        let text = marked.replacen("$0", "", 1);
        let Some(cursor) = cursor(&text, offset) else { return "nothing".to_owned() };
        let path: Vec<String> = cursor
            .path
            .iter()
            .map(|step| match step {
                CursorStep::Key(key) => key.clone(),
                CursorStep::Item => "-".to_owned(),
            })
            .collect();
        let siblings: Vec<&str> = cursor.siblings.iter().map(|(key, _)| key.as_str()).collect();
        let kind = match cursor.kind {
            CursorKind::Key => "key",
            CursorKind::Value => "value",
            CursorKind::Reference => "reference",
        };
        format!("{} {kind} '{}' [{}]", path.join("."), cursor.typed, siblings.join(" "))
    }

    #[test]
    fn keys_are_found_by_their_column() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("na$0", " key 'na' []");
        check("name: shop\n$0", " key '' [name]");
        check("name: shop\nmodules:\n  - $0", "modules.- key '' []");
        check("name: shop\nmodules:\n- $0", "modules.- key '' []");
        check("modules:\n  - type: k8s-service\n    im$0", "modules.- key 'im' [type]");
        check("modules:\n- type: k8s-service\n  im$0", "modules.- key 'im' [type]");
        check(
            "modules:\n  - type: k8s-service\n    port:\n      h$0\n    image: x",
            "modules.-.port key 'h' []",
        );
        check(
            "modules:\n  - type: a\n    name: b\n  - type: c\n    $0\n    image: d\n",
            "modules.- key '' [type image]",
        );
        check("modules:\n  - im$0\n    type: k8s-service\n", "modules.- key 'im' [type]");
        check("modules:\n  - type: k8s-service\n    port: {http: 80}\n$0", " key '' [modules]");
    }

    #[test]
    fn values_belong_to_their_key() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("name: $0", "name value '' []");
        check("name:$0", "name value '' []");
        check("modules:\n  - type: k8s$0", "modules.-.type value 'k8s' []");
        check(
            "modules:\n  - type: k8s-service\n    sticky_session: t$0\n",
            "modules.-.sticky_session value 't' [type]",
        );
        check("modules:\n  - links:\n      - d$0", "modules.-.links.- key 'd' []");
        check("modules:\n  - links:\n      - db: [re$0", "modules.-.links.-.db.- key 're' []");
        check("modules:\n  - links: [db, me$0", "modules.-.links.- key 'me' []");
        check("modules:\n  - links: [{media: [read, $0", "modules.-.links.-.media.- key '' []");
    }

    #[test]
    fn maps_and_lists_may_stand_on_one_line() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("modules:\n  - {type: k8s-service, im$0", "modules.- key 'im' [type]");
        check("modules:\n  - {type: k8s-service, port: {ht$0}}", "modules.-.port key 'ht' []");
        check(
            "modules:\n  - {type: k8s-service, image: AU$0}",
            "modules.-.image value 'AU' [type]",
        );
        check("modules: [{type: a}, {ty$0", "modules.- key 'ty' []");
    }

    #[test]
    fn references_begin_behind_their_brace() {
        let check = |text, expected| assert_eq!(show(text), expected, "{text}");
        check("modules:\n  - public_uri: \"api.{par$0", "modules.-.public_uri reference 'par' []");
        check(
            "modules:\n  - public_uri: \"api.{parent.do$0}/v1\"",
            "modules.-.public_uri reference 'parent.do' []",
        );
        check(
            "modules:\n  - public_uri: api.{parent.$0",
            "modules.-.public_uri reference 'parent.' []",
        );
        check(
            "modules:\n  - public_uri: [\"a\", \"b.{$0\"]",
            "modules.-.public_uri reference '' []",
        );
        check(
            "modules:\n  - env_vars:\n      URL: \"${{module.db.$0",
            "modules.-.env_vars.URL reference 'module.db.' []",
        );
        check(
            "modules:\n  - public_uri: \"api.{parent.domain}/$0",
            "modules.-.public_uri value 'api.{parent.domain}/' []",
        );
    }

    #[test]
    fn comments_are_nothing() {
        assert_eq!(show("name: shop # na$0"), "nothing");
        assert_eq!(show("# $0"), "nothing");
    }

    #[test]
    fn any_offset_of_any_text_is_answered() {
        let text = "name: \"ü{x\nmodules:\n- - {a: [b, 'c': \n   \t: - x\n  {{[,:'\"\n";
        for offset in 0..=text.len() {
            let _ = cursor(text, offset);
        }
    }
}
