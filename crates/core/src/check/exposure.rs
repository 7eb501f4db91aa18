//! What an exposure cannot express: one table, which warns at the field and is a page of the
//! documentation.

use super::context::Checker;
use crate::diagnostic::{Diagnostic, Example, Rule, Severity};
use crate::model::exposure::Exposure;
use crate::model::k8s_service::PortKind;
use crate::model::public_uri::PublicUri;
use crate::span::Span;

/// Something the chosen exposure does otherwise or not at all.
pub static NOT_EXPRESSIBLE: Rule = Rule {
    id: "not-expressible",
    severity: Severity::Warning,
    doc: "The chosen exposure does this in another way than ingress-nginx, or cannot do it: see the table of what each \
          exposure keeps (`docs/generated/exposure.md`).",
    bad: Example::Module("public_uri: api.acme.io\nconsistent_hash: $request_uri\n"),
    good: Example::Module("public_uri: api.acme.io\n"),
}
.published();

/// How an exposure does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// As ingress-nginx does it.
    Same,
    /// In another way.
    Differs(&'static str),
    /// Not at all.
    Missing(&'static str),
}

/// A row of the table.
#[derive(Debug)]
pub struct Fidelity {
    /// What is asked for.
    pub feature: &'static str,
    /// The field that asks for it.
    pub field: &'static str,
    /// With the Gateway API.
    pub gateway: Support,
    /// With the AWS Load Balancer Controller.
    pub alb: Support,
    /// Where a service asks for it.
    asked: fn(&Checker<'_>) -> Option<Span>,
}

/// What each exposure keeps of what ingress-nginx does.
pub static FIDELITY: &[Fidelity] = &[
    Fidelity {
        feature: "hosts, wildcards, several URIs",
        field: "public_uri",
        gateway: Support::Same,
        alb: Support::Same,
        asked: |_| None,
    },
    Fidelity {
        feature: "a path prefix, taken away before the service sees it",
        field: "public_uri",
        gateway: Support::Same,
        alb: Support::Differs("the service sees the whole path: an ALB leaves the prefix in it"),
        asked: |checker| prefixed(checker).filter(|_| checker.port() != Some(PortKind::Grpc)),
    },
    Fidelity {
        feature: "a path prefix of a `grpc` port",
        field: "public_uri",
        gateway: Support::Missing(
            "the prefix is left out: a GRPCRoute matches services and methods, not paths",
        ),
        alb: Support::Differs("the service sees the whole path: an ALB leaves the prefix in it"),
        asked: |checker| prefixed(checker).filter(|_| checker.port() == Some(PortKind::Grpc)),
    },
    Fidelity {
        feature: "sticky sessions by the cookie `opta_cookie`",
        field: "sticky_session",
        gateway: Support::Missing(
            "sessions are not sticky: session persistence is not in the Gateway API's standard channel",
        ),
        alb: Support::Differs("the cookie is called `AWSALB`: an ALB's own cookie cannot be named"),
        asked: |checker| {
            checker.service.sticky_session.span.filter(|_| checker.service.sticky_session.value)
        },
    },
    Fidelity {
        feature: "consistent hashing",
        field: "consistent_hash",
        gateway: Support::Missing(
            "requests are not hashed: the Gateway API has no consistent hashing",
        ),
        alb: Support::Missing("requests are not hashed: an ALB has no consistent hashing"),
        asked: |checker| checker.service.consistent_hash.as_ref().map(|hash| hash.span),
    },
    Fidelity {
        feature: "websockets that stay open for an hour",
        field: "port",
        gateway: Support::Same,
        alb: Support::Differs(
            "the idle timeout of an hour is set for the whole load balancer of the environment",
        ),
        asked: |checker| {
            checker
                .service
                .port
                .as_ref()
                .filter(|port| port.value.kind == PortKind::Tcp)
                .map(|port| port.span)
        },
    },
    Fidelity {
        feature: "certificates by cert-manager",
        field: "public_uri",
        gateway: Support::Differs("certificates belong to the Gateway's listeners"),
        alb: Support::Differs("certificates come from ACM, found by the host"),
        asked: |_| None,
    },
];

fn prefixed(checker: &Checker<'_>) -> Option<Span> {
    let uris = &checker.service.public_uri.value.0;
    uris.iter().find(|uri| !PublicUri::new(uri).at_root()).map(|uri| uri.span)
}

pub(super) fn check(checker: &mut Checker<'_>) {
    // Without a public URI nothing of this has a place to be.
    if checker.service.public_uri.value.0.is_empty() {
        return;
    }
    for row in FIDELITY {
        let support = match checker.context.exposure {
            Exposure::Nginx => Support::Same,
            Exposure::Gateway => row.gateway,
            Exposure::Alb => row.alb,
        };
        if let (Support::Differs(how) | Support::Missing(how), Some(span)) =
            (support, (row.asked)(checker))
        {
            let diagnostic = Diagnostic::new(&NOT_EXPRESSIBLE, span, checker.path(row.field), how);
            checker.diagnostics.push(
                diagnostic.help(format!("asked for: {}; the exposure `nginx` has it", row.feature)),
            );
        }
    }
}
