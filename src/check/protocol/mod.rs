//! Rules of HTTP and of R4's RESTful API, held against the answers that a probe got. Nothing here
//! sends; each function looks at answers and notes what it finds.

pub mod content;
pub mod graph;
pub mod guard;
pub mod headers;
pub mod history;
pub mod internals;
pub mod refusal;
pub mod rights;

use super::{Check, Judgement, catalog};
use crate::finding::Rule;
use crate::http::{Exchange, Response};
use crate::result::Subject;

/// The checks of one probe: declared at the start, so that one which saw nothing is listed as
/// skipped with its reason.
pub struct Checks {
    subject: Subject,
    judgements: Vec<(&'static str, Judgement)>,
}

impl Checks {
    /// Starts these checks.
    #[must_use]
    pub fn new(subject: &Subject, checks: &[&'static Check]) -> Self {
        let mut started = Self {
            subject: subject.clone(),
            judgements: Vec::new(),
        };
        for check in checks {
            started.of(check);
        }
        started
    }

    /// The check; one that was not declared is added.
    pub fn of(&mut self, check: &'static Check) -> &mut Judgement {
        let index = match self.judgements.iter().position(|(id, _)| *id == check.id) {
            Some(index) => index,
            None => {
                let of_every_body = check.id == catalog::UTF_8.id;
                let subject = if of_every_body || refusal::is_of_every_refusal(check) {
                    &Subject::default()
                } else {
                    &self.subject
                };
                self.judgements
                    .push((check.id, Judgement::new(check, subject)));
                self.judgements.len() - 1
            }
        };
        &mut self.judgements[index].1
    }

    /// The response of an exchange that a check looks at. Where none came the check says so.
    pub fn saw<'e>(
        &mut self,
        check: &'static Check,
        exchange: &'e Exchange,
    ) -> Option<&'e Response> {
        super::exchange::response(self.of(check), exchange)
    }

    /// Looks at an answer: `found` says what breaks the rule, or nothing.
    pub fn hold(
        &mut self,
        check: &'static Check,
        exchange: &Exchange,
        rule: Rule,
        expected: &str,
        found: impl FnOnce(&Response) -> Option<String>,
    ) {
        if let Some(response) = self.saw(check, exchange)
            && let Some(actual) = found(response)
        {
            self.of(check)
                .broken_by(&exchange.id, rule, place(rule), expected, &actual);
        }
    }

    /// Holds the status to one of several.
    pub fn status(
        &mut self,
        check: &'static Check,
        exchange: &Exchange,
        statuses: &[u16],
        expected: &str,
    ) -> bool {
        let fits = exchange
            .status()
            .is_some_and(|status| statuses.contains(&status));
        self.hold(check, exchange, Rule::Status, expected, |response| {
            (!fits).then(|| super::exchange::describe_status(response))
        });
        fits
    }

    /// Why the checks are left out that see nothing.
    pub fn unseen(&mut self, reason: &str) {
        for (_, judgement) in &mut self.judgements {
            judgement.unseen(reason);
        }
    }

    /// As [`Self::unseen`], for checks that apply only where the server gives an occasion.
    pub fn only_where(&mut self, checks: &[&'static Check], missing: &str) {
        for check in checks {
            self.of(check).only_where(missing);
        }
    }

    /// As [`Judgement::binds_only_where`].
    pub fn bind_only_where(&mut self, checks: &[&'static Check], missing: &str) {
        for check in checks {
            self.of(check).binds_only_where(missing);
        }
    }

    /// Leaves all checks out, unless they find something.
    pub fn skip(&mut self, reason: &str) {
        for (_, judgement) in &mut self.judgements {
            judgement.skip(reason);
        }
    }

    /// Whether a finding was made in that exchange.
    #[must_use]
    pub fn cites(&self, exchange: &str) -> bool {
        self.judgements
            .iter()
            .any(|(_, judgement)| judgement.cites(exchange))
    }

    /// The checks as they are.
    #[must_use]
    pub fn finish(self) -> Vec<Judgement> {
        self.judgements
            .into_iter()
            .map(|(_, judgement)| judgement)
            .collect()
    }
}

/// Where in an exchange a rule looks.
const fn place(rule: Rule) -> &'static str {
    match rule {
        Rule::Header => "http.header",
        Rule::MediaType => "http.content-type",
        Rule::ErrorBody => "http.body",
        Rule::Status => "http.status",
        _ => "http",
    }
}

/// A response that a request was carried out with.
#[must_use]
pub const fn is_success(status: u16) -> bool {
    matches!(status, 200..=299)
}
