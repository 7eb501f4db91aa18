//! Why a function of the JavaScript package fails, in the words of its callers.

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::api::{Analysis, Request, Severity};
use crate::bundle::BundleError;
use crate::quote::{one_of, quoted};
use crate::suggest::Suggestion;
use crate::syntax::EditError;

#[wasm_bindgen(typescript_custom_section)]
const OPTAKIT_ERROR: &str = "
/**
 * The kind of an error:
 *
 * - `invalid-argument`: an argument has the wrong type, or an unknown key or name
 * - `invalid-choice`: one of `choices` is unknown, or does not fit the file
 * - `invalid-file`: the service file has errors; `validate` returns them
 * - `missing-certificates`: `rdsCertificates` is missing
 * - `cannot-edit`: `set` or `remove` cannot edit the text
 * - `not-initialized`: `init()` of `optakit/web` was not called, is not finished, or failed
 * - `internal`: an error in Optakit
 */
export type ErrorCode = 'invalid-argument' | 'invalid-choice' | 'invalid-file'
    | 'missing-certificates' | 'cannot-edit' | 'not-initialized' | 'internal';

/**
 * The error that every function of the package throws. An error that is thrown while an argument is
 * read, for example by a getter, is thrown unchanged.
 */
export class OptakitError extends Error {
    /**
     * The kind of the error.
     */
    readonly code: ErrorCode;
    constructor(code: ErrorCode, message: string, options?: { cause?: unknown });
}
";

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum ErrorCode {
    InvalidArgument,
    InvalidChoice,
    InvalidFile,
    MissingCertificates,
    CannotEdit,
    Internal,
}

/// Why a function fails. JavaScript converts it to an `OptakitError`.
#[derive(Serialize)]
pub(super) struct Failure {
    code: ErrorCode,
    message: String,
}

impl Failure {
    fn new(code: ErrorCode, message: impl ToString) -> Self {
        Self { code, message: message.to_string() }
    }

    /// Reports an argument that JavaScript should have rejected.
    pub(super) fn invalid_argument(error: impl ToString) -> Self {
        Self::new(ErrorCode::InvalidArgument, error)
    }

    /// Reports an error in Optakit.
    pub(super) fn internal(error: impl ToString) -> Self {
        Self::new(ErrorCode::Internal, error)
    }

    /// Explains why an edit is not possible.
    pub(super) fn of_edit(error: EditError) -> Self {
        Self::new(ErrorCode::CannotEdit, error)
    }

    /// Reports that a bundle is too large.
    pub(super) fn of_size(error: &BundleError) -> Self {
        Self::new(ErrorCode::InvalidFile, error.to_string())
    }

    /// Explains why there is no bundle.
    pub(super) fn of_bundle(request: &Request, analysis: &Analysis) -> Self {
        let error = analysis.diagnostics.iter().find(|found| found.severity == Severity::Error);
        if let Some(error) = error {
            let (line, column) = (error.place.line, error.place.column);
            let message = format!("{}:{line}:{column}: {}", error.file, error.message);
            return Self::new(ErrorCode::InvalidFile, message);
        }
        if let Some(refusal) = refusal(request, analysis) {
            return Self::new(ErrorCode::InvalidChoice, refusal);
        }
        match &analysis.rds_certificates_for {
            Some(region) => Self::new(
                ErrorCode::MissingCertificates,
                format!(
                    "RDS certificates for {region} are missing: set `rdsCertificates` to the text \
                     of `optakit/rds-ca/{region}.pem`"
                ),
            ),
            None => Self::new(ErrorCode::InvalidFile, "the file has no services"),
        }
    }
}

impl From<Failure> for JsValue {
    /// Writes the failure as JSON.
    fn from(failure: Failure) -> Self {
        Self::from_str(&serde_json::to_string(&failure).expect("texts can be written as JSON"))
    }
}

/// Checks the choices without the question which environment is meant.
///
/// # Errors
///
/// Fails if a choice is invalid.
pub(super) fn check_choices(request: &Request) -> Result<(), Failure> {
    let invalid = |message| Failure::new(ErrorCode::InvalidChoice, message);
    request.choices.parse().map_err(invalid)?;
    unknown_environment(request).map_or(Ok(()), |message| Err(invalid(message)))
}

/// Checks the names in `variables`. In a file with errors, the list of variables may be incomplete.
///
/// # Errors
///
/// Fails if the service file has no such input variable.
pub(super) fn check_variables(request: &Request, analysis: &Analysis) -> Result<(), Failure> {
    let known = request.service.input_variables();
    let unknown = request.variables.keys().find(|name| !known.contains(&name.as_str()));
    let Some(name) = unknown.filter(|_| !analysis.has_errors()) else { return Ok(()) };
    let other_help = || match known.as_slice() {
        [] => "remove it: the file has no `input_variables`".to_owned(),
        known => format!("use {}", one_of(known)),
    };
    let help = Suggestion::new(name, known.iter().copied(), other_help).help;
    let file = request.service.name();
    Err(Failure::invalid_argument(format!(
        "`variables`: {file} has no input variable {}\n  help: {help}",
        quoted(name)
    )))
}

/// Returns why the choices are invalid or do not fit the file.
pub(super) fn refusal(request: &Request, analysis: &Analysis) -> Option<String> {
    let refusal = analysis.refusal.clone()?;
    if request.choices.parse().is_err() {
        return Some(refusal);
    }
    let names = environments(request);
    unknown_environment(request).or_else(|| {
        Some(match (&request.choices.environment, names.as_slice()) {
            (None, [_, _, ..]) => format!(
                "the file has several environments: set `choices.environment` to {}",
                one_of(&names.iter().map(String::as_str).collect::<Vec<_>>())
            ),
            _ => refusal,
        })
    })
}

fn unknown_environment(request: &Request) -> Option<String> {
    let chosen = request.choices.environment.as_ref()?;
    let names = environments(request);
    let is_unknown = !names.is_empty() && !names.contains(chosen);
    is_unknown.then(|| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("unknown environment {}, expected {}", quoted(chosen), one_of(&names))
    })
}

fn environments(request: &Request) -> Vec<String> {
    request.service.environments().into_iter().map(|environment| environment.name).collect()
}
