//! Serves connections: limits their number and the time that each step may take, and ends them when the server stops.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONNECTION;
use axum::http::{Request, StatusCode};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tokio_util::task::TaskTracker;

use crate::framing::Framing;

/// How long the headers of a request may take to arrive, and how long a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a client may read nothing of its response.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// The maximum age of a connection. A request that is in progress then still gets its response.
const MAX_AGE: Duration = Duration::from_secs(3_600);
/// The maximum size of all headers of a request together, in bytes, and their maximum number.
const HEADER_BYTES: usize = 32 * 1_024;
const HEADER_COUNT: usize = 64;
/// How long requests in progress may take once the server is asked to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when the system cannot open another file.
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// Serves at most `limit` connections at the same time until `stop`, then finishes the requests in progress. Further
/// connections wait.
pub(crate) async fn serve(listener: TcpListener, app: Router, limit: usize, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADER_COUNT);
    let (slots, connections) = (Arc::new(Semaphore::new(limit)), TaskTracker::new());
    let (stopping, _) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let slot = tokio::select! {
            () = stop.as_mut() => break,
            Ok(slot) = slots.clone().acquire_owned() => slot,
        };
        let stream = tokio::select! {
            () = stop.as_mut() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection; trying again");
                    tokio::time::sleep(RETRY_DELAY).await;
                    continue;
                }
            },
        };
        let (http, app, stopping) = (http.clone(), app.clone(), stopping.subscribe());
        connections.spawn(async move {
            serve_connection(&http, stream, app, stopping).await;
            drop(slot);
        });
    }
    // New connections are refused while the last requests are answered.
    drop(listener);
    stopping.send_replace(true);
    connections.close();
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.wait()).await.is_err() {
        tracing::warn!(
            "some requests did not end in time and were aborted; everything that was acknowledged is stored"
        );
    }
}

/// The status of a request that is refused before the router sees it.
fn refusal(request: &Request<Incoming>, framing: &Framing) -> Option<StatusCode> {
    if framing.is_ambiguous() {
        return Some(StatusCode::BAD_REQUEST);
    }
    // hyper accepts headers that are larger than its `max_buf_size`.
    let uri = request.uri();
    let target = uri.authority().map_or(0, |host| host.as_str().len())
        + uri.path_and_query().map_or(0, |path| path.as_str().len());
    let line = request.method().as_str().len() + target + "  HTTP/1.1\r\n".len();
    let lines = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    (line + lines.sum::<usize>() > HEADER_BYTES).then_some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
}

/// Answers the requests of a connection, one after the other.
async fn serve_connection(http: &http1::Builder, stream: TcpStream, app: Router, mut stopping: watch::Receiver<bool>) {
    // Responses are small: they must not wait until there is more to send.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY: responses may be delayed");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let framing = Framing::default();
    let stream = framing.scan(Box::pin(stream));
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |request: Request<Incoming>| {
        let refusal = refusal(&request, &framing);
        let app = app.clone();
        async move {
            match refusal {
                Some(status) => Ok((status, [(CONNECTION, "close")]).into_response()),
                None => app.call(request).await,
            }
        }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let must_end = async {
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = tokio::time::sleep(MAX_AGE) => {}
        }
    };
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = must_end => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection failed");
    }
}
