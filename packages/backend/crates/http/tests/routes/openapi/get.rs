//! `GET /api/openapi.json` and `/api/docs`

use serde_json::Value;

use crate::TestApp;

const COMMITTED: &str = include_str!("../../../../../../shared/openapi.json");

fn built() -> Value {
    serde_json::to_value(goody_http::openapi()).unwrap()
}

#[tokio::test]
async fn the_served_document_is_the_one_built_from_the_handlers() {
    assert_eq!(TestApp::new().read("/api/openapi.json").await, built());
}

#[test]
fn the_committed_document_is_the_one_built_from_the_handlers() {
    let committed: Value = serde_json::from_str(COMMITTED).unwrap();
    assert!(committed == built(), "packages/shared/openapi.json is behind the handlers: run `make openapi`");
}

#[test]
fn every_route_of_the_design_is_documented() {
    let paths = built();
    let paths = paths["paths"].as_object().unwrap();
    for (path, method) in [
        ("/health", "get"),
        ("/metrics", "get"),
        ("/api/dashboard", "get"),
        ("/dashboard/summary", "get"),
        ("/api/dashboard/history", "get"),
        ("/api/vendors", "get"),
        ("/api/vendors/export", "get"),
        ("/api/vendors/{id}", "put"),
        ("/api/vendors/{id}/report", "get"),
        ("/vendors/{id}/report", "get"),
        ("/api/vendors/{id}/history", "get"),
        ("/api/reports", "get"),
        ("/api/vendors/{id}/signals", "get"),
        ("/api/signals/episodes", "get"),
        ("/api/signals/episodes/export", "get"),
        ("/api/rejections", "get"),
        ("/api/rejections", "delete"),
        ("/api/rejections/{id}", "get"),
        ("/api/rejections/{id}/retry", "post"),
        ("/api/orders", "get"),
        ("/api/orders/recent", "get"),
        ("/api/orders/export", "get"),
        ("/api/orders/{id}", "get"),
        ("/api/orders/events", "post"),
        ("/api/demo", "post"),
    ] {
        assert!(paths.get(path).is_some_and(|operations| operations.get(method).is_some()), "{method} {path}");
    }
}

/// The references in a part of the document.
fn references(part: &Value) -> Vec<&str> {
    match part {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_reference_has_its_schema() {
    let document = built();
    for reference in references(&document) {
        assert!(
            document.pointer(reference.trim_start_matches('#')).is_some(),
            "{reference} is missing: add it to docs.rs"
        );
    }
}

#[test]
fn operation_ids_are_unique() {
    let document = built();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut names: Vec<&str> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn every_response_has_a_description_and_problems_have_their_media_type() {
    let document = built();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                assert_ne!(response["description"].as_str().unwrap_or_default(), "", "{method} {path} {status}");
                if status.starts_with('4') {
                    let kinds: Vec<_> = response["content"].as_object().unwrap().keys().collect();
                    assert_eq!(kinds, ["application/problem+json"], "{method} {path} {status}");
                }
            }
            let expected: &[&str] = if path == "/health" { &["403", "503"] } else { &["401", "403", "429", "503"] };
            assert!(expected.iter().all(|status| responses.contains_key(*status)), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_documentation_page_is_served() {
    let docs = TestApp::new().get("/api/docs/").await;
    assert_eq!(docs.status.as_u16(), 200);
    assert!(docs.header("content-type").starts_with("text/html"));
}
