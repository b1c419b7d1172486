//! What the caller wants to send.

use super::{Method, Standing};

/// A request to be sent by [`super::Client::send`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSpec {
    /// Id of the exchange: `scenario/step#n`.
    pub id: String,
    /// Method.
    pub method: Method,
    /// Relative to the FHIR base (`Patient/?_count=1`), or absolute within its origin.
    pub url: String,
    /// Headers, sent in this order. `authorization` only where `authenticate` is false.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<String>,
    /// Whether the run's token goes with it.
    pub authenticate: bool,
    /// The further account that sends it; none is the one of the run.
    pub account: Option<Standing>,
    /// In which shape the token goes.
    pub token_use: TokenUse,
    /// What to do with a redirect.
    pub redirects: RedirectPolicy,
}

/// A text as it stands in a path or as a value of a query: all but letters, digits, `*`, `-`, `.`
/// and `_` percent-encoded, a space as `%20`, which is a space in both (RFC 3986 2.1).
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// In which shape the run's token goes with a request: as it is, or wrong in one way, to see that
/// the server refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenUse {
    /// `Bearer` and the token.
    #[default]
    AsIs,
    /// One character of its last part is another one.
    Changed,
    /// A JSON Web Token that says it is not signed, with the content of the token (RFC 7519 6).
    Unsigned,
    /// The token under another scheme than `Bearer`.
    OtherScheme,
}

/// What to do with a 3xx answer that has a `Location`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectPolicy {
    /// GET and HEAD go on within the same origin, a few times; every other method gets the
    /// redirect as its response, because repeating it elsewhere could do something else.
    Follow,
    /// The redirect is the response.
    Report,
}

impl RequestSpec {
    /// A request with the run's token and without headers or body.
    #[must_use]
    pub fn new(id: impl Into<String>, method: Method, url: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            method,
            url: url.into(),
            headers: Vec::new(),
            body: None,
            authenticate: true,
            account: None,
            token_use: TokenUse::AsIs,
            redirects: RedirectPolicy::Follow,
        }
    }

    /// A GET with the run's token.
    #[must_use]
    pub fn get(id: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(id, Method::Get, url)
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with a body of this media type.
    #[must_use]
    pub fn body(self, media_type: impl Into<String>, body: impl Into<String>) -> Self {
        let mut with_type = self.header("content-type", media_type);
        with_type.body = Some(body.into());
        with_type
    }

    /// The same without the run's token.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.authenticate = false;
        self
    }

    /// The same, sent by a further account.
    #[must_use]
    pub fn sent_by(mut self, account: Option<Standing>) -> Self {
        self.account = account;
        self
    }

    /// The same with the token in another shape.
    #[must_use]
    pub fn token_as(mut self, token_use: TokenUse) -> Self {
        self.token_use = token_use;
        self
    }

    /// The same, with a redirect as its response.
    #[must_use]
    pub fn without_redirects(mut self) -> Self {
        self.redirects = RedirectPolicy::Report;
        self
    }
}

impl TokenUse {
    /// The value of the `Authorization` header for a token of that scheme.
    pub(super) fn authorization(self, scheme: &str, token: &str) -> String {
        match self {
            Self::AsIs => format!("{scheme} {token}"),
            Self::OtherScheme if scheme == "Basic" => format!("Bearer {token}"),
            Self::OtherScheme => format!("Basic {token}"),
            Self::Changed => format!("{scheme} {}", changed(token)),
            Self::Unsigned => format!("{scheme} {}", unsigned(token)),
        }
    }
}

/// The token with another character in the middle of its last part, where each bit counts.
fn changed(token: &str) -> String {
    let last = token.rfind('.').map_or(0, |dot| dot + 1);
    let at = last + (token.len() - last) / 2;
    token
        .char_indices()
        .map(|(index, character)| match (index == at, character) {
            (true, 'A') => 'B',
            (true, _) => 'A',
            (false, character) => character,
        })
        .collect()
}

/// `{"alg":"none"}`, the content of the token, and no signature.
fn unsigned(token: &str) -> String {
    let content = token.split('.').nth(1).unwrap_or(token);
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{content}.")
}

#[cfg(test)]
mod tests {
    use super::TokenUse;

    #[test]
    fn each_use_changes_the_token_in_its_one_way() {
        let token = "aaa.bbb.cAcdd";
        let shape = |token_use: TokenUse| token_use.authorization("Bearer", token);
        assert_eq!(shape(TokenUse::AsIs), "Bearer aaa.bbb.cAcdd");
        assert_eq!(shape(TokenUse::OtherScheme), "Basic aaa.bbb.cAcdd");
        assert_eq!(shape(TokenUse::Changed), "Bearer aaa.bbb.cAAdd");
        assert!(shape(TokenUse::Unsigned).ends_with(".bbb."));
        assert_eq!(TokenUse::Changed.authorization("Bearer", "A"), "Bearer B");
    }
}
