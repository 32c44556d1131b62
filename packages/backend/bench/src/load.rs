//! Load: posts events of new and existing orders to a running server at a constant rate.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use goody_domain::Instant;

use crate::Failure;
use crate::client::Client;
use crate::generator::Generator;
use crate::options::wall_clock;
use crate::samples::Samples;

/// The interval between two requests.
const TICK: Duration = Duration::from_millis(10);
/// The maximum number of events per request, for when the server was slow.
const MAX_BATCH: u64 = 2_000;
/// The age of events, so that reports, which count up to the last full minute, include them at once.
const AGE_SECONDS: i64 = 180;
/// A new order gets its second event after this number of further orders.
const FOLLOW_UP_AFTER: u64 = 1_000;
/// The maximum number of events per existing order: a longer history would be unrealistic.
const EVENTS_PER_ORDER: u64 = 3;

/// The rank of a vendor without load, so that its numbers change only by probes.
pub const PROBED_VENDOR: usize = 100;

/// Generates events. Each call continues where the last one ended.
#[derive(Debug)]
pub struct LiveEvents {
    run: i64,
    next: u64,
    vendors: usize,
    known: Vec<String>,
    /// The number of placed orders.
    pub placed: u64,
}

impl LiveEvents {
    /// Events of new orders of `vendors` vendors, and of `known` orders, which must be active.
    pub fn new(vendors: usize, known: Vec<String>) -> Self {
        Self { run: wall_clock().micros() / 1_000_000, next: 0, vendors, known, placed: 0 }
    }

    /// Events of new orders for one of several concurrent writers.
    pub fn writer(index: usize, vendors: usize) -> Self {
        let events = Self::new(vendors, Vec::new());
        // The run is the current second, so that no two runs and no two writers have the same order ids.
        Self { run: events.run * 1_000 + index as i64, ..events }
    }

    /// The next `events` events as NDJSON: in turn a new order, an event of an order of this run, and an event of a known
    /// order.
    pub fn lines(&mut self, events: u64) -> String {
        let at = wall_clock().plus_seconds(-AGE_SECONDS);
        let mut lines = String::with_capacity(events as usize * 240);
        for _ in 0..events {
            let turn = self.next / 3;
            let known = self.known.get((turn % self.known.len().max(1) as u64) as usize);
            match (self.next % 3, known) {
                (1, _) if turn >= FOLLOW_UP_AFTER => {
                    lines += &fact(&self.order(3 * (turn - FOLLOW_UP_AFTER)), "s", "SHIPPING_ON_TIME", at)
                }
                (2, Some(order)) if turn < EVENTS_PER_ORDER * self.known.len() as u64 => {
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

    /// A pseudorandom vendor: a large one often, a small one rarely, the probed one never.
    fn vendor(&self) -> String {
        let vendors = self.vendors.max(2) as u64;
        let mixed = self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        let rank = (mixed % vendors).min((mixed >> 20) % vendors) as usize;
        Generator::vendor(if rank == PROBED_VENDOR.min(self.vendors - 1) { 0 } else { rank })
    }
}

/// A `PLACED` event of the probed vendor, a few minutes old, as NDJSON.
pub fn probe(number: u64) -> String {
    let at = wall_clock();
    let order = format!("p-{}-{number}", at.micros());
    placement(&order, &Generator::vendor(PROBED_VENDOR), at.plus_seconds(-AGE_SECONDS))
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

/// The result of posting.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostResult {
    /// Events sent.
    pub sent: u64,
    /// Events that the server reports as accepted.
    pub accepted: u64,
    /// The duration.
    pub seconds: f64,
    /// The slowest response, in seconds.
    pub slowest: f64,
}

impl PostResult {
    /// Events per second.
    pub fn rate(&self) -> f64 {
        self.sent as f64 / self.seconds
    }
}

/// Posts events. Returns the number of accepted events and the latency.
pub fn send(client: &mut Client, lines: &str) -> Result<(u64, Duration), Failure> {
    let response = client.post_events(lines)?;
    if response.status != 200 {
        return Err(format!("posting events: status {}", response.status).into());
    }
    let accepted = String::from_utf8_lossy(&response.body).matches("\"result\":\"accepted\"").count() as u64;
    Ok((accepted, response.latency))
}

/// Posts `rate` events per second until `stop` is set. Events that are delayed by a slow response are sent right after it.
pub fn post(address: SocketAddr, rate: u64, events: &mut LiveEvents, stop: &AtomicBool) -> Result<PostResult, Failure> {
    let mut client = Client::connect(address)?;
    let mut posted = PostResult::default();
    let started = Moment::now();
    let mut tick = Duration::ZERO;
    while !stop.load(Ordering::Relaxed) {
        tick += TICK;
        std::thread::sleep(tick.saturating_sub(started.elapsed()));
        let due = (started.elapsed().as_secs_f64() * rate as f64) as u64;
        let count = due.saturating_sub(posted.sent).min(MAX_BATCH);
        if count == 0 {
            continue;
        }
        let (accepted, latency) = send(&mut client, &events.lines(count))?;
        posted.sent += count;
        posted.accepted += accepted;
        posted.slowest = posted.slowest.max(latency.as_secs_f64());
    }
    posted.seconds = started.elapsed().as_secs_f64();
    Ok(posted)
}

/// Runs `work` while events are posted at a constant rate.
pub fn run_under_load<T>(
    address: SocketAddr,
    rate: u64,
    events: &mut LiveEvents,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<(T, PostResult), Failure> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| post(address, rate, events, &stop));
        let result = work();
        stop.store(true, Ordering::Relaxed);
        let posted = writer.join().map_err(|_| "the writer panicked")?;
        Ok((result?, posted?))
    })
}

/// Sends requests for `time` on a connection for each of `senders`: one each `interval`, or without one as fast as the server answers.
/// `send` gets the number of the request, from 0. Returns the latencies, which count from the scheduled time.
pub fn send_at_rate<S: Send>(
    address: SocketAddr,
    senders: &mut [S],
    interval: Option<Duration>,
    time: Duration,
    send: impl Fn(&mut Client, &mut S, u64) -> Result<(), Failure> + Sync,
) -> Result<Samples, Failure> {
    let (next, started) = (AtomicU64::new(0), Moment::now());
    let one = |sender: &mut S| -> Result<Samples, Failure> {
        let (mut client, mut samples) = (Client::connect(address)?, Samples::default());
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let due = interval.map_or(started.elapsed(), |interval| interval.mul_f64(turn as f64));
            if due >= time {
                return Ok(samples);
            }
            std::thread::sleep(due.saturating_sub(started.elapsed()));
            send(&mut client, sender, turn)?;
            samples.add(started.elapsed().saturating_sub(due));
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = senders.iter_mut().map(|sender| scope.spawn(|| one(sender))).collect();
        let mut samples = Samples::default();
        for thread in threads {
            samples.add_all(&thread.join().map_err(|_| "a sender panicked")??);
        }
        Ok(samples)
    })
}
