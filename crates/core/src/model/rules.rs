//! The rules that follow from the declarations alone.

use crate::diagnostic::{Example, Rule, Severity};

/// A key that no field has.
pub static UNKNOWN_FIELD: Rule = Rule {
    id: "unknown-field",
    severity: Severity::Error,
    doc: "A key that the map does not know, most often a misspelt one. It would have no effect.",
    bad: Example::Module("min_container: 2\n"),
    good: Example::Module("min_containers: 2\n"),
}
.published();

/// A field that must be there.
pub static MISSING_FIELD: Rule = Rule {
    id: "missing-field",
    severity: Severity::Error,
    doc: "A required field is absent, and no default could stand in for it.",
    bad: Example::File(
        "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: 123456789012}}\n\
         modules:\n  - type: k8s-service\n    port: {http: 80}\n",
    ),
    good: Example::File(
        "name: shop\norg_name: acme\nproviders: {aws: {region: us-east-1, account_id: 123456789012}}\n\
         modules:\n  - type: k8s-service\n    image: AUTO\n    port: {http: 80}\n",
    ),
}
.published();

/// A value of another type than the field takes.
pub static WRONG_TYPE: Rule = Rule {
    id: "wrong-type",
    severity: Severity::Error,
    doc: "The value is not of the type that the field takes, such as text in the place of a number.",
    bad: Example::Module("sticky_session: \"true\"\n"),
    good: Example::Module("sticky_session: true\n"),
}
.published();

/// A number outside what is allowed.
pub static OUT_OF_RANGE: Rule = Rule {
    id: "out-of-range",
    severity: Severity::Error,
    doc: "The number is smaller or larger than the field allows.",
    bad: Example::Module("port: {http: 70000}\n"),
    good: Example::Module("port: {http: 8080}\n"),
}
.published();

/// A number or boolean where Kubernetes wants text.
pub static UNQUOTED_VALUE: Rule = Rule {
    id: "unquoted-value",
    severity: Severity::Error,
    doc: "The value of an environment variable is always text. Without quotes YAML reads `true` as a boolean and \
          `8080` as a number, and what the service would see is not certain.",
    bad: Example::Module("env_vars:\n  DEBUG: true\n"),
    good: Example::Module("env_vars:\n  DEBUG: \"true\"\n"),
}
.published();

/// A unit where the page's number has one already.
pub static UNIT_IN_NUMBER: Rule = Rule {
    id: "unit-in-number",
    severity: Severity::Error,
    doc: "`cpu` counts millicores and `memory` megabytes; the number stands alone.",
    bad: Example::Module("resource_request:\n  cpu: 100m\n"),
    good: Example::Module("resource_request:\n  cpu: 100\n"),
}
.published();

/// A port map with none or several kinds.
pub static PORT_KINDS: Rule = Rule {
    id: "port-kinds",
    severity: Severity::Error,
    doc: "`port` names exactly one kind of port: `http`, `tcp` (websockets) or `grpc`.",
    bad: Example::Module("port:\n  http: 80\n  tcp: 81\n"),
    good: Example::Module("port:\n  http: 80\n"),
}
.published();

/// An image reference that no registry would take.
pub static INVALID_IMAGE: Rule = Rule {
    id: "invalid-image",
    severity: Severity::Error,
    doc: "`image` is `AUTO`, for a private ECR repository of the service's own, or the reference of an image: \
          `[registry/]name[:tag][@digest]`, the name in lower case.",
    bad: Example::Module("image: Acme/Web Server\n"),
    good: Example::Module("image: acme/web-server:1.2\n"),
}
.published();
