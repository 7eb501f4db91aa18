//! Annotations of Ingresses with values that the ingress controller does not accept.

use super::context::Checker;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::exposure::Exposure;
use crate::model::k8s_service::INGRESS_CLASS;
use crate::model::text_list::yaml_quoted;
use crate::quote::quoted;
use crate::rfc1123;
use crate::rule::rule;
use crate::span::Spanned;
use crate::text::Text;

rule! {
    /// ingress-nginx does not accept the value of the annotation.
    ///
    /// ingress-nginx ignores such a value or rejects the Ingress. A boolean is `true` or `false`, a
    /// number has no unit, and a size is a number with `k`, `m` or `g`.
    pub static INVALID_ANNOTATION_VALUE: Warning {
        fix: "Write a value that the documentation of ingress-nginx allows.",
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
    /// The annotation `kubernetes.io/ingress.class` is not a valid name of an ingress class.
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
}

use Accepted::{Boolean, Integer, Size};

const NGINX: &str = "nginx.ingress.kubernetes.io/";

/// Each group of names is one text, because a list of texts would make the page larger
/// (<https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>).
const ANNOTATIONS: [(Accepted, &str); 3] = [
    (
        Boolean,
        "canary cors-allow-credentials enable-access-log enable-cors enable-global-auth \
         enable-modsecurity enable-opentelemetry enable-owasp-core-rules force-ssl-redirect \
         preserve-trailing-slash service-upstream ssl-passthrough ssl-redirect use-regex",
    ),
    (
        Integer,
        "canary-weight cors-max-age limit-burst-multiplier limit-connections limit-rate limit-rpm \
         limit-rps proxy-buffers-number proxy-connect-timeout proxy-next-upstream-timeout \
         proxy-next-upstream-tries proxy-read-timeout proxy-send-timeout",
    ),
    (
        Size,
        "client-body-buffer-size proxy-body-size proxy-buffer-size proxy-busy-buffers-size \
         proxy-max-temp-file-size",
    ),
];

pub(super) fn check(checker: &mut Checker<'_>) {
    let exposure = checker.context.exposure;
    for (key, value) in &checker.service.ingress_extra_annotations.value.0 {
        let is_class = key.value == INGRESS_CLASS && exposure != Exposure::Gateway;
        let name = key.value.strip_prefix(NGINX).filter(|_| exposure == Exposure::Nginx);
        let found = match name {
            _ if !value.value.is_known() => None,
            _ if is_class => check_class(value),
            Some(name) => check_value(name, value),
            None => None,
        };
        if let Some(mut diagnostic) = found {
            diagnostic.path =
                format!("{}.{}", checker.path("ingress_extra_annotations"), key.value);
            checker.push(diagnostic);
        }
    }
}

fn check_class(value: &Spanned<Text>) -> Option<Diagnostic> {
    let class = value.value.as_str();
    let message = format!("{} is not a valid name of an ingress class", quoted(class));
    (!rfc1123::is_subdomain(class)).then(|| {
        Diagnostic::new(&INVALID_INGRESS_CLASS, value.span, "", message)
            .help("use lowercase letters, digits, dashes and dots")
    })
}

fn check_value(name: &str, value: &Spanned<Text>) -> Option<Diagnostic> {
    let text = value.value.as_str();
    let is_known = |names: &str| names.split(' ').any(|known| known == name);
    let (accepted, _) = ANNOTATIONS.into_iter().find(|(_, names)| is_known(names))?;
    // ingress-nginx treats an empty value like a missing annotation.
    if text.is_empty() || accepted.accepts(text) {
        return None;
    }
    let expected = match accepted {
        Boolean => "`true` or `false`",
        Integer => "a whole number without a unit",
        Size => "a size such as `50m`",
    };
    let message = format!("`{name}` is {}, expected {expected}", quoted(text));
    let diagnostic = Diagnostic::new(&INVALID_ANNOTATION_VALUE, value.span, "", message);
    Some(match accepted.meant(text).filter(|_| !value.value.is_interpolated()) {
        Some(meant) => {
            let written = yaml_quoted(&meant);
            let title = format!("change to `{written}`");
            diagnostic.fix(Applicability::Unsafe, title, value.span, written)
        }
        None => diagnostic,
    })
}

impl Accepted {
    fn accepts(self, text: &str) -> bool {
        match self {
            // The spellings that `strconv.ParseBool` of Go accepts.
            Boolean => "1 t T TRUE true True 0 f F FALSE false False".split(' ').any(|b| b == text),
            Integer => text.parse::<i64>().is_ok(),
            Size => is_digits(text.strip_suffix(|c| "bkmgBKMG".contains(c)).unwrap_or(text)),
        }
    }

    /// Returns the value that the user probably means.
    fn meant(self, text: &str) -> Option<String> {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let length = match (self, unit) {
            (Boolean, "yes" | "on") => return Some("true".to_owned()),
            (Boolean, "no" | "off") => return Some("false".to_owned()),
            (Integer, "s") => 0,
            (Size, "KB" | "Ki" | "MB" | "Mi" | "GB" | "Gi") => 1,
            _ => return None,
        };
        is_digits(number).then(|| text[..number.len() + length].to_owned())
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
    fn values_follow_the_rules_of_ingress_nginx() {
        check(Boolean, "true", true, None);
        check(Boolean, "T", true, None);
        check(Boolean, "yes", false, Some("true"));
        check(Boolean, "off", false, Some("false"));
        check(Boolean, "maybe", false, None);
        check(Integer, "-1", true, None);
        check(Integer, "60s", false, Some("60"));
        check(Integer, "1.5", false, None);
        check(Integer, "5m", false, None);
        check(Size, "50m", true, None);
        check(Size, "8K", true, None);
        check(Size, "0", true, None);
        check(Size, "50Mi", false, Some("50M"));
        check(Size, "1.5g", false, None);
    }
}
