//! `goody serve`.

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
use crate::measures::Measures;
use crate::shutdown::stop_requested;
use crate::{Done, Failure, cli, connections, database, limits, simulate, tokens};

/// How long a write of a request may wait for another process's lock on the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long writes in hand may take once nobody is answered any more.
const LAST_WRITES: Duration = Duration::from_secs(10);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(
        "--addr {0} can be reached from other machines, which needs tokens: make one with `goody token new NAME --scope \
         ingest --file tokens` and start with --tokens tokens, or listen on 127.0.0.1"
    )]
    Open(std::net::SocketAddr),
    #[error(
        "--protect-reads needs tokens: make one with `goody token new NAME --scope read --file tokens` and start with --tokens \
         tokens"
    )]
    Protected,
    #[error(
        "--hosts means that others reach the server by that name, which needs tokens: make one with `goody token new NAME \
         --scope ingest --file tokens` and start with --tokens tokens"
    )]
    Named,
    #[error("--addr {0} is taken or not ours: choose another, or port 0 for any free one")]
    Address(std::net::SocketAddr, #[source] std::io::Error),
    #[error("--web {0} holds a page without its content-security-policy.txt: build the page anew (make build)")]
    Page(String, #[source] std::io::Error),
}

pub(crate) async fn run(command: cli::Serve, log: Option<Arc<Queue>>) -> Done {
    let doors = doors(&command).await?;
    let store = database::open_or_create(
        &command.database,
        Settings { patience: PATIENCE, ..Settings::new(Arc::new(SystemClock)) },
    )?;
    limits::outlive_large_files()?;
    let most = limits::connections();
    let new_facts = Arc::new(Notify::new());
    let clock = Arc::new(SystemClock);
    let measures = Measures::new(PrometheusBuilder::new().install_recorder()?, log);
    let upkeep = tokio::spawn(measures.clone().keep_small());
    let metrics = Box::new(move || measures.render());
    let app = App::new(Arc::new(store.clone()), clock.clone(), new_facts.clone(), Some(metrics));
    let (fleet, tasks) = (app.fleet(), app.tasks());
    let router = router(app, doors, &command.web)?;
    let listener = TcpListener::bind(command.addr).await.map_err(|error| ServeError::Address(command.addr, error))?;
    let retention = Retention { order_days: command.retention.order_days, bucket_days: command.retention.bucket_days };
    let simulator = command
        .simulate
        .then(|| tokio::spawn(simulate::while_serving(store.clone(), command.ticking, new_facts.clone())));
    let pump =
        Background { store: Arc::new(store.clone()), revisions: store.revisions(), clock, retention, fleet, new_facts };
    let keeper = store.clone();
    let pump = tokio::spawn(pump.run(async move { keeper.wait_for_lease().await }));
    let address = listener.local_addr()?;
    if let Err(error) = crate::say::line(format_args!("Goody is listening on http://{address}")) {
        tracing::warn!(%error, %address, "the address cannot be printed");
    }
    connections::serve(listener, router, most, stop_requested()).await;
    if tokio::time::timeout(LAST_WRITES, tasks.finish()).await.is_err() {
        tracing::error!("some writes did not end in time; they were not answered");
    }
    simulator.inspect(|simulator| simulator.abort());
    pump.abort();
    upkeep.abort();
    store.checkpoint().await?;
    tracing::info!("stopped; everything that was answered is stored");
    Ok(ExitCode::SUCCESS)
}

/// Who is let in. What other machines can reach is not open to all of them.
async fn doors(command: &cli::Serve) -> Result<Access, Failure> {
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

/// The API, with the page where there is one.
fn router(app: App, doors: Access, web: &Path) -> Result<Router, ServeError> {
    let hosts = doors.hosts.clone();
    let api = goody_http::router(app, doors);
    if !web.join("index.html").is_file() {
        tracing::warn!(web = %web.display(), "there is no page here: serving the API alone");
        return Ok(api);
    }
    goody_http::with_page(api, web, hosts).map_err(|error| ServeError::Page(web.display().to_string(), error))
}
