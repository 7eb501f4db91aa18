//! The JavaScript package: the functions of [`api`] for wasm-bindgen, with TypeScript types of the
//! same structs.
//!
//! `crates/core/js/` checks the arguments, calls these functions, and throws their failures as an
//! `OptakitError`.

mod failure;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use self::failure::{Failure, check_choices, check_variables, refusal};
use crate::api::{
    self, Analysis, AwsDocument, Choices, Completions, Diagnostic, Hover, NoBundle, PathStep,
    RdsCertificates, Request, ServiceFile, SourceText, TextEdit,
};

#[wasm_bindgen(typescript_custom_section)]
const KIND: &str = "
/**
 * The kind of a Kubernetes object that Optakit writes.
 */
export type Kind = 'Namespace' | 'ServiceAccount' | 'ConfigMap' | 'Secret' | 'Service'
    | 'Deployment' | 'StatefulSet' | 'HorizontalPodAutoscaler' | 'PodDisruptionBudget' | 'Ingress'
    | 'HTTPRoute' | 'GRPCRoute' | 'CronJob' | 'TCPRoute';
";

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
    /// The values of input variables, like `--var` of the command line. They override those of the
    /// values file.
    #[serde(default)]
    #[tsify(optional)]
    pub variables: BTreeMap<String, String>,
    /// How to render the service file.
    #[serde(default)]
    #[tsify(optional, type = "Partial<Choices>")]
    pub choices: Choices,
    /// The RDS certificates of the region as PEM. Required if `Analysis.rdsCertificatesFor` names a
    /// region. The folder `rds-ca` of the package has a file for every region.
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
            variables: self.variables,
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
/// Throws an `OptakitError` if an argument has the wrong type, or if a choice is invalid.
#[wasm_bindgen]
pub fn validate(input: Ts<Input>) -> Result<Vec<Ts<Diagnostic>>, JsValue> {
    let request = request(&input)?;
    check_choices(&request)?;
    let analysis = api::check(&request);
    check_variables(&request, &analysis)?;
    analysis.diagnostics.iter().map(to_js).collect()
}

/// Returns the diagnostics, and the manifests if there are no errors.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type. The field `refusal` of the result
/// says why the choices are invalid.
#[wasm_bindgen]
pub fn render(input: Ts<Input>) -> Result<Ts<Analysis>, JsValue> {
    let request = request(&input)?;
    let mut analysis = api::analyze(&request, false);
    check_variables(&request, &analysis)?;
    analysis.refusal = refusal(&request, &analysis);
    to_js(&analysis)
}

/// Returns the AWS resources as JSON; none if the file has errors.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type, or if a choice is invalid.
#[wasm_bindgen]
pub fn aws(input: Ts<Input>) -> Result<Vec<Ts<AwsDocument>>, JsValue> {
    let request = request(&input)?;
    check_choices(&request)?;
    check_variables(&request, &api::check(&request))?;
    api::aws_documents(&request).iter().map(to_js).collect()
}

/// Returns the bundle for `optakit apply`.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type, if a choice is invalid, if the file
/// has errors, if the RDS certificates are missing, or if the bundle is too large.
#[wasm_bindgen]
pub fn bundle(input: Ts<Input>) -> Result<Ts<BundleFile>, JsValue> {
    let request = request(&input)?;
    check_choices(&request)?;
    let bundle = api::bundle(&request).map_err(|reason| match reason {
        NoBundle::Invalid(analysis) => Failure::of_bundle(&request, &analysis),
        NoBundle::TooLarge(error) => Failure::of_size(&error),
    })?;
    check_variables(&request, &api::check(&request))?;
    let text = bundle.to_file().map_err(|error| Failure::of_size(&error))?;
    to_js(&BundleFile { name: bundle.file_name(), text })
}

/// Returns the completions at a UTF-16 offset; nothing if there are none. `file` is the name of the
/// service file, or the path of an environment file.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type.
#[wasm_bindgen]
pub fn complete(
    input: Ts<Input>,
    file: &str,
    offset: usize,
) -> Result<Option<Ts<Completions>>, JsValue> {
    api::complete(&request(&input)?, file, offset).as_ref().map(to_js).transpose()
}

/// Returns the documentation at a UTF-16 offset, as Markdown; nothing if there is none.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type.
#[wasm_bindgen]
pub fn hover(input: Ts<Input>, file: &str, offset: usize) -> Result<Option<Ts<Hover>>, JsValue> {
    api::hover(&request(&input)?, file, offset).as_ref().map(to_js).transpose()
}

/// Returns the edit that sets the value at a path; nothing if the value is already there. Comments
/// and layout stay.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type, if the text is not valid YAML, or if
/// the path leads through a value without children.
#[wasm_bindgen]
pub fn set(
    text: String,
    path: Vec<Ts<PathStep>>,
    value: Ts<Data>,
) -> Result<Option<Ts<TextEdit>>, JsValue> {
    let value = value.to_rust().map_err(Failure::invalid_argument)?.0;
    let edit = api::set(&unnamed(text), &steps(&path)?, &value).map_err(Failure::of_edit)?;
    edit.as_ref().map(to_js).transpose()
}

/// Returns the edit that removes the entry or item at a path; nothing if there is none.
///
/// # Errors
///
/// Throws an `OptakitError` if an argument has the wrong type, or if the text is not valid YAML.
#[wasm_bindgen]
pub fn remove(text: String, path: Vec<Ts<PathStep>>) -> Result<Option<Ts<TextEdit>>, JsValue> {
    let edit = api::remove(&unnamed(text), &steps(&path)?).map_err(Failure::of_edit)?;
    edit.as_ref().map(to_js).transpose()
}

/// A JSON value.
#[derive(Deserialize, Tsify)]
#[tsify(type = "string | number | boolean | null | Data[] | { [key: string]: Data }")]
pub struct Data(serde_json::Value);

fn unnamed(text: String) -> SourceText {
    SourceText { name: String::new(), text }
}

fn steps(path: &[Ts<PathStep>]) -> Result<Vec<PathStep>, JsValue> {
    path.iter().map(|step| Ok(step.to_rust().map_err(Failure::invalid_argument)?)).collect()
}

fn request(input: &Ts<Input>) -> Result<Request, JsValue> {
    Ok(input.to_rust().map_err(Failure::invalid_argument)?.request())
}

/// Converts a result to JavaScript.
fn to_js<T: Tsify + Serialize>(result: &T) -> Result<Ts<T>, JsValue> {
    Ok(result.into_ts().map_err(Failure::internal)?)
}
