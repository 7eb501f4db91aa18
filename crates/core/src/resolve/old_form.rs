//! The form that service files had before March 2021.

use crate::diagnostic::Diagnostic;
use crate::rule::rule;
use crate::syntax::Mapping;

rule! {
    /// The file has the form of Opta before March 2021, with `meta` and `envs`.
    ///
    /// Today, `name` and `environments` are at the start of the file, and each module has `name`
    /// and `type`. These keys have other names:
    ///
    /// | Before | Today |
    /// |---|---|
    /// | `meta.name` | `name` |
    /// | `meta.envs[].parent` | `environments[].path`, with a `name` |
    /// | `meta.variables` | `environments[].variables` |
    /// | the key of a module | `name` of the module |
    /// | `target_port: 5000` | `port: {http: 5000}` |
    /// | `domain` | `public_uri` |
    /// | `tag` | `image: AUTO` and `--image-tag` |
    /// | `env_vars: [{_link: db}]` | `links: [db]` |
    /// | `{var.x}` | `{vars.x}` |
    /// | `type: aws-rds` | `type: postgres` |
    ///
    /// Optakit reports no other problems in such a file.
    pub static OLD_FORM: Error {
        fix: "Rename the keys as the table shows.",
        bad: File(
            "meta:\n  name: shop\n  envs:\n    - parent: staging/opta.yml\nmodules:\n  \
             - api:\n      type: k8s-service\n      target_port: 5000\n"
        ),
        good: File(
            "name: shop\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n  \
             - name: api\n    type: k8s-service\n    image: AUTO\n    port: {http: 5000}\n"
        ),
    }
}

/// Reports a file of the old form. Other problems of such a file are not reported.
pub(super) fn check(mapping: &Mapping) -> Option<Diagnostic> {
    let meta = mapping.get("meta").filter(|_| mapping.get("environments").is_none())?;
    meta.value.as_mapping()?;
    let message = "the file has the form of Opta before March 2021, with `meta` and `envs`";
    Some(Diagnostic::new(&OLD_FORM, meta.key.span, "meta", message).help(
        "write `name` and `environments: [{name: …, path: …}]` at the start of the file, \
         `name` and `type` in each module, `port: {http: …}` for `target_port`, \
         `public_uri` for `domain`, `image: AUTO` for `tag`, and `links` for `_link`",
    ))
}
