//! Proxies and certificates of company networks, in front of the cluster and of AWS.

use std::process::Command;

use crate::testbed::certificate::untrusted_tls;
use crate::testbed::forward_proxy::{Behavior, ForwardProxy};
use crate::testbed::{Run, Service, optakit, record_fault, setting};

/// The invented address of the API server, which only a proxy knows.
const CLUSTER: &str = "cluster.acme.test:6443";
/// The invented address of AWS.
const AWS: &str = "aws.acme.test";

/// Returns the local address of a server of the testbed, without the scheme.
fn local(url: &str) -> String {
    url.split("//").last().unwrap_or(url).to_owned()
}

/// Returns the address of the API server.
fn server() -> String {
    let config = std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG"));
    let config = config.expect("the kubeconfig exists");
    let rest = config.split("server: \"").nth(1).expect("the kubeconfig has a server");
    rest.split('"').next().expect("the address ends").to_owned()
}

fn behavior() -> Behavior {
    let aws = local(&setting("OPTAKIT_TEST_AWS"));
    let routes = vec![
        (CLUSTER, local(&server())),
        (AWS, aws.clone()),
        ("aws.acme.test:80", aws.clone()),
        ("aws.acme.test:443", aws),
    ];
    Behavior { routes, ..Behavior::default() }
}

/// Writes a kubeconfig for the API server at its invented address. `fields` are further fields of
/// the cluster.
fn write_kubeconfig(service: &Service, fields: &str) {
    let config = std::fs::read_to_string(setting("OPTAKIT_TEST_KUBECONFIG"));
    let (old, new) = (server(), format!("https://{CLUSTER}"));
    let new = format!("{new}\", tls-server-name: kubernetes, {fields} x: \"");
    let config = config.expect("the kubeconfig exists").replace(&old, &new);
    service.write("kubeconfig", &config);
}

/// Returns a command on the bundle and the cluster at its invented address.
fn command(service: &Service, name: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = in_network(service, variables);
    command.args([name, &service.bundle(), "--kubeconfig", "kubeconfig", "--yes"]);
    command
}

/// Returns a command with the variables of a network, and none of this machine.
fn in_network(service: &Service, variables: &[(&str, &str)]) -> Command {
    let mut command = optakit(service.folder());
    for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name);
    }
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().copied());
    command
}

#[test]
fn cluster_is_reached_through_each_kind_of_proxy() {
    let service = Service::new("proxied", "acme/api:1", "");
    let with = || Behavior { credentials: Some(("annika", "s#cret")), ..behavior() };
    let (http, socks) = (ForwardProxy::http(with()), ForwardProxy::socks(with()));
    let http_url = format!("http://annika:s%23cret@{}", http.address());
    let socks_url = format!("socks5://annika:s%23cret@{}", socks.address());
    write_kubeconfig(&service, "");
    let apply = |variables: &[(&str, &str)]| Run::of(&mut command(&service, "apply", variables));
    apply(&[("HTTPS_PROXY", &http_url)]).succeeds().reports("changes applied");
    http.saw(&format!("CONNECT {CLUSTER}"));
    apply(&[("all_proxy", &socks_url), ("HTTPS_PROXY", "")]).succeeds();
    socks.saw(&format!("SOCKS {CLUSTER}"));
    let before = http.seen().len();
    // `NO_PROXY` leads around the proxy, which alone knows the name.
    for list in
        ["acme.test", "*.acme.test", ".acme.test:6443", "10.0.0.0/8, cluster.acme.test", "*"]
    {
        let variables = [("HTTPS_PROXY", http_url.as_str()), ("no_proxy", list)];
        apply(&variables).cannot_run().reports("cannot be reached").omits("the proxy");
    }
    assert_eq!(http.seen().len(), before);
    apply(&[("HTTPS_PROXY", &http_url), ("NO_PROXY", "acme.test:443,other.test")]).succeeds();
    // As kubectl does, uses `proxy-url` also for addresses in `NO_PROXY`.
    write_kubeconfig(&service, &format!("proxy-url: \"{socks_url}\","));
    let before = socks.seen().len();
    apply(&[("HTTPS_PROXY", &http_url), ("NO_PROXY", "*")]).succeeds();
    assert!(socks.seen().len() > before);
    // The proxy cannot reach this machine, so the cluster on it is reached directly.
    let before = http.seen().len();
    let mut direct = optakit(service.folder());
    direct.args(["status", &service.bundle(), "--kubeconfig", &setting("OPTAKIT_TEST_KUBECONFIG")]);
    Run::of(direct.env("HTTPS_PROXY", &http_url)).succeeds();
    assert_eq!(http.seen().len(), before);
}

#[test]
fn aws_is_reached_through_the_proxy_and_with_the_certificate_of_the_network() {
    let service = Service::new("proxied-aws", "acme/api:1", "");
    let ca = service.folder().join("network.pem");
    let tls = untrusted_tls(&[AWS], &ca);
    let http = ForwardProxy::http(behavior());
    let socks = ForwardProxy::socks(Behavior { tls: Some(tls.clone()), ..behavior() });
    let intercepting = ForwardProxy::http(Behavior { tls: Some(tls), ..behavior() });
    let status = |variables: &[(&str, &str)]| {
        let mut command = in_network(&service, variables);
        command.args(["status", &service.bundle()]);
        // The token for the cluster contains the address of STS, which the cluster asks.
        command.env("AWS_ENDPOINT_URL_STS", setting("OPTAKIT_TEST_AWS"));
        Run::of(&mut command)
    };
    service.apply_with(&[]).succeeds();
    let url = |proxy: &ForwardProxy| format!("http://{}", proxy.address());
    let plain = ("AWS_ENDPOINT_URL", "http://aws.acme.test");
    let secure = ("AWS_ENDPOINT_URL", "https://aws.acme.test");
    status(&[plain, ("HTTP_PROXY", &url(&http))]).succeeds();
    http.saw(&format!("HTTP {AWS}"));
    let (through, socks_url) = (url(&intercepting), format!("socks5h://{}", socks.address()));
    let untrusted = "set SSL_CERT_FILE to the file of its certificate authority";
    status(&[secure, ("HTTPS_PROXY", &through)]).cannot_run().reports(untrusted);
    let file = ca.display().to_string();
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        status(&[secure, ("HTTPS_PROXY", &through), (variable, &file)]).succeeds();
        status(&[secure, ("ALL_PROXY", &socks_url), (variable, &file)]).succeeds();
        status(&[secure, (variable, "missing.pem")])
            .cannot_run()
            .reports("cannot read the certificates in missing.pem")
            .reports(variable);
    }
    intercepting.saw("CONNECT aws.acme.test:443");
    socks.saw("SOCKS aws.acme.test:443");
    record_fault(
        "A proxy of the network replaces the certificates of AWS",
        "The message names the variable for the certificate authority. With it, the run succeeds.",
    );
}

#[test]
fn proxies_that_refuse_are_named_without_their_password() {
    let service = Service::new("refused-proxy", "acme/api:1", "");
    write_kubeconfig(&service, "");
    let strict = Behavior { credentials: Some(("bob", "other")), ..behavior() };
    let denying = Behavior { refusal: Some("403 Forbidden"), ..behavior() };
    let unauthorized = ForwardProxy::http(strict.clone());
    let forbidden = ForwardProxy::http(denying);
    let socks = ForwardProxy::socks(strict);
    let unknown = ForwardProxy::http(Behavior::default());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let closed_at = closed.local_addr().expect("the listener has an address").to_string();
    drop(closed);
    for (scheme, address, expected) in [
        ("http", unauthorized.address(), "requires a valid user name and password (407)"),
        ("http", forbidden.address(), "does not connect to cluster.acme.test:6443 (403)"),
        ("http", unknown.address(), "does not connect to cluster.acme.test:6443 (502)"),
        ("socks5", socks.address(), "does not connect to cluster.acme.test:6443: "),
        ("http", closed_at, "cannot be reached: "),
    ] {
        let url = format!("{scheme}://annika:s%23cret@{address}");
        Run::of(&mut command(&service, "apply", &[("HTTPS_PROXY", &url)]))
            .cannot_run()
            .reports(&format!("the proxy {scheme}://{address} (`HTTPS_PROXY`) {expected}"))
            .reports("nothing was changed")
            .omits("cret")
            .omits("annika");
    }
    for url in ["http://annika:s#cret@proxy:1", "ftp://annika:cret@proxy", "http://"] {
        Run::of(&mut command(&service, "apply", &[("HTTPS_PROXY", url)]))
            .cannot_run()
            .reports("`HTTPS_PROXY` is not a valid proxy URL")
            .omits("cret")
            .omits("annika");
    }
    record_fault(
        "The proxy of the network refuses a connection, or cannot be reached",
        "The message names the proxy without its password, and the variable that sets it.",
    );
}
