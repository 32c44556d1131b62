//! `goody serve`.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use goody_application::pump::Pump;
use goody_application::retention::Retention;
use goody_store_sqlite::Settings;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::clock::SystemClock;
use crate::{Done, cli, database, simulate};

/// How long requests in hand may take once the server is asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// How long a write of a request may wait for another process's lock on the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(
        "--addr {0} can be reached from other machines, and writes are not protected yet: listen on 127.0.0.1, and put a \
         server that asks for credentials in front"
    )]
    Open(std::net::SocketAddr),
    #[error("--addr {0} is taken or not ours: choose another, or port 0 for any free one")]
    Address(std::net::SocketAddr, #[source] std::io::Error),
    #[error("--web {0} holds a page without its content-security-policy.txt: build the page anew (make build)")]
    Page(String, #[source] std::io::Error),
}

pub(crate) async fn run(command: cli::Serve) -> Done {
    if !command.addr.ip().is_loopback() {
        return Err(ServeError::Open(command.addr).into());
    }
    let store = database::open_or_create(&command.database, Settings { patience: PATIENCE, ..Settings::default() })?;
    outlive_limits()?;
    let told = Arc::new(Notify::new());
    let clock = Arc::new(SystemClock);
    let recorder = PrometheusBuilder::new().install_recorder()?;
    let app = goody_http::App::new(
        Arc::new(store.clone()),
        clock.clone(),
        told.clone(),
        Some(Box::new(move || {
            recorder.run_upkeep();
            recorder.render()
        })),
    );
    let fleet = app.fleet();
    let mut router = goody_http::router(app);
    if command.web.join("index.html").is_file() {
        router = goody_http::with_page(router, &command.web)
            .map_err(|error| ServeError::Page(command.web.display().to_string(), error))?;
    } else {
        tracing::warn!(web = %command.web.display(), "there is no page here: serving the API alone");
    }

    let listener = TcpListener::bind(command.addr).await.map_err(|error| ServeError::Address(command.addr, error))?;
    let retention = Retention { order_days: command.retention.order_days, bucket_days: command.retention.bucket_days };
    let simulator =
        command.simulate.then(|| tokio::spawn(simulate::while_serving(store.clone(), command.ticking, told.clone())));
    let pump = Pump { store: Arc::new(store.clone()), revisions: store.revisions(), clock, retention, fleet, told };
    let keeper = store.clone();
    let pump = tokio::spawn(pump.run(async move { keeper.turn_to_keep().await }));
    println!("Goody is listening on http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let stopping = Arc::new(Notify::new());
    let asked = stopping.clone();
    let server = axum::serve(listener.tap_io(no_delay), router).with_graceful_shutdown(async move {
        asked_to_stop().await;
        asked.notify_one();
    });
    tokio::select! {
        done = server => done?,
        () = async { stopping.notified().await; tokio::time::sleep(LAST_ANSWERS).await } => {
            tracing::warn!("some requests did not end in time and were broken off; what they were answered is stored");
        }
    }
    simulator.inspect(|simulator| simulator.abort());
    pump.abort();
    store.checkpoint().await?;
    tracing::info!("stopped; everything that was answered is stored");
    Ok(ExitCode::SUCCESS)
}

/// Answers are small: they must not wait for more to send.
fn no_delay(stream: &mut TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection answers with delay");
    }
}

/// A file that has reached the limit of file sizes fails the write, as a full disk does; it must not end the server.
fn outlive_limits() -> std::io::Result<()> {
    signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop)
}

/// Waits for SIGTERM or Ctrl-C.
pub(crate) async fn asked_to_stop() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
