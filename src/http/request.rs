//! What the caller wants to send.

use super::Method;

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
    /// What to do with a redirect.
    pub redirects: RedirectPolicy,
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

    /// The same, with a redirect as its response.
    #[must_use]
    pub fn without_redirects(mut self) -> Self {
        self.redirects = RedirectPolicy::Report;
        self
    }
}
