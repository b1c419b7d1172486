//! The headers of a request: the caller's, and those that every request has.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::TransportFailure;
use super::guard::refusal;
use super::transport::USER_AGENT;

/// The caller's headers in their order, then what is missing of the common ones, so that a
/// recorded request shows everything that was sent.
pub(super) fn headers(wanted: &[(String, String)]) -> Result<HeaderMap, TransportFailure> {
    let mut headers = HeaderMap::new();
    for (name, value) in wanted {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .zip(HeaderValue::from_str(value).ok());
        let Some((name, value)) = parsed else {
            return Err(refusal(format!(
                "`{name}` is not a header that can be sent: expected a token as its name and a \
                 value without control characters"
            )));
        };
        headers.append(name, value);
    }
    let defaults = [
        ("accept", "*/*"),
        ("accept-encoding", "gzip"),
        ("user-agent", USER_AGENT),
    ];
    for (name, value) in defaults {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    Ok(headers)
}
