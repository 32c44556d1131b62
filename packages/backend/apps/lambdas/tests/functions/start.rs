//! What a function does before its first event.

use goody_testkit::lambda::events::on_the_bus;
use goody_testkit::lambda::{Failed, Function};
use serde_json::json;

use crate::aws::{API_HANDLER, DATA_BACKFILL, ORDER_INGEST, ORDER_SIMULATOR, REPORT_GENERATOR};

const FUNCTIONS: [&str; 5] = [API_HANDLER, ORDER_INGEST, ORDER_SIMULATOR, REPORT_GENERATOR, DATA_BACKFILL];

#[tokio::test]
async fn a_function_is_ready_without_asking_dynamodb_anything() {
    let nowhere =
        ["GOODY_ORDERS_TABLE", "GOODY_REPORTS_TABLE", "GOODY_VENDORS_TABLE"].map(|name| (name, name.to_owned()));
    for binary in FUNCTIONS {
        let function = Function::new(binary, nowhere.clone());
        let ready = function.start().await;
        assert!(ready.is_ok(), "{binary}: {:?}", function.output());
    }
}

#[tokio::test]
async fn a_function_that_is_not_told_its_tables_ends_and_says_what_to_set() {
    for binary in FUNCTIONS {
        let function = Function::new(binary, []);
        assert_eq!(function.start().await, Err(Failed::Died), "{binary}");
        let told = function.output().join("\n");
        for name in ["GOODY_ORDERS_TABLE", "GOODY_REPORTS_TABLE", "GOODY_VENDORS_TABLE"] {
            assert!(told.contains(&format!("{name} is not set: set it to the name of the DynamoDB table")), "{told}");
        }
    }
}

#[tokio::test]
async fn an_event_of_another_function_is_thrown_with_its_kind() {
    let nowhere =
        ["GOODY_ORDERS_TABLE", "GOODY_REPORTS_TABLE", "GOODY_VENDORS_TABLE"].map(|name| (name, name.to_owned()));
    let function = Function::new(REPORT_GENERATOR, nowhere);
    let Err(Failed::Thrown { message, .. }) = function.invoke(&on_the_bus(&json!({}))).await else {
        panic!("no error")
    };
    assert_eq!(message, "an event of a bus is for another function: its trigger points at the wrong one");
    let logged = function.printed(1, |line| line["level"] == "ERROR").await;
    assert_eq!(logged.len(), 1, "a failure is logged once");
    assert_eq!(logged[0]["span"]["correlation_id"], "00000000-0000-4000-8000-000000000000");
    assert_eq!(logged[0]["message"], message);
}
