//! Files that come in, and what each is for.

use std::collections::BTreeMap;

use leptos::prelude::*;
use optakit_core::api::{self, SourceText};
use optakit_core::bundle::Bundle;
use wasm_bindgen::JsValue;

use crate::platform::{self, File};
use crate::state::{SERVICE_FILE, State, VALUES_FILE};
use crate::work::{self, Work};
use crate::{export, later, share};

/// Lets the user choose files and takes them in.
pub(crate) fn open(state: State) {
    leptos::task::spawn_local(async move {
        later::take_files(state, platform::open_files().await).await
    });
}

/// The same with a folder.
pub(crate) fn open_folder(state: State) {
    leptos::task::spawn_local(async move {
        later::take_files(state, platform::open_folder().await).await
    });
}

/// Saves the open text where it was opened from, else as a download.
pub(crate) async fn save(state: State) {
    let name = state.open.get_untracked();
    let text = untrack(|| state.text_of(&name));
    let path = state
        .opened_as
        .with_untracked(|paths| paths.get(&name).cloned().unwrap_or_else(|| name.clone()));
    match platform::save_in_place(&path, &text).await {
        Ok(true) => state.say(format!("Saved {path}")),
        Ok(false) => export::download(
            state,
            name.rsplit('/').next().unwrap_or(&name),
            "application/yaml",
            &text,
        ),
        Err(reason) => state.say(format!("{path} could not be saved: {reason}")),
    }
}

/// Files may be dropped anywhere on the page.
pub(crate) fn accept_drops(state: State) {
    // Text that is dragged about is the editor's own affair.
    let brings_files = |event: &web_sys::DragEvent| {
        event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if brings_files(&event) {
            event.prevent_default();
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        if !brings_files(&event) {
            return;
        }
        event.prevent_default();
        leptos::task::spawn_local(async move {
            later::take_files(state, platform::dropped(&event).await).await
        });
    });
    on_cleanup(move || {
        over.remove();
        drop.remove();
    });
}

/// Takes in what the browser opened.
pub(crate) fn take(state: State, found: Result<JsValue, JsValue>) {
    let files = match platform::files(found) {
        Ok(files) if files.is_empty() => return,
        Ok(files) => files,
        Err(reason) => return state.say(reason),
    };
    match sort(files) {
        Ok(Taken { work, paths, said }) => {
            work::remember(state, "before files were opened");
            let before = state.work.get_untracked();
            let service = work.service.unwrap_or(before.service);
            let environment_files =
                before.environment_files.into_iter().chain(work.environment_files).collect();
            let values = work.values.unwrap_or_default();
            state.replace(Work {
                service,
                environment_files,
                values,
                environment: None,
                image: before.image,
                target: before.target,
                exported: None,
            });
            state.opened_as.set(paths);
            state.say(said);
        }
        Err(reason) => state.say(reason),
    }
}

#[derive(Default)]
struct Parts {
    service: Option<String>,
    environment_files: BTreeMap<String, String>,
    values: Option<String>,
}

struct Taken {
    work: Parts,
    /// The path of each file as it was opened, by its name in the page.
    paths: BTreeMap<String, String>,
    said: String,
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `a/b` and `../c.yml` make `a/c.yml`.
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

/// Finds out what each file is.
fn sort(files: Vec<File>) -> Result<Taken, String> {
    if let [file] = files.as_slice()
        && file.path.ends_with(".json")
        && let Ok(work) = share::read(&file.text)
    {
        let work = Parts {
            service: Some(work.service),
            environment_files: work.environment_files,
            values: None,
        };
        return Ok(Taken { work, paths: BTreeMap::new(), said: format!("Opened {}", file.path) });
    }
    if let [file] = files.as_slice()
        && file.path.ends_with(".json")
        && let Ok(bundle) = Bundle::parse(&file.text)
    {
        let name = file.path.clone();
        let environment_files =
            bundle.sources.environment.into_iter().map(|file| (file.name, file.text)).collect();
        let work =
            Parts { service: Some(bundle.sources.service.text), environment_files, values: None };
        return Ok(Taken {
            work,
            paths: BTreeMap::new(),
            said: format!("Opened the texts of {name}"),
        });
    }
    let mut files = files;
    // A service file far down in a folder is less likely meant than one at its top.
    files.sort_by_key(|file| (file.path.matches('/').count(), file.path.clone()));
    let named = files.iter().position(|file| matches!(base(&file.path), "opta.yml" | "opta.yaml"));
    let service = named.or_else(|| files.iter().position(|file| is_service(&file.text)));
    let mut taken = Taken { work: Parts::default(), paths: BTreeMap::new(), said: String::new() };
    let mut opened = Vec::new();
    let mut home = String::new();
    let mut wanted = Vec::new();
    if let Some(index) = service {
        let file = files.remove(index);
        folder(&file.path).clone_into(&mut home);
        let text = SourceText { name: SERVICE_FILE.to_owned(), text: file.text.clone() };
        wanted = api::environments(&text);
        taken.paths.insert(SERVICE_FILE.to_owned(), file.path.clone());
        opened.push(file.path);
        taken.work.service = Some(file.text);
    }
    for environment in wanted {
        let at = join(&home, &environment.path);
        let exact = files.iter().position(|file| file.path == at);
        if let Some(index) =
            exact.or_else(|| files.iter().position(|file| file.path == base(&environment.path)))
        {
            let file = files.remove(index);
            taken.paths.insert(environment.path.clone(), file.path.clone());
            opened.push(file.path);
            taken.work.environment_files.insert(environment.path, file.text);
        }
    }
    if let Some(index) = files.iter().position(|file| base(&file.path).starts_with("values.")) {
        let file = files.remove(index);
        taken.paths.insert(VALUES_FILE.to_owned(), file.path.clone());
        opened.push(file.path);
        taken.work.values = Some(file.text);
    }
    // Alone, a file of an environment that the service file in the page names is taken too.
    if taken.work.service.is_none() {
        for file in files {
            taken.paths.insert(base(&file.path).to_owned(), file.path.clone());
            opened.push(file.path.clone());
            taken.work.environment_files.insert(base(&file.path).to_owned(), file.text);
        }
    }
    if opened.is_empty() {
        return Err("There is no opta.yml among the files".to_owned());
    }
    taken.said = format!("Opened {}", opened.join(", "));
    Ok(taken)
}

fn is_service(text: &str) -> bool {
    let data = api::read_data(&SourceText { name: String::new(), text: text.to_owned() })
        .unwrap_or_default();
    let modules = data["modules"].as_array().into_iter().flatten();
    data["environments"].is_array()
        || modules
            .into_iter()
            .any(|module| module["type"].as_str().is_some_and(|kind| kind.ends_with("k8s-service")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    const SERVICE: &str =
        "name: shop\nenvironments: [{name: staging, path: ../env/staging.yml}]\nmodules: []\n";

    #[test]
    fn a_folder_is_sorted_by_what_its_files_are_for() {
        let files = vec![
            file("README.json", "{}"),
            file("deploy/old/opta.yml", "name: old\n"),
            file("deploy/opta.yml", SERVICE),
            file("env/staging.yml", "name: staging\n"),
            file("deploy/values.yml", "parent: {}\n"),
        ];
        let taken = sort(files).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(taken.work.service.as_deref(), Some(SERVICE));
        assert_eq!(taken.work.environment_files["../env/staging.yml"], "name: staging\n");
        assert_eq!(taken.work.values.as_deref(), Some("parent: {}\n"));
        assert_eq!(taken.paths["../env/staging.yml"], "env/staging.yml");
        assert_eq!(taken.said, "Opened deploy/opta.yml, env/staging.yml, deploy/values.yml");
    }

    #[test]
    fn a_service_file_of_any_name_is_one() {
        let taken =
            sort(vec![file("api.yaml", SERVICE)]).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!(taken.work.service.as_deref(), Some(SERVICE));
        assert!(sort(vec![file("a/b.json", "{}"), file("opta.yml", SERVICE)]).is_ok());
    }
}
