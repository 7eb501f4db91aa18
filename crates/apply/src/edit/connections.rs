//! Accepts connections. A client that opens many connections or sends nothing cannot block others.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections are open at most. A browser opens six.
const MAX_CONNECTIONS: usize = 64;
/// How long a client may take to send the headers of a request.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long to wait after a failure that a new attempt does not solve, for example no free file
/// descriptor.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves requests until the future is dropped.
pub(super) async fn serve(listeners: Vec<TcpListener>, router: Router) {
    let free = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let all = listeners.into_iter().map(|listener| accept(listener, router.clone(), free.clone()));
    futures::future::join_all(all).await;
}

async fn accept(listener: TcpListener, router: Router, free: Arc<Semaphore>) {
    loop {
        let permit = free.clone().acquire_owned().await.expect("the semaphore is never closed");
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(answer(stream, router.clone(), permit))),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn answer(stream: TcpStream, router: Router, permit: OwnedSemaphorePermit) {
    drop(stream.set_nodelay(true));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // A client that closes its connection early is not an error.
    drop(connection.await);
    drop(permit);
}
