//! Access control: tokens, hosts, origins and rate limits.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use goody_http::{Access, Hosts, Token, TokenScope, TokenSource, Tokens};
use goody_testkit::{OrderBuilder, Response, TestApp, ndjson};

use crate::fleet::problem;

const INGEST: &str = "/api/orders/events";
const VENDOR: &str = "/api/vendors/acme";

/// A source of tokens that can change or fail.
#[derive(Clone, Default)]
struct ChangingTokens(Arc<Mutex<Option<Tokens>>>);

impl ChangingTokens {
    fn set(&self, tokens: Option<&str>) {
        *self.0.lock().unwrap() = tokens.map(|lines| Tokens::parse(lines).unwrap());
    }
}

#[async_trait::async_trait]
impl TokenSource for ChangingTokens {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        self.0.lock().unwrap().clone().map(Arc::new).ok_or_else(|| "out of order".into())
    }
}

fn token_line(name: &str, scope: TokenScope, secret: &str) -> String {
    Token::new(name, vec![scope], secret).unwrap().to_string()
}

/// One token for each scope. The scope is also its name and its secret.
fn tokens_of_each_scope() -> ChangingTokens {
    let tokens = ChangingTokens::default();
    let lines = [("read", TokenScope::Read), ("ingest", TokenScope::Ingest), ("admin", TokenScope::Admin)];
    tokens.set(Some(&lines.map(|(name, scope)| token_line(name, scope, name)).join("\n")));
    tokens
}

fn require_tokens(tokens: ChangingTokens) -> Access {
    Access { tokens: Some(Arc::new(tokens)), ..Access::open() }
}

async fn send(app: &TestApp, method: Method, path: &str, token: &str) -> Response {
    let (kind, body) = match method {
        Method::POST => ("application/x-ndjson", ndjson(&OrderBuilder::new("o-1").events())),
        Method::PUT => ("application/json", r#"{"name":"Acme","isActive":true}"#.to_owned()),
        _ => ("", String::new()),
    };
    let request = Request::builder().method(method).uri(path).header("content-type", kind);
    let request = if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
    let response = app.send(request.body(Body::from(body)).unwrap()).await;
    app.project().await;
    response
}

#[tokio::test]
async fn writes_need_a_token_with_the_right_scope() {
    let app = TestApp::guarded(require_tokens(tokens_of_each_scope()));
    let retract = "/api/batches/b-1/retract";
    for (method, path, required) in
        [(Method::POST, INGEST, "ingest"), (Method::POST, retract, "ingest"), (Method::PUT, VENDOR, "admin")]
    {
        for unknown in ["", "unknown", "Ingest", "ingest ingest"] {
            let response = send(&app, method.clone(), path, unknown).await;
            let problem = problem(&response, 401, "UNAUTHENTICATED");
            assert!(problem["detail"].as_str().unwrap().contains(&format!("scope {required}")), "{problem}");
            assert_eq!(response.header("www-authenticate"), "Bearer realm=\"goody\"");
        }
        let other = if required == "ingest" { "read" } else { "ingest" };
        let problem = problem(&send(&app, method.clone(), path, other).await, 403, "FORBIDDEN");
        assert!(problem["detail"].as_str().unwrap().contains(&format!("needs the scope {required}")), "{problem}");
        for good in [required, "admin"] {
            assert!(send(&app, method.clone(), path, good).await.status.is_success(), "{method} with {good}");
        }
    }
}

#[tokio::test]
async fn a_refused_write_stores_nothing() {
    let app = TestApp::guarded(require_tokens(tokens_of_each_scope()));
    for token in ["", "unknown", "read"] {
        send(&app, Method::POST, INGEST, token).await;
        send(&app, Method::PUT, VENDOR, token).await;
    }
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 0);
    assert_eq!(app.read("/api/vendors").await["pagination"]["total"], 0);
}

#[tokio::test]
async fn reads_need_a_token_only_if_they_are_protected() {
    let open = TestApp::guarded(require_tokens(tokens_of_each_scope()));
    let closed = TestApp::guarded(Access { protect_reads: true, ..require_tokens(tokens_of_each_scope()) });
    for path in
        ["/api/dashboard", "/api/vendors", "/api/orders", "/api/orders/export", "/dashboard/summary", "/api/nowhere"]
    {
        let without = send(&open, Method::GET, path, "").await;
        assert_ne!(without.status.as_u16(), 401, "{path}");
        problem(&send(&closed, Method::GET, path, "").await, 401, "UNAUTHENTICATED");
        problem(&send(&closed, Method::GET, path, "ingest").await, 403, "FORBIDDEN");
        for good in ["read", "admin"] {
            let response = send(&closed, Method::GET, path, good).await;
            assert_eq!(response.status, without.status, "{path} with {good}");
        }
    }
}

#[tokio::test]
async fn health_and_the_api_documentation_are_public() {
    let app = TestApp::guarded(Access { protect_reads: true, ..require_tokens(tokens_of_each_scope()) });
    for path in ["/health", "/api/openapi.json", "/api/docs/"] {
        assert_eq!(send(&app, Method::GET, path, "").await.status.as_u16(), 200, "{path}");
    }
}

#[tokio::test]
async fn protected_health_returns_only_the_status_without_a_read_token() {
    let open = TestApp::guarded(require_tokens(tokens_of_each_scope()));
    let closed = TestApp::guarded(Access { protect_reads: true, ..require_tokens(tokens_of_each_scope()) });
    let fields = async |app: &TestApp, token| {
        let health = send(app, Method::GET, "/health", token).await.json();
        health.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    for token in ["", "unknown", "ingest"] {
        assert_eq!(fields(&closed, token).await, ["status"], "{token}");
        assert!(fields(&open, token).await.len() > 5, "{token}");
    }
    for reader in ["read", "admin"] {
        assert!(fields(&closed, reader).await.len() > 5, "{reader}");
    }
}

#[tokio::test]
async fn only_the_scope_admin_reads_what_was_refused() {
    let id = format!("/api/rejections/{}", "0".repeat(32));
    let protected = |protect_reads| Access { protect_reads, ..require_tokens(tokens_of_each_scope()) };
    for app in [false, true].map(|protect_reads| TestApp::guarded(protected(protect_reads))) {
        for (method, path) in [
            (Method::GET, "/api/rejections".to_owned()),
            (Method::DELETE, "/api/rejections".to_owned()),
            (Method::GET, id.clone()),
            (Method::POST, format!("{id}/retry")),
        ] {
            problem(&send(&app, method.clone(), &path, "").await, 401, "UNAUTHENTICATED");
            for other in ["read", "ingest"] {
                problem(&send(&app, method.clone(), &path, other).await, 403, "FORBIDDEN");
            }
            let status = send(&app, method.clone(), &path, "admin").await.status.as_u16();
            assert_eq!(status, if path.len() > 20 { 404 } else { 200 }, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_rejection_has_the_name_of_the_token_that_sent_it() {
    let app = TestApp::guarded(require_tokens(tokens_of_each_scope()));
    let request = Request::post(INGEST).header("content-type", "application/json");
    app.send(request.header("authorization", "Bearer ingest").body(Body::from("{}")).unwrap()).await;
    let kept = send(&app, Method::GET, "/api/rejections", "admin").await.json();
    assert_eq!(kept["rejections"][0]["source"], "ingest");
}

#[tokio::test]
async fn tokens_can_be_added_and_removed_while_the_server_runs() {
    let tokens = ChangingTokens::default();
    let app = TestApp::guarded(require_tokens(tokens.clone()));
    let (old, new) = (token_line("shop", TokenScope::Ingest, "old"), token_line("shop", TokenScope::Ingest, "new"));
    for (lines, old_is_good, new_is_good) in
        [(old.clone(), true, false), (format!("{old}\n{new}"), true, true), (new, false, true)]
    {
        tokens.set(Some(&lines));
        assert_eq!(send(&app, Method::POST, INGEST, "old").await.status.is_success(), old_is_good);
        assert_eq!(send(&app, Method::POST, INGEST, "new").await.status.is_success(), new_is_good);
    }
}

#[tokio::test]
async fn every_token_is_refused_while_tokens_cannot_be_read() {
    let tokens = tokens_of_each_scope();
    let app = TestApp::guarded(require_tokens(tokens.clone()));
    tokens.set(None);
    problem(&send(&app, Method::POST, INGEST, "admin").await, 503, "UNAVAILABLE");
    assert_eq!(send(&app, Method::GET, "/api/dashboard", "").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_token_has_a_rate_limit_and_responses_say_how_much_is_left() {
    let app = TestApp::guarded(Access { rate_limit: NonZeroU32::new(3), ..require_tokens(tokens_of_each_scope()) });
    for left in ["2", "1", "0"] {
        let response = send(&app, Method::GET, "/api/dashboard", "read").await;
        assert_eq!(response.status.as_u16(), 200);
        assert_eq!(response.header("ratelimit-policy"), "\"requests\";q=3;w=60");
        assert!(
            response.header("ratelimit").starts_with(&format!("\"requests\";r={left};t=")),
            "{:?}",
            response.headers
        );
    }
    let refused = send(&app, Method::GET, "/api/dashboard", "read").await;
    problem(&refused, 429, "RATE_LIMITED");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&seconds), "with three requests a minute, the next is allowed within 20 s: {seconds}");
    assert!(refused.header("ratelimit").starts_with("\"requests\";r=0;t="), "{:?}", refused.headers);
    for other in ["admin", ""] {
        assert_eq!(
            send(&app, Method::GET, "/api/dashboard", other).await.status.as_u16(),
            200,
            "{other} has its own limit"
        );
    }
}

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    app.get_with(path, headers).await
}

fn accept_hosts(loopback: bool, names: &[&str], origins: &[&str]) -> Access {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let origins = origins.iter().map(|origin| Hosts::origin(origin).unwrap()).collect();
    Access { hosts: Some(Arc::new(Hosts { loopback, names, origins })), ..Access::open() }
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let loopback = TestApp::guarded(accept_hosts(true, &["goody.example.com"], &[]));
    let reachable = TestApp::guarded(accept_hosts(false, &[], &[]));
    for (host, on_loopback, on_network) in [
        ("localhost", true, true),
        ("LOCALHOST:8080", true, true),
        ("127.0.0.1:8080", true, true),
        ("127.8.0.1", true, true),
        ("[::1]:8080", true, true),
        ("192.168.1.20:8080", false, true),
        ("[2001:db8::1]", false, true),
        ("goody.example.com", true, false),
        ("Goody.Example.com:443", true, false),
        // Names of other sites that could point to this server.
        ("evil.example", false, false),
        ("localhost.evil.example", false, false),
        ("127.0.0.1.evil.example", false, false),
        ("goody.example.com.evil.example", false, false),
        ("evil.example:8080", false, false),
        ("0x7f.1", false, false),
        ("", false, false),
        ("localhost,evil.example", false, false),
        ("localhost/evil", false, false),
        ("user@evil.example", false, false),
    ] {
        for (app, is_accepted) in [(&loopback, on_loopback), (&reachable, on_network)] {
            for path in ["/api/dashboard", "/health", "/api/openapi.json", "/metrics"] {
                let response = get(app, path, &[("host", host)]).await;
                assert_eq!(response.status.as_u16() != 403, is_accepted, "{host} {path}");
            }
        }
    }
    let none = get(&loopback, "/api/dashboard", &[]).await;
    problem(&none, 403, "FORBIDDEN");
    problem(
        &get(&loopback, "/api/dashboard", &[("host", "localhost"), ("host", "evil.example")]).await,
        403,
        "FORBIDDEN",
    );
    // The request target has another host than the header.
    problem(&get(&loopback, "http://evil.example/api/dashboard", &[("host", "localhost")]).await, 403, "FORBIDDEN");
}

#[tokio::test]
async fn a_page_of_another_site_is_refused() {
    let app = TestApp::guarded(accept_hosts(true, &[], &["https://desk.example.com"]));
    for (origin, is_allowed) in [
        ("http://localhost:8080", true),
        ("https://localhost:8080", true),
        ("https://desk.example.com", true),
        ("http://desk.example.com", false),
        ("https://desk.example.com:8443", false),
        ("http://localhost:5173", false),
        ("http://127.0.0.1:8080", false),
        ("http://evil.example", false),
        ("http://localhost.evil.example:8080", false),
        ("null", false),
        ("", false),
    ] {
        for (method, path) in [(Method::GET, "/api/dashboard"), (Method::POST, INGEST), (Method::PUT, VENDOR)] {
            let request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
            let response = app.send(request.header("origin", origin).body(Body::empty()).unwrap()).await;
            assert_eq!(response.status.as_u16() != 403, is_allowed, "{origin} {path}");
        }
    }
}

/// The request that a browser sends before a page of another site may post events.
async fn preflight(app: &TestApp, origin: &str) -> Response {
    let request = Request::builder().method(Method::OPTIONS).uri(INGEST).header("host", "localhost:8080");
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    let request = request.header("access-control-request-headers", "authorization,content-type");
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn only_configured_origins_may_read_responses() {
    let protected =
        TestApp::guarded(Access { protect_reads: true, ..accept_hosts(true, &[], &["https://desk.example.com"]) });
    let response = preflight(&protected, "https://desk.example.com").await;
    assert_eq!(response.status.as_u16(), 200, "a preflight request needs no token");
    assert_eq!(response.header("access-control-allow-origin"), "https://desk.example.com");
    assert!(response.header("access-control-allow-methods").contains("POST"));
    assert!(response.header("access-control-allow-headers").contains("authorization"));
    let read = get(&protected, "/health", &[("host", "localhost"), ("origin", "https://desk.example.com")]).await;
    assert_eq!(read.header("access-control-allow-origin"), "https://desk.example.com");
    assert!(!read.headers.contains_key("access-control-allow-credentials"));

    assert_eq!(preflight(&protected, "https://evil.example").await.status.as_u16(), 403);
    for app in [TestApp::new(), TestApp::guarded(accept_hosts(true, &[], &[]))] {
        for response in [
            preflight(&app, "http://localhost:8080").await,
            get(&app, "/api/dashboard", &[("host", "localhost"), ("origin", "http://localhost")]).await,
        ] {
            assert!(response.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{response:?}");
        }
    }
}

#[test]
fn text_that_is_not_an_origin_is_refused() {
    for origin in ["https://desk.example.com", "http://localhost:5173"] {
        assert_eq!(Hosts::origin(origin), Ok(HeaderValue::from_static(origin)));
    }
    for other in
        ["desk.example.com", "https://desk.example.com/", "https://desk.example.com/a", "*", "", "null", "file:///a"]
    {
        assert!(Hosts::origin(other).unwrap_err().contains("is not an origin"), "{other}");
    }
}
