//! Proxies in front of the registry of the testbed.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::registry::PASSWORD;
use crate::testbed::setting;

/// How many bytes a connection carries before the proxy breaks it.
const BYTES_BEFORE_BREAK: usize = 100_000;

/// Listens on a free port, and serves each connection in a thread. Returns the port.
fn listen(serve: impl Fn(TcpStream) -> Result<()> + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("the listener has an address").port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(client));
        }
    });
    port
}

fn connect() -> Result<TcpStream> {
    TcpStream::connect(setting("OPTAKIT_TEST_REGISTRY"))
}

/// Starts a proxy that breaks the first connections with many bytes. Returns its port, and how many
/// connections it broke.
pub(crate) fn breaking(breaks: usize) -> (u16, Arc<AtomicUsize>) {
    let broken = Arc::new(AtomicUsize::new(0));
    let count = broken.clone();
    let may_break = move || {
        let next = |broken| (broken < breaks).then_some(broken + 1);
        count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).is_ok()
    };
    let port = listen(move |mut client| {
        let mut server = connect()?;
        let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
        std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
        let mut sent = 0;
        let mut buffer = [0; 8192];
        while let read @ 1.. = client.read(&mut buffer)? {
            sent += read;
            if sent > BYTES_BEFORE_BREAK && may_break() {
                client.shutdown(Shutdown::Both)?;
                return server.shutdown(Shutdown::Both);
            }
            server.write_all(&buffer[..read])?;
        }
        Ok(())
    });
    (port, broken)
}

/// A slow proxy.
pub(crate) struct SlowProxy {
    pub(crate) port: u16,
    /// The number of bytes that clients sent.
    pub(crate) received: Arc<AtomicUsize>,
}

/// How many bytes per second the slow proxy passes on, and how many parts per second.
const SLOW: usize = 100_000;
const PARTS: usize = 20;

/// Starts a proxy that passes on 100 KB per second, and breaks the connection once, after a number
/// of bytes.
pub(crate) fn slow(bytes_before_break: usize) -> SlowProxy {
    let received = Arc::new(AtomicUsize::new(0));
    let count = received.clone();
    let port = listen(move |mut client| {
        let mut server = connect()?;
        let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
        std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
        let mut buffer = [0; SLOW / PARTS];
        while let read @ 1.. = client.read(&mut buffer)? {
            server.write_all(&buffer[..read])?;
            let before = count.fetch_add(read, Ordering::SeqCst);
            if before < bytes_before_break && before + read >= bytes_before_break {
                client.shutdown(Shutdown::Both)?;
                return server.shutdown(Shutdown::Both);
            }
            std::thread::sleep(Duration::from_secs(1) / PARTS as u32);
        }
        Ok(())
    });
    SlowProxy { port, received }
}

/// Starts a proxy that redirects each new upload to a second one. Returns the port of the first
/// one, and the requests that the second one got.
pub(crate) fn redirecting() -> (u16, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heads = seen.clone();
    let other = listen(move |mut client| {
        let head = read_head(&mut client)?;
        heads.lock().expect("no thread panicked").push(head.clone());
        pass(client, &with_basic(&head))
    });
    let port = listen(move |mut client| {
        let head = read_head(&mut client)?;
        let path = head.split(' ').nth(1).unwrap_or_default();
        if head.starts_with("POST ") {
            let answer = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:{other}{path}\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            return client.write_all(answer.as_bytes());
        }
        pass(client, &head)
    });
    (port, seen)
}

/// Starts a proxy that answers some chunks itself. `answers` gets the number of the chunk and its
/// size, and returns the status and a header. Returns the port.
pub(crate) fn answering_chunks(
    answers: fn(usize, usize) -> Option<(&'static str, &'static str)>,
) -> u16 {
    let count = Arc::new(AtomicUsize::new(0));
    listen(move |mut client| {
        let head = read_head(&mut client)?;
        if !head.starts_with("PATCH ") {
            return pass(client, &head);
        }
        let size = content_length(&head);
        match answers(count.fetch_add(1, Ordering::SeqCst), size) {
            None => pass(client, &head),
            Some((status, header)) => {
                client.read_exact(&mut vec![0; size])?;
                client.write_all(answer(status, header, "").as_bytes())
            }
        }
    })
}

/// Starts a proxy in front of a registry that accepts no chunks. It breaks the first upload of a
/// large blob. Returns the port.
pub(crate) fn breaking_without_chunks() -> u16 {
    let broken = Arc::new(AtomicUsize::new(0));
    listen(move |mut client| {
        let head = read_head(&mut client)?;
        if head.starts_with("PATCH ") {
            client.read_exact(&mut vec![0; content_length(&head)])?;
            return client.write_all(answer("405 Method Not Allowed", "", "").as_bytes());
        }
        let is_large = content_length(&head) > BYTES_BEFORE_BREAK;
        if head.starts_with("PUT ") && is_large && broken.fetch_add(1, Ordering::SeqCst) == 0 {
            client.read_exact(&mut vec![0; BYTES_BEFORE_BREAK])?;
            return client.shutdown(Shutdown::Both);
        }
        pass(client, &head)
    })
}

fn content_length(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
    });
    length.unwrap_or_default()
}

/// Starts a registry that accepts only tokens, as that of Azure does. Its token server exchanges
/// the identity token `refresh` for the token `access`.
pub(crate) fn with_tokens() -> u16 {
    let realm = Arc::new(AtomicUsize::new(0));
    let own = realm.clone();
    let port = listen(move |mut client| {
        let head = read_head(&mut client)?;
        if head.starts_with("POST /token ") {
            let mut form = vec![0; content_length(&head)];
            client.read_exact(&mut form)?;
            let form = String::from_utf8_lossy(&form);
            let valid = ["grant_type=refresh%5Ftoken", "refresh_token=refresh", "service=testbed"];
            let (status, body) = match valid.iter().all(|part| form.contains(part)) {
                true => ("200 OK", json!({"access_token": "access"})),
                false => ("401 Unauthorized", json!({"errors": [{"message": "unknown token"}]})),
            };
            return client.write_all(answer(status, "", &body.to_string()).as_bytes());
        }
        if head.contains("Bearer access\r\n") {
            return pass(client, &with_basic(&head));
        }
        let port = own.load(Ordering::SeqCst);
        let challenge = format!(
            "WWW-Authenticate: Bearer realm=\"http://127.0.0.1:{port}/token\",\
             service=\"testbed\"\r\n"
        );
        client.write_all(answer("401 Unauthorized", &challenge, "{}").as_bytes())
    });
    realm.store(usize::from(port), Ordering::SeqCst);
    port
}

fn answer(status: &str, header: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Returns the head of a request with the credentials of the registry.
fn with_basic(head: &str) -> String {
    let lines = head.lines().filter(|line| !line.to_lowercase().starts_with("authorization:"));
    let credentials = STANDARD.encode(format!("AWS:{PASSWORD}"));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    format!("{}\r\nAuthorization: Basic {credentials}\r\n\r\n", head.trim_end())
}

/// Passes on one request.
fn pass(mut client: TcpStream, head: &str) -> Result<()> {
    let mut server = connect()?;
    server.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}

/// Returns the actions of ECR that a request needs
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html>).
fn actions(method: &str, path: &str) -> &'static [&'static str] {
    let is_manifest = path.contains("/manifests/");
    match method {
        "POST" => &["ecr:InitiateLayerUpload"],
        "PATCH" => &["ecr:UploadLayerPart"],
        "PUT" if is_manifest => &["ecr:PutImage"],
        // The request contains the whole layer.
        "PUT" => &["ecr:UploadLayerPart", "ecr:CompleteLayerUpload"],
        "GET" | "HEAD" if is_manifest => &["ecr:BatchGetImage"],
        "HEAD" if path.contains("/blobs/sha256:") => &["ecr:BatchCheckLayerAvailability"],
        "GET" if path.contains("/blobs/sha256:") => &["ecr:GetDownloadUrlForLayer"],
        _ => &[],
    }
}

/// Starts a proxy that denies all other actions than these, as ECR does. Returns its port. A
/// connection carries one request.
pub(crate) fn guarding(allowed: Vec<String>) -> u16 {
    listen(move |mut client| {
        let head = read_head(&mut client)?;
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is_denied = |action: &&&str| !allowed.iter().any(|known| known == **action);
        if let Some(action) = actions(method, path).iter().find(is_denied) {
            client.write_all(denied(method, action).as_bytes())?;
            // Reads the rest of the request, because closing earlier would lose the answer.
            client.shutdown(Shutdown::Write)?;
            return std::io::copy(&mut client, &mut std::io::sink()).map(drop);
        }
        pass(client, &head)
    })
}

/// Reads the head of a request.
fn read_head(client: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Returns the answer of ECR to a request that IAM denies.
fn denied(method: &str, action: &str) -> String {
    let message = format!(
        "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: {action} \
         on resource: opta"
    );
    let body = match method {
        "HEAD" => String::new(),
        _ => json!({"errors": [{"code": "DENIED", "message": message}]}).to_string(),
    };
    format!(
        "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
