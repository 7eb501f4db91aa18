//! The addresses that are used without a proxy: `NO_PROXY`, this machine, and metadata services.

use std::net::IpAddr;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// Addresses that no proxy can reach: this machine, and the metadata services of AWS.
const ALWAYS: &[&str] = &["localhost", "127.0.0.0/8", "::1", "169.254.0.0/16", "fd00:ec2::/32"];

/// All IP addresses.
const EVERYTHING: &[&str] = &["0.0.0.0/0", "::/0"];

/// The addresses that are used without a proxy.
#[derive(Debug, Default)]
pub(super) struct NoProxy(Vec<Rule>);

/// One entry of `NO_PROXY`: a host, a domain, an IP address, a range of addresses or `*`.
#[derive(Debug)]
struct Rule {
    text: String,
    matcher: Matcher,
    /// The only port of the rule. `None` means every port.
    port: Option<u16>,
}

impl NoProxy {
    /// Reads the value of `NO_PROXY`. Adds the addresses that no proxy can reach.
    pub(super) fn new(value: &str) -> Self {
        let entries = value.split([',', ' ', '\t', '\n']).filter(|entry| !entry.is_empty());
        // For the library, `*` contains no IP addresses.
        let everything = entries.clone().any(|entry| entry == "*").then_some(EVERYTHING);
        let entries = entries.chain(everything.into_iter().flatten().copied());
        Self(entries.chain(ALWAYS.iter().copied()).map(Rule::new).collect())
    }

    /// Whether an address is used without a proxy.
    pub(super) fn contains(&self, address: &Uri) -> bool {
        let Some(host) = address.host() else { return false };
        let host = host.trim_end_matches('.');
        // The library compares the hosts of complete addresses.
        let Ok(any_path) = format!("http://{host}/").parse() else { return false };
        let port = port(address);
        self.0.iter().any(|rule| rule.contains(&any_path, port))
    }

    /// Returns the rules for a library that does not know ports, as a list for one port.
    pub(super) fn for_port(&self, port: u16) -> String {
        let rules = self.0.iter().filter(|rule| rule.port.is_none_or(|only| only == port));
        rules.map(|rule| rule.text.as_str()).collect::<Vec<_>>().join(",")
    }
}

impl Rule {
    fn new(entry: &str) -> Self {
        let (host, port) = split_port(entry);
        let text = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        let text = text.trim_start_matches('[').trim_end_matches([']', '.']).to_owned();
        // A matcher answers whether it has a proxy for an address.
        let matcher = Matcher::builder().all("http://proxy").no(&text).build();
        Self { text, matcher, port }
    }

    fn contains(&self, address: &Uri, port: u16) -> bool {
        self.port.is_none_or(|only| only == port) && self.matcher.intercept(address).is_none()
    }
}

/// Splits the port from an entry. An IPv6 address without brackets has no port, but has colons.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let is_address = entry.parse::<IpAddr>().is_ok() || entry.contains('/');
    match entry.rsplit_once(':') {
        Some((host, port)) if !is_address => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

/// Returns the port of an address, or the default port of its scheme.
pub(super) fn port(address: &Uri) -> u16 {
    let default = if address.scheme_str() == Some("http") { 80 } else { 443 };
    address.port_u16().unwrap_or(default)
}

/// Returns the host and the port of an address.
pub(super) fn target(address: &Uri) -> String {
    format!("{}:{}", address.host().unwrap_or_default(), port(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, direct: &[&str], proxied: &[&str]) {
        let rules = NoProxy::new(value);
        let contains = |address: &&str| rules.contains(&address.parse().expect("an address"));
        for address in direct {
            assert!(contains(address), "`{value}` does not contain {address}");
        }
        for address in proxied {
            assert!(!contains(address), "`{value}` contains {address}");
        }
    }

    #[test]
    fn domains_include_their_subdomains() {
        for value in
            ["example.com", ".example.com", "*.example.com", "EXAMPLE.com.", "a,example.com"]
        {
            check(
                value,
                &[
                    "https://api.example.com",
                    "https://a.b.Example.COM:8443/x",
                    "http://b.example.com.",
                ],
                &["https://notexample.com", "https://example.com.evil.org"],
            );
        }
        check("*", &["https://anything.org", "https://10.0.0.1"], &[]);
        check("", &[], &["https://anything.org"]);
    }

    #[test]
    fn addresses_and_ranges_are_compared_as_numbers() {
        check(
            "10.0.0.0/8, 192.168.7.9 2001:db8::/32",
            &["https://10.1.2.3:6443", "https://192.168.7.9", "https://[2001:db8::1]:6443"],
            &["https://11.0.0.1", "https://192.168.7.90", "https://[2001:db9::1]"],
        );
    }

    #[test]
    fn rule_with_a_port_needs_this_port() {
        check(
            "example.com:8443,10.0.0.1:80,[2001:db8::1]:443",
            &[
                "https://example.com:8443",
                "http://a.example.com:8443",
                "http://10.0.0.1",
                "https://[2001:db8::1]",
            ],
            &["https://example.com", "https://10.0.0.1", "https://[2001:db8::1]:444"],
        );
        let rules = NoProxy::new("a:1,b:2,c");
        assert!(rules.for_port(1).starts_with("a,c,localhost,"));
    }

    #[test]
    fn this_machine_and_metadata_services_need_no_proxy() {
        check(
            "",
            &[
                "http://localhost:4566",
                "https://registry.localhost",
                "https://127.0.0.1:6443",
                "https://[::1]:6443",
                "http://169.254.169.254/latest",
                "http://[fd00:ec2::254]",
            ],
            &["https://localhost.example.com"],
        );
    }
}
