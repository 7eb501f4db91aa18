//! Proxies in front of the registry of the testbed.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

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
        let mut server = connect()?;
        server.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
        let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        std::io::copy(&mut server, &mut client)?;
        client.shutdown(Shutdown::Both)
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
