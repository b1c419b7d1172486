//! One request and one response, apart from the HTTP library: what the faults read and change.

use axum::body::{Body as HttpBody, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use url::form_urlencoded;

use super::tree::Tree;

/// A request, taken apart.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The decoded path below the FHIR base, without a trailing slash.
    pub(super) path: Vec<String>,
    /// Whether the path ended with a slash.
    pub(super) trailing_slash: bool,
    /// The decoded query, in order.
    pub(super) query: Vec<(String, String)>,
    /// The query as it was sent. Only faults read it.
    pub(super) encoded_query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The FHIR base as the client addresses it, with a trailing slash.
    pub(super) base: String,
    /// Whether the request passes without a valid token. Only a fault ever says so.
    pub(super) is_admitted: bool,
}

impl Request {
    /// Takes a request apart; `None` if its path is not below the FHIR base.
    pub(super) fn new(
        method: Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Bytes,
        base: String,
    ) -> Option<Self> {
        let below = uri.path().strip_prefix(super::server::BASE_PATH)?;
        let below = match below.strip_prefix('/') {
            Some(rest) => rest,
            None if below.is_empty() => "",
            None => return None,
        };
        let trailing_slash = below.is_empty() || below.ends_with('/');
        let path = below
            .trim_end_matches('/')
            .split('/')
            .filter(|_| !below.is_empty())
            .map(decode)
            .collect();
        Some(Self {
            method,
            path,
            trailing_slash,
            query: pairs(uri.query().unwrap_or_default().as_bytes()),
            encoded_query: uri.query().unwrap_or_default().to_owned(),
            headers,
            body,
            base,
            is_admitted: false,
        })
    }

    /// The text of a header, if it is there and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first query parameter of that name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a `Prefer` token such as `return` or `handling` (RFC 7240 section 2).
    pub(super) fn preference(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split([',', ';']))
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().trim_matches('"'))
    }

    /// Whether this only reads: a read method, or a search sent with POST.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
            || self.path.last().is_some_and(|last| last == "_search")
    }
}

/// The pairs of a query or of a form.
pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// A path segment without its percent encoding. A plus stays a plus: only forms use it for space.
fn decode(segment: &str) -> String {
    let escaped = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// What a response carries.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Empty,
    /// A resource.
    Fhir(Tree),
    /// JSON that is no resource: the answer of the login.
    Json(Tree),
    /// A page.
    Html(String),
    /// Bytes that only a fault sends.
    Raw(Vec<u8>),
    /// No answer: the connection ends. Only a fault does so.
    Cut,
}

/// A response, before it is written.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
}

impl Response {
    pub(super) fn new(status: StatusCode, body: Body) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self::new(status, Body::Empty)
    }

    pub(super) fn fhir(status: StatusCode, resource: Tree) -> Self {
        Self::new(status, Body::Fhir(resource))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.remove_header(name);
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(super) fn remove_header(&mut self, name: &str) {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// The resource, to change.
    pub(super) fn resource_mut(&mut self) -> Option<&mut Tree> {
        match &mut self.body {
            Body::Fhir(tree) => Some(tree),
            _ => None,
        }
    }

    /// The resource.
    pub(super) fn resource(&self) -> Option<&Tree> {
        match &self.body {
            Body::Fhir(tree) => Some(tree),
            _ => None,
        }
    }

    /// Writes it for the HTTP library. A header that HTTP cannot carry is left out.
    pub(super) fn into_http(self) -> axum::response::Response {
        let body = match self.body {
            Body::Empty => HttpBody::empty(),
            Body::Fhir(tree) | Body::Json(tree) => HttpBody::from(tree.to_json()),
            Body::Html(text) => HttpBody::from(text),
            Body::Raw(bytes) => HttpBody::from(bytes),
            Body::Cut => HttpBody::from_stream(futures::stream::once(async {
                Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
            })),
        };
        let mut response = axum::response::Response::new(body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name);
            let value = HeaderValue::try_from(value);
            if let (Ok(name), Ok(value)) = (name, value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
