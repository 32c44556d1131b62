//! An event source mapping: reads the stream of a table from DynamoDB's emulator and sends it to a function in batches.
//!
//! It guarantees what the real mapping guarantees and no more: it delivers every record at least once, and the records of an
//! order in sequence. It injects the rare faults of the real mapping at a given rate: see [`DeliveryFaults`].

use std::time::Duration;

use serde_json::{Value, json};

use super::{Failed, Function, events};
use crate::dynamodb;

/// How often a batch is delivered before its records go to the dead-letter queue.
const MAX_ATTEMPTS: usize = 10;
/// How many delivered batches are stored for a second delivery.
const PAST_BATCHES: usize = 5;

/// The faults of a delivery, each as a percentage of batches.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryFaults {
    /// Equal seeds produce equal faults.
    pub seed: u64,
    /// The batch is split in two at a random record.
    pub split: u64,
    /// The batch is delivered twice.
    pub doubled: u64,
    /// An earlier batch is delivered again.
    pub again: u64,
    /// The process is killed while it handles the batch.
    pub killed: u64,
    /// The maximum time until the kill, in milliseconds.
    pub killed_within: u64,
}

/// The outcome of a delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivered {
    /// The number of records, each counted once.
    pub records: usize,
    /// The number of invocations.
    pub invocations: usize,
    /// How often the process was killed.
    pub killed: usize,
    /// The dead-letter queue: records that failed at every attempt.
    pub given_up: Vec<Value>,
}

/// Delivers the stream of a table to a function.
pub struct StreamMapping {
    stream: Stream,
    /// The maximum number of records in a batch.
    pub batch_size: usize,
    random: Random,
    faults: DeliveryFaults,
    past_batches: Vec<Vec<Value>>,
}

impl StreamMapping {
    /// A mapping of a table's stream from its beginning.
    pub async fn new(endpoint: &str, table: &str, batch_size: usize, faults: DeliveryFaults) -> Self {
        Self::from(Stream::open(endpoint.to_owned(), table, "TRIM_HORIZON").await, batch_size, faults)
    }

    /// A mapping of a table's stream from now on.
    pub async fn latest(endpoint: &str, table: &str, batch_size: usize) -> Self {
        Self::from(Stream::open(endpoint.to_owned(), table, "LATEST").await, batch_size, DeliveryFaults::default())
    }

    fn from(stream: Stream, batch_size: usize, faults: DeliveryFaults) -> Self {
        Self { stream, batch_size, random: Random(faults.seed.wrapping_add(1)), faults, past_batches: Vec::new() }
    }

    /// Delivers all records that are in the stream now.
    pub async fn deliver(&mut self, function: &Function) -> Delivered {
        let mut delivered = Delivered::default();
        loop {
            let records = self.read().await;
            if records.is_empty() {
                return delivered;
            }
            self.deliver_batches(function, &records, &mut delivered).await;
        }
    }

    /// Delivers these records instead of the stream's.
    pub async fn deliver_these(&mut self, function: &Function, records: &[Value]) -> Delivered {
        let mut delivered = Delivered::default();
        self.deliver_batches(function, records, &mut delivered).await;
        delivered
    }

    /// Reads the next records from the stream without a delivery. Empty at the current end of the stream.
    pub async fn read(&mut self) -> Vec<Value> {
        self.stream.read().await
    }

    async fn deliver_batches(&mut self, function: &Function, records: &[Value], delivered: &mut Delivered) {
        for batch in records.chunks(self.batch_size) {
            self.deliver_batch(function, batch, delivered).await;
            delivered.records += batch.len();
        }
    }

    async fn deliver_batch(&mut self, function: &Function, batch: &[Value], delivered: &mut Delivered) {
        let at = if self.random.occurs(self.faults.split) { self.random.below(batch.len()) } else { 0 };
        for part in [&batch[..at], &batch[at..]].into_iter().filter(|part| !part.is_empty()) {
            let deliveries = if self.random.occurs(self.faults.doubled) { 2 } else { 1 };
            for _ in 0..deliveries {
                self.deliver_part(function, part, delivered).await;
            }
        }
        if self.random.occurs(self.faults.again) && !self.past_batches.is_empty() {
            let past_batch = self.past_batches[self.random.below(self.past_batches.len())].clone();
            self.deliver_part(function, &past_batch, delivered).await;
        }
        self.past_batches.push(batch.to_vec());
        let surplus = self.past_batches.len().saturating_sub(PAST_BATCHES);
        self.past_batches.drain(..surplus);
    }

    /// Delivers a batch until no record is left: again from the first failed record on, or in halves if the invocation failed.
    async fn deliver_part(&mut self, function: &Function, part: &[Value], delivered: &mut Delivered) {
        let mut queue = vec![(part, 0)];
        while let Some((part, attempts)) = queue.pop() {
            if attempts == MAX_ATTEMPTS {
                delivered.given_up.extend_from_slice(part);
                continue;
            }
            delivered.invocations += 1;
            let event = events::records(part);
            let response = match self.random.occurs(self.faults.killed) {
                true => {
                    let delay_ms = self.random.below(self.faults.killed_within.max(1) as usize);
                    function.invoke_and_kill(&event, Duration::from_millis(delay_ms as u64)).await
                }
                false => function.invoke(&event).await,
            };
            match response {
                Ok(response) => match first_failed(part, &response) {
                    Some(0) => queue.push((part, attempts + 1)),
                    Some(index) => queue.push((&part[index..], 0)),
                    None => {}
                },
                Err(failed) => {
                    delivered.killed += usize::from(failed == Failed::Died);
                    let (first_half, second_half) = part.split_at(part.len() / 2);
                    let halves = [second_half, first_half].into_iter().filter(|half| !half.is_empty());
                    queue.extend(halves.map(|half| (half, attempts + 1)));
                }
            }
        }
    }
}

/// The index of the first record that the function reports as failed. The real mapping continues with that record.
fn first_failed(part: &[Value], response: &Value) -> Option<usize> {
    let failed: Vec<&Value> = response["batchItemFailures"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|failure| &failure["itemIdentifier"])
        .collect();
    let index = |number: &Value| part.iter().position(|record| record["dynamodb"]["SequenceNumber"] == *number);
    // An unknown sequence number fails the whole batch.
    failed.iter().map(|number| index(number).unwrap_or(0)).min()
}

/// A reader of a stream.
struct Stream {
    endpoint: String,
    arn: String,
    /// The next iterator of each shard.
    iterators: Vec<String>,
}

impl Stream {
    async fn open(endpoint: String, table: &str, from: &str) -> Self {
        let streams = ask(&endpoint, "ListStreams", json!({ "TableName": table })).await;
        let arn = streams["Streams"][0]["StreamArn"].as_str().expect("the table has a stream").to_owned();
        let description = ask(&endpoint, "DescribeStream", json!({ "StreamArn": arn })).await;
        let mut stream = Self { endpoint, arn, iterators: Vec::new() };
        for shard in description["StreamDescription"]["Shards"].as_array().unwrap() {
            let shard_start = json!({
                "StreamArn": stream.arn, "ShardId": shard["ShardId"], "ShardIteratorType": from
            });
            let iterator = ask(&stream.endpoint, "GetShardIterator", shard_start).await;
            stream.iterators.push(iterator["ShardIterator"].as_str().unwrap().to_owned());
        }
        stream
    }

    /// The next records of every shard. Empty at the current end of the stream.
    async fn read(&mut self) -> Vec<Value> {
        let mut records = Vec::new();
        for iterator in &mut self.iterators {
            let mut page =
                ask(&self.endpoint, "GetRecords", json!({ "ShardIterator": iterator, "Limit": 1_000 })).await;
            *iterator = page["NextShardIterator"].as_str().expect("the stream goes on").to_owned();
            match page["Records"].take() {
                Value::Array(page) => records.extend(page),
                other => panic!("no records: {other}"),
            }
        }
        records
    }
}

/// Sends an operation to the streams API of the emulator.
async fn ask(endpoint: &str, operation: &str, body: Value) -> Value {
    let (status, response) = dynamodb::ask(endpoint, &format!("DynamoDBStreams_20120810.{operation}"), body).await;
    assert!(status.is_success(), "{operation}: {response}");
    response
}

/// A generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Returns true for this percentage of calls.
    fn occurs(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}
