//! Public URIs: a domain and a path.

use super::k8s_service::K8sService;
use crate::span::{Span, Spanned};
use crate::text::Text;

/// The parts of a `public_uri`.
#[derive(Clone, Debug)]
pub struct PublicUri {
    /// The domain, or `None` for all domains.
    pub host: Option<Text>,
    /// The path. The default is `/`.
    pub prefix: Text,
    /// The position of the URI.
    pub span: Span,
}

impl PublicUri {
    /// Returns the URIs of a service, in file order.
    #[must_use]
    pub fn of(service: &K8sService) -> Vec<Self> {
        service.public_uri.value.0.iter().map(Self::new).collect()
    }

    /// Splits a URI at its first slash.
    #[must_use]
    pub fn new(uri: &Spanned<Text>) -> Self {
        let text = uri.value.as_str();
        let slash = text.find('/').unwrap_or(text.len());
        let host = uri.value.slice(0..slash);
        let prefix = if slash == text.len() {
            Text::literal("/")
        } else {
            uri.value.slice(slash..text.len())
        };
        let matches_all = host.as_str().is_empty() || host.as_str() == "all";
        Self { host: (!matches_all).then_some(host), prefix, span: uri.span }
    }

    /// Returns whether the path is `/`.
    #[must_use]
    pub fn at_root(&self) -> bool {
        self.prefix.as_str() == "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    #[test]
    fn a_uri_is_split_at_its_first_slash() {
        let check = |text: &str, host: Option<&str>, prefix: &str| {
            let uri = PublicUri::new(&Spanned::new(
                Text::literal(text),
                Span::new(FileId::Service, 0, 0),
            ));
            assert_eq!(
                (uri.host.as_ref().map(Text::as_str), uri.prefix.as_str()),
                (host, prefix),
                "{text}"
            );
        };
        check("a.io", Some("a.io"), "/");
        check("a.io/", Some("a.io"), "/");
        check("a.io/v1/x/", Some("a.io"), "/v1/x/");
        check("all", None, "/");
        check("all/x", None, "/x");
        check("/x", None, "/x");
        check("*.a.io", Some("*.a.io"), "/");
    }
}
