//! The start of a function, before its first event.

use goody_testkit::lambda::events::on_the_bus;
use goody_testkit::lambda::{Failed, Function};
use serde_json::json;

use crate::aws::{API_HANDLER, DATA_BACKFILL, ORDER_INGEST, ORDER_SIMULATOR, REPORT_GENERATOR};

const FUNCTIONS: [&str; 5] = [API_HANDLER, ORDER_INGEST, ORDER_SIMULATOR, REPORT_GENERATOR, DATA_BACKFILL];

#[tokio::test]
async fn a_function_starts_without_a_request_to_dynamodb() {
    let tables =
        ["GOODY_ORDERS_TABLE", "GOODY_REPORTS_TABLE", "GOODY_VENDORS_TABLE"].map(|name| (name, name.to_owned()));
    for binary in FUNCTIONS {
        let function = Function::new(binary, tables.clone());
        let ready = function.start().await;
        assert!(ready.is_ok(), "{binary}: {:?}", function.output());
    }
}

#[tokio::test]
async fn a_function_without_table_names_exits_and_reports_the_missing_variables() {
    for binary in FUNCTIONS {
        let function = Function::new(binary, []);
        assert_eq!(function.start().await, Err(Failed::Died), "{binary}");
        let output = function.output().join("\n");
        for name in ["GOODY_ORDERS_TABLE", "GOODY_REPORTS_TABLE", "GOODY_VENDORS_TABLE"] {
            assert!(
                output.contains(&format!("{name} is not set: set it to the name of the DynamoDB table")),
                "{output}"
            );
        }
    }
}

#[tokio::test]
async fn an_event_for_another_function_fails_with_its_kind() {
    let tables =
        ["GOODY_ORDERS_TABLE", "GOODY_REPORTS_TABLE", "GOODY_VENDORS_TABLE"].map(|name| (name, name.to_owned()));
    let function = Function::new(REPORT_GENERATOR, tables);
    let Err(Failed::Thrown { message, .. }) = function.invoke(&on_the_bus(&json!({}))).await else {
        panic!("no error")
    };
    assert_eq!(message, "a bus event is for another function: correct the target of its trigger");
    let logged = function.printed(1, |line| line["level"] == "ERROR").await;
    assert_eq!(logged.len(), 1, "a failure is logged once");
    assert_eq!(logged[0]["span"]["correlation_id"], "00000000-0000-4000-8000-000000000000");
    assert_eq!(logged[0]["message"], message);
}
