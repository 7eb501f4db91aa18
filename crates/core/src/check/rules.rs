//! The list of all rules.

use super::{
    annotation_values, aws_names, aws_only, bucket, characters, chart, cron_jobs, dollar_commands,
    dollar_signs, duplicate_layer, duplicate_uri, env_vars, exposure, iam, image, links, names,
    pods, ports, probes, public_uri, scaling, sessions, sizes, storage, tcp_ports, workload_names,
};
use crate::model::{
    cloud, environment, image as image_field, layer, module, named_by_key, port, providers, region,
    rules, toleration,
};
use crate::rule::Rule;
use crate::{resolve, syntax};

/// Rules about the same subject.
pub struct RuleFamily {
    /// The heading in the documentation.
    pub title: &'static str,
    /// The rules.
    pub rules: &'static [&'static Rule],
}

/// Returns every rule.
pub fn all_rules() -> impl Iterator<Item = &'static Rule> {
    RULE_FAMILIES.iter().flat_map(|family| family.rules.iter().copied())
}

/// Every rule, by family.
pub static RULE_FAMILIES: &[RuleFamily] = &[
    RuleFamily {
        title: "YAML",
        rules: &[
            &syntax::YAML_SYNTAX,
            &syntax::DUPLICATE_KEY,
            &syntax::BRACKET_NOT_INDENTED,
            &syntax::CURLY_QUOTES,
            &syntax::NO_BREAK_SPACE,
            &syntax::INVISIBLE_CHARACTER,
            &resolve::PLACEHOLDER,
            &resolve::OLD_FORM,
        ],
    },
    RuleFamily {
        title: "Fields and types",
        rules: &[
            &rules::UNKNOWN_FIELD,
            &rules::MISSING_FIELD,
            &rules::WRONG_TYPE,
            &rules::OUT_OF_RANGE,
            &rules::UNQUOTED_VALUE,
            &rules::UNIT_IN_NUMBER,
            &rules::TINY_RESOURCES,
            &rules::HUGE_RESOURCES,
            &port::PORT_KINDS,
            &ports::PORT_AND_PORTS,
            &ports::DUPLICATE_PORT,
            &ports::INVALID_PORT,
            &ports::MISSING_PORT,
        ],
    },
    RuleFamily {
        title: "Environments",
        rules: &[
            &resolve::NO_ENVIRONMENT,
            &resolve::DUPLICATE_ENVIRONMENT_NAME,
            &resolve::ENVIRONMENT_FILE_UNREADABLE,
            &resolve::DIFFERENT_ENVIRONMENT_NAME,
            &layer::CONFLICTING_VARIABLE,
            &environment::INVALID_ENVIRONMENT_NAME,
            &cloud::ENVIRONMENT_OF_ANOTHER_CLOUD,
            &cloud::SEVERAL_CLOUDS,
            &aws_only::NEEDS_AWS,
            &providers::SHORT_ACCOUNT_ID,
            &region::UNKNOWN_REGION,
            &region::NEW_REGION,
        ],
    },
    RuleFamily {
        title: "References",
        rules: &[
            &resolve::UNKNOWN_REFERENCE,
            &resolve::UNUSED_VALUE,
            &resolve::MALFORMED_REFERENCE,
            &rules::UNKNOWN_VALUE,
            &resolve::EXPOSED_SECRET,
            &resolve::UNESCAPED_SECRET,
        ],
    },
    RuleFamily {
        title: "Modules",
        rules: &[
            &module::UNKNOWN_MODULE_TYPE,
            &module::MODULE_OF_ANOTHER_CLOUD,
            &module::UNKNOWN_MODULE_FIELD,
            &module::DUPLICATE_MODULE_NAME,
            &named_by_key::MODULE_NAME_AS_KEY,
        ],
    },
    RuleFamily {
        title: "Names",
        rules: &[
            &names::INVALID_LAYER_NAME,
            &names::RESERVED_LAYER_NAME,
            &duplicate_layer::DUPLICATE_LAYER,
            &names::INVALID_MODULE_NAME,
            &names::RESERVED_MODULE_NAME,
            &names::NAME_TOO_LONG,
            &workload_names::WORKLOAD_NAME_TOO_LONG,
            &aws_names::ROLE_NAME_TOO_LONG,
            &aws_names::INVALID_REPOSITORY_NAME,
        ],
    },
    RuleFamily {
        title: "Images",
        rules: &[
            &image_field::INVALID_IMAGE,
            &image::IMAGE_TAG_IGNORED,
            &image::UNKNOWN_REPOSITORY_NAME,
        ],
    },
    RuleFamily {
        title: "Scaling",
        rules: &[
            &scaling::MIN_ABOVE_MAX,
            &scaling::ZERO_MIN_CONTAINERS,
            &scaling::AUTOSCALING_WITHOUT_METRIC,
        ],
    },
    RuleFamily {
        title: "Environment variables and secrets",
        rules: &[
            &env_vars::INVALID_ENV_NAME,
            &env_vars::INVALID_ENV_VALUE,
            &characters::INVALID_CHARACTER,
            &sizes::TEXT_TOO_LONG,
            &env_vars::SHADOWED_ENV_VAR,
            &dollar_signs::DOLLAR_IN_VALUE,
            &dollar_commands::DOLLAR_IN_COMMAND,
            &dollar_signs::HIDDEN_SECRET,
        ],
    },
    RuleFamily {
        title: "Probes",
        rules: &[
            &probes::PATH_WITHOUT_SLASH,
            &probes::URL_AS_PATH,
            &probes::PROBE_WITHOUT_EFFECT,
            &probes::PATH_AND_COMMAND,
        ],
    },
    RuleFamily {
        title: "Pods",
        rules: &[
            &pods::INVALID_METADATA_KEY,
            &pods::INVALID_LABEL_VALUE,
            &pods::RESERVED_LABEL,
            &pods::FORBIDDEN_ANNOTATION,
            &toleration::INVALID_EFFECT,
            &pods::LIMIT_BELOW_REQUEST,
            &storage::INVALID_MOUNT_PATH,
            &cron_jobs::INVALID_SCHEDULE,
            &chart::CHART_BEHAVIOR,
            &chart::UNREACHABLE_PATH,
        ],
    },
    RuleFamily {
        title: "Public addresses",
        rules: &[
            &public_uri::INVALID_PUBLIC_URI,
            &duplicate_uri::DUPLICATE_PUBLIC_URI,
            &ports::PUBLIC_URI_WITHOUT_HTTP,
            &sessions::STICKY_AGE_WITHOUT_STICKY,
            &sessions::INVALID_HASH_KEY,
            &annotation_values::INVALID_INGRESS_CLASS,
            &annotation_values::INVALID_ANNOTATION_VALUE,
            &exposure::NOT_EXPRESSIBLE,
            &tcp_ports::TCP_PORT_NOT_PUBLIC,
        ],
    },
    RuleFamily {
        title: "Links and permissions",
        rules: &[
            &links::INVALID_LINK,
            &bucket::INVALID_BUCKET_NAME,
            &iam::NOT_A_POLICY_ARN,
            &iam::POLICY_OF_ANOTHER_PARTITION,
            &iam::POLICY_OF_ANOTHER_ACCOUNT,
            &iam::POLICY_TOO_LONG,
            &iam::TOO_MANY_POLICIES,
        ],
    },
];
