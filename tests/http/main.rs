//! The client against servers that behave, misbehave and attack: each behaviour has its own small
//! server on loopback, and the client must always end, in time, with words for a tester.

mod failures;
mod login;
mod redirects;
mod secrets;
mod servers;
mod tls;

use std::time::Duration;

use openimis_conformance::http::{
    Client, ClientOptions, Exchange, FailureKind, Outcome, RequestSpec, Response, TransportFailure,
};
use url::Url;

/// Short limits, so that a test of a limit is short too.
pub(crate) fn options(base: &str) -> ClientOptions {
    let mut options = ClientOptions::new(Url::parse(base).expect("an address"));
    options.timeout = Duration::from_millis(700);
    options.connect_timeout = Duration::from_millis(400);
    options.max_body = 100_000;
    options
}

pub(crate) fn client(base: &str) -> Client {
    Client::new(options(base)).expect("a client")
}

pub(crate) async fn get(base: &str) -> Exchange {
    client(base)
        .send(RequestSpec::get("t/get#1", "Patient/"))
        .await
}

#[track_caller]
pub(crate) fn failed(exchange: &Exchange, kind: FailureKind) -> &TransportFailure {
    match &exchange.outcome {
        Outcome::Failure(failure) => {
            assert_eq!(failure.failure, kind, "{failure:?}");
            failure
        }
        Outcome::Response(response) => panic!("expected {kind}, found {response:?}"),
    }
}

#[track_caller]
pub(crate) fn answered(exchange: &Exchange, status: u16) -> &Response {
    match &exchange.outcome {
        Outcome::Response(response) => {
            assert_eq!(response.status, status, "{response:?}");
            response
        }
        Outcome::Failure(failure) => panic!("expected status {status}, found {failure:?}"),
    }
}

#[track_caller]
pub(crate) fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}
