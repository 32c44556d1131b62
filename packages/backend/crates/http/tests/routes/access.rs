//! Who is let in: tokens, hosts, origins, and how often.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use goody_http::{Access, Hosts, Token, TokenScope, TokenSource, Tokens};
use goody_testkit::{OrderBuilder, Response, TestApp, ndjson};

use crate::fleet::problem;

const INGEST: &str = "/api/orders/events";
const VENDOR: &str = "/api/vendors/acme";

/// Tokens that may be others the next time, or not to be had.
#[derive(Clone, Default)]
struct Changing(Arc<Mutex<Option<Tokens>>>);

impl Changing {
    fn set(&self, tokens: Option<&str>) {
        *self.0.lock().unwrap() = tokens.map(|lines| Tokens::parse(lines).unwrap());
    }
}

#[async_trait::async_trait]
impl TokenSource for Changing {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        self.0.lock().unwrap().clone().map(Arc::new).ok_or_else(|| "out of order".into())
    }
}

fn line(name: &str, scope: TokenScope, secret: &str) -> String {
    Token::new(name, vec![scope], secret).unwrap().to_string()
}

/// Tokens called by what they are good for.
fn three() -> Changing {
    let tokens = Changing::default();
    let lines = [("read", TokenScope::Read), ("ingest", TokenScope::Ingest), ("admin", TokenScope::Admin)];
    tokens.set(Some(&lines.map(|(name, scope)| line(name, scope, name)).join("\n")));
    tokens
}

fn guarded(tokens: Changing) -> Access {
    Access { tokens: Some(Arc::new(tokens)), ..Access::open() }
}

async fn ask(app: &TestApp, method: Method, path: &str, token: &str) -> Response {
    let (kind, body) = match method {
        Method::POST => ("application/x-ndjson", ndjson(&OrderBuilder::new("o-1").events())),
        Method::PUT => ("application/json", r#"{"name":"Acme","isActive":true}"#.to_owned()),
        _ => ("", String::new()),
    };
    let request = Request::builder().method(method).uri(path).header("content-type", kind);
    let request = if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
    let answer = app.send(request.body(Body::from(body)).unwrap()).await;
    app.project().await;
    answer
}

#[tokio::test]
async fn writes_need_a_token_that_is_good_for_them() {
    let app = TestApp::guarded(guarded(three()));
    for (method, path, needs) in [(Method::POST, INGEST, "ingest"), (Method::PUT, VENDOR, "admin")] {
        for unknown in ["", "nobody's", "Ingest", "ingest ingest"] {
            let answer = ask(&app, method.clone(), path, unknown).await;
            let problem = problem(&answer, 401, "UNAUTHENTICATED");
            assert!(problem["detail"].as_str().unwrap().contains(&format!("scope {needs}")), "{problem}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"goody\"");
        }
        let other = if needs == "ingest" { "read" } else { "ingest" };
        let problem = problem(&ask(&app, method.clone(), path, other).await, 403, "FORBIDDEN");
        assert!(problem["detail"].as_str().unwrap().contains(&format!("needs the scope {needs}")), "{problem}");
        for good in [needs, "admin"] {
            assert!(ask(&app, method.clone(), path, good).await.status.is_success(), "{method} with {good}");
        }
    }
}

#[tokio::test]
async fn nothing_is_stored_for_those_who_are_refused() {
    let app = TestApp::guarded(guarded(three()));
    for token in ["", "nobody's", "read"] {
        ask(&app, Method::POST, INGEST, token).await;
        ask(&app, Method::PUT, VENDOR, token).await;
    }
    assert_eq!(app.read("/api/orders").await["summary"]["total"], 0);
    assert_eq!(app.read("/api/vendors").await["pagination"]["total"], 0);
}

#[tokio::test]
async fn reads_need_none_unless_they_are_protected() {
    let open = TestApp::guarded(guarded(three()));
    let closed = TestApp::guarded(Access { protect_reads: true, ..guarded(three()) });
    for path in
        ["/api/dashboard", "/api/vendors", "/api/orders", "/api/orders/export", "/dashboard/summary", "/api/nowhere"]
    {
        let without = ask(&open, Method::GET, path, "").await;
        assert_ne!(without.status.as_u16(), 401, "{path}");
        problem(&ask(&closed, Method::GET, path, "").await, 401, "UNAUTHENTICATED");
        problem(&ask(&closed, Method::GET, path, "ingest").await, 403, "FORBIDDEN");
        for good in ["read", "admin"] {
            let answer = ask(&closed, Method::GET, path, good).await;
            assert_eq!(answer.status, without.status, "{path} with {good}");
        }
    }
}

#[tokio::test]
async fn whether_it_is_well_and_how_to_ask_is_told_to_all() {
    let app = TestApp::guarded(Access { protect_reads: true, ..guarded(three()) });
    for path in ["/health", "/api/openapi.json", "/api/docs/"] {
        assert_eq!(ask(&app, Method::GET, path, "").await.status.as_u16(), 200, "{path}");
    }
}

#[tokio::test]
async fn where_reads_are_protected_health_tells_strangers_its_status_alone() {
    let open = TestApp::guarded(guarded(three()));
    let closed = TestApp::guarded(Access { protect_reads: true, ..guarded(three()) });
    let fields = async |app: &TestApp, token| {
        let health = ask(app, Method::GET, "/health", token).await.json();
        health.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    for unknown_vendor in ["", "nobody's", "ingest"] {
        assert_eq!(fields(&closed, unknown_vendor).await, ["status"], "{unknown_vendor}");
        assert!(fields(&open, unknown_vendor).await.len() > 5, "{unknown_vendor}");
    }
    for reader in ["read", "admin"] {
        assert!(fields(&closed, reader).await.len() > 5, "{reader}");
    }
}

#[tokio::test]
async fn tokens_come_and_go_while_it_runs() {
    let tokens = Changing::default();
    let app = TestApp::guarded(guarded(tokens.clone()));
    let (old, new) = (line("shop", TokenScope::Ingest, "old"), line("shop", TokenScope::Ingest, "new"));
    for (lines, old_is_good, new_is_good) in
        [(old.clone(), true, false), (format!("{old}\n{new}"), true, true), (new, false, true)]
    {
        tokens.set(Some(&lines));
        assert_eq!(ask(&app, Method::POST, INGEST, "old").await.status.is_success(), old_is_good);
        assert_eq!(ask(&app, Method::POST, INGEST, "new").await.status.is_success(), new_is_good);
    }
}

#[tokio::test]
async fn nobody_is_let_in_while_tokens_cannot_be_read() {
    let tokens = three();
    let app = TestApp::guarded(guarded(tokens.clone()));
    tokens.set(None);
    problem(&ask(&app, Method::POST, INGEST, "admin").await, 503, "UNAVAILABLE");
    assert_eq!(ask(&app, Method::GET, "/api/dashboard", "").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_token_may_ask_so_often_and_is_told_how_often_still() {
    let app = TestApp::guarded(Access { rate_limit: NonZeroU32::new(3), ..guarded(three()) });
    for left in ["2", "1", "0"] {
        let answer = ask(&app, Method::GET, "/api/dashboard", "read").await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(answer.header("ratelimit-policy"), "\"requests\";q=3;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"requests\";r={left};t=")), "{:?}", answer.headers);
    }
    let refused = ask(&app, Method::GET, "/api/dashboard", "read").await;
    problem(&refused, 429, "RATE_LIMITED");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&seconds), "one of three a minute comes back in 20 s: {seconds}");
    assert!(refused.header("ratelimit").starts_with("\"requests\";r=0;t="), "{:?}", refused.headers);
    for other in ["admin", ""] {
        assert_eq!(ask(&app, Method::GET, "/api/dashboard", other).await.status.as_u16(), 200, "{other} asked less");
    }
}

async fn called(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Response {
    app.get_with(path, headers).await
}

fn named(loopback: bool, names: &[&str], origins: &[&str]) -> Access {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let origins = origins.iter().map(|origin| Hosts::origin(origin).unwrap()).collect();
    Access { hosts: Some(Arc::new(Hosts { loopback, names, origins })), ..Access::open() }
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let loopback = TestApp::guarded(named(true, &["goody.example.com"], &[]));
    let reachable = TestApp::guarded(named(false, &[], &[]));
    for (host, here, there) in [
        ("localhost", true, true),
        ("LOCALHOST:8080", true, true),
        ("127.0.0.1:8080", true, true),
        ("127.8.0.1", true, true),
        ("[::1]:8080", true, true),
        ("192.168.1.20:8080", false, true),
        ("[2001:db8::1]", false, true),
        ("goody.example.com", true, false),
        ("Goody.Example.com:443", true, false),
        // Names that somebody made to point here.
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
        for (app, is_ours) in [(&loopback, here), (&reachable, there)] {
            for path in ["/api/dashboard", "/health", "/api/openapi.json", "/metrics"] {
                let answer = called(app, path, &[("host", host)]).await;
                assert_eq!(answer.status.as_u16() != 403, is_ours, "{host} {path}");
            }
        }
    }
    let none = called(&loopback, "/api/dashboard", &[]).await;
    problem(&none, 403, "FORBIDDEN");
    problem(
        &called(&loopback, "/api/dashboard", &[("host", "localhost"), ("host", "evil.example")]).await,
        403,
        "FORBIDDEN",
    );
    // The address line names another host than the header.
    problem(&called(&loopback, "http://evil.example/api/dashboard", &[("host", "localhost")]).await, 403, "FORBIDDEN");
}

#[tokio::test]
async fn a_page_of_another_site_is_refused() {
    let app = TestApp::guarded(named(true, &[], &["https://desk.example.com"]));
    for (origin, may) in [
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
            let answer = app.send(request.header("origin", origin).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status.as_u16() != 403, may, "{origin} {path}");
        }
    }
}

/// What a browser asks before it lets a page of another site post events.
async fn preflight(app: &TestApp, origin: &str) -> Response {
    let request = Request::builder().method(Method::OPTIONS).uri(INGEST).header("host", "localhost:8080");
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    let request = request.header("access-control-request-headers", "authorization,content-type");
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn other_sites_may_read_answers_only_where_they_are_named() {
    let ours = TestApp::guarded(Access { protect_reads: true, ..named(true, &[], &["https://desk.example.com"]) });
    let answer = preflight(&ours, "https://desk.example.com").await;
    assert_eq!(answer.status.as_u16(), 200, "the question itself needs no token");
    assert_eq!(answer.header("access-control-allow-origin"), "https://desk.example.com");
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    let read = called(&ours, "/health", &[("host", "localhost"), ("origin", "https://desk.example.com")]).await;
    assert_eq!(read.header("access-control-allow-origin"), "https://desk.example.com");
    assert!(!read.headers.contains_key("access-control-allow-credentials"));

    assert_eq!(preflight(&ours, "https://evil.example").await.status.as_u16(), 403);
    for app in [TestApp::new(), TestApp::guarded(named(true, &[], &[]))] {
        for answer in [
            preflight(&app, "http://localhost:8080").await,
            called(&app, "/api/dashboard", &[("host", "localhost"), ("origin", "http://localhost")]).await,
        ] {
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{answer:?}");
        }
    }
}

#[test]
fn what_is_no_origin_is_not_taken_for_one() {
    for origin in ["https://desk.example.com", "http://localhost:5173"] {
        assert_eq!(Hosts::origin(origin), Ok(HeaderValue::from_static(origin)));
    }
    for other in
        ["desk.example.com", "https://desk.example.com/", "https://desk.example.com/a", "*", "", "null", "file:///a"]
    {
        assert!(Hosts::origin(other).unwrap_err().contains("is no origin"), "{other}");
    }
}
