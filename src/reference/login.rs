//! The login of openIMIS (`POST login/`) and the bearer tokens it hands out.
//!
//! Tokens are random, opaque and kept in memory until they expire: nothing can be read from one,
//! and a changed one is an unknown one.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::message::{Body, Request, Response};
use super::outcome::{IssueCode, Refusal};
use super::server::{PASSWORD, USER};
use super::tree::from_json;

/// The tokens handed out and when each ends.
#[derive(Debug)]
pub(super) struct Sessions {
    ends: HashMap<String, Timestamp>,
    lifetime: Duration,
}

impl Sessions {
    /// No token yet; each will live that long.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            ends: HashMap::new(),
            lifetime,
        }
    }

    /// Answers `POST login/`: 200 with token and expiry, 401 for a wrong user or password (which
    /// of the two is not told), 400 for anything that is no pair of them.
    pub(super) fn log_in(&mut self, request: &Request) -> Result<Response, Refusal> {
        let (user, password) = credentials(request)?;
        if user != USER || password != PASSWORD {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                IssueCode::Login,
                "unknown user or wrong password",
            )
            .header("WWW-Authenticate", "Bearer"));
        }
        let (token, end) = self.issue();
        let answer = serde_json::json!({ "token": token, "exp": end.as_second() });
        Ok(Response::new(StatusCode::OK, Body::Json(from_json(answer))))
    }

    fn issue(&mut self) -> (String, Timestamp) {
        let now = Timestamp::now();
        self.ends.retain(|_, end| *end > now);
        // A v4 UUID holds 122 random bits from the operating system; two make the token long
        // enough to look like what it stands for.
        let mut bytes = uuid::Uuid::new_v4().into_bytes().to_vec();
        bytes.extend_from_slice(uuid::Uuid::new_v4().as_bytes());
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let end = now
            .checked_add(jiff::SignedDuration::try_from(self.lifetime).unwrap_or_default())
            .unwrap_or(now);
        self.ends.insert(token.clone(), end);
        (token, end)
    }

    /// Lets a request with a valid bearer token pass (RFC 6750 section 3 for the refusals).
    pub(super) fn authorize(&self, request: &Request) -> Result<(), Refusal> {
        let Some(authorization) = request.header("authorization") else {
            return Err(unauthorized("Bearer", "no Authorization header"));
        };
        let token = match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => {
                return Err(unauthorized(
                    "Bearer",
                    "the Authorization scheme is not Bearer",
                ));
            }
        };
        let challenge = r#"Bearer error="invalid_token""#;
        match self.ends.get(token) {
            Some(end) if *end > Timestamp::now() => Ok(()),
            Some(_) => Err(unauthorized(challenge, "the token has expired")),
            None => Err(unauthorized(
                challenge,
                "the token is not one of this server",
            )),
        }
    }
}

fn unauthorized(challenge: &str, text: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, IssueCode::Login, text)
        .header("WWW-Authenticate", challenge)
}

fn credentials(request: &Request) -> Result<(String, String), Refusal> {
    let malformed =
        || Refusal::bad_request(IssueCode::Required, "expected `username` and `password`");
    let document = crate::json::read_bytes(&request.body)
        .map_err(|error| Refusal::bad_request(IssueCode::Structure, format!("no JSON: {error}")))?;
    let text = |name: &str| document.root.str(name).map(str::to_owned);
    let user = text("username").ok_or_else(malformed)?;
    let password = text("password").ok_or_else(malformed)?;
    Ok((user, password))
}
