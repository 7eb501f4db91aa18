//! The features that an exposure does not support.

use super::context::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::exposure::Exposure;
use crate::model::port::PortKind;
use crate::model::public_uri::PublicUri;
use crate::rule::rule;
use crate::span::Span;

rule! {
    /// The selected exposure does not support this field, or it behaves differently from
    /// ingress-nginx.
    ///
    /// The [table of exposures](../exposure.md) lists the differences.
    pub static NOT_EXPRESSIBLE: Warning {
        fix: "Remove the field, or use the exposure `nginx`.",
        bad: Module("public_uri: api.acme.io\nconsistent_hash: $request_uri\n"),
        good: Module("public_uri: api.acme.io\n"),
    }
}

/// How an exposure supports a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It behaves as ingress-nginx.
    Same,
    /// It behaves differently.
    Differs(&'static str),
    /// It does not support the feature.
    Missing(&'static str),
}

/// How the exposures support a feature.
#[derive(Debug)]
pub struct Fidelity {
    /// The feature.
    pub feature: &'static str,
    /// The field that uses the feature.
    pub field: &'static str,
    /// The support of the Gateway API.
    pub gateway: Support,
    /// The support of the AWS Load Balancer Controller.
    pub alb: Support,
    /// Returns where a service uses the feature.
    used_at: fn(&Checker<'_>) -> Option<Span>,
}

const WHOLE_PATH: Support = Support::Differs(
    "the service receives the whole path, because an ALB does not remove the prefix",
);

/// The features of ingress-nginx, and how the other exposures support them.
pub static FIDELITY: &[Fidelity] = &[
    Fidelity {
        feature: "hosts, wildcards, several URIs",
        field: "public_uri",
        gateway: Support::Same,
        alb: Support::Same,
        used_at: |_| None,
    },
    Fidelity {
        feature: "a path prefix that is removed before the request reaches the service",
        field: "public_uri",
        gateway: Support::Same,
        alb: WHOLE_PATH,
        used_at: |checker| {
            let service = checker.service;
            let removed =
                !service.keep_path_prefix.value && checker.protocol() != Some(PortKind::Grpc);
            prefixed(checker).filter(|_| removed)
        },
    },
    Fidelity {
        feature: "a path prefix of a `grpc` port",
        field: "public_uri",
        gateway: Support::Missing(
            "the prefix is ignored, because a GRPCRoute matches services and methods, not paths",
        ),
        alb: WHOLE_PATH,
        used_at: |checker| prefixed(checker).filter(|_| checker.protocol() == Some(PortKind::Grpc)),
    },
    Fidelity {
        feature: "sticky sessions with the cookie `opta_cookie`",
        field: "sticky_session",
        gateway: Support::Missing(
            "sessions are not sticky, because the standard channel of the Gateway API has no \
             session persistence",
        ),
        alb: Support::Differs(
            "the name of the cookie is `AWSALB`, because an ALB cannot change it",
        ),
        used_at: |checker| {
            let sticky = &checker.service.sticky_session;
            sticky.span.filter(|_| sticky.value)
        },
    },
    Fidelity {
        feature: "consistent hashing",
        field: "consistent_hash",
        gateway: Support::Missing(
            "requests are not hashed, because the Gateway API does not support it",
        ),
        alb: Support::Missing("requests are not hashed, because an ALB does not support it"),
        used_at: |checker| checker.service.consistent_hash.as_ref().map(|hash| hash.span),
    },
    Fidelity {
        feature: "annotations of the Ingress",
        field: "ingress_extra_annotations",
        gateway: Support::Missing(
            "the annotations have no effect, because routes do not support \
                                   them",
        ),
        alb: Support::Differs(
            "only annotations of the AWS Load Balancer Controller have an effect",
        ),
        used_at: |checker| checker.service.ingress_extra_annotations.span,
    },
    Fidelity {
        feature: "websockets that stay open for an hour",
        field: "port",
        gateway: Support::Same,
        alb: Support::Differs(
            "the idle timeout of one hour applies to the load balancer of the whole environment",
        ),
        used_at: |checker| {
            let port = checker.service.http_port();
            port.filter(|port| port.kind == PortKind::Websocket).map(|port| port.span)
        },
    },
    Fidelity {
        feature: "certificates from cert-manager",
        field: "public_uri",
        gateway: Support::Differs("the listeners of the Gateway have the certificates"),
        alb: Support::Differs("certificates are in ACM and are selected by host"),
        used_at: |_| None,
    },
];

fn prefixed(checker: &Checker<'_>) -> Option<Span> {
    let uris = &checker.service.public_uri.value.0;
    uris.iter().find(|uri| !PublicUri::new(uri).at_root()).map(|uri| uri.span)
}

pub(super) fn check(checker: &mut Checker<'_>) {
    // A service without a public URI uses none of these features.
    if checker.service.public_uri.value.0.is_empty() {
        return;
    }
    for row in FIDELITY {
        let support = match checker.context.exposure {
            Exposure::Nginx => Support::Same,
            Exposure::Gateway => row.gateway,
            Exposure::Alb => row.alb,
        };
        let (Support::Differs(message) | Support::Missing(message)) = support else { continue };
        let Some(span) = (row.used_at)(checker) else { continue };
        let diagnostic = Diagnostic::new(&NOT_EXPRESSIBLE, span, checker.path(row.field), message)
            .help(format!("use the exposure `nginx` for {}", row.feature));
        checker.push(diagnostic);
    }
}
