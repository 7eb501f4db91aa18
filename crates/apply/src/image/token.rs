//! Exchanges an identity token for access to a repository (Docker's "OAuth2 token authentication").

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Method, Request, Uri};
use oci_client::secrets::RegistryAuth;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::destination::Destination;
use super::http::{Answer, Http, body};
use super::request_error::RequestError;

/// The name of this program for token servers.
const CLIENT: &str = "optakit";

#[derive(Deserialize)]
struct Access {
    #[serde(alias = "token")]
    access_token: String,
}

/// Exchanges an identity token for an access token. The token is sent only to the token server
/// that the registry names, and never over a connection without TLS if the registry has TLS.
///
/// # Errors
///
/// Fails if the registry names no token server, or the token server rejects the token.
pub(super) async fn exchange(
    http: &Http,
    to: &Destination,
    token: &SecretString,
) -> Result<RegistryAuth, RequestError> {
    let uri = format!("{}/v2/", to.address());
    let answer = http.send(request(Method::GET, &uri, Vec::new())?).await?;
    let challenge = challenge(&answer).ok_or_else(|| {
        RequestError::Protocol("the registry does not accept identity tokens".to_owned())
    })?;
    let realm = challenge.get("realm").cloned().unwrap_or_default();
    let is_tls = realm.parse::<Uri>().is_ok_and(|realm| realm.scheme_str() == Some("https"));
    if !is_tls && !to.is_plain() {
        let problem = format!(
            "the token server `{realm}` does not use TLS, so no credentials are \
                               sent to it"
        );
        return Err(RequestError::Protocol(problem));
    }
    let scope = format!("repository:{}:pull,push", to.repository);
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT),
        ("service", challenge.get("service").map_or("", String::as_str)),
        ("scope", &scope),
        ("refresh_token", token.expose_secret()),
    ];
    let form = fields
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let mut post = request(Method::POST, &realm, form.join("&").into_bytes())?;
    let form_type = http::HeaderValue::from_static("application/x-www-form-urlencoded");
    post.headers_mut().insert(CONTENT_TYPE, form_type);
    let answer = http.send(post).await?;
    if !answer.status.is_success() {
        return Err(answer.error());
    }
    let access: Access = serde_json::from_slice(&answer.body).map_err(|_| {
        RequestError::Protocol("the token server returned no access token".to_owned())
    })?;
    Ok(RegistryAuth::Bearer(access.access_token))
}

/// Returns the value of `Authorization` for a user name and a password.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn request(
    method: Method,
    uri: &str,
    content: Vec<u8>,
) -> Result<Request<super::http::Body>, RequestError> {
    Request::builder()
        .method(method)
        .uri(uri)
        .body(body(content))
        .map_err(|_| RequestError::Protocol(format!("`{uri}` is not a valid address")))
}

/// Returns the parameters of the challenge for a bearer token.
fn challenge(answer: &Answer) -> Option<BTreeMap<String, String>> {
    let headers = answer.headers.get_all(WWW_AUTHENTICATE).iter();
    let challenges = headers
        .filter_map(|value| http_auth::parser::ChallengeParser::new(value.to_str().ok()?).next());
    let bearer = challenges
        .filter_map(Result::ok)
        .find(|challenge| challenge.scheme.eq_ignore_ascii_case("Bearer"))?;
    let parameters = bearer.params.iter();
    Some(
        parameters.map(|(name, value)| (name.to_ascii_lowercase(), value.to_unescaped())).collect(),
    )
}
