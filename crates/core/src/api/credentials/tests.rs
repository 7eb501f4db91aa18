//! Tests of the search for credentials.

use super::*;

/// Returns the lines and keys of the credentials in a text.
fn found(text: &str) -> Vec<(u32, String)> {
    let file = SourceText { name: "opta.yml".to_owned(), text: text.to_owned() };
    credentials(&[file]).into_iter().map(|one| (one.place.line, one.key)).collect()
}

/// Texts with one credential. The parts of a token are apart, so that no scanner reports this file.
const CREDENTIALS: &[&[&str]] = &[
    &["env_vars: {DB_PASSWORD: hunter2!}"],
    &["env_vars: {DB_PASSWORD: 123456}"],
    &["env_vars: [{name: API_TOKEN, value: abcdefgh}]"],
    &["env_vars: {PGPASSWORD: hunter2}"],
    &["env_vars: {apiKey: abcdefgh}"],
    &["env_vars: {AWS_SECRET_ACCESS_KEY: abcdefgh}"],
    &["env_vars: {A: AKIA", "IOSFODNN7EXAMPLE}"],
    &["env_vars: {A: ghp_", "abcdefghijklmnopqrstuv}"],
    &["env_vars: {A: glpat-", "abcdefghij0123456789}"],
    &["env_vars: {A: npm_", "abcdefghijklmnopqrstuvwxyz0123456789}"],
    &["env_vars: {A: \"xoxb-", "123456789012-abcdef\"}"],
    &["env_vars: {A: \"https://hooks.slack", ".com/services/T00000000/B00000000/abcdefgh\"}"],
    &["env_vars: {A: \"postgres://user:hunter2@db/shop\"}"],
    &["env_vars: {A: \"redis://:abc@cache:6379\"}"],
    &["env_vars: {A: \"Server=db;Password=hunter2;\"}"],
    &["args: [\"--password=hunter2\"]"],
    &["env_vars: {A: wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY9x8y}"],
    &["env_vars:\n  A: |\n    -----BEGIN RSA ", "PRIVATE KEY-----\n    abc"],
    &["env_vars: {A: ey", "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl}"],
    &["# sk_live_", "abcdefghijklmnop"],
    &["# DB_PWD=hunter2"],
    &["name: shop # password: hunter2"],
    &["#  - {name: API_TOKEN, value: abcdefgh}"],
    &["#   DB_PASSWORD: \"hunter2\""],
    &["# export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIabc"],
    &["# see https://admin:hunter2@example.com/"],
    &["# curl -H 'Authorization: Bearer ghs_", "abcdefghijklmnopqrst'"],
    &["env_vars: {A: sk-proj-", "abcdefghijklmnopqrst}"],
    &["env_vars: {A: dckr_pat_", "abcdefghijklmnopqrst}"],
];

/// Texts without a credential.
const OTHERS: &[&str] = &[
    "env_vars: {DB_PASSWORD: \"{module.db.db_password}\"}",
    "env_vars: {DB_PASSWORD: \"${{module.db.db_password}}\"}",
    "env_vars: {A: \"postgres://user:${{module.db.db_password}}@db/shop\"}",
    "env_vars: {A: \"postgres://user:{module.db.db_password}@db/shop\"}",
    "env_vars: {A: \"postgres://user:$DB_PASSWORD@db/shop\"}",
    "env_vars: {A: \"postgres://user@db/shop\"}",
    "env_vars: {A: \"https://example.com/a:b@c\"}",
    "env_vars: {API_TOKEN: \"\"}",
    "env_vars: {TOKEN_TTL: \"3600\"}",
    "env_vars: {MAX_TOKENS: \"4096\"}",
    "env_vars: {PASSWORD_FILE: /run/secrets/db}",
    "env_vars: {SECRET_NAME: shop-database}",
    "env_vars: {SECRET_ARN: \"arn:aws:secretsmanager:us-east-1:1:secret:a\"}",
    "env_vars: {TOKEN_URL: \"https://example.com/token\"}",
    "env_vars: {REQUIRE_PASSWORD: required}",
    "env_vars: {PWD: /app}",
    "env_vars: {COMPASS: north}",
    "secrets: [DB_PASSWORD, API_TOKEN]",
    "links: [{db: {db_password: DB_PASSWORD}}]",
    "image: ghcr.io/acme/shop-api:1.4.2",
    "image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/opta-shop-api",
    "arn: \"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"",
    "name: the-quite-long-name-of-some-service-2",
    "name: my-sk-frontend-service-of-production-2",
    "commit: 0123456789abcdef0123456789abcdef01234567 # the commit",
    "id: 0f8fad5b-d9cb-469f-a165-70867728950e",
    "# the password: see the wiki",
    "# token: <your token>",
    "# secrets: set them with `optakit secret set`",
    "# DB_PASSWORD=$DB_PASSWORD",
    "# DB_PASSWORD=********",
    "# password: {module.db.db_password}",
];

#[test]
fn credentials_are_found_in_values_texts_and_comments() {
    for parts in CREDENTIALS {
        let text = parts.concat();
        assert_eq!(found(&format!("{text}\n")).len(), 1, "{text}: {:?}", found(&text));
    }
}

#[test]
fn other_values_are_not_reported() {
    for text in OTHERS {
        assert_eq!(found(&format!("{text}\n")), [], "{text}");
    }
}

#[test]
fn credentials_have_a_key_and_a_place_in_source_order() {
    let text = "# PWD_DB=hunter2\nmodules:\n  - env_vars:\n      \
                - {name: TOKEN, value: abcdefgh}\n    secrets: [TOKEN]\n    \
                # postgres://me:hunter2@db\n";
    let expected = [(1, ""), (4, "TOKEN"), (6, "")];
    let expected = expected.map(|(line, key): (u32, &str)| (line, key.to_owned()));
    let mut all = found(text);
    assert_eq!(all[0], (1, "PWD_DB".to_owned()));
    all[0].1.clear();
    assert_eq!(all, expected);
}

#[test]
fn a_damaged_file_is_searched_too() {
    assert_eq!(found("a: [\n# DB_PASSWORD=hunter2\nb: \"\n").len(), 1);
    assert_eq!(found(&["a: b: c\nghp_", "abcdefghijklmnopqrstuv\n"].concat()).len(), 1);
}
