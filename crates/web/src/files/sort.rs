//! Finds the service file, the environment files and the values file among opened files.

use std::collections::BTreeMap;

use optakit_core::api::{self, ServiceFile, SourceText};
use optakit_core::bundle::Sources;

use crate::platform::File;
use crate::share;
use crate::work::{SERVICE_FILE, VALUES_FILE};

/// The opened files by purpose.
#[derive(Default)]
pub(super) struct OpenedFiles {
    pub(super) service: Option<String>,
    pub(super) environment_files: BTreeMap<String, String>,
    pub(super) values: Option<String>,
    /// The path that each file was opened from, by its name in the page.
    pub(super) paths: BTreeMap<String, String>,
    /// A message for the user.
    pub(super) message: String,
}

/// Finds the purpose of each file. Files that cannot be opened are named in the message.
///
/// `known` are the paths of the environment files of the current service file.
pub(super) fn sort(files: Vec<File>, known: &[String]) -> Result<OpenedFiles, String> {
    let is_folder = files.iter().any(|file| file.path.contains('/'));
    let mut refusals: Vec<String> = files.iter().filter_map(|file| file.refused.clone()).collect();
    let mut files: Vec<File> = files.into_iter().filter(|file| file.refused.is_none()).collect();
    if let [file] = files.as_slice()
        && file.path.ends_with(".json")
        && let Some(opened) = from_saved_work(file).or_else(|| from_bundle(file))
    {
        return Ok(opened.with_refusals(&refusals));
    }
    // In a folder, the service file nearest to the top is used.
    files.sort_by_key(|file| (file.path.matches('/').count(), file.path.clone()));
    let mut sorter = Sorter { files, opened: OpenedFiles::default(), paths: Vec::new() };
    sorter.take_service();
    sorter.take_values();
    if sorter.opened.service.is_none() {
        sorter.take_environments(known);
    }
    // A folder contains many files of other tools.
    if !is_folder {
        let others = sorter.files.iter();
        refusals.extend(others.map(|file| format!("{} {UNKNOWN_FILE}", file.path)));
    }
    if sorter.paths.is_empty() {
        return Err(if refusals.is_empty() {
            "No opta.yml found".to_owned()
        } else {
            format!("Nothing opened. {}", list(&refusals))
        });
    }
    sorter.opened.message = format!("Opened {}", sorter.paths.join(", "));
    Ok(sorter.opened.with_refusals(&refusals))
}

/// Why a file of another tool is not opened.
const UNKNOWN_FILE: &str = "is not a service file, an environment file or a values file";
/// The most files that a message names.
const MAX_NAMED: usize = 5;

/// Lists the first refusals.
fn list(refusals: &[String]) -> String {
    let named = refusals[..refusals.len().min(MAX_NAMED)].join("; ");
    match refusals.len().saturating_sub(MAX_NAMED) {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}

impl OpenedFiles {
    /// Adds the files that were not opened to the message.
    fn with_refusals(mut self, refusals: &[String]) -> Self {
        if !refusals.is_empty() {
            self.message = format!("{}. Not opened: {}", self.message, list(refusals));
        }
        self
    }
}

/// Reads work that the Share dialog saved as a file.
fn from_saved_work(file: &File) -> Option<OpenedFiles> {
    let work = share::from_json(&file.text).ok()?;
    Some(OpenedFiles {
        service: Some(work.service),
        environment_files: work.environment_files,
        message: format!("Opened {}", file.path),
        ..OpenedFiles::default()
    })
}

/// Reads the texts inside a bundle.
fn from_bundle(file: &File) -> Option<OpenedFiles> {
    let sources = Sources::of_bundle(&file.text).ok()?;
    let environment_files = sources.environment.into_iter().map(|file| (file.name, file.text));
    Some(OpenedFiles {
        service: Some(sources.service.text),
        environment_files: environment_files.collect(),
        message: format!("Opened the sources in {}", file.path),
        ..OpenedFiles::default()
    })
}

struct Sorter {
    /// The files without a known purpose.
    files: Vec<File>,
    opened: OpenedFiles,
    /// The paths of the other files.
    paths: Vec<String>,
}

impl Sorter {
    /// Removes a file from the list and returns its text.
    fn take(&mut self, index: usize, name: &str) -> String {
        let file = self.files.remove(index);
        self.opened.paths.insert(name.to_owned(), file.path.clone());
        self.paths.push(file.path);
        file.text
    }

    fn position(&self, matches: impl Fn(&File) -> bool) -> Option<usize> {
        self.files.iter().position(matches)
    }

    /// Takes the service file and the environment files that it refers to.
    fn take_service(&mut self) {
        // An environment file can have the same name, for example in another Git repository.
        let named = self.position(|file| {
            matches!(base_name(&file.path), "opta.yml" | "opta.yaml")
                && (is_service(&file.text) || !is_environment(&file.text))
        });
        let Some(index) = named.or_else(|| self.position(|file| is_service(&file.text))) else {
            return;
        };
        let folder = folder(&self.files[index].path).to_owned();
        let text = self.take(index, SERVICE_FILE);
        let service = ServiceFile::parse(SERVICE_FILE, &text);
        self.opened.service = Some(text);
        for environment in service.environments() {
            if let Some(index) = self.environment(&folder, &environment.path) {
                let text = self.take(index, &environment.path);
                self.opened.environment_files.insert(environment.path, text);
            }
        }
    }

    /// Returns the index of the environment file that a service file in a folder refers to.
    fn environment(&self, folder: &str, path: &str) -> Option<usize> {
        if let Some(inner) = path_in_repository(path) {
            let name = base_name(inner);
            let end = format!("/{inner}");
            let is_inside = |file: &File| file.path == inner || file.path.ends_with(&end);
            let is_same = |file: &File| file.path == name && is_environment(&file.text);
            return self.position(is_inside).or_else(|| self.position(is_same));
        }
        let name = base_name(path);
        let path = join(folder, path);
        let exact = self.position(|file| file.path == path);
        exact.or_else(|| self.position(|file| file.path == name))
    }

    fn take_values(&mut self) {
        if let Some(index) = self.position(|file| base_name(&file.path).starts_with("values.")) {
            self.opened.values = Some(self.take(index, VALUES_FILE));
        }
    }

    /// Without a service file, takes the environment files of the current service file. `known` are
    /// their paths.
    fn take_environments(&mut self, known: &[String]) {
        while let Some(index) = self.position(|file| is_environment(&file.text)) {
            let name = base_name(&self.files[index].path).to_owned();
            let name_of =
                |path: &str| base_name(path_in_repository(path).unwrap_or(path)).to_owned();
            let path = match known.iter().find(|path| name_of(path) == name) {
                Some(path) => path.clone(),
                None if known.len() == 1 => known[0].clone(),
                None => name,
            };
            let text = self.take(index, &path);
            self.opened.environment_files.insert(path, text);
        }
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the path inside the Git repository that an address names: `staging/opta.yml` of
/// `git@host:org/repo.git//staging/opta.yml?ref=main`. None if the path is not an address.
pub(crate) fn path_in_repository(path: &str) -> Option<&str> {
    let after_scheme = path.find("://").map_or(0, |at| at + 3);
    let address = api::is_git_address(path).then(|| &path[after_scheme..])?;
    let (_, inner) = address.split_once("//")?;
    inner.split('?').next()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins a folder and a relative path: `a/b` and `../c.yml` become `a/c.yml`.
fn join(folder: &str, path: &str) -> String {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Whether a text looks like an environment file, even if it has syntax errors.
fn is_environment(text: &str) -> bool {
    let is_key = |line: &str| line.starts_with("org_name:") || line.starts_with("providers:");
    text.trim_start().starts_with('{') && text.contains("providers") || text.lines().any(is_key)
}

fn is_service(text: &str) -> bool {
    let source = SourceText { name: String::new(), text: text.to_owned() };
    let data = api::read_data(&source).unwrap_or_default();
    let is_k8s_service = |module: &serde_json::Value| {
        module["type"].as_str().is_some_and(|kind| kind.ends_with("k8s-service"))
    };
    data["environments"].is_array()
        || data["modules"].as_array().is_some_and(|modules| modules.iter().any(is_k8s_service))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned(), refused: None }
    }

    const SERVICE: &str =
        "name: shop\nenvironments: [{name: staging, path: ../env/staging.yml}]\nmodules: []\n";

    #[test]
    fn files_of_a_folder_are_sorted_by_purpose() {
        let files = vec![
            file("README.json", "{}"),
            file("deploy/old/opta.yml", "name: old\n"),
            file("deploy/opta.yml", SERVICE),
            file("env/staging.yml", "name: staging\n"),
            file("deploy/values.yml", "parent: {}\n"),
        ];
        let opened = sort(files, &[]).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(opened.service.as_deref(), Some(SERVICE));
        assert_eq!(opened.environment_files["../env/staging.yml"], "name: staging\n");
        assert_eq!(opened.values.as_deref(), Some("parent: {}\n"));
        assert_eq!(opened.paths["../env/staging.yml"], "env/staging.yml");
        assert_eq!(opened.message, "Opened deploy/opta.yml, env/staging.yml, deploy/values.yml");
    }

    #[test]
    fn service_file_may_have_any_name() {
        let opened =
            sort(vec![file("api.yaml", SERVICE)], &[]).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(opened.service.as_deref(), Some(SERVICE));
        assert!(sort(vec![file("a/b.json", "{}"), file("opta.yml", SERVICE)], &[]).is_ok());
    }

    #[test]
    fn unknown_files_are_reported_and_the_others_open() {
        let refused = |path: &str, reason: &str| File {
            refused: Some(format!("{path} {reason}")),
            ..file(path, "")
        };
        let files = vec![
            refused("old.yml", "is not text in UTF-8"),
            file("opta.yml", SERVICE),
            file("docker-compose.yml", "services: {web: {image: nginx}}\n"),
        ];
        let opened = sort(files, &[]).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(opened.service.as_deref(), Some(SERVICE));
        assert_eq!(
            opened.message,
            format!(
                "Opened opta.yml. Not opened: old.yml is not text in UTF-8; \
                 docker-compose.yml {UNKNOWN_FILE}"
            )
        );
        let compose = vec![file("docker-compose.yml", "services: {web: {image: nginx}}\n")];
        let reason = sort(compose, &[]).err();
        assert_eq!(reason, Some(format!("Nothing opened. docker-compose.yml {UNKNOWN_FILE}")));
    }

    #[test]
    fn an_environment_file_of_a_git_repository_may_be_called_like_the_service_file() {
        let address = "git@host:org/repo.git//staging/opta.yml?ref=v1";
        let environment = "name: staging\norg_name: acme\nproviders: {}\n";
        let known = ["env.yml".to_owned(), address.to_owned()];
        let opened = sort(vec![file("opta.yml", environment)], &known)
            .unwrap_or_else(|reason| panic!("{reason}"));
        assert!(opened.service.is_none());
        assert_eq!(opened.environment_files[address], environment);
        let service = SERVICE.replace("../env/staging.yml", &format!("'{address}'"));
        let files = vec![file("opta.yml", &service), file("infra/staging/opta.yml", environment)];
        let opened = sort(files, &[]).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(opened.service.as_deref(), Some(&*service));
        assert_eq!(opened.environment_files[address], environment);
        assert_eq!(path_in_repository("https://host/org/repo.git//a/b.yml"), Some("a/b.yml"));
        assert_eq!(path_in_repository("env//staging.yml"), None);
    }

    #[test]
    fn an_environment_file_gets_the_path_that_the_service_file_uses() {
        let known = ["../env/staging.yml".to_owned(), "production.yml".to_owned()];
        let files = vec![file("staging.yml", "name: staging\norg_name: acme\n")];
        let opened = sort(files, &known).unwrap_or_else(|reason| panic!("{reason}"));
        assert!(opened.environment_files.contains_key("../env/staging.yml"));
    }
}
