//! The traffic of the soak test: writers in every format, readers of every route, and the clients of `hostile`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Scope;
use std::time::Duration;

use crate::client::{Client, Response};
use crate::soak::events::{AcceptedIds, KnownEvents};

/// The time limit of a response.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The number of events in an array or an NDJSON body.
pub(super) const BATCH: u64 = 10;

/// The routes to read.
pub(super) const ROUTES: [&str; 16] = [
    "/api/dashboard",
    "/dashboard/summary",
    "/api/dashboard/history",
    "/api/vendors?sortBy=reliabilityScore&limit=50",
    "/api/vendors?q=soak&risk=low",
    "/api/vendors/export?format=csv",
    "/vendors/soak-1/report",
    "/api/vendors/soak-2/history",
    "/api/orders?limit=50",
    "/api/orders?delayed=true&limit=50",
    "/api/orders/recent?limit=50",
    "/api/orders/soak-single-1",
    "/api/orders/export?format=ndjson&status=SHIPPING_DELAYED",
    "/api/docs",
    "/",
    "/health",
];

/// The counts of the outcomes of requests, by name.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    fn add(&self, outcome: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(outcome.into()).or_default() += 1;
    }

    /// All outcomes with their counts.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The state that all clients share.
#[derive(Debug)]
pub struct Traffic {
    pub(super) address: SocketAddr,
    stop: AtomicBool,
    pub(super) aborted: AtomicU64,
    /// The events that the server accepted from the writers.
    pub accepted: AcceptedIds,
    /// The outcomes of all requests of readers and writers.
    pub tally: Tally,
}

impl Traffic {
    /// Traffic for the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        let (stop, aborted) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { address, stop, aborted, accepted: AcceptedIds::default(), tally: Tally::default() }
    }

    /// Starts every client. They end after [`Self::stop`].
    pub fn start<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        scope.spawn(|| self.write("single", "application/json", 1, |events| events.concat()));
        scope.spawn(|| self.write("array", "application/json", BATCH, |events| format!("[{}]", events.join(","))));
        scope.spawn(|| self.write("lines", "application/x-ndjson", BATCH, |events| events.join("\n")));
        for reader in 0..3 {
            scope.spawn(move || self.read(reader));
        }
        scope.spawn(|| self.abort_reads());
        scope.spawn(|| self.abort_writes());
        for number in 0..4 {
            scope.spawn(move || self.write_slowly(number));
            scope.spawn(|| self.hold_connection());
        }
    }

    /// Makes every client end.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The number of requests whose client reset the connection immediately.
    pub fn aborted(&self) -> u64 {
        self.aborted.load(Ordering::Relaxed)
    }

    pub(super) fn is_running(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn write(&self, name: &str, content_type: &str, batch: u64, body: impl Fn(Vec<String>) -> String) {
        let (mut events, mut connection) = (KnownEvents::new(name), None);
        while self.is_running() {
            let body = body(events.take(batch));
            self.send(&mut connection, "writes", |client| {
                let response = client.post_body(content_type, &body)?;
                self.accepted.record(&response);
                Ok(response)
            });
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn read(&self, reader: usize) {
        let mut connection = None;
        for route in ROUTES.iter().cycle().skip(5 * reader) {
            if !self.is_running() {
                return;
            }
            let kind = if *route == "/health" { "reads of /health" } else { "reads" };
            self.send(&mut connection, kind, |client| client.get(route));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a request on the existing connection or on a new one, and counts the outcome.
    fn send(
        &self,
        connection: &mut Option<Client>,
        kind: &str,
        request: impl FnOnce(&mut Client) -> std::io::Result<Response>,
    ) {
        let connected = connection.take().map_or_else(|| Client::connect_with_timeout(self.address, TIMEOUT), Ok);
        match connected.and_then(|mut client| request(&mut client).map(|response| (client, response))) {
            Ok((client, response)) => {
                *connection = response.is_reusable().then_some(client);
                self.tally.add(format!("{kind}: {}", response.status));
            }
            Err(_) => self.tally.add(format!("{kind}: no response")),
        }
    }
}
