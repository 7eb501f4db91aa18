//! Tests of formatting: the layout of examples, and that values and comments stay.

use proptest::prelude::*;

use super::{FormatError, comments, format};
use crate::source::Source;
use crate::span::FileId;
use crate::syntax::parse::parse;
use crate::syntax::plain_data::as_data;

fn formatted(text: &str) -> Result<String, FormatError> {
    format(&Source::new(FileId::Service, "opta.yml", text))
}

fn check(before: &str, after: &str) {
    assert_eq!(formatted(before).as_deref(), Ok(after), "{before}");
    assert_eq!(formatted(after).as_deref(), Ok(after), "twice");
}

#[test]
fn maps_and_lists_are_indented_by_two() {
    check(
        "a:\n    b:\n          c: 1\n    d:\n    - e: 1\n      f: 2\n    -   g\n    - - h\n\
         \x20     -   i\n",
        "a:\n  b:\n    c: 1\n  d:\n    - e: 1\n      f: 2\n    - g\n    - - h\n      - i\n",
    );
    check("- a\n-\n    b: 1\n", "- a\n-\n  b: 1\n");
    check("a:\n      value\n", "a:\n  value\n");
    check("?   a\n:   - c\n    - d\n", "? a\n: - c\n  - d\n");
}

#[test]
fn trailing_blanks_and_the_end_of_the_file_are_normalized() {
    check("a: 1  \n\n \t\nb: 2 # c  \n\n\n", "a: 1\n\n\nb: 2 # c\n");
    check("a: 1", "a: 1\n");
    check("a: 1\r\nb:\r\n    c: 2", "a: 1\r\nb:\r\n  c: 2\r\n");
    check("", "");
}

#[test]
fn comments_move_with_their_lines() {
    check(
        "# top\n\na:\n    # about b\n    b: 1   # beside\n    # after b\n# about c\nc: 2\n\
         \x20    # end\n",
        "# top\n\na:\n  # about b\n  b: 1   # beside\n  # after b\n# about c\nc: 2\n# end\n",
    );
    check("a:\n    - b\n    # c\n    - d\n", "a:\n  - b\n  # c\n  - d\n");
}

#[test]
fn scalars_and_braces_with_several_lines_keep_their_layout() {
    check(
        "a:\n    b: |\n        one\n          two  \n\n        three\n    c: [1,\n        # d\n\
         \x20       2]\n",
        "a:\n  b: |\n      one\n        two  \n\n      three\n  c: [1,\n      # d\n      2]\n",
    );
    check(
        "a:\n    b: \"x\n      y\"\n    c: >+\n        z\n\n\n",
        "a:\n  b: \"x\n    y\"\n  c: >+\n      z\n\n\n",
    );
    check("a:\n    - |2\n         b\n", "a:\n  - |2\n       b\n");
}

#[test]
fn anchors_and_aliases_stay() {
    check(
        "a: &x\n    b: 1\nc:\n    <<: *x\n    d: *x\n    &k e: !!str 5\n",
        "a: &x\n  b: 1\nc:\n  <<: *x\n  d: *x\n  &k e: !!str 5\n",
    );
}

#[test]
fn a_syntax_error_is_reported_with_its_line() {
    assert_eq!(formatted("a: 1\nb: [\n"), Err(FormatError::Syntax { line: 2 }));
    assert_eq!(formatted("a: 1\na: 2\n"), Err(FormatError::Syntax { line: 2 }));
}

/// Returns a block with the given indentation.
fn block(depth: u32) -> BoxedStrategy<Vec<String>> {
    let leaf = prop_oneof![
        Just(vec!["x".to_owned()]),
        Just(vec!["\"a #b\"  # c".to_owned()]),
        Just(vec!["[1,".to_owned(), "   # d".to_owned(), "     2]".to_owned()]),
        Just(vec!["|".to_owned(), "   one ".to_owned(), "     # two".to_owned(), String::new()]),
        Just(vec![">-2".to_owned(), "    one".to_owned(), "   two".to_owned()]),
        Just(vec!["'a".to_owned(), "".to_owned(), "    b'".to_owned()]),
        Just(vec!["{a: b, c: [d]}   ".to_owned()]),
        Just(vec!["".to_owned()]),
        Just(vec!["&x y".to_owned()]),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let entries =
        prop::collection::vec((block(depth - 1), 0_usize..6, any::<bool>(), 0_u8..4), 1..4);
    let nested = (entries, any::<bool>()).prop_map(|(entries, is_map)| {
        let mut lines = vec![String::new()];
        for (index, (value, indent, same_line, comment)) in entries.into_iter().enumerate() {
            if comment == 0 {
                lines.push(format!("{}# note {index}", " ".repeat(indent)));
            } else if comment == 1 {
                lines.push("  ".to_owned());
            }
            let start = if is_map { format!("k{index}:") } else { "-".to_owned() };
            let (first, rest) = value.split_first().expect("a value has a line");
            // A nested block starts on its own line, with its own indentation.
            lines.push(if first.is_empty() {
                start
            } else {
                format!("{start}{}{first}", " ".repeat(1 + indent))
            });
            let depth = if first.is_empty() { 1 + indent } else { usize::from(same_line) * 2 };
            lines.extend(rest.iter().map(|line| {
                if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(depth)) }
            }));
        }
        lines
    });
    prop_oneof![leaf, nested].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn values_and_comments_stay_and_formatting_twice_changes_nothing(
        lines in block(4), windows in any::<bool>(), end in 0_usize..3
    ) {
        let line_break = if windows { "\r\n" } else { "\n" };
        let text = lines.join(line_break) + &line_break.repeat(end);
        let source = Source::new(FileId::Service, "opta.yml", &*text);
        let (before, diagnostics) = parse(&source);
        let result = format(&source);
        if !diagnostics.is_empty() {
            let is_syntax = matches!(result, Err(FormatError::Syntax { .. }));
            prop_assert!(is_syntax, "{}", text);
            return Ok(());
        }
        prop_assert!(result.is_ok(), "{}\n{:?}", text, result);
        let new = result.expect("it is formatted");
        let (after, _) = parse(&Source::new(FileId::Service, "opta.yml", &*new));
        let (before, after) = (before.root, after.root);
        prop_assert_eq!(before.as_ref().map(as_data), after.as_ref().map(as_data), "{}", text);
        prop_assert_eq!(comments(&text), comments(&new));
        prop_assert_eq!(formatted(&new), Ok(new.clone()), "{}", new);
    }

    #[test]
    fn any_text_is_formatted_or_left_alone(
        text in "([a-c]: |- |  |# |\\||>|\n|'|\\[|\\]|\\{|\\}|,|&a |\\*a){0,24}"
    ) {
        if let Ok(new) = formatted(&text) {
            prop_assert_eq!(formatted(&new), Ok(new.clone()), "{}", new);
        }
    }
}
