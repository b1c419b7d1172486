//! Judging one answer by its status and headers.

use super::Judgement;
use crate::finding::{Finding, Rule, Severity};
use crate::http::{BodyFault, BodyFaultKind, Exchange, Outcome, Response};

/// The response, if its body is what was announced. Where none came, or not all of it, the check
/// cannot be evaluated and says so; a body in another encoding than announced is a finding.
///
/// A body that is not UTF-8 is a finding of `utf-8` alone ([`utf_8`]): here it is read with what
/// cannot be read replaced, and where that leaves no JSON the check is left out.
pub fn response<'e>(judgement: &mut Judgement, exchange: &'e Exchange) -> Option<&'e Response> {
    match &exchange.outcome {
        Outcome::Response(response) => match &response.body_fault {
            None => {
                judgement.saw_exchange();
                Some(response)
            }
            Some(_) if !is_utf_8(exchange) => {
                if crate::json::read(&response.body).is_err() {
                    judgement.skip("the body is not UTF-8, and cannot be read");
                    return None;
                }
                judgement.saw_exchange();
                Some(response)
            }
            Some(fault) => {
                judge_fault(judgement, &exchange.id, fault);
                None
            }
        },
        Outcome::Failure(failure) => {
            judgement.error(format!("{}: {}", failure.failure, failure.message));
            None
        }
    }
}

/// What the network may have done cannot be judged; what only the server can have done is.
fn judge_fault(judgement: &mut Judgement, exchange: &str, fault: &BodyFault) {
    let rule = match fault.kind {
        BodyFaultKind::TooLarge | BodyFaultKind::Truncated | BodyFaultKind::Stalled => {
            judgement.error(format!("{}: {}", fault.kind, fault.message));
            return;
        }
        BodyFaultKind::Encoding => Rule::Header,
        BodyFaultKind::NotUtf8 => Rule::JsonSyntax,
    };
    judgement.saw_exchange();
    let finding = Finding::new(Severity::Error, rule, "http.body", &fault.message);
    judgement.find(exchange, None, finding);
}

/// Whether the body is UTF-8, or there is none.
#[must_use]
pub fn is_utf_8(exchange: &Exchange) -> bool {
    let fault = exchange
        .response()
        .and_then(|response| response.body_fault.as_ref());
    fault.is_none_or(|fault| fault.kind != BodyFaultKind::NotUtf8)
}

/// A body is UTF-8, the only encoding of FHIR (R4 3.1.0.1).
pub fn utf_8(judgement: &mut Judgement, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    match &response.body_fault {
        Some(fault) if !is_utf_8(exchange) => judge_fault(judgement, &exchange.id, fault),
        _ => judgement.saw_exchange(),
    }
}

/// Holds the status to one that is expected; true where it is.
pub fn status(judgement: &mut Judgement, exchange: &Exchange, expected: u16) -> bool {
    let Some(response) = response(judgement, exchange) else {
        return false;
    };
    if response.status == expected {
        return true;
    }
    judgement.broken_by(
        &exchange.id,
        Rule::Status,
        "http.status",
        &format!("status {expected}"),
        &describe_status(response),
    );
    false
}

/// A failure (4xx, 5xx) carries an OperationOutcome with an issue.
pub fn error_body(judgement: &mut Judgement, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    if response.status < 400 {
        return;
    }
    judgement.saw_exchange();
    let found = match crate::json::read(&response.body) {
        Err(_) if response.body.trim().is_empty() => "an empty body".to_owned(),
        Err(_) => format!(
            "a body that is no JSON ({})",
            response
                .media_type()
                .unwrap_or_else(|| "without a media type".to_owned())
        ),
        Ok(document) => match document.root.str("resourceType") {
            Some("OperationOutcome")
                if document
                    .root
                    .get("issue")
                    .is_some_and(|issue| !issue.entries().is_empty()) =>
            {
                return;
            }
            Some("OperationOutcome") => "an OperationOutcome without an issue".to_owned(),
            Some(other) => format!("a {other}"),
            None => "JSON without a `resourceType`".to_owned(),
        },
    };
    judgement.broken_by(
        &exchange.id,
        Rule::ErrorBody,
        "http.body",
        "an OperationOutcome that says what went wrong",
        &format!("status {} with {found}", response.status),
    );
}

/// A well-formed request is not answered by a server error.
pub fn no_server_error(judgement: &mut Judgement, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    judgement.saw_exchange();
    if response.status >= 500 {
        judgement.broken_by(
            &exchange.id,
            Rule::Status,
            "http.status",
            "a status below 500",
            &describe_status(response),
        );
        judgement.hint("look at the server's log at this time; a request that cannot be served is refused with 4xx");
    }
}

/// The status, and what an OperationOutcome says of it.
#[must_use]
pub fn describe_status(response: &Response) -> String {
    match outcome_text(response) {
        Some(text) => format!("status {} ({text})", response.status),
        None => format!("status {}", response.status),
    }
}

/// The text of the first issue of an OperationOutcome.
#[must_use]
pub fn outcome_text(response: &Response) -> Option<String> {
    let document = crate::json::read(&response.body).ok()?;
    if document.root.str("resourceType") != Some("OperationOutcome") {
        return None;
    }
    let issue = document.root.get("issue")?.entries().first()?;
    let text = issue
        .get("details")
        .and_then(|details| details.str("text"))
        .or_else(|| issue.str("diagnostics"))?;
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Some(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::catalog;
    use crate::http::{Method, Request};
    use crate::result::{Subject, Verdict};

    fn answered(body: &str, fault: Option<BodyFaultKind>) -> Exchange {
        Exchange {
            id: "t/s#1".to_owned(),
            request: Request {
                method: Method::Get,
                url: "http://h/Patient/1".to_owned(),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: body.to_owned(),
                body_fault: fault.map(|kind| BodyFault {
                    kind,
                    message: "found otherwise".to_owned(),
                }),
            }),
            elapsed_ms: 1,
        }
    }

    /// What a check of the status and what `utf-8` make of an answer.
    fn verdicts(body: &str, fault: Option<BodyFaultKind>) -> [Verdict; 2] {
        let exchange = answered(body, fault);
        let mut other = Judgement::new(&catalog::READ_STATUS, &Subject::default());
        status(&mut other, &exchange, 200);
        let mut own = Judgement::new(&catalog::UTF_8, &Subject::default());
        utf_8(&mut own, &exchange);
        [other, own].map(|judgement| judgement.finish().verdict)
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_one_finding() {
        use Verdict::{Fail, Pass, Skip};
        let not_utf_8 = Some(BodyFaultKind::NotUtf8);
        assert_eq!(verdicts(r#"{"a":"é"}"#, None), [Pass, Pass]);
        assert_eq!(verdicts("{\"a\":\"\u{fffd}\"}", not_utf_8), [Pass, Fail]);
        assert_eq!(verdicts("\u{fffd}{\0", not_utf_8), [Skip, Fail]);
        assert_eq!(verdicts("{}", Some(BodyFaultKind::Encoding)), [Fail, Pass]);
    }
}
