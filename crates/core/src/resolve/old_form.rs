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
    let meta = mapping.get("meta").filter(|_| mapping.get("environments").is_none())?;
    let message = "the file has the form of Opta before March 2021, with `meta` and `envs`";
    let help = "write `name` and `environments: [{name: …, path: …}]` at the start of the file, \
                `name` and `type` in each module, `port: {http: …}` for `target_port`, \
                `public_uri` for `domain`, `image: AUTO` for `tag`, and `links` for `_link`";
    diagnostic(meta, message, help, source)
}

/// Reports an environment file of the old form. Other problems of such a file are not reported.
pub(super) fn check_environment(mapping: &Mapping, source: &Source) -> Option<Diagnostic> {
    let meta = mapping.get("meta").filter(|_| mapping.get("providers").is_none())?;
    let message = "the environment file has the form of Opta before March 2021, with `meta`";
    let help = "write `name`, `org_name` and `providers` at the start of the file, and `type` in \
                each module";
    diagnostic(meta, message, help, source)
}

fn diagnostic(meta: &Entry, message: &str, help: &str, source: &Source) -> Option<Diagnostic> {
    let fields = meta.value.as_mapping()?;
    let diagnostic = Diagnostic::new(&OLD_FORM, meta.key.span, "meta", message).help(help);
    Some(match old_form_fix::rewrite(meta, fields, source) {
        Some(Rewrite { edits, is_guessed }) => {
            let applicability =
                if is_guessed { Applicability::Unsafe } else { Applicability::Safe };
            diagnostic.fix_edits(applicability, "change `meta` to the form of today", edits)
        }
        None => diagnostic,
    })
}
