//! A request as a sender of webhooks sent it: what signatures and sources read of it.

use std::fmt;

/// A POST request. Its body must be the bytes that were received: signatures are over these.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The path with its query, such as `/api/webhooks/shippo?token=secret`.
    pub path: &'r str,
    /// Its headers.
    pub headers: &'r Headers<'r>,
    /// Its body.
    pub body: &'r [u8],
}

/// The headers of a request whose values are text. Names match in any case; of several headers with one name, the first counts.
#[derive(Clone, Default)]
pub struct Headers<'r>(Vec<(&'r str, &'r str)>);

impl<'r> Headers<'r> {
    /// The value of a header, without blanks around it; `None` if it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&'r str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

impl<'r> FromIterator<(&'r str, &'r str)> for Headers<'r> {
    fn from_iter<I: IntoIterator<Item = (&'r str, &'r str)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

/// Shows names only: values may be secrets.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<'r> Request<'r> {
    /// The value of a parameter of the query, as it was sent: tokens have no characters that are escaped.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'r str> {
        let (_, query) = self.path.split_once('?')?;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_found_in_any_case_and_an_empty_one_is_missing() {
        let headers: Headers<'_> = [("X-One", " a "), ("x-one", "b"), ("X-Two", " ")].into_iter().collect();
        assert_eq!(headers.get("x-ONE"), Some("a"));
        assert_eq!(headers.get("x-two"), None);
        assert_eq!(format!("{headers:?}"), r#"{"X-One", "x-one", "X-Two"}"#, "values may be secrets");
    }

    #[test]
    fn a_parameter_is_that_of_the_query() {
        let headers = Headers::default();
        let request = |path| Request { path, headers: &headers, body: b"" };
        assert_eq!(request("/a?b=1&token=s&token=t").parameter("token"), Some("s"));
        for path in ["/a", "/token=s", "/a?token", "/a?token=", "/a?xtoken=s"] {
            assert_eq!(request(path).parameter("token"), None, "{path}");
        }
    }
}
