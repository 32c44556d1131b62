//! API Gateway: real requests become HTTP API events (payload 2.0), and what functions answer becomes responses.

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

/// The most that the gateway takes, in bytes.
const LONGEST_REQUEST: usize = 6 * 1_024 * 1_024;
/// The gateway's own host name.
const DOMAIN: &str = "test.execute-api.eu-west-1.amazonaws.com";

/// The routes of the deployed API: what is safe goes to the one function, what writes to the other. Listen with it, or ask it
/// directly.
pub fn gateway(reads: Arc<Function>, writes: Arc<Function>) -> Router {
    Router::new().fallback(pass_on).with_state([reads, writes])
}

async fn pass_on(State([reads, writes]): State<[Arc<Function>; 2]>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LONGEST_REQUEST).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
    };
    let function = if parts.method.is_safe() { reads } else { writes };
    match function.invoke(&event(&parts, &body)).await {
        Ok(answer) => response(&answer),
        Err(failed) => {
            eprintln!("{} {}: {failed:?}", parts.method, parts.uri);
            message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }
}

/// What the gateway says by itself.
fn message(status: StatusCode, message: &str) -> Response<Body> {
    let body = Body::from(json!({ "message": message }).to_string());
    Response::builder().status(status).header(CONTENT_TYPE, "application/json").body(body).unwrap()
}

/// A request as a function is told of it.
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

/// Values of one name are joined; cookies travel apart. A request that says nothing of itself may do everything.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut told = Map::from_iter([
        (HOST.to_string(), DOMAIN.into()),
        ("x-forwarded-proto".to_owned(), "https".into()),
        (AUTHORIZATION.to_string(), format!("Bearer {TOKEN}").into()),
    ]);
    for name in headers.keys().filter(|name| **name != COOKIE) {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        told.insert(name.to_string(), values.join(",").into());
    }
    told
}

/// What the gateway does not encode.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/plain");
    ["text/", "application/json", "application/javascript", "application/xml"].iter().any(|text| kind.starts_with(text))
}

/// What a function answered, as a response.
fn response(answer: &Value) -> Response<Body> {
    let text = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.decode(text).unwrap(),
        _ => text.as_bytes().to_vec(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer["statusCode"].as_u64().unwrap() as u16).unwrap();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str()).unwrap();
        response.headers_mut().append(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
    response
}
