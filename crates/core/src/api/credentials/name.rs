//! Names of keys whose values are credentials, and values that are not.

/// Words that name a credential.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "pass",
    "secret",
    "token",
    "apikey",
    "credential",
    "credentials",
];

/// The last parts of words that name a credential, such as `pgpassword`.
const ENDINGS: &[&str] = &["password", "passwd", "pwd", "token", "secret", "apikey", "secretkey"];

/// Words that, before `key`, name a credential.
const KEYS: &[&str] = &[
    "api",
    "access",
    "private",
    "secret",
    "encryption",
    "signing",
    "master",
    "account",
    "auth",
    "license",
    "deploy",
    "application",
    "app",
    "ssh",
    "session",
    "cookie",
    "jwt",
];

/// Last words of names that describe a credential, but do not contain it.
const DESCRIPTIONS: &[&str] = &[
    "arn",
    "name",
    "names",
    "ref",
    "url",
    "uri",
    "endpoint",
    "host",
    "file",
    "path",
    "dir",
    "id",
    "ttl",
    "length",
    "size",
    "limit",
    "enabled",
    "policy",
    "type",
    "expiry",
    "expires",
    "timeout",
    "seconds",
    "minutes",
    "algorithm",
    "count",
    "min",
    "max",
    "header",
    "issuer",
    "mount",
    "store",
    "provider",
    "version",
    "field",
    "prefix",
    "audience",
    "rotation",
    "manager",
    "format",
];

/// Values that are settings.
const SETTINGS: &[&str] = &[
    "true", "false", "null", "none", "yes", "no", "on", "off", "required", "optional", "enabled",
    "disabled", "auto", "default", "unset", "empty", "todo", "tbd",
];

/// Whether a key names a credential and its value is one.
pub(super) fn is_credential(key: &str, value: &str) -> bool {
    let Some(name) = Name::of(key) else { return false };
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_literal(value) && !is_variable(value) && (name == Name::Password || !is_number)
}

/// Whether a value is the name of a variable, such as `DB_PASSWORD`. Links have such values.
fn is_variable(value: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    value.bytes().all(is_part) && Name::of(value).is_some()
}

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// A password, which may have digits only.
    Password,
    /// A token or a key.
    Token,
}

impl Name {
    fn of(key: &str) -> Option<Self> {
        let words = words(key);
        let last = words.last()?;
        if DESCRIPTIONS.contains(&&**last) {
            return None;
        }
        let is_key = |pair: &[String]| pair[1] == "key" && KEYS.contains(&&*pair[0]);
        let is_connection = |pair: &[String]| pair[0] == "connection" && pair[1] == "string";
        let is_word = |word: &String| {
            WORDS.contains(&&**word) || ENDINGS.iter().any(|ending| word.ends_with(ending))
        };
        let is_pair = words.windows(2).any(|pair| is_key(pair) || is_connection(pair));
        if !is_pair && !words.iter().any(is_word) {
            return None;
        }
        let is_password = words.iter().any(|word| word.contains("pass") || word.ends_with("pwd"));
        Some(if is_password { Self::Password } else { Self::Token })
    }
}

/// Splits a name at `_`, `-`, `.` and capital letters into lowercase words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let starts = letter.is_ascii_uppercase() && before.is_ascii_lowercase();
        if starts || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric() {
            words.last_mut().expect("there is a first word").push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a value is a literal one: no reference, no path, no placeholder and no setting.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let first = value.chars().next();
    let is_placeholder = value.contains('{')
        || value.starts_with(['$', '<', '/', '%', '!'])
        || value.starts_with("./")
        || value.starts_with("arn:")
        || value.starts_with("vault:")
        || value.contains("://")
        || value.chars().all(|letter| Some(letter) == first)
        || value.chars().all(|letter| matches!(letter, '*' | '.' | 'x' | 'X' | '•'));
    let is_setting = SETTINGS.iter().any(|setting| value.eq_ignore_ascii_case(setting));
    value.len() >= 4 && !is_placeholder && !is_setting
}
