//! Judging a negative twin: one thing is wrong, so it must be refused, for that reason, and nothing
//! of it may stay.

use super::exchange::{describe_status, error_body, no_server_error, response};
use super::{Judgement, catalog};
use crate::finding::{Finding, Rule, Severity};
use crate::http::Exchange;
use crate::json::Node;
use crate::result::Subject;
use crate::suite::Twin;

/// The checks of one twin.
pub struct TwinJudge<'t> {
    twin: &'t Twin,
    refused: Judgement,
    reason: Judgement,
    nothing_left: Judgement,
    error_body: Judgement,
    no_server_error: Judgement,
    is_taken: bool,
}

impl<'t> TwinJudge<'t> {
    /// Starts the checks.
    #[must_use]
    pub fn new(twin: &'t Twin, subject: &Subject) -> Self {
        let judge = |check| Judgement::new(check, subject);
        Self {
            twin,
            refused: judge(&catalog::TWIN_REFUSED).of_requirement(&twin.requirement),
            reason: judge(&catalog::TWIN_REASON),
            nothing_left: judge(&catalog::TWIN_NOTHING_LEFT),
            error_body: judge(&catalog::ERROR_BODY),
            no_server_error: judge(&catalog::NO_SERVER_ERROR),
            is_taken: false,
        }
    }

    /// Whether the twin was taken.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// What it judges.
    #[must_use]
    pub fn twin(&self) -> &'t Twin {
        self.twin
    }

    /// The twin.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.twin.id
    }

    /// Says why the twin was not sent.
    pub fn skip(&mut self, reason: &str) {
        for judgement in self.all_mut() {
            judgement.skip(reason);
        }
    }

    /// Says why the twin cannot be judged.
    pub fn error(&mut self, reason: &str) {
        self.refused.error(reason);
        self.skip(reason);
    }

    fn all_mut(&mut self) -> [&mut Judgement; 5] {
        [
            &mut self.refused,
            &mut self.reason,
            &mut self.nothing_left,
            &mut self.error_body,
            &mut self.no_server_error,
        ]
    }

    /// Judges the answer; true where the twin was refused.
    pub fn answer(&mut self, exchange: &Exchange) -> bool {
        no_server_error(&mut self.no_server_error, exchange);
        error_body(&mut self.error_body, exchange);
        let Some(answer) = response(&mut self.refused, exchange) else {
            return false;
        };
        let status = answer.status;
        let expected = format!("a refusal: {}", self.twin.says);
        if status < 400 {
            self.is_taken = true;
            let hint = "it differs from a body that was taken in this one thing, and was taken too";
            self.refused.find(
                &exchange.id,
                None,
                self.finding(Severity::Error, &expected, &describe_status(answer), hint),
            );
            return false;
        }
        if status >= 500 {
            let hint =
                "whether it was refused for the right reason cannot be told from a server error";
            self.refused.find(
                &exchange.id,
                None,
                self.finding(Severity::Warning, &expected, &describe_status(answer), hint),
            );
            return true;
        }
        self.judge_reason(exchange);
        true
    }

    fn finding(&self, severity: Severity, expected: &str, actual: &str, hint: &str) -> Finding {
        let message = format!("expected {expected}, found {actual}");
        let mut finding = Finding::new(severity, Rule::Twin, "http.status", message);
        finding.constraint = Some(self.twin.id.clone());
        finding.expected = Some(expected.to_owned());
        finding.actual = Some(actual.to_owned());
        finding.hint = Some(hint.to_owned());
        finding
    }

    fn judge_reason(&mut self, exchange: &Exchange) {
        let Some(answer) = exchange.response() else {
            return;
        };
        self.reason.saw_exchange();
        let mut wrong = Vec::new();
        if !self.twin.status.contains(&answer.status) {
            let statuses: Vec<String> = self.twin.status.iter().map(u16::to_string).collect();
            wrong.push((
                format!("status {}", statuses.join(" or ")),
                describe_status(answer),
            ));
        }
        let outcome = crate::json::read(&answer.body).ok();
        let issues = outcome
            .as_ref()
            .filter(|it| it.root.str("resourceType") == Some("OperationOutcome"))
            .and_then(|it| it.root.get("issue"))
            .map(Node::entries)
            .unwrap_or_default();
        // Without an issue there is nothing to compare; that is the finding of `error-body`.
        if !issues.is_empty() {
            wrong.extend(self.wrong_code(issues));
            wrong.extend(self.wrong_element(issues));
        }
        for (expected, actual) in wrong {
            let hint = "a client shows its user what to mend by the status, the code and the expression of the issue";
            let expected = format!("{expected} ({})", self.twin.says);
            let finding = self.finding(Severity::Error, &expected, &actual, hint);
            self.reason.find(&exchange.id, None, finding);
        }
    }

    fn wrong_code(&self, issues: &[Node<'_>]) -> Option<(String, String)> {
        let codes: Vec<&str> = issues.iter().filter_map(|it| it.str("code")).collect();
        let fits = codes
            .iter()
            .any(|code| self.twin.issue.iter().any(|it| it == code));
        (!self.twin.issue.is_empty() && !fits).then(|| {
            (
                format!("an issue with the code {}", self.twin.issue.join(" or ")),
                format!("the code {}", codes.join(", ")),
            )
        })
    }

    fn wrong_element(&self, issues: &[Node<'_>]) -> Option<(String, String)> {
        let wanted = self.twin.element.as_deref()?;
        let named = |text: &str| text.to_lowercase().contains(&wanted.to_lowercase());
        let fits = issues.iter().any(|issue| {
            let lists = ["expression", "location"]
                .into_iter()
                .filter_map(|name| issue.get(name));
            let mut places = lists.flat_map(Node::entries).filter_map(Node::as_str);
            places.any(named)
                || issue.str("diagnostics").is_some_and(named)
                || issue
                    .get("details")
                    .and_then(|details| details.str("text"))
                    .is_some_and(named)
        });
        (!fits).then(|| {
            (
                format!("an issue that names `{wanted}`"),
                "none that does".to_owned(),
            )
        })
    }

    /// Judges a search for what must not be there.
    pub fn trace(&mut self, exchange: &Exchange, left: &[String]) {
        let Some(answer) = exchange.response() else {
            return;
        };
        if answer.status != 200 {
            self.nothing_left
                .unseen("the search for what may be left failed");
            return;
        }
        self.nothing_left.saw_exchange();
        if let Some(first) = left.first() {
            let expected = format!("nothing of what was refused ({})", self.twin.says);
            let hint = "a refusal leaves nothing: write in one transaction";
            let mut finding = self.finding(Severity::Error, &expected, first, hint);
            finding.expression = "Bundle.entry".to_owned();
            self.nothing_left.find(&exchange.id, Some(first), finding);
        }
    }

    /// Says why nothing could be looked for.
    pub fn no_trace(&mut self, reason: &str) {
        self.nothing_left.unseen(reason);
    }

    /// Whether a finding that is kept was made in that exchange.
    #[must_use]
    pub fn cites(&self, exchange: &str) -> bool {
        [
            &self.refused,
            &self.reason,
            &self.nothing_left,
            &self.error_body,
            &self.no_server_error,
        ]
        .iter()
        .any(|judgement| judgement.cites(exchange))
    }

    /// The checks.
    #[must_use]
    pub fn finish(mut self) -> Vec<Judgement> {
        self.error_body.only_where("the twin was not refused");
        self.reason.only_where("the twin was not refused with 4xx");
        self.nothing_left.only_where("the twin was not refused");
        vec![
            self.refused,
            self.reason,
            self.nothing_left,
            self.error_body,
            self.no_server_error,
        ]
    }
}
