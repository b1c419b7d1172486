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

use super::account::Account;
use super::message::{Body, Request, Response};
use super::outcome::{IssueCode, Refusal};
use super::server::PASSWORD;
use super::tree::from_json;

/// The tokens handed out: to whom, and when each ends.
#[derive(Debug)]
pub(super) struct Sessions {
    tokens: HashMap<String, (&'static Account, Timestamp)>,
    /// Who logged in last of those that may do less.
    last: &'static Account,
    lifetime: Duration,
}

impl Sessions {
    /// No token yet; each will live that long.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            tokens: HashMap::new(),
            last: Account::all_rights(),
            lifetime,
        }
    }

    /// Answers `POST login/`: 200 with token and expiry, 401 for a wrong user or password (which
    /// of the two is not told), 400 for anything that is no pair of them.
    pub(super) fn log_in(&mut self, request: &Request) -> Result<Response, Refusal> {
        let (user, password) = credentials(request)?;
        let known = Account::of(&user).filter(|_| password == PASSWORD);
        let Some(account) = known else {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                IssueCode::Login,
                "unknown user or wrong password",
            )
            .header("WWW-Authenticate", "Bearer"));
        };
        if account != Account::all_rights() {
            self.last = account;
        }
        let (token, end) = self.issue(account);
        let answer = serde_json::json!({ "token": token, "exp": end.as_second() });
        Ok(Response::new(StatusCode::OK, Body::Json(from_json(answer))))
    }

    /// Who logged in last of those that may do less.
    pub(super) fn last(&self) -> &'static Account {
        self.last
    }

    fn issue(&mut self, account: &'static Account) -> (String, Timestamp) {
        let now = Timestamp::now();
        self.tokens.retain(|_, (_, end)| *end > now);
        // A v4 UUID holds 122 random bits from the operating system; two make the token long
        // enough to look like what it stands for.
        let mut bytes = uuid::Uuid::new_v4().into_bytes().to_vec();
        bytes.extend_from_slice(uuid::Uuid::new_v4().as_bytes());
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let end = now
            .checked_add(jiff::SignedDuration::try_from(self.lifetime).unwrap_or_default())
            .unwrap_or(now);
        self.tokens.insert(token.clone(), (account, end));
        (token, end)
    }

    /// Whose token a request carries (RFC 6750 section 3 for the refusals).
    pub(super) fn authorize(&self, request: &Request) -> Result<&'static Account, Refusal> {
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
        match self.tokens.get(token) {
            Some((account, end)) if *end > Timestamp::now() => Ok(account),
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
