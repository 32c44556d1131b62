//! API Gateway: makes HTTP API events (payload 2.0) from requests, and HTTP responses from the output of functions.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::{Function, TOKEN};

/// The maximum size of a request body.
const MAX_REQUEST_BYTES: usize = 6 * 1_024 * 1_024;
/// The host name of the gateway.
const DOMAIN: &str = "test.execute-api.eu-west-1.amazonaws.com";

/// The router of the deployed API: forwards safe methods to one function, and the others and what was refused to the other. A test serves it or calls
/// it directly.
pub fn gateway(reads: Arc<Function>, writes: Arc<Function>) -> Router {
    Router::new().fallback(forward).with_state([reads, writes])
}

async fn forward(State([reads, writes]): State<[Arc<Function>; 2]>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST_BYTES).await else {
        return error_response(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
    };
    let is_of_rejections = parts.uri.path().starts_with("/api/rejections");
    let function = if parts.method.is_safe() && !is_of_rejections { reads } else { writes };
    match function.invoke(&event(&parts, &body)).await {
        Ok(output) => response(&output),
        Err(error) => {
            eprintln!("{} {}: {error:?}", parts.method, parts.uri);
            error_response(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }
}

/// An error response of the gateway itself.
fn error_response(status: StatusCode, message: &str) -> Response<Body> {
    let body = Body::from(json!({ "message": message }).to_string());
    Response::builder().status(status).header(CONTENT_TYPE, "application/json").body(body).unwrap()
}

/// The event that a function receives for a request.
pub(super) fn event(parts: &Parts, body: &Bytes) -> Value {
    let (method, path, query) = (parts.method.as_str(), parts.uri.path(), parts.uri.query().unwrap_or_default());
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": headers(&parts.headers), "isBase64Encoded": false,
        "requestContext": {
            "accountId": "000000000000", "apiId": "test", "domainName": DOMAIN, "domainPrefix": "test",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "stage": "$default",
            "time": "10/Mar/2026:14:30:20 +0000", "timeEpoch": 1_773_153_020_000_i64
        }
    });
    let cookies: Vec<&str> = parts.headers.get_all(COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()).collect();
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if body.is_empty() {
        return event;
    }
    match std::str::from_utf8(body).ok().filter(|_| is_text(&parts.headers)) {
        Some(text) => event["body"] = text.into(),
        None => {
            event["body"] = BASE64_STANDARD.encode(body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// The headers of an event: values of the same name are joined, and cookies are left out, as they have their own field. A request
/// without an authorization header gets the token with all permissions.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut event_headers = Map::from_iter([
        (HOST.to_string(), DOMAIN.into()),
        ("x-forwarded-proto".to_owned(), "https".into()),
        (AUTHORIZATION.to_string(), format!("Bearer {TOKEN}").into()),
    ]);
    for name in headers.keys().filter(|name| **name != COOKIE) {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        event_headers.insert(name.to_string(), values.join(",").into());
    }
    event_headers
}

/// Whether the gateway sends the body as text, without base64.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(CONTENT_TYPE).and_then(|content_type| content_type.to_str().ok()).unwrap_or("text/plain");
    ["text/", "application/json", "application/javascript", "application/xml"]
        .iter()
        .any(|text| content_type.starts_with(text))
}

/// The response for the output of a function.
fn response(output: &Value) -> Response<Body> {
    let text = output["body"].as_str().unwrap_or_default();
    let body = match output["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.decode(text).unwrap(),
        _ => text.as_bytes().to_vec(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(output["statusCode"].as_u64().unwrap() as u16).unwrap();
    for (name, value) in output["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str()).unwrap();
        response.headers_mut().append(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
    response
}
