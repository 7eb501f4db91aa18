//! Tests of the cursor. `$0` marks the offset.

use super::cursor;
use super::position::{CursorKind, CursorStep};

/// Describes the cursor at `$0`.
fn show(marked: &str) -> String {
    let offset = marked.find("$0").expect("the text contains $0");
    let text = marked.replacen("$0", "", 1);
    let Some(cursor) = cursor(&text, offset) else { return "none".to_owned() };
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
fn the_column_decides_the_map_of_a_key() {
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
fn maps_and_lists_can_be_on_one_line() {
    let check = |text, expected| assert_eq!(show(text), expected, "{text}");
    check("modules:\n  - {type: k8s-service, im$0", "modules.- key 'im' [type]");
    check("modules:\n  - {type: k8s-service, port: {ht$0}}", "modules.-.port key 'ht' []");
    check("modules:\n  - {type: k8s-service, image: AU$0}", "modules.-.image value 'AU' [type]");
    check("modules: [{type: a}, {ty$0", "modules.- key 'ty' []");
}

#[test]
fn references_start_after_their_brace() {
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
    check("modules:\n  - public_uri: [\"a\", \"b.{$0\"]", "modules.-.public_uri reference '' []");
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
fn comments_have_no_cursor() {
    assert_eq!(show("name: shop # na$0"), "none");
    assert_eq!(show("# $0"), "none");
}

#[test]
fn no_offset_of_a_broken_text_panics() {
    let text = "name: \"ü{x\nmodules:\n- - {a: [b, 'c': \n   \t: - x\n  {{[,:'\"\n";
    for offset in 0..=text.len() {
        let _ = cursor(text, offset);
    }
}
