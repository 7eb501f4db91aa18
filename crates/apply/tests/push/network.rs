//! Pushes through a proxy, to a registry whose certificate only the network trusts.

use crate::registry::{PASSWORD, docker_config, manifest};
use crate::testbed::archive::{docker_archive, layer};
use crate::testbed::certificate::untrusted_tls;
use crate::testbed::forward_proxy::{Behavior, ForwardProxy};
use crate::testbed::{Run, optakit, setting};

/// The invented name of the registry, which only a proxy knows.
const REGISTRY: &str = "registry.acme.test";

#[test]
fn image_is_pushed_through_each_kind_of_proxy() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let ca = folder.path().join("network.pem");
    let behavior = Behavior {
        routes: vec![("registry.acme.test:443", setting("OPTAKIT_TEST_REGISTRY"))],
        tls: Some(untrusted_tls(&[REGISTRY], &ca)),
        ..Behavior::default()
    };
    let http = ForwardProxy::http(Behavior {
        credentials: Some(("annika", "s#cret")),
        ..behavior.clone()
    });
    let socks = ForwardProxy::socks(behavior);
    let push = |number: u8, variables: &[(&str, &str)]| {
        let archive = folder.path().join("app.tar");
        docker_archive(&archive, &number.to_string(), &[&layer(number, 9000)]);
        let config = docker_config(folder.path(), REGISTRY, PASSWORD);
        let mut command = optakit(folder.path());
        for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
            command.env_remove(name);
        }
        command.env("DOCKER_CONFIG", config).envs(variables.iter().copied());
        Run::of(command.args(["push", "app.tar", "--to", "registry.acme.test/behind/proxy"]))
    };
    let http_url = format!("http://annika:s%23cret@{}", http.address());
    let socks_url = format!("socks5://{}", socks.address());
    let file = ca.display().to_string();
    let pushed = push(60, &[("https_proxy", &http_url), ("SSL_CERT_FILE", &file)]).succeeds();
    manifest("behind/proxy", pushed.output());
    http.saw("CONNECT registry.acme.test:443");
    let pushed = push(61, &[("ALL_PROXY", &socks_url), ("AWS_CA_BUNDLE", &file)]).succeeds();
    manifest("behind/proxy", pushed.output());
    socks.saw("SOCKS registry.acme.test:443");
    push(62, &[("HTTPS_PROXY", &http_url)]).fails().reports("set SSL_CERT_FILE to the file");
    let before = http.seen().len();
    push(62, &[("HTTPS_PROXY", &http_url), ("NO_PROXY", "acme.test:443")]).fails();
    assert_eq!(http.seen().len(), before, "`NO_PROXY` leads around the proxy");
    let wrong = format!("http://annika:wr0ng@{}", http.address());
    push(62, &[("HTTPS_PROXY", &wrong), ("SSL_CERT_FILE", &file)])
        .fails()
        .reports(&format!("the proxy http://{} (`HTTPS_PROXY`)", http.address()))
        .omits("wr0ng")
        .omits("annika");
}
