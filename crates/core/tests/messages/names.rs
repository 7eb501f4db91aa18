//! Names of service files and modules.

use super::{AWS, check, fixed, only, service};

/// Returns the message about the name of a service file, and the name after the fix.
fn layer(name: &str) -> (String, Option<String>) {
    let text = service("", "").replace("name: shop", &format!("name: {name}"));
    let analysis = check(&text, AWS, None);
    let found = only(&analysis, "invalid-layer-name");
    let fixed = fixed(&text, found)
        .and_then(|text| text.lines().next()?.strip_prefix("name: ").map(str::to_owned));
    (found.message.clone(), fixed)
}

#[test]
fn a_layer_name_is_too_long_from_64_characters() {
    let long = "has more than 63 characters";
    let (message, fixed) = layer(&"a".repeat(64));
    assert!(message.contains(long), "{message}");
    assert_eq!(fixed, Some("a".repeat(63)));
    let (message, fixed) = layer(&format!("A{}", "a".repeat(62)));
    assert!(message.contains("is not a valid namespace"), "{message}");
    assert_eq!(fixed, Some("a".repeat(63)));
}

#[test]
fn the_fix_of_a_layer_name_is_a_namespace() {
    assert_eq!(layer("-My_Shop-").1.as_deref(), Some("my-shop"));
    assert_eq!(layer("\"_\"").1, None, "no name is left");
    assert_eq!(layer("\"\"").0, "`name` is empty");
}

/// Returns the message about the name of a module, and the name after the fix.
fn module(kind: &str, name: &str) -> Option<(String, String)> {
    let text = if kind == "k8s-service" {
        service("", "").replace("name: api", &format!("name: {name}"))
    } else {
        service(&format!("{{type: {kind}, name: {name}}}"), "")
    };
    let analysis = check(&text, AWS, None);
    let mut found = analysis.diagnostics.iter();
    let found = found.find(|found| found.rule == "invalid-module-name")?;
    Some((
        found.message.clone(),
        found.fixes.first().map_or_else(String::new, |fix| fix.title.clone()),
    ))
}

#[test]
fn only_services_have_names_without_dashes() {
    let expected = "`my-api` is not a valid module name, expected only letters and digits";
    let (message, fix) = module("k8s-service", "my-api").expect("it is invalid");
    assert_eq!((&*message, fix.contains("myapi")), (expected, true), "{fix}");
    assert!(module("k8s-service", "my_api").is_some());
    assert_eq!(module("k8s-service", "api2"), None);
    assert_eq!(module("postgres", "my-db"), None);
    assert_eq!(module("postgres", "my_db"), None);
    assert!(module("postgres", "my.db").is_some());
    let (message, fix) = module("k8s-service", "\"\"").expect("it is invalid");
    assert_eq!((&*message, &*fix), ("the name of the module is empty", ""));
}
