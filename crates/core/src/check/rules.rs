//! The list of all rules.

use super::{env_vars, exposure, iam, image, links, names, probes, public_uri, scaling, sessions};
use crate::diagnostic::Rule;
use crate::model::{layer, module, rules, unsupported};
use crate::{resolve, syntax};

/// Every rule, by family.
pub static RULES: &[&Rule] = &[
    &syntax::SYNTAX,
    &syntax::DUPLICATE_KEY,
    &rules::UNKNOWN_FIELD,
    &unsupported::LATER_FIELD,
    &rules::MISSING_FIELD,
    &rules::WRONG_TYPE,
    &rules::OUT_OF_RANGE,
    &rules::UNQUOTED_VALUE,
    &rules::UNIT_IN_NUMBER,
    &rules::PORT_KINDS,
    &rules::INVALID_IMAGE,
    &layer::CONFLICTING_VARIABLE,
    &module::UNKNOWN_MODULE_TYPE,
    &module::DUPLICATE_MODULE_NAME,
    &resolve::NO_ENVIRONMENT,
    &resolve::AMBIGUOUS_ENVIRONMENT,
    &resolve::ENVIRONMENT_FILE,
    &resolve::UNKNOWN_REFERENCE,
    &resolve::MALFORMED_REFERENCE,
    &names::INVALID_LAYER_NAME,
    &names::INVALID_MODULE_NAME,
    &names::NAME_TOO_LONG,
    &image::TAG_IGNORED,
    &scaling::MIN_ABOVE_MAX,
    &scaling::ZERO_MINIMUM,
    &scaling::NO_METRIC,
    &env_vars::INVALID_ENV_NAME,
    &env_vars::SHADOWED_ENV_VAR,
    &probes::PATH_WITHOUT_SLASH,
    &probes::PROBE_WITHOUT_EFFECT,
    &sessions::STICKY_AGE_WITHOUT_STICKY,
    &public_uri::INVALID_PUBLIC_URI,
    &links::INVALID_LINK,
    &iam::NOT_A_POLICY_ARN,
    &exposure::NOT_EXPRESSIBLE,
];
