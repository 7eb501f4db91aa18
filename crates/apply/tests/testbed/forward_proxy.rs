//! A forward proxy that records what passes through it: HTTP with `CONNECT`, or SOCKS5. It resolves
//! the invented names of servers, so a client that avoids the proxy cannot reach them.

use std::io::{Error, Result};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How a proxy behaves.
#[derive(Clone, Default)]
pub(crate) struct Behavior {
    /// The local address of each server, by its host and port.
    pub(crate) routes: Vec<(&'static str, String)>,
    /// The user name and the password that the proxy requires.
    pub(crate) credentials: Option<(&'static str, &'static str)>,
    /// The status of every answer.
    pub(crate) refusal: Option<&'static str>,
    /// Adds TLS to the servers.
    pub(crate) tls: Option<TlsAcceptor>,
}

/// A running proxy.
pub(crate) struct ForwardProxy {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl ForwardProxy {
    /// Starts an HTTP proxy.
    pub(crate) fn http(behavior: Behavior) -> Self {
        Self::start(behavior, async |connection, proxy| proxy.serve_http(connection).await)
    }

    /// Starts a SOCKS5 proxy.
    pub(crate) fn socks(behavior: Behavior) -> Self {
        Self::start(behavior, async |connection, proxy| proxy.serve_socks(connection).await)
    }

    fn start(
        behavior: Behavior,
        serve: impl AsyncFn(TcpStream, Serving) -> Result<()> + Copy + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.set_nonblocking(true).expect("the listener can be asynchronous");
        let port = listener.local_addr().expect("the listener has an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let serving = Serving { behavior: Arc::new(behavior), seen: seen.clone() };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime.expect("the runtime starts"), async move {
                let listener = TcpListener::from_std(listener).expect("the listener is usable");
                while let Ok((connection, _)) = listener.accept().await {
                    let serving = serving.clone();
                    tokio::task::spawn_local(async move { serve(connection, serving).await });
                }
            });
        });
        Self { port, seen }
    }

    /// Returns the host and the port.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns the servers that clients asked for, with the kind of request.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("the lock is not poisoned").clone()
    }

    /// Asserts that a client asked for a server.
    #[track_caller]
    pub(crate) fn saw(&self, request: &str) -> &Self {
        let seen = self.seen();
        assert!(seen.iter().any(|known| known == request), "{request} is not in {seen:?}");
        self
    }
}

#[derive(Clone)]
struct Serving {
    behavior: Arc<Behavior>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Serving {
    /// Connects to the server with an invented name.
    async fn connect(&self, kind: &str, target: &str) -> Result<TcpStream> {
        self.seen.lock().expect("the lock is not poisoned").push(format!("{kind} {target}"));
        let route = self.behavior.routes.iter().find(|(name, _)| *name == target);
        let (_, address) = route.ok_or_else(|| Error::other("no such server"))?;
        TcpStream::connect(address).await
    }

    /// Passes bytes in both directions.
    async fn tunnel(&self, mut client: TcpStream, mut server: TcpStream) -> Result<()> {
        match &self.behavior.tls {
            Some(tls) => pass(tls.accept(client).await?, server).await,
            None => copy_bidirectional(&mut client, &mut server).await.map(drop),
        }
    }

    async fn serve_http(&self, mut client: TcpStream) -> Result<()> {
        let head = read_head(&mut client).await?;
        let mut words = head.split(' ');
        let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let authorized = self.behavior.credentials.is_none_or(|(user, password)| {
            let expected = STANDARD.encode(format!("{user}:{password}"));
            head.to_lowercase().contains("proxy-authorization: ") && head.contains(&expected)
        });
        let refusal = match authorized {
            true => self.behavior.refusal,
            false => Some("407 Proxy Authentication Required"),
        };
        if let Some(status) = refusal {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            return client.write_all(answer.as_bytes()).await;
        }
        if method == "CONNECT" {
            let Ok(server) = self.connect(method, url).await else {
                return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
            };
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            return self.tunnel(client, server).await;
        }
        let rest = url.strip_prefix("http://").ok_or_else(|| Error::other("no address"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut server = self.connect("HTTP", host).await?;
        let head = head.replacen(url, &format!("/{path}"), 1);
        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        server.write_all(head.as_bytes()).await?;
        copy_bidirectional(&mut client, &mut server).await.map(drop)
    }

    async fn serve_socks(&self, mut client: TcpStream) -> Result<()> {
        let methods = client.read_u16().await? & 0xff;
        read(&mut client, usize::from(methods)).await?;
        if let Some((user, password)) = self.behavior.credentials {
            client.write_all(&[5, 2]).await?;
            client.read_u8().await?;
            let given = [read_text(&mut client).await?, read_text(&mut client).await?];
            let valid = given == [user, password];
            client.write_all(&[1, u8::from(!valid)]).await?;
        } else {
            client.write_all(&[5, 0]).await?;
        }
        let request = read(&mut client, 4).await?;
        let host = match request[3] {
            3 => read_text(&mut client).await?,
            _ => return Err(Error::other("the client resolved the name")),
        };
        let port = client.read_u16().await?;
        let server = self.connect("SOCKS", &format!("{host}:{port}")).await;
        let status = if server.is_ok() { 0 } else { 4 };
        client.write_all(&[5, status, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
        self.tunnel(client, server?).await
    }
}

async fn pass(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    mut server: TcpStream,
) -> Result<()> {
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

async fn read(client: &mut TcpStream, count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Reads a text after its length.
async fn read_text(client: &mut TcpStream) -> Result<String> {
    let length = client.read_u8().await?;
    Ok(String::from_utf8_lossy(&read(client, usize::from(length)).await?).into_owned())
}

/// Reads the head of a request.
async fn read_head(client: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
