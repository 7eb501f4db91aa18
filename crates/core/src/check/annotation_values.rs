//! Values of annotations of Ingresses that the ingress controller does not accept.

use std::net::IpAddr;

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::exposure::Exposure;
use crate::model::k8s_service::INGRESS_CLASS;
use crate::model::text_list::yaml_quoted;
use crate::quote::quoted;
use crate::rfc1123;
use crate::rule::rule;
use crate::span::Spanned;
use crate::syntax::node::shorten;
use crate::text::Text;

rule! {
    /// The ingress controller does not accept the value of the annotation.
    ///
    /// ingress-nginx ignores such a value or rejects the Ingress, and the AWS Load Balancer
    /// Controller does not change the load balancer. A boolean is `true` or `false`, a number has
    /// no unit, and a size is a number with `k`, `m` or `g`.
    pub static INVALID_ANNOTATION_VALUE: Warning {
        fix: "Write a value that the documentation of the ingress controller allows.",
        bad: Module(
            "ingress_extra_annotations:\n  nginx.ingress.kubernetes.io/proxy-read-timeout: 60s\n"
        ),
        good: Module(
            "ingress_extra_annotations:\n  \
             nginx.ingress.kubernetes.io/proxy-read-timeout: \"60\"\n"
        ),
    }
}

rule! {
    /// The annotation `kubernetes.io/ingress.class` is not the name of an ingress class.
    ///
    /// Optakit also writes the name to `spec.ingressClassName`, because the API server rejects an
    /// Ingress with two different classes.
    pub static INVALID_INGRESS_CLASS: Error {
        fix: "Write the name of an IngressClass of the cluster, or remove the annotation.",
        bad: Module("ingress_extra_annotations: {kubernetes.io/ingress.class: My Class}\n"),
        good: Module("ingress_extra_annotations: {kubernetes.io/ingress.class: nginx-internal}\n"),
        limits: [rfc1123::MAX_SUBDOMAIN],
    }
}

/// The values that an annotation accepts.
#[derive(Clone, Copy)]
enum Accepted {
    Boolean,
    Integer,
    /// A size in bytes, with an optional unit of nginx.
    Size,
    /// IP addresses and CIDR blocks, separated by commas.
    Addresses,
    OneOf(&'static [&'static str]),
    /// The name of a group of an ALB.
    GroupName,
}

use Accepted::{Addresses, Boolean, GroupName, Integer, OneOf, Size};

const NGINX: &str = "nginx.ingress.kubernetes.io/";
const ALB: &str = "alb.ingress.kubernetes.io/";
const ON_OFF: &[&str] = &["on", "off"];

/// <https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>
const OF_NGINX: &[(Accepted, &[&str])] = &[
    (
        Boolean,
        &[
            "auth-always-set-cookie",
            "canary",
            "cors-allow-credentials",
            "disable-proxy-intercept-errors",
            "enable-access-log",
            "enable-cors",
            "enable-global-auth",
            "enable-modsecurity",
            "enable-opentelemetry",
            "enable-owasp-core-rules",
            "force-ssl-redirect",
            "preserve-trailing-slash",
            "service-upstream",
            "session-cookie-secure",
            "ssl-passthrough",
            "ssl-redirect",
            "use-regex",
        ],
    ),
    (
        Integer,
        &[
            "auth-keepalive",
            "canary-weight",
            "cors-max-age",
            "limit-burst-multiplier",
            "limit-connections",
            "limit-rate",
            "limit-rpm",
            "limit-rps",
            "proxy-buffers-number",
            "proxy-connect-timeout",
            "proxy-next-upstream-timeout",
            "proxy-next-upstream-tries",
            "proxy-read-timeout",
            "proxy-send-timeout",
        ],
    ),
    (
        Size,
        &[
            "client-body-buffer-size",
            "proxy-body-size",
            "proxy-buffer-size",
            "proxy-busy-buffers-size",
            "proxy-max-temp-file-size",
        ],
    ),
    (Addresses, &["allowlist-source-range", "denylist-source-range", "whitelist-source-range"]),
    (OneOf(ON_OFF), &["proxy-buffering", "proxy-request-buffering"]),
    (OneOf(&["cookie"]), &["affinity"]),
    (OneOf(&["AUTO_HTTP", "HTTP", "HTTPS", "GRPC", "GRPCS", "FCGI"]), &["backend-protocol"]),
];

/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/>
const OF_ALB: &[(Accepted, &[&str])] = &[
    (OneOf(&["internal", "internet-facing"]), &["scheme"]),
    (OneOf(&["instance", "ip"]), &["target-type"]),
    (OneOf(&["HTTP", "HTTPS"]), &["backend-protocol", "healthcheck-protocol"]),
    (Integer, &["group.order", "healthcheck-interval-seconds", "healthcheck-timeout-seconds"]),
    (GroupName, &["group.name"]),
];

pub(super) fn check(checker: &mut Checker<'_>) {
    let (prefix, table) = match checker.context.exposure {
        Exposure::Nginx => (NGINX, OF_NGINX),
        Exposure::Alb => (ALB, OF_ALB),
        Exposure::Gateway => return,
    };
    for (key, value) in &checker.service.ingress_extra_annotations.value.0 {
        if !value.value.is_known() {
            continue;
        }
        let path = format!("{}.{}", checker.path("ingress_extra_annotations"), key.value);
        if key.value == INGRESS_CLASS {
            checker.diagnostics.extend(check_class(value, path));
            continue;
        }
        let name = key.value.strip_prefix(prefix).unwrap_or_default();
        if let Some((accepted, _)) = table.iter().find(|(_, names)| names.contains(&name)) {
            checker.diagnostics.extend(check_value(name, value, *accepted, path));
        }
    }
}

fn check_class(value: &Spanned<Text>, path: String) -> Option<Diagnostic> {
    let class = value.value.as_str();
    let message = format!("{} is not a valid name of an ingress class", quoted(&shorten(class)));
    (!rfc1123::is_subdomain(class)).then(|| {
        Diagnostic::new(&INVALID_INGRESS_CLASS, value.span, path, message)
            .help("use lowercase letters, digits, dashes and dots")
    })
}

fn check_value(
    name: &str,
    value: &Spanned<Text>,
    accepted: Accepted,
    path: String,
) -> Option<Diagnostic> {
    let text = value.value.as_str();
    // Both controllers treat an empty value like a missing annotation.
    if text.is_empty() || accepted.accepts(text) {
        return None;
    }
    let expected = accepted.expected();
    let message = format!("`{name}` is {}, expected {expected}", quoted(&shorten(text)));
    let diagnostic = Diagnostic::new(&INVALID_ANNOTATION_VALUE, value.span, path, message);
    Some(match accepted.meant(text).filter(|_| !value.value.is_interpolated()) {
        Some(meant) => {
            let quoted = yaml_quoted(&meant);
            let title = format!("change to `{quoted}`");
            diagnostic.help(format!("write `{quoted}`")).fix(
                Applicability::Unsafe,
                title,
                value.span,
                quoted,
            )
        }
        None => diagnostic.help(format!("write {expected}")),
    })
}

impl Accepted {
    fn expected(self) -> String {
        match self {
            Boolean => "`true` or `false`".to_owned(),
            Integer => "a whole number without a unit".to_owned(),
            Size => "a size such as `50m`".to_owned(),
            Addresses => "CIDR blocks such as `10.0.0.0/8`, separated by commas".to_owned(),
            OneOf(values) => crate::quote::one_of(values),
            GroupName => "at most 63 lowercase letters, digits, dashes and dots".to_owned(),
        }
    }

    fn accepts(self, text: &str) -> bool {
        match self {
            // The spellings that `strconv.ParseBool` of Go accepts.
            Boolean => {
                let short = ["1", "t", "T", "0", "f", "F"];
                let words = ["true", "TRUE", "True", "false", "FALSE", "False"];
                short.contains(&text) || words.contains(&text)
            }
            Integer => text.parse::<i64>().is_ok(),
            Size => {
                let digits = text.strip_suffix(|c: char| "bkmgBKMG".contains(c)).unwrap_or(text);
                is_digits(digits)
            }
            Addresses => text.split(',').all(|block| is_block(block.trim())),
            OneOf(values) => values.iter().any(|value| value.eq_ignore_ascii_case(text.trim())),
            GroupName => text.len() <= rfc1123::MAX_LABEL && rfc1123::is_subdomain(text),
        }
    }

    /// Returns the value that is probably meant.
    fn meant(self, text: &str) -> Option<String> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end();
        let unit = &text[number.len()..];
        match self {
            Boolean => match &*text.to_ascii_lowercase() {
                "yes" | "on" | "y" | "enabled" => Some("true".to_owned()),
                "no" | "off" | "n" | "disabled" => Some("false".to_owned()),
                _ => None,
            },
            Integer => {
                let is_seconds = matches!(unit.trim(), "s" | "sec" | "seconds");
                (is_seconds && is_digits(number)).then(|| number.to_owned())
            }
            Size => {
                let first = unit.trim().chars().next()?.to_ascii_lowercase();
                let is_size = "kmg".contains(first)
                    && matches!(&*unit.trim()[1..].to_ascii_lowercase(), "b" | "i" | "ib" | "");
                (is_size && is_digits(number)).then(|| format!("{number}{first}"))
            }
            Addresses | OneOf(_) => None,
            GroupName => {
                let meant = text.to_ascii_lowercase().replace([' ', '_'], "-");
                GroupName.accepts(&meant).then_some(meant)
            }
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is an IP address with an optional length of its prefix.
fn is_block(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= most))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks whether a value is accepted, and the value that is suggested.
    fn check(accepted: Accepted, text: &str, is_valid: bool, meant: Option<&str>) {
        assert_eq!(accepted.accepts(text), is_valid, "{text}");
        assert_eq!(accepted.meant(text).as_deref().filter(|_| !is_valid), meant, "{text}");
    }

    #[test]
    fn values_follow_the_rules_of_their_controller() {
        check(Boolean, "true", true, None);
        check(Boolean, "T", true, None);
        check(Boolean, "yes", false, Some("true"));
        check(Boolean, "Off", false, Some("false"));
        check(Boolean, "maybe", false, None);
        check(Integer, "-1", true, None);
        check(Integer, "60s", false, Some("60"));
        check(Integer, "60 seconds", false, Some("60"));
        check(Integer, "1.5", false, None);
        check(Integer, "5m", false, None);
        check(Size, "50m", true, None);
        check(Size, "8K", true, None);
        check(Size, "0", true, None);
        check(Size, "50Mi", false, Some("50m"));
        check(Size, "2 GB", false, Some("2g"));
        check(Size, "1.5g", false, None);
        check(Addresses, "10.0.0.0/8, 192.168.0.1,::1/128", true, None);
        check(Addresses, "10.0.0.0/33", false, None);
        check(Addresses, "10.0.0", false, None);
        check(OneOf(ON_OFF), "on", true, None);
        check(OneOf(ON_OFF), "true", false, None);
        check(GroupName, "opta-staging", true, None);
        check(GroupName, "My Group", false, Some("my-group"));
        check(GroupName, &"a".repeat(64), false, None);
    }
}
