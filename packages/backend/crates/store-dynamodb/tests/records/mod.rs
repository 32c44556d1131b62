//! Reads the stream of the orders.

#![expect(clippy::unwrap_used, reason = "test code")]

use aws_lambda_events::dynamodb::EventRecord;
use goody_testkit::DynamoDb;
use goody_testkit::dynamodb::ask;
use serde_json::{Value, json};

/// Every record of the stream.
pub(crate) async fn records(emulator: &DynamoDb) -> Vec<EventRecord> {
    let endpoint = emulator.endpoint();
    let ask = |operation: &str, request: Value| {
        let (endpoint, target) = (endpoint.clone(), format!("DynamoDBStreams_20120810.{operation}"));
        async move { ask(&endpoint, &target, request).await.1 }
    };
    let streams = ask("ListStreams", json!({ "TableName": "Orders" })).await;
    let arn = &streams["Streams"][0]["StreamArn"];
    let description = ask("DescribeStream", json!({ "StreamArn": arn })).await;
    let mut records = Vec::new();
    for shard in description["StreamDescription"]["Shards"].as_array().unwrap() {
        let from = json!({ "StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON" });
        let mut iterator = ask("GetShardIterator", from).await["ShardIterator"].clone();
        loop {
            let page = ask("GetRecords", json!({ "ShardIterator": iterator })).await;
            let found: Vec<EventRecord> = serde_json::from_value(page["Records"].clone()).unwrap();
            if found.is_empty() {
                break;
            }
            records.extend(found);
            iterator = page["NextShardIterator"].clone();
        }
    }
    records
}
