//! `goody serve`: runs the server until SIGTERM or Ctrl-C.

use std::num::NonZeroU32;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use goody_application::background::Background;
use goody_application::retention::Retention;
use goody_http::{Access, App, Hosts};
use goody_store_sqlite::Settings;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::clock::SystemClock;
use crate::logs::Queue;
use crate::metrics::Metrics;
use crate::shutdown::stop_signal;
use crate::{CommandResult, Failure, cli, connections, database, limits, simulate, tokens, webhooks};

/// How long a write of a request may wait for another process's lock on the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long writes in progress may take after the last response.
const LAST_WRITES: Duration = Duration::from_secs(10);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(
        "other machines can reach --addr {0}, so the server needs tokens: create one with `goody token new NAME --scope \
         ingest --file tokens` and start with --tokens tokens, or listen on 127.0.0.1"
    )]
    Open(std::net::SocketAddr),
    #[error(
        "--protect-reads needs tokens: create one with `goody token new NAME --scope read --file tokens` and start with --tokens \
         tokens"
    )]
    Protected,
    #[error(
        "--hosts means that other machines can reach the server, so it needs tokens: create one with `goody token new NAME \
         --scope ingest --file tokens` and start with --tokens tokens"
    )]
    Named,
    #[error("cannot listen on --addr {0}: choose another address or port, or port 0 for any free port")]
    Address(std::net::SocketAddr, #[source] std::io::Error),
    #[error("--web {0} has a page without its content-security-policy.txt: build the page again with `make build`")]
    Page(String, #[source] std::io::Error),
}

pub(crate) async fn run(command: cli::Serve, log: Option<Arc<Queue>>) -> CommandResult {
    let access = access_rules(&command).await?;
    let webhooks = webhooks::settings(&command.webhooks, is_private(&command))?;
    let store = database::open_or_create(
        &command.database,
        Settings { patience: PATIENCE, ..Settings::new(Arc::new(SystemClock)) },
    )?;
    limits::handle_file_size_signal()?;
    let max_connections = limits::max_connections();
    let new_facts = Arc::new(Notify::new());
    let clock = Arc::new(SystemClock);
    let metrics = Metrics::new(PrometheusBuilder::new().install_recorder()?, log);
    let upkeep = tokio::spawn(metrics.clone().run_upkeep());
    let metrics: Box<dyn Fn() -> String + Send + Sync> = Box::new(move || metrics.render());
    // A server that other machines can reach never gets made-up orders by mistake.
    let demo = is_private(&command).then(|| simulate::simulator(&store, command.simulation.demo.clone()));
    let order_store = Arc::new(store.clone());
    let (notify, metrics) = (new_facts.clone(), Some(metrics));
    let app = App::new(order_store, clock.clone(), notify, command.silence_hours, metrics, demo, webhooks);
    let (fleet, tasks) = (app.fleet(), app.tasks());
    let router = router(app, access, &command.web)?;
    // A signal that follows the first connection already stops the server in order.
    let stop = stop_signal();
    let listener = TcpListener::bind(command.addr).await.map_err(|error| ServeError::Address(command.addr, error))?;
    let retention = Retention { order_days: command.retention.order_days, bucket_days: command.retention.bucket_days };
    let simulator = command
        .simulate
        .then(|| tokio::spawn(simulate::run_in_server(store.clone(), command.simulation, new_facts.clone())));
    let background =
        Background { store: Arc::new(store.clone()), revisions: store.revisions(), clock, retention, fleet, new_facts };
    let keeper = store.clone();
    let background = tokio::spawn(background.run(async move { keeper.wait_for_lease().await }));
    let address = listener.local_addr()?;
    if let Err(error) = crate::console::print_stdout(format_args!("Goody is listening on http://{address}")) {
        tracing::warn!(%error, %address, "cannot print the address to standard output");
    }
    connections::serve(listener, router, max_connections, stop).await;
    if tokio::time::timeout(LAST_WRITES, tasks.finish()).await.is_err() {
        tracing::error!("some writes did not end in time; their clients got no response");
    }
    simulator.inspect(|simulator| simulator.abort());
    background.abort();
    upkeep.abort();
    store.checkpoint().await?;
    tracing::info!("stopped; everything that was acknowledged is stored");
    Ok(ExitCode::SUCCESS)
}

/// Whether only this machine can reach the server, and not through a proxy either.
fn is_private(command: &cli::Serve) -> bool {
    command.addr.ip().is_loopback() && command.access.hosts.is_empty()
}

/// The access rules. A server that other machines can reach does not start without tokens.
async fn access_rules(command: &cli::Serve) -> Result<Access, Failure> {
    let (access, loopback) = (&command.access, command.addr.ip().is_loopback());
    let tokens = tokens::source(access)?;
    let is_empty = match &tokens {
        Some(source) => source.tokens().await?.is_empty(),
        None => true,
    };
    if is_empty && !loopback {
        return Err(ServeError::Open(command.addr).into());
    }
    if is_empty && !access.hosts.is_empty() {
        return Err(ServeError::Named.into());
    }
    if is_empty && access.protect_reads {
        return Err(ServeError::Protected.into());
    }
    Ok(Access {
        tokens,
        protect_reads: access.protect_reads,
        hosts: Some(Arc::new(Hosts { loopback, names: access.hosts.clone(), origins: access.origins.clone() })),
        rate_limit: NonZeroU32::new(access.rate_limit),
        concurrent: Some(usize::from(access.concurrent)),
    })
}

/// The API, with the page if the folder has one.
fn router(app: App, access: Access, web: &Path) -> Result<Router, ServeError> {
    let hosts = access.hosts.clone();
    let api = goody_http::router(app, access);
    if !web.join("index.html").is_file() {
        tracing::warn!(web = %web.display(), "the folder has no page: serving only the API; `make build` builds the page");
        return Ok(api);
    }
    goody_http::with_page(api, web, hosts).map_err(|error| ServeError::Page(web.display().to_string(), error))
}
