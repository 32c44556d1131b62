//! The traffic of a soak: writers in every form, readers of every route, and the clients of `hostile`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Scope;
use std::time::Duration;

use crate::client::{Answer, Client};
use crate::soak::events::{Accepted, KnownEvents};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Events of an array or of lines.
pub(super) const BATCH: u64 = 10;

/// Every route that is read.
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

/// What happened, by its name.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    fn add(&self, what: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(what.into()).or_default() += 1;
    }

    /// Everything that happened, and how often.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What all clients share.
#[derive(Debug)]
pub struct Traffic {
    pub(super) address: SocketAddr,
    stop: AtomicBool,
    pub(super) aborted: AtomicU64,
    /// What writers were answered.
    pub accepted: Accepted,
    /// What clients met.
    pub tally: Tally,
}

impl Traffic {
    /// For the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        let (stop, aborted) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { address, stop, aborted, accepted: Accepted::default(), tally: Tally::default() }
    }

    /// Starts every client. They end after [`Self::stop`].
    pub fn start<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        scope.spawn(|| self.write("single", "application/json", 1, |events| events.concat()));
        scope.spawn(|| self.write("array", "application/json", BATCH, |events| format!("[{}]", events.join(","))));
        scope.spawn(|| self.write("lines", "application/x-ndjson", BATCH, |events| events.join("\n")));
        for place in 0..3 {
            scope.spawn(move || self.read(place));
        }
        scope.spawn(|| self.abort_reads());
        scope.spawn(|| self.abort_writes());
        for place in 0..4 {
            scope.spawn(move || self.write_slowly(place));
            scope.spawn(|| self.say_nothing());
        }
    }

    /// Lets every client end.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Requests whose sender hung up at once.
    pub fn aborted(&self) -> u64 {
        self.aborted.load(Ordering::Relaxed)
    }

    pub(super) fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn write(&self, name: &str, content_type: &str, batch: u64, body: impl Fn(Vec<String>) -> String) {
        let (mut events, mut kept) = (KnownEvents::new(name), None);
        while self.goes_on() {
            let body = body(events.take(batch));
            self.ask(&mut kept, "writes", |client| {
                let answer = client.post_body(content_type, &body)?;
                self.accepted.note(&answer);
                Ok(answer)
            });
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn read(&self, place: usize) {
        let mut kept = None;
        for route in ROUTES.iter().cycle().skip(5 * place) {
            if !self.goes_on() {
                return;
            }
            let what = if *route == "/health" { "reads of /health" } else { "reads" };
            self.ask(&mut kept, what, |client| client.get(route));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks on the connection that is there or on a new one, and counts what came of it.
    fn ask(
        &self,
        kept: &mut Option<Client>,
        what: &str,
        question: impl FnOnce(&mut Client) -> std::io::Result<Answer>,
    ) {
        let connected = kept.take().map_or_else(|| Client::connect_with(self.address, PATIENCE), Ok);
        match connected.and_then(|mut client| question(&mut client).map(|answer| (client, answer))) {
            Ok((client, answer)) => {
                *kept = answer.keeps_connection().then_some(client);
                self.tally.add(format!("{what}: {}", answer.status));
            }
            Err(_) => self.tally.add(format!("{what}: no answer")),
        }
    }
}
