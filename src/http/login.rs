//! The ways to log in: what is sent, and what an answer grants.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use super::headers::headers;
use super::session::Granted;
use super::transport::{Incoming, Outgoing};
use super::{Credentials, LoginOutcome, Method, Secret};

/// How a run logs in.
#[derive(Debug, Clone, Default)]
pub enum LoginMethod {
    /// openIMIS's own: user and password to the login path, a token back.
    #[default]
    OpenImis,
    /// OAuth 2.0 client credentials (RFC 6749 4.4): user and password are the client's id and
    /// secret. They go to this address, also where it is not the target's.
    ClientCredentials {
        /// The token endpoint.
        token_url: Url,
        /// `scope`, where the server wants one.
        scope: Option<String>,
    },
    /// User and password with every request (RFC 7617).
    Basic,
    /// A token that is there already, with every request (RFC 6750).
    Token(Secret),
}

impl LoginMethod {
    /// Whether the login needs TLS whatever the target speaks.
    pub(super) fn is_secure(&self) -> bool {
        matches!(self, Self::ClientCredentials { token_url, .. } if token_url.scheme() == "https")
    }
}

/// The request of a login and its body as it may be shown: the same shape, and none of its values.
/// `None` where nothing is asked for.
pub(super) fn request(
    method: &LoginMethod,
    login: &Url,
    credentials: &Credentials,
) -> Option<(Outgoing, String)> {
    let post = |address: &Url, media_type: &str, more: Option<(&str, String)>, body: String| {
        let mut all = vec![
            ("content-type".to_owned(), media_type.to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ];
        all.extend(more.map(|(name, value)| (name.to_owned(), value)));
        Outgoing {
            method: Method::Post,
            address: address.clone(),
            headers: headers(&all).unwrap_or_default(),
            body: Some(body),
        }
    };
    match method {
        LoginMethod::OpenImis => {
            let body = serde_json::json!({
                "username": credentials.username.expose(),
                "password": credentials.password.expose(),
            });
            let outgoing = post(login, "application/json", None, body.to_string());
            let shown = r#"{"username":"***","password":"***"}"#.to_owned();
            Some((outgoing, shown))
        }
        LoginMethod::ClientCredentials { token_url, scope } => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "client_credentials");
            if let Some(scope) = scope {
                form.append_pair("scope", scope);
            }
            let body = form.finish();
            let basic = format!("Basic {}", basic(credentials).expose());
            let media_type = "application/x-www-form-urlencoded";
            let more = Some(("authorization", basic));
            Some((post(token_url, media_type, more, body.clone()), body))
        }
        LoginMethod::Basic | LoginMethod::Token(_) => None,
    }
}

/// User and password as they go into the header.
pub(super) fn basic(credentials: &Credentials) -> Secret {
    let pair = format!(
        "{}:{}",
        credentials.username.expose(),
        credentials.password.expose()
    );
    Secret::new(STANDARD.encode(pair))
}

/// Reads the answer of a token endpoint (RFC 6749 5.1).
pub(super) fn granted(answer: &Incoming) -> Result<Granted, LoginOutcome> {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    match answer.status {
        200 => {}
        400 | 401 | 403 => {
            let error = body
                .get("error")
                .and_then(Value::as_str)
                .unwrap_or("no reason given");
            return Err(LoginOutcome::Refused(format!(
                "the token endpoint refused the client with status {} ({error}): check the \
                 client's id and secret, and the scope",
                answer.status
            )));
        }
        status => {
            return Err(LoginOutcome::Failed(format!(
                "expected status 200 of the token endpoint, found status {status}: check its address"
            )));
        }
    }
    let token = body.get("access_token").and_then(Value::as_str);
    let is_token =
        |token: &&str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let Some(token) = token.filter(is_token) else {
        return Err(LoginOutcome::Failed(
            "expected a string `access_token` in the answer of the token endpoint, found none"
                .to_owned(),
        ));
    };
    let seconds = body.get("expires_in").and_then(Value::as_u64);
    Ok(Granted::for_seconds(Secret::new(token), seconds))
}
