//! Why a line of a file with secrets is not imported, or may have another meaning. No message
//! contains a value or a part of one.

use std::fmt;

/// A line that is not imported.
pub(super) struct Refusal {
    /// The line, counted from 1.
    pub(super) line: usize,
    pub(super) reason: Reason,
}

/// The reason why a line is not imported.
pub(super) enum Reason {
    NoEqualsSign,
    InvalidName,
    OpenQuote,
    OpenKey,
    TextAfterQuote,
    CarriageReturn,
    Nul,
    Encrypted,
    Empty(String),
    Twice {
        name: String,
        /// The line of the first value.
        first: usize,
    },
    /// The value is not a scalar.
    NotText {
        name: String,
        found: &'static str,
    },
    /// The file is not a map.
    NotMap,
    /// The file is not valid JSON or YAML.
    Syntax(&'static str),
}

/// What Docker and dotenv read differently in a value without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remark {
    Comment,
    SurroundingSpace,
}

impl Remark {
    /// Returns the remark on a value without quotes.
    pub(super) fn of(value: &str) -> Option<Self> {
        if value.contains(" #") || value.contains("\t#") {
            Some(Self::Comment)
        } else if value.starts_with(BLANK) || value.ends_with(BLANK) {
            Some(Self::SurroundingSpace)
        } else {
            None
        }
    }

    /// Returns what is stored, and how to store something else.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Comment => {
                "the value contains ` #`, and Optakit stores the whole value, as Docker does\n  \
                 help: put the value in quotes, with or without the text after `#`"
            }
            Self::SurroundingSpace => {
                "the value starts or ends with a space, and Optakit keeps it, as Docker does\n  \
                 help: remove the space, or put the value in quotes"
            }
        }
    }
}

/// A space and a tab.
pub(super) const BLANK: [char; 2] = [' ', '\t'];

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEqualsSign => write!(f, "the line has no `=`, expected NAME=value"),
            Self::InvalidName => {
                write!(f, "the name has characters other than letters, digits, `-`, `_` and `.`")
            }
            Self::OpenQuote => write!(f, "the quote at the start of the value is not closed"),
            Self::OpenKey => write!(f, "the key has no `-----END` line"),
            Self::TextAfterQuote => write!(f, "the value has text after its closing quote"),
            Self::CarriageReturn => write!(f, "the line contains a carriage return"),
            Self::Nul => write!(f, "the value has a NUL character"),
            Self::Encrypted => write!(f, "the value is encrypted with sops"),
            Self::Empty(name) => write!(f, "the value of `{name}` is empty"),
            Self::Twice { name, first } => {
                write!(f, "`{name}` is set twice, first in line {first}")
            }
            Self::NotText { name, found } => write!(f, "`{name}` is {found}, expected text"),
            Self::NotMap => write!(f, "the file is not a map, expected a map from name to value"),
            Self::Syntax(format) => write!(f, "the file is not valid {format}"),
        }
    }
}

impl Reason {
    /// Returns the next action of the user.
    pub(super) fn help(&self) -> String {
        match self {
            Self::NoEqualsSign => "put a value of several lines in quotes; variables of this \
                                   machine are not read"
                .to_owned(),
            Self::InvalidName => "rename it, and put a value of several lines in quotes".to_owned(),
            Self::OpenQuote => {
                "close the quote, or put the whole value in the other kind of quotes".to_owned()
            }
            Self::OpenKey => "put the key in quotes, or add its last line".to_owned(),
            Self::TextAfterQuote => "put the whole value in the other kind of quotes".to_owned(),
            Self::CarriageReturn => "save the file with LF or CRLF line endings".to_owned(),
            Self::Nul => "remove it: an environment variable cannot contain it".to_owned(),
            Self::Encrypted => {
                "run `sops decrypt FILE | optakit secret import -` with `--from dotenv`, `json` or \
                 `yaml`"
                    .to_owned()
            }
            Self::Empty(_) => "remove the line, or pass `--allow-empty`".to_owned(),
            Self::Twice { .. } => "remove one of the two".to_owned(),
            Self::NotText { .. } => "write the value as text in quotes".to_owned(),
            Self::NotMap => "write one `NAME: value` per line".to_owned(),
            Self::Syntax(_) => "correct the line, or pass another format with `--from`".to_owned(),
        }
    }
}
