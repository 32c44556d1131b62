//! Load: events of new and known orders, posted at a steady rate to a running server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

use goody_domain::Instant;

use crate::Failure;
use crate::client::Client;
use crate::generator::Generator;
use crate::options::wall_clock;

/// How often events are sent.
const TICK: Duration = Duration::from_millis(10);
/// The most that are sent together when the server was slow.
const MOST: u64 = 2_000;
/// Facts lie this far in the past, so that reports, which are cut at the whole minute, count them at once.
const AGE_SECONDS: i64 = 180;
/// How many orders a new order's next fact comes later.
const FOLLOW: u64 = 1_000;
/// How many facts a known order gets: more would make a history that no order has.
const FACTS: u64 = 3;

/// The vendor that no load is about, so that a probe of it sees itself alone.
pub const PROBED: usize = 100;

/// Makes events that go on from one call to the next.
#[derive(Debug)]
pub struct LiveEvents {
    run: i64,
    next: u64,
    vendors: usize,
    known: Vec<String>,
    /// How many orders were placed.
    pub placed: u64,
}

impl LiveEvents {
    /// Events of new orders of these vendors, and of `known` orders, which are active.
    pub fn new(vendors: usize, known: Vec<String>) -> Self {
        Self { run: wall_clock().micros() / 1_000_000, next: 0, vendors, known, placed: 0 }
    }

    /// Events of new orders, as one of several writers at the same time tells them.
    pub fn writer(place: usize, vendors: usize) -> Self {
        let events = Self::new(vendors, Vec::new());
        // Runs are seconds: nobody else's orders have these names.
        Self { run: events.run * 1_000 + place as i64, ..events }
    }

    /// So many events, a line each: in turn a new order, a fact of an order placed a while ago, and a fact of a known order.
    pub fn lines(&mut self, events: u64) -> String {
        let at = wall_clock().plus_seconds(-AGE_SECONDS);
        let mut lines = String::with_capacity(events as usize * 240);
        for _ in 0..events {
            let turn = self.next / 3;
            let known = self.known.get((turn % self.known.len().max(1) as u64) as usize);
            match (self.next % 3, known) {
                (1, _) if turn >= FOLLOW => {
                    lines += &fact(&self.order(3 * (turn - FOLLOW)), "s", "SHIPPING_ON_TIME", at)
                }
                (2, Some(order)) if turn < FACTS * self.known.len() as u64 => {
                    lines += &fact(order, &format!("l{}-{turn}", self.run), "SHIPPING_DELAYED", at);
                }
                _ => {
                    lines += &placement(&self.order(self.next), &self.vendor(), at);
                    self.placed += 1;
                }
            }
            self.next += 1;
        }
        lines
    }

    fn order(&self, number: u64) -> String {
        format!("l-{}-{number:08}", self.run)
    }

    /// Big vendors often, small ones seldom, the probed one never.
    fn vendor(&self) -> String {
        let vendors = self.vendors.max(2) as u64;
        let mixed = self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let rank = (mixed % vendors).min((mixed >> 20) % vendors) as usize;
        Generator::vendor(if rank == PROBED.min(self.vendors - 1) { 0 } else { rank })
    }
}

/// The line of an order being placed a few minutes ago.
pub fn probe(number: u64) -> String {
    let at = wall_clock();
    let order = format!("p-{}-{number}", at.micros());
    placement(&order, &Generator::vendor(PROBED), at.plus_seconds(-AGE_SECONDS))
}

fn placement(order: &str, vendor: &str, at: Instant) -> String {
    let promise = at.plus_seconds(3 * 86_400);
    format!(
        "{{\"eventId\":\"e0\",\"orderId\":\"{order}\",\"vendorId\":\"{vendor}\",\"status\":\"PLACED\",\"occurredAt\":\"{at}\",\
         \"estimatedDelivery\":\"{promise}\",\"giftValue\":4200,\"currency\":\"USD\",\"giftType\":\"candle\",\"isRush\":false}}\n"
    )
}

fn fact(order: &str, event: &str, status: &str, at: Instant) -> String {
    format!("{{\"eventId\":\"{event}\",\"orderId\":\"{order}\",\"status\":\"{status}\",\"occurredAt\":\"{at}\"}}\n")
}

/// What was posted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Posted {
    /// Events sent.
    pub sent: u64,
    /// Events that the server says are stored.
    pub accepted: u64,
    /// How long it took.
    pub seconds: f64,
    /// The slowest answer, in seconds.
    pub slowest: f64,
}

impl Posted {
    /// Events a second.
    pub fn rate(&self) -> f64 {
        self.sent as f64 / self.seconds
    }
}

/// Posts lines. Says how many events the server says are stored, and how long its answer took.
pub fn send(client: &mut Client, lines: &str) -> Result<(u64, Duration), Failure> {
    let answer = client.post_events(lines)?;
    if answer.status != 200 {
        return Err(format!("posting events: status {}", answer.status).into());
    }
    let accepted = String::from_utf8_lossy(&answer.body).matches("\"result\":\"accepted\"").count() as u64;
    Ok((accepted, answer.took))
}

/// Posts at a steady rate until told to stop. What a slow answer held up is sent right after it.
pub fn post(address: SocketAddr, rate: u64, events: &mut LiveEvents, stop: &AtomicBool) -> Result<Posted, Failure> {
    let mut client = Client::connect(address)?;
    let mut posted = Posted::default();
    let began = Moment::now();
    let mut tick = Duration::ZERO;
    while !stop.load(Ordering::Relaxed) {
        tick += TICK;
        std::thread::sleep(tick.saturating_sub(began.elapsed()));
        let due = (began.elapsed().as_secs_f64() * rate as f64) as u64;
        let count = due.saturating_sub(posted.sent).min(MOST);
        if count == 0 {
            continue;
        }
        let (accepted, took) = send(&mut client, &events.lines(count))?;
        posted.sent += count;
        posted.accepted += accepted;
        posted.slowest = posted.slowest.max(took.as_secs_f64());
    }
    posted.seconds = began.elapsed().as_secs_f64();
    Ok(posted)
}

/// Runs `work` while events are posted at a steady rate.
pub fn during<T>(
    address: SocketAddr,
    rate: u64,
    events: &mut LiveEvents,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<(T, Posted), Failure> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let posting = scope.spawn(|| post(address, rate, events, &stop));
        let done = work();
        stop.store(true, Ordering::Relaxed);
        let posted = posting.join().map_err(|_| "the poster panicked")?;
        Ok((done?, posted?))
    })
}
