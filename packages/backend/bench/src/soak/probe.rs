//! Compares `/health` with the result of a client that reads and writes.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::{Client, Response};
use crate::soak::evaluation::Health;
use crate::soak::events::{AcceptedIds, KnownEvents};

/// A response that takes longer counts as no response.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A client that reads and writes, and one that requests `/health`.
#[derive(Debug)]
pub struct Probe {
    address: SocketAddr,
    health: Option<Client>,
    client: Option<Client>,
    events: KnownEvents,
}

impl Probe {
    /// A probe of the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, health: None, client: None, events: KnownEvents::new("probe") }
    }

    /// The status that `/health` reports.
    pub fn health(&mut self) -> Health {
        let Some(response) = send(self.address, &mut self.health, |client| client.get("/health")) else {
            return Health::Unhealthy;
        };
        let health: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
        match health["status"].as_str() {
            Some("healthy") => Health::Healthy,
            Some("degraded") => Health::Degraded,
            _ => Health::Unhealthy,
        }
    }

    /// Sends a read and a write.
    ///
    /// # Errors
    /// The reason why one of them fails.
    pub fn check_client(&mut self, accepted: &AcceptedIds) -> Result<(), String> {
        let read = send(self.address, &mut self.client, |client| client.get("/api/orders?limit=1"));
        expect_ok("read", read)?;
        let event = self.events.take(1).concat();
        let write = send(self.address, &mut self.client, |client| client.post_body("application/json", &event));
        let response = expect_ok("write", write)?;
        if accepted.record(&response) == 1 { Ok(()) } else { Err("write: the event was not accepted".into()) }
    }
}

fn expect_ok(request: &str, response: Option<Response>) -> Result<Response, String> {
    match response {
        Some(response) if response.status == 200 => Ok(response),
        Some(response) => Err(format!("{request}: status {}", response.status)),
        None => Err(format!("{request}: no response")),
    }
}

/// Sends a request on the existing connection, or on a new one.
fn send(
    address: SocketAddr,
    connection: &mut Option<Client>,
    request: impl FnOnce(&mut Client) -> std::io::Result<Response>,
) -> Option<Response> {
    let mut client = connection.take().or_else(|| Client::connect_with_timeout(address, TIMEOUT).ok())?;
    let response = request(&mut client).ok()?;
    *connection = response.is_reusable().then_some(client);
    Some(response)
}
