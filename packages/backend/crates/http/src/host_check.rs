//! By which names the server may be called, and which other sites' pages may call it.
//!
//! A page of somebody else can have a visitor's browser ask any address. Its browser then says so: by the `Origin` it comes
//! from, or, where a name was made to point here (DNS rebinding), by the `Host` it thinks it talks to.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goody_contract::ErrorCode;

use crate::error::ApiError;
use crate::paths;

/// The names and the sites.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// Only this machine can reach the server: of addresses, only its own may be called.
    pub loopback: bool,
    /// Names by which the server may be called besides `localhost` and addresses, without a port.
    pub names: Vec<String>,
    /// Origins of other sites whose pages may call it, as `https://desk.example.com`.
    pub origins: Vec<HeaderValue>,
}

impl Hosts {
    /// Reads an origin as browsers send it: a scheme, a host and perhaps a port.
    ///
    /// # Errors
    /// Says how an origin looks.
    pub fn origin(text: &str) -> Result<HeaderValue, String> {
        let is_origin = text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some()
                && !text.ends_with('/')
                && uri.path() == "/"
                && uri.query().is_none()
        });
        let value = HeaderValue::from_str(text).ok().filter(|_| is_origin);
        value.ok_or_else(|| format!("{text} is no origin: write it as https://desk.example.com"))
    }

    fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
        let mut told = headers.get_all(HOST).iter();
        let (Some(host), None) = (told.next(), told.next()) else {
            return Err("The request must say once which Host it is for.".into());
        };
        let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
        let Some(host) = host.filter(|host| self.is_ours(host) && uri.authority().is_none_or(|asked| asked == host))
        else {
            return Err(
                "The server is not called by that Host here. If it should be, start it with --hosts NAME.".into()
            );
        };
        let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
        if self.origins.contains(origin) || is_same(origin, &host) {
            return Ok(());
        }
        Err("Pages of that Origin may not call the server. If they should, start it with --origins ORIGIN.".into())
    }

    fn is_ours(&self, host: &Authority) -> bool {
        let name = host.host().trim_start_matches('[').trim_end_matches(']');
        match name.parse::<IpAddr>() {
            // An address cannot be made to point elsewhere.
            Ok(address) => address.is_loopback() || !self.loopback,
            Err(_) => {
                name.eq_ignore_ascii_case("localhost") || self.names.iter().any(|ours| ours.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// Whether a page comes from the very server it calls. A server that speaks TLS for us may be asked by another scheme.
fn is_same(origin: &HeaderValue, host: &Authority) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    origin.and_then(|origin| origin.authority().cloned()).is_some_and(|origin| origin == *host)
}

/// Refuses requests for another server, and those whose path cannot be. One layer for both: each costs every request.
pub(crate) async fn check(State(hosts): State<Option<Arc<Hosts>>>, request: Request, next: Next) -> Response {
    let for_us = hosts.map_or(Ok(()), |hosts| hosts.check(request.uri(), request.headers()));
    let checked = for_us.map_err(|reason| ApiError::new(ErrorCode::Forbidden, reason));
    match checked.and_then(|()| paths::check(request.uri().path())) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
