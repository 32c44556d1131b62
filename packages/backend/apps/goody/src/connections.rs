//! Connections: how many there may be, how long each may take for what, and how they end when the server is asked to stop.

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

/// How long the headers of a request may take to arrive, and a connection may be idle.
const HEADERS: Duration = Duration::from_secs(15);
/// How long the other side may read nothing of what it asked for.
const UNREAD: Duration = Duration::from_secs(30);
/// How old a connection may become. What it is working on then is finished.
const LIFETIME: Duration = Duration::from_secs(3_600);
/// How large the headers of a request may be together, in bytes, and how many.
const HEADER_BYTES: usize = 32 * 1_024;
const HEADER_COUNT: usize = 64;
/// How long requests in hand may take once the server is asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How long to wait where the system can open no more files.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Answers `most` connections at the same time until `stop`; then finishes what is in hand. More of them wait.
pub(crate) async fn serve(listener: TcpListener, app: Router, most: usize, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(HEADER_BYTES).max_headers(HEADER_COUNT);
    let (places, connections) = (Arc::new(Semaphore::new(most)), TaskTracker::new());
    let (stopping, _) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let place = tokio::select! {
            () = stop.as_mut() => break,
            Ok(place) = places.clone().acquire_owned() => place,
        };
        let stream = tokio::select! {
            () = stop.as_mut() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(AFTER_FAILURE).await;
                    continue;
                }
            },
        };
        let (http, app, stopping) = (http.clone(), app.clone(), stopping.subscribe());
        connections.spawn(async move {
            answer(&http, stream, app, stopping).await;
            drop(place);
        });
    }
    // Nobody new is let in while the last are answered.
    drop(listener);
    stopping.send_replace(true);
    connections.close();
    if tokio::time::timeout(LAST_ANSWERS, connections.wait()).await.is_err() {
        tracing::warn!("some requests did not end in time and were broken off; what they were answered is stored");
    }
}

/// Whether a request is refused before anybody looks at what it asks for.
fn refusal(request: &Request<Incoming>, framing: &Framing) -> Option<StatusCode> {
    if framing.is_ambiguous() {
        return Some(StatusCode::BAD_REQUEST);
    }
    // The reader takes more at a time than it is told to hold.
    let uri = request.uri();
    let target = uri.authority().map_or(0, |host| host.as_str().len())
        + uri.path_and_query().map_or(0, |path| path.as_str().len());
    let line = request.method().as_str().len() + target + "  HTTP/1.1\r\n".len();
    let lines = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    (line + lines.sum::<usize>() > HEADER_BYTES).then_some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
}

/// Answers one request after the other.
async fn answer(http: &http1::Builder, stream: TcpStream, app: Router, mut stopping: watch::Receiver<bool>) {
    // Answers are small: they must not wait for more to send.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection answers with delay");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(UNREAD));
    let framing = Framing::default();
    let stream = framing.watch(Box::pin(stream));
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
    let over = async {
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = tokio::time::sleep(LIFETIME) => {}
        }
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = over => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
