//! Talking to the server under test: the client, what was said, and what may not be said.

mod exchange;

pub use exchange::{Exchange, FailureKind, Method, Outcome, Request, Response, TransportFailure};
