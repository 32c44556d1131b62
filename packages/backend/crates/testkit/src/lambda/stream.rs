//! An event source mapping: a table's stream, read from DynamoDB's emulator and handed to a function in batches.
//!
//! It keeps the promises of the real one and no more: every record at least once, each order's records in their order. What
//! the real one does rarely, it does as often as asked for: see [`Mischief`].

use std::time::Duration;

use serde_json::{Value, json};

use super::{Failed, Function, events};
use crate::dynamodb;

/// How often a batch is tried before its records are given up.
const ATTEMPTS: usize = 10;
/// How many delivered batches are remembered, to be delivered again.
const REMEMBERED: usize = 5;

/// What goes wrong on the way, each in so many of a hundred batches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mischief {
    /// Equal seeds have the same happen.
    pub seed: u64,
    /// The batch is cut in two somewhere.
    pub split: u64,
    /// The batch is delivered twice.
    pub doubled: u64,
    /// A batch that was delivered before is delivered again.
    pub again: u64,
    /// The process is killed while it works on the batch, within so many milliseconds.
    pub killed: u64,
    /// See `killed`.
    pub killed_within: u64,
}

/// What became of the records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivered {
    /// How many were delivered, each counted once.
    pub records: usize,
    /// How often the function was invoked.
    pub invocations: usize,
    /// How often its process was killed.
    pub killed: usize,
    /// Records that were given up after many attempts: the dead-letter queue.
    pub given_up: Vec<Value>,
}

/// Hands a table's stream to a function.
pub struct StreamMapping {
    stream: Stream,
    /// The most records in a batch.
    pub batch_size: usize,
    dice: Dice,
    mischief: Mischief,
    remembered: Vec<Vec<Value>>,
}

impl StreamMapping {
    /// The stream of a table, from its beginning.
    pub async fn new(endpoint: &str, table: &str, batch_size: usize, mischief: Mischief) -> Self {
        Self::from(Stream::open(endpoint.to_owned(), table, "TRIM_HORIZON").await, batch_size, mischief)
    }

    /// The stream of a table, from now on.
    pub async fn latest(endpoint: &str, table: &str, batch_size: usize) -> Self {
        Self::from(Stream::open(endpoint.to_owned(), table, "LATEST").await, batch_size, Mischief::default())
    }

    fn from(stream: Stream, batch_size: usize, mischief: Mischief) -> Self {
        Self { stream, batch_size, dice: Dice(mischief.seed.wrapping_add(1)), mischief, remembered: Vec::new() }
    }

    /// Delivers everything that is in the stream by now.
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

    /// Delivers these records instead.
    pub async fn deliver_these(&mut self, function: &Function, records: &[Value]) -> Delivered {
        let mut delivered = Delivered::default();
        self.deliver_batches(function, records, &mut delivered).await;
        delivered
    }

    /// Takes what comes next from the stream, without delivering it; nothing where there is no more by now.
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
        let at = if self.dice.happens(self.mischief.split) { self.dice.below(batch.len()) } else { 0 };
        for part in [&batch[..at], &batch[at..]].into_iter().filter(|part| !part.is_empty()) {
            let times = if self.dice.happens(self.mischief.doubled) { 2 } else { 1 };
            for _ in 0..times {
                self.deliver_part(function, part, delivered).await;
            }
        }
        if self.dice.happens(self.mischief.again) && !self.remembered.is_empty() {
            let old = self.remembered[self.dice.below(self.remembered.len())].clone();
            self.deliver_part(function, &old, delivered).await;
        }
        self.remembered.push(batch.to_vec());
        let forgotten = self.remembered.len().saturating_sub(REMEMBERED);
        self.remembered.drain(..forgotten);
    }

    /// Tries until nothing is left: from the first record that failed on, or in halves where the function failed as a whole.
    async fn deliver_part(&mut self, function: &Function, part: &[Value], delivered: &mut Delivered) {
        let mut waiting = vec![(part, 0)];
        while let Some((part, attempts)) = waiting.pop() {
            if attempts == ATTEMPTS {
                delivered.given_up.extend_from_slice(part);
                continue;
            }
            delivered.invocations += 1;
            let event = events::records(part);
            let answer = match self.dice.happens(self.mischief.killed) {
                true => {
                    let after = self.dice.below(self.mischief.killed_within.max(1) as usize);
                    function.invoke_and_kill(&event, Duration::from_millis(after as u64)).await
                }
                false => function.invoke(&event).await,
            };
            match answer {
                Ok(answer) => match first_failed(part, &answer) {
                    Some(0) => waiting.push((part, attempts + 1)),
                    Some(place) => waiting.push((&part[place..], 0)),
                    None => {}
                },
                Err(failed) => {
                    delivered.killed += usize::from(failed == Failed::Died);
                    let (former, latter) = part.split_at(part.len() / 2);
                    let halves = [latter, former].into_iter().filter(|half| !half.is_empty());
                    waiting.extend(halves.map(|half| (half, attempts + 1)));
                }
            }
        }
    }
}

/// The place of the first record that the function could not take, which is where the real mapping goes on.
fn first_failed(part: &[Value], answer: &Value) -> Option<usize> {
    let failed: Vec<&Value> = answer["batchItemFailures"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|failure| &failure["itemIdentifier"])
        .collect();
    let place = |number: &Value| part.iter().position(|record| record["dynamodb"]["SequenceNumber"] == *number);
    // A number that is none of the batch fails all of it.
    failed.iter().map(|number| place(number).unwrap_or(0)).min()
}

/// A stream being read.
struct Stream {
    endpoint: String,
    arn: String,
    /// Where each shard goes on.
    iterators: Vec<String>,
}

impl Stream {
    async fn open(endpoint: String, table: &str, from: &str) -> Self {
        let streams = ask(&endpoint, "ListStreams", json!({ "TableName": table })).await;
        let arn = streams["Streams"][0]["StreamArn"].as_str().expect("the table has a stream").to_owned();
        let description = ask(&endpoint, "DescribeStream", json!({ "StreamArn": arn })).await;
        let mut stream = Self { endpoint, arn, iterators: Vec::new() };
        for shard in description["StreamDescription"]["Shards"].as_array().unwrap() {
            let place = json!({
                "StreamArn": stream.arn, "ShardId": shard["ShardId"], "ShardIteratorType": from
            });
            let iterator = ask(&stream.endpoint, "GetShardIterator", place).await;
            stream.iterators.push(iterator["ShardIterator"].as_str().unwrap().to_owned());
        }
        stream
    }

    /// The next records of every shard; none where there are no more by now.
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

/// Asks the emulator's streams.
async fn ask(endpoint: &str, operation: &str, question: Value) -> Value {
    let (status, answer) = dynamodb::ask(endpoint, &format!("DynamoDBStreams_20120810.{operation}"), question).await;
    assert!(status.is_success(), "{operation}: {answer}");
    answer
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// In so many of a hundred times.
    fn happens(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}
