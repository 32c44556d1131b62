//! `/health` beside what a client meets, once a second.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::{Answer, Client};
use crate::soak::events::{Accepted, KnownEvents};
use crate::soak::verdict::Health;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// A client that reads and writes, and one that asks for `/health`.
#[derive(Debug)]
pub struct Probe {
    address: SocketAddr,
    health: Option<Client>,
    client: Option<Client>,
    events: KnownEvents,
}

impl Probe {
    /// Of the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, health: None, client: None, events: KnownEvents::new("probe") }
    }

    /// What `/health` says.
    pub fn health(&mut self) -> Health {
        let Some(answer) = ask(self.address, &mut self.health, |client| client.get("/health")) else {
            return Health::Unhealthy;
        };
        let health: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match health["status"].as_str() {
            Some("healthy") => Health::Healthy,
            Some("degraded") => Health::Degraded,
            _ => Health::Unhealthy,
        }
    }

    /// Whether a client that reads and writes is served; if not, why.
    pub fn meet(&mut self, accepted: &Accepted) -> Result<(), String> {
        let read = ask(self.address, &mut self.client, |client| client.get("/api/orders?limit=1"));
        expect_ok("read", read)?;
        let event = self.events.take(1).concat();
        let write = ask(self.address, &mut self.client, |client| client.post_body("application/json", &event));
        let answer = expect_ok("write", write)?;
        if accepted.note(&answer) == 1 { Ok(()) } else { Err("write: an event that was not accepted".into()) }
    }
}

fn expect_ok(what: &str, answer: Option<Answer>) -> Result<Answer, String> {
    match answer {
        Some(answer) if answer.status == 200 => Ok(answer),
        Some(answer) => Err(format!("{what}: status {}", answer.status)),
        None => Err(format!("{what}: no answer")),
    }
}

/// Asks on the connection that is there, or on a new one.
fn ask(
    address: SocketAddr,
    kept: &mut Option<Client>,
    question: impl FnOnce(&mut Client) -> std::io::Result<Answer>,
) -> Option<Answer> {
    let mut client = kept.take().or_else(|| Client::connect_with(address, PATIENCE).ok())?;
    let answer = question(&mut client).ok()?;
    *kept = answer.keeps_connection().then_some(client);
    Some(answer)
}
