//! The binding to `js/platform.js`: drafts, history, files and links.

use optakit_core::api::SourceText;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = claim, catch)]
    async fn claim_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = fork, catch)]
    async fn fork_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = openVault, catch)]
    async fn open_vault_js(id: &str, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = keep, catch)]
    async fn keep_js(text: &Closure<dyn Fn() -> String>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = remember, catch)]
    async fn remember_js(label: &str, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = history, catch)]
    async fn history_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = clearHistory, catch)]
    async fn clear_history_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = pack, catch)]
    async fn pack_js(text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = unpack, catch)]
    async fn unpack_js(fragment: &str, limit: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = openFiles, catch)]
    async fn open_files_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = openFolder, catch)]
    async fn open_folder_js() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = dropped, catch)]
    async fn dropped_js(event: &web_sys::DragEvent) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = saveZip, catch)]
    async fn save_zip_js(name: &str, files: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = onNewRelease)]
    fn on_new_release_js(found: &Closure<dyn Fn()>);
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = onMissing)]
    fn on_missing_js(report: &Closure<dyn Fn(bool)>);
    /// Loads the parts of the text editor again that could not be fetched.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = loadMissingParts)]
    pub(crate) fn load_missing_parts();
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = isOutdated)]
    async fn is_outdated_js() -> JsValue;
    /// Forgets where files were opened from, so that they are not overwritten.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = forgetOpened)]
    pub(crate) fn forget_opened();
    /// Whether the work of this tab is a copy of the work in another open tab.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = isCopy)]
    pub(crate) fn is_copy() -> bool;
    /// Loads the newest release of the page.
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(crate) fn reload();
    /// Waits until the browser has painted the latest changes.
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(crate) async fn painted();
    /// Shows that the program crashed, with the text so that the user can copy it.
    #[wasm_bindgen(js_namespace = OptakitPage)]
    pub(crate) fn crashed(message: &str, text: &str);
    /// Wraps the long lines of all editors, or stops wrapping them.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = toggleLineWrapping)]
    pub(crate) fn toggle_line_wrapping();
    /// Opens the search panel of the text editor.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = searchText)]
    pub(crate) fn search_text();
    /// Collects key presses from now on, instead of handling them.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = holdKeys)]
    pub(crate) fn hold_keys();
    /// Sends the collected key presses to the focused element.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = releaseKeys)]
    pub(crate) fn release_keys();
    /// Returns how often the page crashed since it last ran for a while.
    #[wasm_bindgen(js_namespace = OptakitPage, js_name = takeCrashes)]
    pub(crate) fn take_crashes() -> u32;
}

/// The message of a JavaScript error.
pub(crate) fn reason(error: &JsValue) -> String {
    let message =
        js_sys::Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| "the browser denied access".to_owned())
}

/// Chooses where the page of `optakit edit` stores the work, and the key that encrypts it. If that
/// fails, nothing is stored.
pub(crate) async fn open_vault(id: &str, key: &str) {
    drop(open_vault_js(id, key).await);
}

/// Returns the draft that this tab continues; none on the first visit.
pub(crate) async fn claim() -> Result<Option<String>, String> {
    claim_js().await.map(|text| text.as_string()).map_err(|error| reason(&error))
}

/// Starts a new draft for this tab. The old draft does not change.
pub(crate) async fn fork() {
    drop(fork_js().await);
}

/// Whether the work is saved in this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    Yes,
    /// The storage is full.
    Full,
    /// The browser blocks its storage.
    Blocked,
    /// A newer release of the page changed the storage.
    Outdated,
}

/// Saves the draft that `text` returns, after the next paint.
pub(crate) async fn keep(text: &Closure<dyn Fn() -> String>) -> Saved {
    let reason = keep_js(text).await.ok().map(|reason| reason.as_string());
    match reason.as_ref().map(Option::as_deref) {
        Some(None) => Saved::Yes,
        Some(Some("full")) => Saved::Full,
        Some(Some("outdated")) => Saved::Outdated,
        Some(Some(_)) | None => Saved::Blocked,
    }
}

/// Calls a function when a newer release of the page is ready.
pub(crate) fn on_new_release(found: impl Fn() + 'static) {
    let found = Closure::<dyn Fn()>::new(found);
    on_new_release_js(&found);
    // It is needed as long as the page is open.
    found.forget();
}

/// Calls a function when a part of the text editor is missing (true), and when all parts are loaded
/// (false).
pub(crate) fn on_missing(report: impl Fn(bool) + 'static) {
    let report = Closure::<dyn Fn(bool)>::new(report);
    on_missing_js(&report);
    // It is needed as long as the page is open.
    report.forget();
}

/// Why a part is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A new release deleted its file.
    NewRelease,
    /// The network failed.
    NotFetched,
}

impl Missing {
    /// Returns the message for the user.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::NewRelease => {
                "A new version was released. Reload the page to use this part. Your text is saved."
            }
            Self::NotFetched => {
                "A part of the page could not be loaded. Check your connection and try again."
            }
        }
    }

    /// Returns the name of the button that helps.
    pub(crate) const fn action(self) -> &'static str {
        match self {
            Self::NewRelease => "Reload",
            Self::NotFetched => "Try again",
        }
    }
}

/// Returns why a part of the page is missing.
pub(crate) async fn missing() -> Missing {
    let is_outdated = is_outdated_js().await.as_bool().unwrap_or(false);
    if is_outdated { Missing::NewRelease } else { Missing::NotFetched }
}

/// Adds an entry to the history.
pub(crate) async fn remember(label: &str, text: &str) {
    drop(remember_js(label, text).await);
}

/// An entry of the history.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entry {
    /// Milliseconds since 1970.
    pub(crate) time: f64,
    pub(crate) label: String,
    pub(crate) text: String,
}

/// Returns the history, newest first.
pub(crate) async fn history() -> Vec<Entry> {
    let found = history_js().await.ok();
    found.and_then(|found| serde_wasm_bindgen::from_value(found).ok()).unwrap_or_default()
}

/// Deletes the history. Returns false if access is denied.
pub(crate) async fn clear_history() -> bool {
    clear_history_js().await.is_ok()
}

/// Compresses a text into the fragment of a link.
pub(crate) async fn pack(text: &str) -> Result<String, String> {
    let packed = pack_js(text).await.map_err(|error| reason(&error))?;
    packed.as_string().ok_or_else(|| "the browser cannot compress data".to_owned())
}

/// Extracts the text from the fragment of a link. Fails if it has more than `limit` bytes.
pub(crate) async fn unpack(fragment: &str, limit: u32) -> Result<String, String> {
    let text = unpack_js(fragment, limit).await.map_err(|error| reason(&error))?;
    text.as_string().ok_or_else(|| "it is damaged".to_owned())
}

/// A file with its path relative to the opened folder.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Why the file cannot be opened; none if it can.
    #[serde(default)]
    pub(crate) refused: Option<String>,
}

/// Converts the files that the browser opened.
pub(crate) fn files(found: Result<JsValue, JsValue>) -> Result<Vec<File>, String> {
    let found = found.map_err(|error| reason(&error))?;
    serde_wasm_bindgen::from_value(found).map_err(|error| error.to_string())
}

/// Asks the user for files; [`files`] converts the result.
pub(crate) async fn open_files() -> Result<JsValue, JsValue> {
    open_files_js().await
}

/// Asks the user for a folder; [`files`] converts the result.
pub(crate) async fn open_folder() -> Result<JsValue, JsValue> {
    open_folder_js().await
}

/// Reads the files of a drop; [`files`] converts the result.
pub(crate) async fn dropped(event: &web_sys::DragEvent) -> Result<JsValue, JsValue> {
    dropped_js(event).await
}

#[derive(Serialize)]
struct ZipEntry<'a> {
    name: &'a str,
    text: &'a str,
}

/// Saves files as a zip archive. Returns false if the code for archives cannot be fetched.
pub(crate) async fn save_zip(name: &str, files: &[SourceText]) -> Result<bool, String> {
    let files: Vec<ZipEntry<'_>> =
        files.iter().map(|file| ZipEntry { name: &file.name, text: &file.text }).collect();
    let files = serde_wasm_bindgen::to_value(&files).map_err(|error| error.to_string())?;
    let saved = save_zip_js(name, files).await.map_err(|error| reason(&error))?;
    Ok(saved.is_truthy())
}
