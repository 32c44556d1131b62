//! Checks the `Host` and the `Origin` of each request: the host names of the server, and the sites that may call it.
//!
//! A page of another site can make the browser of a visitor send requests to any address. The browser states the `Origin` of
//! such a page. If the site has made its own host name point to this server (DNS rebinding), the `Host` has that name.

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

/// The accepted host names and origins.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// Whether only this machine can reach the server. Then the only accepted IP addresses are loopback addresses.
    pub loopback: bool,
    /// Accepted host names, without a port, in addition to `localhost` and IP addresses.
    pub names: Vec<String>,
    /// Accepted origins of other sites, such as `https://desk.example.com`.
    pub origins: Vec<HeaderValue>,
}

impl Hosts {
    /// Parses an origin as browsers send it: a scheme, a host and an optional port.
    ///
    /// # Errors
    /// The text is not an origin. The error shows an example of one.
    pub fn origin(text: &str) -> Result<HeaderValue, String> {
        let is_origin = text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some()
                && !text.ends_with('/')
                && uri.path() == "/"
                && uri.query().is_none()
        });
        let value = HeaderValue::from_str(text).ok().filter(|_| is_origin);
        value.ok_or_else(|| format!("{text} is not an origin: write it as https://desk.example.com"))
    }

    fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err("The request must have exactly one Host header.".into());
        };
        let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
        let Some(host) =
            host.filter(|host| self.is_accepted(host) && uri.authority().is_none_or(|authority| authority == host))
        else {
            return Err(
                "The server does not accept this Host. To accept it, start the server with --hosts NAME.".into()
            );
        };
        let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
        if self.origins.contains(origin) || is_same_host(origin, &host) {
            return Ok(());
        }
        Err("The server does not accept this Origin. To accept it, start the server with --origins ORIGIN.".into())
    }

    fn is_accepted(&self, host: &Authority) -> bool {
        let name = host.host().trim_start_matches('[').trim_end_matches(']');
        match name.parse::<IpAddr>() {
            // An address cannot be rebound as a DNS name can.
            Ok(address) => address.is_loopback() || !self.loopback,
            Err(_) => {
                name.eq_ignore_ascii_case("localhost")
                    || self.names.iter().any(|accepted| accepted.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// Whether a page comes from the server that it calls. The scheme is not compared, because a proxy in front of this server may
/// terminate TLS.
fn is_same_host(origin: &HeaderValue, host: &Authority) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    origin.and_then(|origin| origin.authority().cloned()).is_some_and(|origin| origin == *host)
}

/// Refuses requests with a foreign host or origin, and requests with an invalid path. Both checks share one layer, because each
/// layer slows every request.
pub(crate) async fn check(State(hosts): State<Option<Arc<Hosts>>>, request: Request, next: Next) -> Response {
    let accepted = hosts.map_or(Ok(()), |hosts| hosts.check(request.uri(), request.headers()));
    let validator = accepted.map_err(|reason| ApiError::new(ErrorCode::Forbidden, reason));
    match validator.and_then(|()| paths::check(request.uri().path())) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
