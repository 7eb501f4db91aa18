//! The help of warnings about values and addresses.

use super::{AWS, check, fixed, only, service, words};

const DOLLAR: &str = "dollar-in-value";

/// Returns message and help about the value `$(NAME)` of a service with a database.
#[track_caller]
fn dollar(fields: &str) -> (String, String) {
    let analysis = check(&service("{type: postgres, name: db}", fields), AWS, None);
    let (message, help) = words(&analysis, DOLLAR);
    (message.to_owned(), help.to_owned())
}

#[test]
fn the_help_about_a_dollar_sign_depends_on_the_variable() {
    let later = |name: &str, help: &str| {
        let message =
            format!("the container gets `$({name})` unchanged: `{name}` is defined later");
        (message, format!("{help}, or write `$$({name})` for the text"))
    };
    assert_eq!(
        dollar("env_vars: {B: \"$(A)\", A: x}"),
        later("A", "move `A` before this variable for its value")
    );
    assert_eq!(
        dollar("env_vars: {B: \"$(TOKEN)\"}\nsecrets: [TOKEN]"),
        later("TOKEN", "store the whole value with `optakit secret set`")
    );
    assert_eq!(
        dollar("env_vars: {B: \"$(db_db_host)\"}\nlinks: [db]"),
        later("db_db_host", "write `${{module.db.db_host}}` for the value")
    );
    assert_eq!(
        dollar("env_vars: {A: x, B: \"$(A)\"}"),
        (
            "`$(A)` is replaced with the value of `A`".to_owned(),
            "write `$$(A)` for the text `$(A)`; for the value, use the same `{vars.…}` in both \
             variables"
                .to_owned()
        )
    );
    for name in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_PORT", "KUBERNETES_PORT_443_TCP_ADDR"] {
        assert_eq!(
            dollar(&format!("env_vars: {{B: \"https://$({name})\"}}")),
            (
                format!("`$({name})` is replaced with the value of `{name}`"),
                format!("write `$$({name})` for the text `$({name})`")
            )
        );
    }
}

/// Returns the message about a public URI, and the URI after the fix.
fn uri(written: &str) -> (String, Option<String>) {
    let text = service("", &format!("public_uri: {written}"));
    let analysis = check(&text, AWS, None);
    let found = only(&analysis, "invalid-public-uri");
    assert_eq!(found.help.as_deref(), Some("write a domain and a path, like `api.example.com/v1`"));
    let fixed = fixed(&text, found).map(|text| {
        text.rsplit_once("public_uri: ").map_or("", |(_, value)| value).trim().to_owned()
    });
    (found.message.clone(), fixed)
}

#[test]
fn the_fix_of_a_public_uri_keeps_the_rest_of_it() {
    let check = |written: &str, message: &str, expected: Option<&str>| {
        let (found, fixed) = uri(written);
        assert!(found.contains(message), "{written}: {found}");
        assert_eq!(fixed.as_deref(), expected, "{written}");
    };
    check("acme.io//v1///a/", "contains `//`, which no request contains", Some("acme.io/v1/a"));
    check("acme.io/v1/*", "ends with `/*`", Some("acme.io/v1"));
    check("acme.io:80/v1", "has the port `80`, expected no port", Some("acme.io/v1"));
    check("https://acme.io/v1", "has the scheme `https`", Some("acme.io/v1"));
    check("\"*.Acme.io/v1\"", "is not a valid domain", Some("\"*.acme.io/v1\""));
    check("acme.io/v1/../a", "contains `/../`", None);
    check("acme.io/a%2Fb", "contains `%2f`", None);
    check("acme.io/(a)", "contains `(`, but a path is not a pattern", None);
}
