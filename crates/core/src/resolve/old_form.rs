//! The form that service files had before March 2021.

use super::old_form_fix::{self, Rewrite};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::rule::rule;
use crate::source::Source;
use crate::syntax::{Entry, Mapping};

rule! {
    /// The file has the form of Opta before March 2021, with `meta` and `envs`.
    ///
    /// Today, `name` and `environments` are at the start of the file, and each module has `name`
    /// and `type`. These keys have other names:
    ///
    /// | Before | Today |
    /// |---|---|
    /// | `meta.name` | `name` |
    /// | `meta.org_id` | `org_name` |
    /// | `meta.envs[].parent`, `meta.parent` | `environments[].path`, with a `name` |
    /// | `meta.variables` | `input_variables`, with a `default` |
    /// | the key of a module | `name` of the module |
    /// | `target_port: 5000` | `port: {http: 5000}` |
    /// | `domain` | `public_uri` |
    /// | `tag` | `image: AUTO` and `--image-tag` |
    /// | `env_vars: [{_link: db}]` | `links: [db]` |
    /// | `{var.x}` | `{vars.x}` |
    /// | `type: aws-rds` | `type: postgres` |
    ///
    /// Optakit reports no other problems in such a file. The fix changes `meta`. The old form does
    /// not contain the names of environments, so the fix takes them from the paths. Check them.
    /// Then Optakit reports the modules, with a fix for each of them.
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

/// Reports a service file of the old form. Other problems of such a file are not reported.
pub(super) fn check(mapping: &Mapping, source: &Source) -> Option<Diagnostic> {
    let meta = mapping.get("meta")?;
    if ["name", "environments"].iter().all(|key| mapping.get(key).is_some()) {
        return None;
    }
    let message = "the file has the form of Opta before March 2021, with `meta` and `envs`";
    let help = "write `name` and `environments: [{name: …, path: …}]` at the start of the file, \
                `name` and `type` in each module, `port: {http: …}` for `target_port`, \
                `public_uri` for `domain`, `image: AUTO` for `tag`, and `links` for `_link`";
    diagnostic(meta, mapping, (message, help), source)
}

/// Reports an environment file of the old form. Other problems of such a file are not reported.
pub(super) fn check_environment(mapping: &Mapping, source: &Source) -> Option<Diagnostic> {
    let meta = mapping.get("meta")?;
    if ["name", "providers"].iter().all(|key| mapping.get(key).is_some()) {
        return None;
    }
    let message = "the environment file has the form of Opta before March 2021, with `meta`";
    let help = "write `name`, `org_name` and `providers` at the start of the file, and `type` in \
                each module";
    diagnostic(meta, mapping, (message, help), source)
}

fn diagnostic(
    meta: &Entry,
    mapping: &Mapping,
    (message, help): (&str, &str),
    source: &Source,
) -> Option<Diagnostic> {
    let fields = meta.value.as_mapping()?;
    let diagnostic = Diagnostic::new(&OLD_FORM, meta.key.span, "meta", message).help(help);
    // A field that is also at the start of the file would occur twice.
    let today = |key: &str| match key {
        "envs" | "parent" => "environments".to_owned(),
        "org_id" => "org_name".to_owned(),
        "variables" => "input_variables".to_owned(),
        other => other.to_owned(),
    };
    let is_twice =
        fields.entries.iter().any(|entry| mapping.get(&today(&entry.key.value)).is_some());
    let rewrite = old_form_fix::rewrite(meta, fields, source).filter(|_| !is_twice);
    Some(match rewrite {
        Some(Rewrite { edits, is_guessed }) => {
            let applicability =
                if is_guessed { Applicability::Unsafe } else { Applicability::Safe };
            diagnostic.fix_edits(applicability, "change `meta` to the form of today", edits)
        }
        None => diagnostic,
    })
}
