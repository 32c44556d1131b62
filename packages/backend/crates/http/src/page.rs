//! Serves the files of the page from the folder of its build.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use tower_http::services::{ServeDir, ServeFile};

use crate::error::ApiError;
use crate::host_check::{self, Hosts};
use crate::json_response::compression;
use crate::security_headers;

/// The file in the page's folder with the content security policy that its build generated.
const POLICY: &str = "content-security-policy.txt";

/// Adds the page in `folder` to the API: its files, `index.html` for the routes of the page, and 404 for a missing asset. The
/// page contains no data, so it needs no token; only the host is checked.
///
/// # Errors
/// The content security policy, `content-security-policy.txt`, cannot be read.
pub fn with_page(api: Router, folder: &Path, hosts: Option<Arc<Hosts>>) -> io::Result<Router> {
    let policy = std::fs::read_to_string(folder.join(POLICY))?;
    let policy = HeaderValue::from_str(policy.trim()).map_err(io::Error::other)?;
    let files = ServeDir::new(folder).fallback(ServeFile::new(folder.join("index.html")));
    let page = Router::new()
        .fallback_service(files)
        .layer(from_fn_with_state(policy, add_page_headers))
        .layer(from_fn_with_state(hosts, host_check::check))
        .layer(map_response(plain_text_errors))
        .layer(from_fn(security_headers::add_security_headers))
        .layer(compression());
    Ok(Router::new().fallback(dispatch).with_state((api, page)))
}

async fn dispatch(State((api, page)): State<(Router, Router)>, request: Request) -> Response {
    use tower::ServiceExt;
    let router = if is_api(request.uri()) { api } else { page };
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// Whether a path belongs to the API. All other paths belong to the page.
fn is_api(uri: &Uri) -> bool {
    let path = uri.path();
    let vendor_report = path.starts_with("/vendors/") && path.ends_with("/report");
    path == "/api"
        || path.starts_with("/api/")
        || path == "/health"
        || path == "/metrics"
        || path.starts_with("/dashboard/")
        || vendor_report
}

async fn add_page_headers(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let is_asset = path.starts_with("/assets/");
    let mut response = next.run(request).await;
    let is_page = response.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_asset && is_page {
        // The fallback of the folder is the page, which is the wrong response to a request for a script.
        return ApiError::not_found("file", &path).into_response();
    }
    let cache = if is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// Turns an error into plain text, because a person reads it in the browser.
async fn plain_text_errors(mut response: Response) -> Response {
    match response.extensions_mut().remove::<ApiError>() {
        Some(error) => (response.status(), error.detail().to_owned()).into_response(),
        None => response,
    }
}
