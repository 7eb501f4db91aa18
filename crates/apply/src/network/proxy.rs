//! Decides which proxy leads to an address. This is the only place that reads the variables.

use std::fmt;

use http::uri::PathAndQuery;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use secrecy::{ExposeSecret, SecretString};

use super::no_proxy::{NoProxy, port, target};
use super::proxy_error::ProxyError;

/// The default port of SOCKS proxies.
const SOCKS_PORT: u16 = 1080;

/// The setting of a proxy cannot be used. The message never contains the value, which may contain a
/// password.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{setting}` is not a valid proxy URL, expected one like `http://proxy.example.com:3128` or \
     `socks5://proxy.example.com:1080`\n  \
     help: encode special characters of the user name and the password, for example `#` as `%23`"
)]
pub(crate) struct ProxyUrlError {
    setting: String,
}

/// The proxies of this machine, and the addresses that are used without one.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    no_proxy: NoProxy,
}

impl Proxies {
    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case.
    ///
    /// # Errors
    ///
    /// Fails if a variable is not the URL of an HTTP or SOCKS5 proxy.
    pub(crate) fn from_env() -> Result<Self, ProxyUrlError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, ProxyUrlError> {
        let value = |upper: &str| {
            let names = [upper.to_owned(), upper.to_lowercase()];
            names.into_iter().find_map(|name| {
                let value = get(&name)?.trim().to_owned();
                (!value.is_empty()).then_some((name, value))
            })
        };
        let proxy = |variable: &str| {
            let found = value(variable).or_else(|| value("ALL_PROXY"));
            found.map(|(name, value)| Proxy::new(&value, name)).transpose()
        };
        let no_proxy = value("NO_PROXY").map(|(_, value)| value).unwrap_or_default();
        Ok(Self {
            http: proxy("HTTP_PROXY")?,
            https: proxy("HTTPS_PROXY")?,
            no_proxy: NoProxy::new(&no_proxy),
        })
    }

    /// Returns a proxy that leads to all addresses: `proxy-url` of a kubeconfig.
    ///
    /// # Errors
    ///
    /// Fails if the URL is not the URL of an HTTP or SOCKS5 proxy.
    pub(crate) fn only(url: &str, setting: &str) -> Result<Self, ProxyUrlError> {
        let proxy = || Proxy::new(url, setting.to_owned());
        Ok(Self { http: Some(proxy()?), https: Some(proxy()?), no_proxy: NoProxy::default() })
    }

    /// Returns the proxy that leads to an address. `None` means a direct connection.
    pub(crate) fn of(&self, address: &Uri) -> Option<&Proxy> {
        let is_http = address.scheme_str() == Some("http");
        let proxy = if is_http { &self.http } else { &self.https };
        proxy.as_ref().filter(|_| !self.no_proxy.contains(address))
    }

    /// Returns the credentials that a request without TLS needs as `Proxy-Authorization`.
    pub(crate) fn authorization(&self, address: &Uri) -> Option<&HeaderValue> {
        self.of(address).filter(|proxy| proxy.forwards(address))?.basic_auth()
    }

    /// Whether the connection to a proxy may use TLS.
    pub(super) fn use_tls(&self) -> bool {
        [&self.http, &self.https]
            .into_iter()
            .flatten()
            .any(|proxy| proxy.url().scheme_str() == Some("https"))
    }

    /// Returns the error for a failed connection to an address, if a proxy leads to it.
    pub(crate) fn failed(&self, address: &Uri, reason: &str) -> Option<ProxyError> {
        let (proxy, target) = (self.of(address)?.to_string(), target(address));
        Some(ProxyError::Failed { proxy, target, reason: reason.to_owned() })
    }

    /// Returns the settings for a library that has its own proxies: the URL for `http` addresses,
    /// the URL for `https` addresses, and the addresses without a proxy. `address` gives the port.
    pub(crate) fn for_library(&self, address: &Uri) -> (Option<String>, Option<String>, String) {
        let url = |proxy: &Option<Proxy>| proxy.as_ref().map(Proxy::for_library);
        (url(&self.http), url(&self.https), self.no_proxy.for_port(port(address)))
    }
}

/// A proxy. Its text form never contains credentials.
#[derive(Clone)]
pub(crate) struct Proxy {
    intercept: Intercept,
    with_credentials: SecretString,
    /// The name of the variable or of the field that sets it.
    setting: String,
}

impl Proxy {
    fn new(url: &str, setting: String) -> Result<Self, ProxyUrlError> {
        let parse = || {
            let url = encode_credentials(url)?;
            let any = Uri::from_static("http://host/");
            let intercept = Matcher::builder().all(&url).build().intercept(&any)?;
            is_supported(intercept.uri()).then_some((intercept, url.into()))
        };
        match parse() {
            Some((intercept, with_credentials)) => {
                Ok(Self { intercept, with_credentials, setting })
            }
            None => Err(ProxyUrlError { setting }),
        }
    }

    fn url(&self) -> &Uri {
        self.intercept.uri()
    }

    /// Whether this is a SOCKS5 proxy.
    pub(super) fn is_socks(&self) -> bool {
        matches!(self.url().scheme_str(), Some("socks5" | "socks5h"))
    }

    /// Whether requests to an address are sent to the proxy itself, because they need no TLS.
    pub(super) fn forwards(&self, address: &Uri) -> bool {
        !self.is_socks() && address.scheme_str() == Some("http")
    }

    /// Returns the address of the proxy for a TCP connection, with TLS for `https`.
    pub(super) fn endpoint(&self) -> Uri {
        let mut parts = self.url().clone().into_parts();
        if self.is_socks() {
            parts.scheme = Some(http::uri::Scheme::HTTP);
            if self.url().port().is_none() {
                let host = self.url().host().unwrap_or_default();
                parts.authority = format!("{host}:{SOCKS_PORT}").parse().ok();
            }
        }
        parts.path_and_query = Some(PathAndQuery::from_static("/"));
        Uri::from_parts(parts).unwrap_or_else(|_| self.url().clone())
    }

    /// Returns the header `Proxy-Authorization` of an HTTP proxy.
    pub(super) fn basic_auth(&self) -> Option<&HeaderValue> {
        self.intercept.basic_auth()
    }

    /// Returns the user name and the password of a SOCKS proxy.
    pub(super) fn user_and_password(&self) -> Option<(&str, &str)> {
        self.intercept.raw_auth()
    }

    /// Returns the URL with credentials. The proxy resolves names, also for `socks5`.
    fn for_library(&self) -> String {
        let url = self.with_credentials.expose_secret();
        url.strip_prefix("socks5://")
            .map_or_else(|| url.to_owned(), |rest| format!("socks5h://{rest}"))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url().to_string();
        write!(f, "{} (`{}`)", url.trim_end_matches('/'), self.setting)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether Optakit can use the proxy at an address.
fn is_supported(url: &Uri) -> bool {
    let Some(authority) = url.authority() else { return false };
    let is_complete = match url.port() {
        Some(port) => !authority.host().is_empty() && port.as_str().parse::<u16>().is_ok(),
        // The library accepts text after the colon that is not a number.
        None => authority.as_str() == authority.host(),
    };
    is_complete && matches!(url.scheme_str(), Some("http" | "https" | "socks5" | "socks5h"))
}

/// Encodes each `@` of the credentials. Only the last one starts the host. Returns `None` if the
/// credentials contain a character that ends the host.
fn encode_credentials(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.rsplit_once('@').map_or_else(
        || authority.to_owned(),
        |(credentials, host)| format!("{}@{host}", credentials.replace('@', "%40")),
    );
    (!path.contains('@')).then(|| format!("{}://{authority}{path}", scheme.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, ProxyUrlError> {
        Proxies::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn check(variables: &[(&str, &str)], address: &str, expected: Option<&str>) {
        let proxies = proxies(variables).expect("the variables are valid");
        let found = proxies.of(&address.parse().expect("an address")).map(ToString::to_string);
        assert_eq!(found.as_deref(), expected, "{variables:?} {address}");
    }

    #[test]
    fn variables_apply_to_their_scheme() {
        let all = [
            ("HTTPS_PROXY", "http://secure.corp:3128"),
            ("http_proxy", "plain.corp:8080"),
            ("ALL_PROXY", "socks5://other.corp"),
            ("no_proxy", ".internal"),
        ];
        check(&all, "https://eks.aws", Some("http://secure.corp:3128 (`HTTPS_PROXY`)"));
        check(&all, "http://eks.aws", Some("http://plain.corp:8080 (`http_proxy`)"));
        check(&all, "https://a.internal", None);
        check(&all[2..], "http://eks.aws", Some("socks5://other.corp (`ALL_PROXY`)"));
        check(&all[2..], "https://eks.aws", Some("socks5://other.corp (`ALL_PROXY`)"));
        check(
            &[("HTTPS_PROXY", ""), ("https_proxy", "http://p:1")],
            "https://a",
            Some("http://p:1 (`https_proxy`)"),
        );
        check(&[], "https://eks.aws", None);
    }

    #[test]
    fn credentials_are_never_printed() {
        for url in
            ["http://ann:se@cret@p.corp:1", "HTTP://ann:secret@p.corp:1/", "ann:s%23cret@p.corp:1"]
        {
            let proxies = proxies(&[("HTTPS_PROXY", url)]).expect("the URL is valid");
            let address = "https://eks.aws".parse().expect("an address");
            let proxy = proxies.of(&address).expect("a proxy");
            assert_eq!(proxy.to_string(), "http://p.corp:1 (`HTTPS_PROXY`)");
            assert_eq!(format!("{proxies:?}").matches("ann").count(), 0);
            assert!(proxy.basic_auth().is_some());
        }
        for url in [
            "http://ann:se#cret@p.corp:1",
            "http://ann:1/secret@p",
            "ftp://ann:secret@p",
            "socks4://ann:secret@p",
            "http://",
        ] {
            let error = proxies(&[("ALL_PROXY", url)]).expect_err("the URL is invalid").to_string();
            assert!(error.starts_with("`ALL_PROXY` is not a valid proxy URL"), "{error}");
            assert!(!error.contains("ann") && !error.contains("cret"), "{error}");
        }
    }

    #[test]
    fn socks_proxies_have_their_default_port() {
        let proxies = proxies(&[("ALL_PROXY", "socks5://ann:secret@p.corp")]).expect("a valid URL");
        let proxy = proxies.of(&Uri::from_static("https://eks.aws")).expect("a proxy");
        assert_eq!(proxy.endpoint(), "http://p.corp:1080/");
        assert_eq!(proxy.user_and_password(), Some(("ann", "secret")));
        let (_, https, _) = proxies.for_library(&Uri::from_static("https://eks.aws"));
        assert_eq!(https.as_deref(), Some("socks5h://ann:secret@p.corp"));
    }
}
