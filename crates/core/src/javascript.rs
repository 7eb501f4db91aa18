//! The JavaScript package: the functions of [`api`] for wasm-bindgen, with TypeScript types of the
//! same structs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::api::{
    self, Analysis, AwsDocument, Choices, Completions, Diagnostic, Hover, PathStep,
    RdsCertificates, Request, ServiceFile, Severity, SourceText, TextEdit,
};

/// The files and choices that the functions take.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The text of the service file.
    pub service: String,
    /// The name of the service file in diagnostics and bundles. Default: `opta.yml`.
    #[tsify(optional)]
    pub name: Option<String>,
    /// The texts of the environment files by their `path` in the service file.
    #[serde(default)]
    #[tsify(optional)]
    pub environment_files: BTreeMap<String, String>,
    /// The text of the values file.
    #[tsify(optional)]
    pub values: Option<String>,
    /// How to render the service file.
    #[serde(default)]
    #[tsify(optional, type = "Partial<Choices>")]
    pub choices: Choices,
    /// The RDS certificates of the region as PEM. Required if `Analysis.rdsCertificatesFor` names a
    /// region. The folder `rds-ca` of the package contains them.
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
            variables: Default::default(),
            own_values: false,
            choices: self.choices,
            rds_certificates: self
                .rds_certificates
                .map(RdsCertificates::always)
                .unwrap_or_default(),
        }
    }
}

/// A bundle file.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BundleFile {
    /// The name of the file.
    pub name: String,
    /// The text of the file, for `optakit apply`.
    pub text: String,
}

/// Returns the version of the package.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Returns the diagnostics of a service file, in source order.
///
/// # Errors
///
/// Fails if `input` does not have the type `Input`.
#[wasm_bindgen]
pub fn validate(input: Ts<Input>) -> Result<Vec<Ts<Diagnostic>>, JsError> {
    let diagnostics = api::check(&request(&input)?).diagnostics;
    diagnostics.iter().map(|diagnostic| Ok(diagnostic.into_ts()?)).collect()
}

/// Returns the diagnostics, and the manifests if there are no errors.
///
/// # Errors
///
/// Fails if `input` does not have the type `Input`.
#[wasm_bindgen]
pub fn render(input: Ts<Input>) -> Result<Ts<Analysis>, JsError> {
    Ok(api::analyze(&request(&input)?, false).into_ts()?)
}

/// Returns the AWS resources as JSON; none if the file has errors.
///
/// # Errors
///
/// Fails if `input` does not have the type `Input`.
#[wasm_bindgen]
pub fn aws(input: Ts<Input>) -> Result<Vec<Ts<AwsDocument>>, JsError> {
    let documents = api::aws_documents(&request(&input)?);
    documents.iter().map(|document| Ok(document.into_ts()?)).collect()
}

/// Returns the bundle for `optakit apply`.
///
/// # Errors
///
/// Fails if `input` does not have the type `Input`, if the file has errors, or if the RDS
/// certificates are missing. `render` returns the errors and the region.
#[wasm_bindgen]
pub fn bundle(input: Ts<Input>) -> Result<Ts<BundleFile>, JsError> {
    let bundle =
        api::bundle(&request(&input)?).map_err(|analysis| JsError::new(&refusal(&analysis)))?;
    Ok(BundleFile { name: bundle.file_name(), text: bundle.to_text() }.into_ts()?)
}

/// Returns the completions at a UTF-16 offset. `file` is the name of the service file, or the path
/// of an environment file.
///
/// # Errors
///
/// Fails if `input` does not have the type `Input`.
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

/// Returns the documentation at a UTF-16 offset, as Markdown.
///
/// # Errors
///
/// Fails if `input` does not have the type `Input`.
#[wasm_bindgen]
pub fn hover(input: Ts<Input>, file: &str, offset: usize) -> Result<Option<Ts<Hover>>, JsError> {
    Ok(api::hover(&request(&input)?, file, offset).map(|hover| hover.into_ts()).transpose()?)
}

/// Returns the edit that sets the value at a path; nothing if the value is already there. Comments
/// and layout stay.
///
/// # Errors
///
/// Fails if the text is not valid YAML, or if the path leads through a value without children.
#[wasm_bindgen]
pub fn set(
    text: String,
    path: Vec<Ts<PathStep>>,
    value: Ts<Data>,
) -> Result<Option<Ts<TextEdit>>, JsError> {
    Ok(api::set(&unnamed(text), &steps(&path)?, &value.to_rust()?.0)?
        .map(|edit| edit.into_ts())
        .transpose()?)
}

/// Returns the edit that removes the entry or item at a path; nothing if there is none.
///
/// # Errors
///
/// Fails if the text is not valid YAML.
#[wasm_bindgen]
pub fn remove(text: String, path: Vec<Ts<PathStep>>) -> Result<Option<Ts<TextEdit>>, JsError> {
    Ok(api::remove(&unnamed(text), &steps(&path)?)?.map(|edit| edit.into_ts()).transpose()?)
}

/// A JSON value.
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
    let error =
        analysis.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    match (error, &analysis.refusal, &analysis.rds_certificates_for) {
        (Some(error), ..) => {
            format!("{}:{}:{}: {}", error.file, error.place.line, error.place.column, error.message)
        }
        (None, Some(refusal), _) => refusal.clone(),
        (None, None, Some(region)) => {
            format!("RDS certificates for {region} are missing: set `rdsCertificates`")
        }
        (None, None, None) => "the file has no services".to_owned(),
    }
}
