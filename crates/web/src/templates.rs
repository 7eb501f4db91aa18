//! The templates of new files. Only the dialog and empty files use them.

use crate::page::Page;
use crate::storage;
use crate::work::{SERVICE_FILE, Work};

/// A service file to start from.
pub(crate) struct Template {
    pub(crate) title: &'static str,
    /// The description.
    pub(crate) about: &'static str,
    pub(crate) service: &'static str,
}

macro_rules! template {
    ($title:literal, $about:literal, $file:literal) => {
        Template {
            title: $title,
            about: $about,
            service: include_str!(concat!("../examples/templates/", $file)),
        }
    };
}

/// All templates.
pub(crate) const TEMPLATES: &[Template] = &[
    template!(
        "Web service",
        "HTTP, with a health check, autoscaling and a public address",
        "web.yml"
    ),
    template!("Worker", "One container without a public address", "worker.yml"),
    template!("gRPC service", "gRPC, with a public address", "grpc.yml"),
    template!(
        "Web service with Postgres",
        "Linked to a Postgres database, which Optakit does not create",
        "postgres.yml"
    ),
];

/// The template of an environment file. Its account ID is empty, so that a copy cannot deploy to
/// the account of an example.
const ENVIRONMENT: &str = include_str!("../examples/templates/env.yml");

/// Replaces all texts with a template.
pub(crate) fn open(page: Page, template: &Template) {
    storage::remember(page.state, "before a template was opened");
    page.replace(Work { service: template.service.to_owned(), ..Work::default() });
    page.state.notify("Template opened. Undo restores your text.");
    page.focus(SERVICE_FILE);
}

/// Inserts the template of an environment file.
pub(crate) fn insert_environment(page: Page, file: &str) {
    page.replace_text(file, ENVIRONMENT.to_owned());
    page.focus(file);
}

#[cfg(test)]
mod tests {
    use optakit_core::api::{Request, ServiceFile, analyze};

    use super::*;

    #[test]
    fn templates_have_no_problems() {
        for template in TEMPLATES {
            let service = ServiceFile::parse("opta.yml", template.service);
            let request = Request {
                service,
                rds_certificates: optakit_core::api::RdsCertificates::always("certificates"),
                ..Request::default()
            };
            let analysis = analyze(&request, false);
            assert_eq!(analysis.diagnostics, [], "{}", template.title);
            assert!(analysis.manifests.is_some(), "{}", template.title);
        }
    }

    #[test]
    fn the_template_of_an_environment_only_lacks_the_account() {
        let service = ServiceFile::parse("opta.yml", TEMPLATES[0].service);
        let environment = |text: &str| [("env.yml".to_owned(), Ok(text.to_owned()))].into();
        let request =
            Request { service, environment_files: environment(ENVIRONMENT), ..Request::default() };
        let found = analyze(&request, false).diagnostics;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].path, "providers.aws.account_id");
        let filled = ENVIRONMENT.replace("account_id:", "account_id: \"012345678901\"");
        let request = Request { environment_files: environment(&filled), ..request };
        assert_eq!(analyze(&request, false).diagnostics, []);
    }
}
