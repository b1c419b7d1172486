//! Nobody is recognisable in what is written, and the checks cannot tell the difference.

mod everywhere;
mod run;
mod shape;
mod verdicts;

use jiff::civil::date;
use openimis_conformance::http::{Exchange, Method, Outcome, Request, Response};
use openimis_conformance::package::Definitions;
use openimis_conformance::redaction::{Key, Redactor};

pub(crate) fn redactor() -> Redactor {
    Redactor::new(&key(), Definitions::embedded())
}

pub(crate) fn key() -> Key {
    Key::new([9; 32], date(2026, 6, 15))
}

/// A GET of that address, answered with that body.
pub(crate) fn exchange(url: &str, content_type: &str, body: &str) -> Exchange {
    Exchange {
        id: "t/step#1".to_owned(),
        request: Request {
            method: Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
        },
        redirects: Vec::new(),
        outcome: Outcome::Response(Response {
            status: 200,
            version: "HTTP/1.1".to_owned(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.to_owned(),
            body_fault: None,
        }),
        elapsed_ms: 1,
    }
}

/// The body of the answer after redaction.
pub(crate) fn redacted_body(redactor: &Redactor, body: &str) -> String {
    let exchange = exchange("http://h/fhir/X/", "application/fhir+json", body);
    let redacted = redactor.redact_exchange(&exchange);
    redacted.response().expect("a response").body.clone()
}
