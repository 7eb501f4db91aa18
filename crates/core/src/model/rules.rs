//! The rules about fields and their types.

use super::unit::{LEAST_MEBIBYTES, LEAST_MILLICORES, MOST_MEBIBYTES, MOST_MILLICORES};
use crate::rule::rule;

rule! {
    /// The map has no field with this name. The key is probably misspelled.
    ///
    /// An unknown key would have no effect.
    pub static UNKNOWN_FIELD: Error {
        fix: "Rename the key to the suggested field, or remove it.",
        bad: Module("min_container: 2\n"),
        good: Module("min_containers: 2\n"),
    }
}

rule! {
    /// A required field is missing. It has no default.
    pub static MISSING_FIELD: Error {
        fix: "Add the field.",
        bad: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    port: {http: 80}\n"
        ),
        good: File(
            "name: shop\nenvironments: [{name: staging, path: env.yml}]\nmodules:\n  \
             - type: k8s-service\n    image: AUTO\n    port: {http: 80}\n"
        ),
    }
}

rule! {
    /// The value does not have the type of the field. For example, it is text, but the field
    /// expects a number.
    pub static WRONG_TYPE: Error {
        fix: "Write a value of the expected type. Text in quotes is never a number or a boolean.",
        bad: Module("sticky_session: \"true\"\n"),
        good: Module("sticky_session: true\n"),
    }
}

rule! {
    /// The number is smaller or larger than the field allows.
    pub static OUT_OF_RANGE: Error {
        fix: "Use a number in the reported range.",
        bad: Module("port: {http: 70000}\n"),
        good: Module("port: {http: 8080}\n"),
    }
}

rule! {
    /// A value that must be text is a number or a boolean. Values of environment variables and
    /// labels are always text.
    ///
    /// Without quotes, YAML reads `true` as a boolean and `8080` as a number. Opta and kubectl also
    /// read `1_000` as a number, but YAML 1.2 reads it as text.
    pub static UNQUOTED_VALUE: Error {
        fix: "Put the value in quotes.",
        bad: Module("env_vars:\n  DEBUG: true\n"),
        good: Module("env_vars:\n  DEBUG: \"true\"\n"),
    }
}

rule! {
    /// The value has a unit, but the field expects a number. `cpu` is always in millicores,
    /// `memory` in mebibytes, the `size` of a volume in gibibytes, and a time in seconds.
    pub static UNIT_IN_NUMBER: Error {
        fix: "Write the number without a unit.",
        bad: Module("resource_request:\n  cpu: 100m\n"),
        good: Module("resource_request:\n  cpu: 100\n"),
    }
}

rule! {
    /// The field needs a value that only the environment knows.
    ///
    /// Numbers, booleans, links and names of variables decide what Optakit renders. So Optakit must
    /// know their values when it renders.
    pub static UNKNOWN_VALUE: Error {
        fix: "Add the value to the values file, or write it in the service file.",
        bad: Module("max_containers: \"{parent.vpc_id}\"\n"),
        good: Module("max_containers: \"3\"\n"),
    }
}

rule! {
    /// The resources are too small for a container. The number probably has another unit.
    ///
    /// `cpu` is in millicores, so half a core is `500`. `memory` is in mebibytes, so half a
    /// gibibyte is `512`. The warning is for less than 10 millicores or 32 mebibytes.
    pub static TINY_RESOURCES: Warning {
        fix: "Write `cpu` in millicores and `memory` in mebibytes.",
        bad: Module("resource_request: {cpu: 0.5, memory: 512}\n"),
        good: Module("resource_request: {cpu: 10, memory: 32}\n"),
        limits: [LEAST_MILLICORES as usize, LEAST_MEBIBYTES as usize],
    }
}

rule! {
    /// The resources are larger than the nodes of AWS, so the pods cannot be scheduled. The number
    /// probably has another unit.
    ///
    /// `cpu` is in millicores, so two cores are `2000`. `memory` is in mebibytes, so two gibibytes
    /// are `2048`. The warning is for more than 192,000 millicores or 3,145,728 mebibytes.
    pub static HUGE_RESOURCES: Warning {
        fix: "Write `cpu` in millicores and `memory` in mebibytes.",
        bad: Module("resource_request: {cpu: 500, memory: 536870912}\n"),
        good: Module("resource_request: {cpu: 500, memory: 512}\n"),
        limits: [MOST_MILLICORES as usize, MOST_MEBIBYTES as usize],
    }
}
