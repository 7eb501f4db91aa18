//! The suggestion for an unknown reference.

use optakit_core::api::{self, Request, ServiceFile};

/// Returns the help and the title of the fix for a reference with the variables `x` and `vat`.
fn suggestion(reference: &str) -> (String, String) {
    let text = format!(
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\n    \
         variables: {{x: /a, vat: /b}}\nmodules:\n  - {{type: postgres, name: mod}}\n  \
         - {{type: k8s-service, image: AUTO, port: {{http: 80}}, env_vars: {{A: \"{reference}\"}}}}\n"
    );
    let service = ServiceFile::parse("opta.yml", &text);
    let found = api::check(&Request { service, ..Request::default() }).diagnostics;
    let [diagnostic] = found.as_slice() else {
        panic!("one diagnostic for {reference}: {found:#?}")
    };
    let title = diagnostic.fixes.first().map(|fix| fix.title.clone());
    (diagnostic.help.clone().unwrap_or_default(), title.unwrap_or_default())
}

#[test]
fn a_misspelled_start_keeps_the_rest_of_the_reference() {
    let expected = ("did you mean `{vars.x}`?".to_owned(), "change to `{vars.x}`".to_owned());
    assert_eq!(suggestion("{var.x}"), expected);
    assert_eq!(suggestion("{x}"), expected);
}

#[test]
fn only_the_misspelled_part_is_replaced() {
    let (help, title) = suggestion("{vars.va}");
    assert_eq!(help, "did you mean `{vars.vat}`?");
    assert_eq!(title, "change to `{vars.vat}`");
    assert_eq!(suggestion("${{module.mo.db_host}}").1, "change to `${{module.mod.db_host}}`");
    assert_eq!(suggestion("${{module.mod.db_hos}}").1, "change to `${{module.mod.db_host}}`");
}
