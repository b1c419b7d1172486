//! A recording in the target's place: every request is answered with the exchange of that id, and
//! nothing is sent.

use std::collections::HashMap;

use super::{Exchange, FailureKind, LoginOutcome, Outcome, Request, RequestSpec, TransportFailure};

/// The exchanges of a recording, by id.
#[derive(Debug, Clone, Default)]
pub struct Playback {
    exchanges: HashMap<String, Exchange>,
}

impl Playback {
    /// Answers with these exchanges. Of several of one id the last counts: a resumed run sent it
    /// again.
    #[must_use]
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        Self {
            exchanges: exchanges
                .into_iter()
                .map(|exchange| (exchange.id.clone(), exchange))
                .collect(),
        }
    }

    /// The exchange of that request. One that was not recorded, or was another request, is a
    /// failure that says so: the checks have changed since.
    pub(super) fn answer(&self, spec: &RequestSpec) -> Exchange {
        match self.exchanges.get(&spec.id) {
            Some(exchange) if exchange.request.method == spec.method => exchange.clone(),
            Some(exchange) => missing(
                spec,
                format!(
                    "expected {} in the recording, found {} {}: the checks ask for something else \
                     now; record the server again",
                    spec.method, exchange.request.method, exchange.request.url
                ),
            ),
            None => missing(
                spec,
                "expected this request in the recording, found none: the checks ask for more now; \
                 record the server again"
                    .to_owned(),
            ),
        }
    }

    /// The exchange of the login of that id and what it meant.
    pub(super) fn login(&self, id: &str) -> Option<(Exchange, LoginOutcome)> {
        let exchange = self.exchanges.get(id)?.clone();
        let outcome = match &exchange.outcome {
            Outcome::Response(response) if matches!(response.status, 200 | 201) => {
                LoginOutcome::Granted
            }
            Outcome::Response(response) => LoginOutcome::Refused(format!(
                "the server refused the login with status {}",
                response.status
            )),
            Outcome::Failure(failure) => LoginOutcome::Failed(failure.message.clone()),
        };
        Some((exchange, outcome))
    }
}

fn missing(spec: &RequestSpec, message: String) -> Exchange {
    Exchange {
        id: spec.id.clone(),
        request: Request {
            method: spec.method,
            url: spec.url.clone(),
            headers: spec.headers.clone(),
            body: spec.body.clone(),
        },
        redirects: Vec::new(),
        outcome: Outcome::Failure(TransportFailure {
            failure: FailureKind::NotRecorded,
            message,
        }),
        elapsed_ms: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Method, Response};

    fn recorded(id: &str, status: u16) -> Exchange {
        Exchange {
            id: id.to_owned(),
            request: Request {
                method: Method::Get,
                url: "http://h/Patient".to_owned(),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: String::new(),
                body_fault: None,
            }),
            elapsed_ms: 3,
        }
    }

    #[test]
    fn a_request_is_answered_with_what_was_recorded_under_its_id() {
        let playback = Playback::new([recorded("a/b#1", 200)]);
        let exchange = playback.answer(&RequestSpec::get("a/b#1", "Patient"));
        assert_eq!(exchange, recorded("a/b#1", 200));
    }

    #[test]
    fn what_was_not_recorded_is_a_failure_that_says_so() {
        let playback = Playback::new([recorded("a/b#1", 200)]);
        for spec in [
            RequestSpec::get("a/b#2", "Patient"),
            RequestSpec::new("a/b#1", Method::Post, "Patient"),
        ] {
            let Outcome::Failure(failure) = playback.answer(&spec).outcome else {
                panic!("{spec:?} was answered");
            };
            assert_eq!(failure.failure, FailureKind::NotRecorded);
            assert!(failure.message.contains("record the server again"));
        }
    }

    #[test]
    fn a_login_is_what_its_status_says() {
        let playback = Playback::new([recorded("login#1", 200), recorded("login#2", 401)]);
        let outcome = |id| playback.login(id).map(|(_, outcome)| outcome);
        assert_eq!(outcome("login#1"), Some(LoginOutcome::Granted));
        assert!(matches!(outcome("login#2"), Some(LoginOutcome::Refused(_))));
        assert_eq!(outcome("login#3"), None);
    }
}
