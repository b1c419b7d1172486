//! One request and what came of it, as the checks see it: secrets are already gone.

use serde::{Deserialize, Serialize};

use crate::fhir::codes;

codes! {
    /// The HTTP methods that this program sends.
    Method {
        Get = "GET",
        Head = "HEAD",
        Options = "OPTIONS",
        Post = "POST",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
    }
}

/// A request that was sent and its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// Where in the run it belongs: `scenario/step#n`, n from 1; unique and stable between runs.
    pub id: String,
    /// What was sent.
    pub request: Request,
    /// The redirects that were answered before the outcome, in order; mostly none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirects: Vec<Redirect>,
    /// What came back.
    pub outcome: Outcome,
    /// Milliseconds from sending to the last byte (one of the values that differ between runs).
    pub elapsed_ms: u64,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Headers in order; `authorization` holds only its scheme and `***`.
    pub headers: Vec<(String, String)>,
    /// Body, where there was one; the login's holds no secret.
    pub body: Option<String>,
}

/// A redirect on the way to the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// Status code, such as 301.
    pub status: u16,
    /// `Location` as it was sent.
    pub location: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Outcome {
    /// A status line and headers came; the body too, unless `body_fault` says otherwise.
    Response(Response),
    /// Not even a status line came, or what came may not be followed.
    Failure(TransportFailure),
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// `HTTP/1.1`, ...
    pub version: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as text, decompressed; bytes that are not UTF-8 are replaced and reported by
    /// `body_fault`.
    pub body: String,
    /// Why the body is not the one that the server announced. Where this is set the body must not
    /// be judged as content.
    pub body_fault: Option<BodyFault>,
}

/// Why a body is not the one that was announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BodyFault {
    /// What kind of fault.
    pub kind: BodyFaultKind,
    /// What was expected and found, and how to mend it.
    pub message: String,
}

codes! {
    /// The ways in which a body is not the one that was announced.
    BodyFaultKind {
        /// Over the size limit, also after decompression; cut there.
        TooLarge = "too-large",
        /// The connection ended before the announced length.
        Truncated = "truncated",
        /// The rest did not come in time.
        Stalled = "stalled",
        /// `Content-Encoding` does not describe the bytes.
        Encoding = "encoding",
        /// Not UTF-8, the only encoding of FHIR JSON (R4 2.6.2).
        NotUtf8 = "not-utf8",
    }
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransportFailure {
    /// What kind of failure.
    pub failure: FailureKind,
    /// What happened, in words a tester understands, and how to mend it.
    pub message: String,
}

codes! {
    /// The ways in which no response comes.
    FailureKind {
        /// The name does not resolve.
        Dns = "dns",
        /// Nobody listens there.
        Refused = "refused",
        /// Certificate or handshake.
        Tls = "tls",
        /// No answer in time.
        Timeout = "timeout",
        /// The connection broke.
        Reset = "reset",
        /// Not HTTP, or a body that does not decode.
        Protocol = "protocol",
        /// A redirect that may not be followed.
        Redirect = "redirect",
        /// The harness itself refused to send it.
        Guard = "guard",
        /// A recording stands in the target's place, and it has no such exchange.
        NotRecorded = "not-recorded",
    }
}

impl Exchange {
    /// The response, if one came.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        match &self.outcome {
            Outcome::Response(response) => Some(response),
            Outcome::Failure(_) => None,
        }
    }

    /// Whether it looks like a bad moment of the server or the network, in which another try may
    /// be answered.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.outcome {
            Outcome::Failure(failure) => matches!(
                failure.failure,
                FailureKind::Timeout | FailureKind::Reset | FailureKind::Refused
            ),
            Outcome::Response(response) => {
                matches!(response.status, 500 | 502 | 503 | 504)
                    || response.body_fault.as_ref().is_some_and(|fault| {
                        matches!(
                            fault.kind,
                            BodyFaultKind::Truncated | BodyFaultKind::Stalled
                        )
                    })
            }
        }
    }

    /// The status code, if a response came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }
}

impl Response {
    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The media type of `Content-Type`, in lower case and without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }
}
