//! The core as a JavaScript package: the functions of [`api`] by wasm-bindgen, with TypeScript
//! types made from the same structs. The one file that knows of JavaScript.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::api::{
    self, Analysis, AwsDocument, Choices, Completions, Diagnostic, Hover, PathStep,
    RdsCertificates, Request, ServiceFile, SourceText, TextEdit,
};

/// The texts and choices that every function takes.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The service file's text.
    pub service: String,
    /// The service file's name in diagnostics and bundles; `opta.yml` when left out.
    #[tsify(optional)]
    pub name: Option<String>,
    /// The environment files' texts, by the `path` under which the service file names them.
    #[serde(default)]
    #[tsify(optional)]
    pub environment_files: BTreeMap<String, String>,
    /// The values file's text.
    #[tsify(optional)]
    pub values: Option<String>,
    /// What to render.
    #[serde(default)]
    #[tsify(optional, type = "Partial<Choices>")]
    pub choices: Choices,
    /// The certificates of RDS for the region, as PEM; needed when `Analysis.rdsCertificatesFor`
    /// names a region. The package has them in its folder `rds-ca`.
    #[tsify(optional)]
    pub rds_certificates: Option<String>,
}

impl Input {
    fn request(self) -> Request {
        Request {
            service: ServiceFile::parse(self.name.as_deref().unwrap_or("opta.yml"), &self.service),
            environment_files: self
                .environment_files
                .into_iter()
                .map(|(path, text)| (path, Ok(text)))
                .collect(),
            values: self.values.map(|text| SourceText { name: "values".to_owned(), text }),
            choices: self.choices,
            rds_certificates: self
                .rds_certificates
                .map(RdsCertificates::always)
                .unwrap_or_default(),
            ..Request::default()
        }
    }
}

/// A bundle as a file.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BundleFile {
    /// Its name.
    pub name: String,
    /// Its text, which `optakit apply` takes.
    pub text: String,
}

/// The version of the package.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Every fault of a service file, in source order.
///
/// # Errors
///
/// When `input` is not of its type.
#[wasm_bindgen]
pub fn validate(input: Ts<Input>) -> Result<Vec<Ts<Diagnostic>>, JsError> {
    let diagnostics = api::check(&request(&input)?).diagnostics;
    diagnostics.iter().map(|diagnostic| Ok(diagnostic.into_ts()?)).collect()
}

/// The faults, and without an error among them the manifests.
///
/// # Errors
///
/// When `input` is not of its type.
#[wasm_bindgen]
pub fn render(input: Ts<Input>) -> Result<Ts<Analysis>, JsError> {
    Ok(api::analyze(&request(&input)?, false).into_ts()?)
}

/// The AWS resources as JSON; none when the file has errors.
///
/// # Errors
///
/// When `input` is not of its type.
#[wasm_bindgen]
pub fn aws(input: Ts<Input>) -> Result<Vec<Ts<AwsDocument>>, JsError> {
    let documents = api::aws_documents(&request(&input)?);
    documents.iter().map(|document| Ok(document.into_ts()?)).collect()
}

/// The bundle that `optakit apply` takes.
///
/// # Errors
///
/// When `input` is not of its type, the file has errors, or the certificates of RDS are missing:
/// `render` tells of both.
#[wasm_bindgen]
pub fn bundle(input: Ts<Input>) -> Result<Ts<BundleFile>, JsError> {
    let bundle =
        api::bundle(&request(&input)?).map_err(|analysis| JsError::new(&refusal(&analysis)))?;
    Ok(BundleFile { name: bundle.file_name(), text: bundle.to_text() }.into_ts()?)
}

/// What may stand at a UTF-16 offset of a file: `file` is the service file's name or an environment
/// file's path.
///
/// # Errors
///
/// When `input` is not of its type.
#[wasm_bindgen]
pub fn complete(
    input: Ts<Input>,
    file: &str,
    offset: usize,
) -> Result<Option<Ts<Completions>>, JsError> {
    Ok(api::complete(&request(&input)?, file, offset)
        .map(|completions| completions.into_ts())
        .transpose()?)
}

/// What is to say of a UTF-16 offset of a file, as Markdown.
///
/// # Errors
///
/// When `input` is not of its type.
#[wasm_bindgen]
pub fn hover(input: Ts<Input>, file: &str, offset: usize) -> Result<Option<Ts<Hover>>, JsError> {
    Ok(api::hover(&request(&input)?, file, offset).map(|hover| hover.into_ts()).transpose()?)
}

/// The replacement that sets the value at a path of a text, comments and layout kept; nothing when
/// it has that value.
///
/// # Errors
///
/// When the text is not YAML, or the value has no place there.
#[wasm_bindgen]
pub fn set(
    text: String,
    path: Vec<Ts<PathStep>>,
    value: Ts<Data>,
) -> Result<Option<Ts<TextEdit>>, JsError> {
    Ok(api::set(&unnamed(text), &steps(&path)?, &value.to_rust()?.0)?
        .map(|replacement| replacement.into_ts())
        .transpose()?)
}

/// The replacement that takes the entry or item at a path of a text away; nothing when there is
/// none.
///
/// # Errors
///
/// When the text is not YAML.
#[wasm_bindgen]
pub fn remove(text: String, path: Vec<Ts<PathStep>>) -> Result<Option<Ts<TextEdit>>, JsError> {
    Ok(api::remove(&unnamed(text), &steps(&path)?)?
        .map(|replacement| replacement.into_ts())
        .transpose()?)
}

/// A value as JSON has it.
#[derive(Deserialize, Tsify)]
#[tsify(type = "string | number | boolean | null | Data[] | { [key: string]: Data }")]
pub struct Data(serde_json::Value);

fn unnamed(text: String) -> SourceText {
    SourceText { name: String::new(), text }
}

fn steps(path: &[Ts<PathStep>]) -> Result<Vec<PathStep>, JsError> {
    path.iter().map(|step| Ok(step.to_rust()?)).collect()
}

fn request(input: &Ts<Input>) -> Result<Request, JsError> {
    Ok(input.to_rust()?.request())
}

fn refusal(analysis: &Analysis) -> String {
    let error = analysis.diagnostics.iter().find(|diagnostic| diagnostic.severity == "error");
    match (error, &analysis.refusal, &analysis.rds_certificates_for) {
        (Some(error), ..) => {
            format!("{}:{}:{}: {}", error.file, error.place.line, error.place.column, error.message)
        }
        (None, Some(refusal), _) => refusal.clone(),
        (None, None, Some(region)) => {
            format!("the certificates of RDS for {region} are needed: give `rdsCertificates`")
        }
        (None, None, None) => "there is nothing to bundle".to_owned(),
    }
}
