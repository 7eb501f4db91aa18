//! Formats of tokens, which are credentials wherever they are.

use super::suspect::Suspect;

/// A format: its first letters, the least number of letters after them, and which letters.
struct Format(&'static str, usize, fn(u8) -> bool);

const fn is_capital_or_digit(letter: u8) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit()
}

const fn is_alphanumeric(letter: u8) -> bool {
    letter.is_ascii_alphanumeric()
}

const fn is_word(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-')
}

const fn is_word_or_dot(letter: u8) -> bool {
    is_word(letter) || letter == b'.'
}

const fn is_path(letter: u8) -> bool {
    is_word(letter) || letter == b'/'
}

const fn is_base64(letter: u8) -> bool {
    is_word_or_dot(letter) || matches!(letter, b'+' | b'/' | b'=' | b'~')
}

/// The formats of well-known services.
const FORMATS: &[Format] = &[
    // AWS
    Format("AKIA", 16, is_capital_or_digit),
    Format("ASIA", 16, is_capital_or_digit),
    // GitHub and GitLab
    Format("ghp_", 16, is_alphanumeric),
    Format("gho_", 16, is_alphanumeric),
    Format("ghu_", 16, is_alphanumeric),
    Format("ghs_", 16, is_alphanumeric),
    Format("ghr_", 16, is_alphanumeric),
    Format("github_pat_", 16, is_word),
    Format("glpat-", 16, is_word),
    Format("gldt-", 16, is_word),
    Format("glrt-", 16, is_word),
    Format("glptt-", 16, is_word),
    Format("glcbt-", 16, is_word),
    // Slack, Discord, Microsoft Teams
    Format("xoxa-", 10, is_word),
    Format("xoxb-", 10, is_word),
    Format("xoxp-", 10, is_word),
    Format("xoxr-", 10, is_word),
    Format("xoxs-", 10, is_word),
    Format("xoxe.", 10, is_word_or_dot),
    Format("xapp-", 10, is_word),
    Format("hooks.slack.com/services/", 10, is_path),
    Format("hooks.slack.com/workflows/", 10, is_path),
    Format("hooks.slack.com/triggers/", 10, is_path),
    Format("discord.com/api/webhooks/", 20, is_path),
    Format("discordapp.com/api/webhooks/", 20, is_path),
    Format("webhook.office.com/webhookb2/", 20, is_base64),
    // Payments
    Format("sk_live_", 10, is_word),
    Format("rk_live_", 10, is_word),
    Format("sk_test_", 10, is_word),
    Format("rk_test_", 10, is_word),
    Format("whsec_", 16, is_base64),
    Format("sq0csp-", 20, is_word),
    Format("shpat_", 20, is_alphanumeric),
    Format("shpss_", 20, is_alphanumeric),
    // Packages and images
    Format("npm_", 20, is_alphanumeric),
    Format("pypi-AgE", 16, is_word),
    Format("rubygems_", 20, is_alphanumeric),
    Format("dckr_pat_", 16, is_word),
    // Clouds and tools
    Format("AIza", 30, is_word),
    Format("GOCSPX-", 16, is_word),
    Format("ya29.", 20, is_word),
    Format("dop_v1_", 20, is_alphanumeric),
    Format("hvs.", 20, is_word),
    Format("hvb.", 20, is_word),
    Format("SG.", 30, is_word_or_dot),
    Format("xkeysib-", 20, is_word),
    Format("tskey-", 16, is_word),
    Format("glsa_", 20, is_word),
    Format("sntrys_", 20, is_base64),
    Format("lin_api_", 20, is_alphanumeric),
    Format("NRAK-", 20, is_alphanumeric),
    Format("PMAK-", 20, is_word),
    Format("AGE-SECRET-KEY-1", 20, is_capital_or_digit),
    Format("hf_", 30, is_alphanumeric),
    Format("gsk_", 30, is_alphanumeric),
    Format("sk-ant-", 16, is_word),
    Format("sk-proj-", 16, is_word),
];

/// Searches a text for tokens.
pub(super) fn search(text: &str, found: &mut Vec<Suspect>) {
    for Format(prefix, length, is_part) in FORMATS {
        for (start, _) in text.match_indices(prefix) {
            let rest = text[start + prefix.len()..].bytes();
            let more = rest.take_while(|letter| is_part(*letter)).count();
            let is_exact = *prefix != "AKIA" && *prefix != "ASIA" || more == *length;
            if starts_word(text, start) && more >= *length && is_exact {
                push(start, start + prefix.len() + more, found);
            }
        }
    }
    search_private_keys(text, found);
    search_words(text, found);
}

fn push(start: usize, end: usize, found: &mut Vec<Suspect>) {
    found.push(Suspect { start, end, key: String::new() });
}

/// Whether no word ends at an offset.
fn starts_word(text: &str, at: usize) -> bool {
    text[..at].bytes().next_back().is_none_or(|before| !is_word(before))
}

fn search_private_keys(text: &str, found: &mut Vec<Suspect>) {
    for (start, mark) in text.match_indices("-----BEGIN ") {
        let kind = text[start + mark.len()..].split("-----").next().unwrap_or_default();
        if kind.ends_with("PRIVATE KEY") || kind.ends_with("PRIVATE KEY BLOCK") {
            push(start, start + mark.len() + kind.len(), found);
        }
    }
}

/// Searches the words between spaces, quotes and commas.
fn search_words(text: &str, found: &mut Vec<Suspect>) {
    let ends = |letter: char| !letter.is_ascii() || !is_base64(letter as u8);
    let mut start = 0;
    for word in text.split_inclusive(ends) {
        let own = word.trim_end_matches(ends);
        // The value of `NAME=value`.
        let name = own.find('=').filter(|at| *at + 1 < own.len() && !own[*at..].starts_with("=="));
        let offset = name.map_or(0, |at| at + 1);
        let value = &own[offset..];
        if is_json_web_token(value)
            || is_openai_key(value)
            || is_telegram(text, start, value)
            || is_random(value)
        {
            push(start + offset, start + own.len(), found);
        }
        start += word.len();
    }
}

fn is_json_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= 20 && word.split('.').count() == 3
}

/// Whether a word is `sk-` with random letters. Names of services start with `sk-` too.
fn is_openai_key(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("sk-") else { return false };
    rest.len() >= 20
        && rest.bytes().all(is_alphanumeric)
        && rest.bytes().any(|letter| letter.is_ascii_digit())
        && rest.bytes().any(|letter| letter.is_ascii_alphabetic())
}

/// Whether a word is the second part of a Telegram token, such as `123456789:AA…`.
fn is_telegram(text: &str, start: usize, word: &str) -> bool {
    let before = text[..start].strip_suffix(':').unwrap_or_default();
    let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    word.len() == 35 && word.starts_with("AA") && (8..=10).contains(&digits)
}

/// Whether a word is long and looks random. Hashes and UUIDs are public names.
fn is_random(word: &str) -> bool {
    let is_part = |byte: u8| is_word(byte) || matches!(byte, b'+' | b'/' | b'=');
    let hash = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_public = hash && matches!(word.len(), 32 | 40 | 64 | 96 | 128)
        || is_uuid(word)
        || ["AAAA", "sha256-", "sha384-", "sha512-"].iter().any(|start| word.starts_with(start));
    if word.len() < 32 || is_public || !word.bytes().all(is_part) || word.contains("--") {
        return false;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let changes = word
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    digits * 12 >= word.len() && letters * 12 >= word.len() && changes * 6 >= word.len()
}

fn is_uuid(word: &str) -> bool {
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
