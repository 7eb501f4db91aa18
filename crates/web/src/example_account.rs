//! The AWS account of the examples, which must not end in a bundle without notice.

/// The AWS account of the examples. AWS uses it in its documentation, and it belongs to nobody.
const ACCOUNT: &str = "123456789012";

/// Returns a note if an AWS account is that of the examples.
pub(crate) fn account_note(account: &str) -> Option<String> {
    (account == ACCOUNT)
        .then(|| format!("AWS account {ACCOUNT} is from the examples: replace it with yours"))
}

/// Returns the same note if a text contains the account of the examples.
pub(crate) fn account_note_in(contains: impl Fn(&str) -> bool) -> Option<String> {
    contains(ACCOUNT).then(|| account_note(ACCOUNT)).flatten()
}
