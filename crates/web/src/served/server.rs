//! The requests to `optakit edit`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::Deserialize;

use super::file::Disk;

/// The files on disk.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Files {
    /// The path of the service file as the user gave it.
    pub(super) name: String,
    /// The existing files by path. The path of the service file is empty.
    pub(super) files: BTreeMap<String, Disk>,
    /// The environment files outside the repository that need the user's permission.
    pub(super) outside: BTreeSet<String>,
    /// The version of all files.
    pub(super) version: String,
    pub(super) vault: Vault,
}

/// The name of the browser's storage, and the key that encrypts it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Vault {
    pub(super) id: String,
    pub(super) key: String,
}

/// The result of a write.
pub(super) enum Written {
    /// The file has the new text, with this version.
    Done(String),
    /// The file changed before. It has this version, or was removed.
    Conflict(Option<Disk>),
}

#[derive(Deserialize)]
struct ConflictBody {
    current: Option<Disk>,
}

/// The server, with the token from the address of the page.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) token: Arc<str>,
}

impl Server {
    fn with_token(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("x-optakit-token", &self.token)
    }

    /// Reads all files.
    pub(super) async fn read(&self) -> Result<Files, String> {
        let request = self.with_token(Request::get("edit/files"));
        let response = request.send().await.map_err(|_| no_answer())?;
        if !response.ok() {
            return Err(reason(response).await);
        }
        response.json().await.map_err(|error| error.to_string())
    }

    /// Writes a file that is based on a version; `None` if the file does not exist.
    pub(super) async fn write(
        &self,
        path: &str,
        text: String,
        base: Option<&str>,
    ) -> Result<Written, String> {
        let address = format!("edit/files?path={}", js_sys::encode_uri_component(path));
        let request = self.with_token(Request::put(&address));
        let request = match base {
            Some(version) => request.header("if-match", &format!("\"{version}\"")),
            None => request.header("if-none-match", "*"),
        };
        let request = request.body(text).map_err(|error| error.to_string())?;
        let response = request.send().await.map_err(|_| no_answer())?;
        match response.status() {
            204 => {
                let tag = response.headers().get("etag").unwrap_or_default();
                Ok(Written::Done(tag.trim_matches('"').to_owned()))
            }
            412 => {
                let body: ConflictBody =
                    response.json().await.map_err(|error| error.to_string())?;
                Ok(Written::Conflict(body.current))
            }
            _ => Err(reason(response).await),
        }
    }

    /// Allows an environment file outside the repository.
    pub(super) async fn allow(&self, path: &str) -> Result<(), String> {
        let address = format!("edit/allowed?path={}", js_sys::encode_uri_component(path));
        let sent = self.with_token(Request::post(&address)).send().await;
        sent.map(drop).map_err(|_| no_answer())
    }
}

fn no_answer() -> String {
    "`optakit edit` does not respond".to_owned()
}

/// Returns the message of a response on one line.
async fn reason(response: Response) -> String {
    let text = response.text().await.unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").replace("; help: ", "; ")
}
