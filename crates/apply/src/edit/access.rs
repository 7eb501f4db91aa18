//! Access to the server: a request needs the token, and may not come from the page of another
//! website.

use std::net::IpAddr;
use std::sync::Mutex;

use axum::http::HeaderMap;
use axum::http::uri::Authority;
use base64::Engine;
use subtle::ConstantTimeEq;

/// The header with the token. Pages of other origins cannot send it.
const TOKEN_HEADER: &str = "x-optakit-token";

/// The rules of a server.
pub(super) struct Access {
    token: String,
    /// A code that is exchanged for the token once.
    code: Mutex<Option<String>>,
    /// Whether other machines may connect, so that any name can lead here.
    any_host: bool,
    /// The origin at which a proxy shows this server, as `https://name`.
    public_origin: Option<String>,
}

/// Why a request is rejected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    Host,
    Origin,
    Token,
}

impl Rejection {
    /// Returns the message for the user.
    pub(super) const fn message(&self) -> &'static str {
        match self {
            Self::Host => {
                "this server accepts requests to localhost and to IP addresses only\n  \
                 help: for another name, pass `--public-url` with the address in the browser\n"
            }
            Self::Origin => {
                "this server rejects requests from other origins\n  \
                 help: behind a proxy, pass `--public-url` with the address in the browser\n"
            }
            Self::Token => {
                "the token is missing or wrong\n  \
                 help: open the address in the terminal\n"
            }
        }
    }
}

impl Access {
    /// Creates the rules, with a new token.
    pub(super) fn new(any_host: bool, public_url: Option<&str>) -> Self {
        Self {
            token: random(),
            code: Mutex::default(),
            any_host,
            public_origin: public_url.map(origin_of),
        }
    }

    /// Returns the token.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Creates a code for the address that is passed to a browser. Other users of the machine can
    /// see the arguments of processes, so the token must not be one.
    pub(super) fn new_code(&self) -> String {
        let code = random();
        *self.code.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(code.clone());
        code
    }

    /// Returns the token for a code that was not used before.
    pub(super) fn exchange(&self, given: &str) -> Option<&str> {
        let mut code = self.code.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_right = code.as_deref().is_some_and(|code| is_same(code, given));
        is_right.then(|| {
            *code = None;
            self.token()
        })
    }

    /// Checks that a request was sent to this server, and not from the page of another origin.
    ///
    /// Another name can lead to this machine (DNS rebinding). An IP address or `localhost` cannot,
    /// with any port: SSH and editors forward ports.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Rejection> {
        let host = text(headers, "host").ok_or(Rejection::Host)?;
        let is_public = |origin: &str| self.public_origin.as_deref() == Some(origin);
        let is_known = self.any_host
            || is_address(host)
            || is_public(&format!("https://{host}"))
            || is_public(&format!("http://{host}"));
        if !is_known {
            return Err(Rejection::Host);
        }
        let Some(origin) = text(headers, "origin") else {
            return if headers.contains_key("origin") { Err(Rejection::Origin) } else { Ok(()) };
        };
        let is_own = origin.strip_prefix("http://") == Some(host)
            || origin.strip_prefix("https://") == Some(host)
            || is_public(origin);
        if is_own { Ok(()) } else { Err(Rejection::Origin) }
    }

    /// Checks the token of a request.
    pub(super) fn check_token(&self, headers: &HeaderMap) -> Result<(), Rejection> {
        let given = text(headers, TOKEN_HEADER).unwrap_or_default();
        if is_same(&self.token, given) { Ok(()) } else { Err(Rejection::Token) }
    }
}

/// Returns a random text of 192 bits.
fn random() -> String {
    let mut bytes = [0; 24];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .expect("the system provides random bytes");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn is_same(secret: &str, given: &str) -> bool {
    given.as_bytes().ct_eq(secret.as_bytes()).into()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a `Host` is `localhost` or an IP address, with or without a port.
fn is_address(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let is_plain = match host.strip_prefix(name) {
        Some("") => true,
        Some(port) => authority.port_u16().is_some_and(|number| port == format!(":{number}")),
        None => false,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    is_plain && (name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok())
}

/// Returns the origin of an address: scheme and host, without the path.
fn origin_of(url: &str) -> String {
    let path = url.find("://").and_then(|scheme| {
        let host = scheme + "://".len();
        url[host..].find(['/', '?', '#']).map(|end| host + end)
    });
    url[..path.unwrap_or(url.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(access: &Access, host: &str, origin: Option<&str>) -> Result<(), Rejection> {
        let mut headers = HeaderMap::new();
        let value = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text} is a header"));
        headers.insert("host", value(host));
        if let Some(origin) = origin {
            headers.insert("origin", value(origin));
        }
        access.check_origin(&headers)
    }

    #[test]
    fn addresses_with_any_port_are_accepted() {
        let access = Access::new(false, None);
        for host in
            ["127.0.0.1:8080", "localhost:9", "LOCALHOST", "127.0.0.1", "[::1]:80", "10.1.2.3"]
        {
            assert_eq!(check(&access, host, None), Ok(()), "{host}");
            assert_eq!(check(&access, host, Some(&format!("http://{host}"))), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:80",
            "127.0.0.1.evil.example",
            "evil.localhost@x",
            "evil@localhost",
            "localhost:80:80",
            "xlocalhost",
            "127.0.0.1:80.evil.example",
            "127.0.0.1:",
            "127.0.0.1:99999",
            "",
        ] {
            assert_eq!(check(&access, host, None), Err(Rejection::Host), "{host}");
        }
    }

    #[test]
    fn an_origin_must_be_exactly_the_own_one() {
        let access = Access::new(false, None);
        let host = "127.0.0.1:8080";
        for origin in [
            "http://127.0.0.1:80",
            "http://127.0.0.1:80801",
            "http://127.0.0.1:8080.evil.example",
            "http://127.0.0.1:8080@evil.example",
            "http://localhost:8080",
            "https://evil.example",
            "http://127.0.0.1:8080/",
            "127.0.0.1:8080",
            "null",
            "",
        ] {
            assert_eq!(check(&access, host, Some(origin)), Err(Rejection::Origin), "{origin}");
        }
    }

    #[test]
    fn a_proxy_may_use_its_own_name() {
        let access = Access::new(false, Some("https://box-8080.example.dev/?x"));
        let public = Some("https://box-8080.example.dev");
        assert_eq!(check(&access, "box-8080.example.dev", public), Ok(()));
        assert_eq!(check(&access, "localhost:8080", public), Ok(()));
        assert_eq!(check(&access, "box-8081.example.dev", None), Err(Rejection::Host));
        let other = Some("https://box-8080.example.dev.evil.example");
        assert_eq!(check(&access, "localhost:8080", other), Err(Rejection::Origin));
        let any = Access::new(true, None);
        assert_eq!(check(&any, "machine.local:8080", Some("http://machine.local:8080")), Ok(()));
        assert_eq!(check(&any, "machine.local", Some("http://evil")), Err(Rejection::Origin));
    }

    #[test]
    fn a_code_works_once() {
        let access = Access::new(false, None);
        assert_eq!(access.exchange(""), None);
        let code = access.new_code();
        assert_eq!(access.exchange("wrong"), None);
        assert_eq!(access.exchange(&code), Some(access.token()));
        assert_eq!(access.exchange(&code), None);
    }
}
