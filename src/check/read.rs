//! Judging a read.

use super::exchange::{error_body, no_server_error, response, status};
use super::validity::Validity;
use super::{Judgement, catalog};
use crate::finding::Rule;
use crate::http::Exchange;
use crate::json::Document;
use crate::result::Subject;
use crate::validator::Validator;

/// The checks of one or more reads.
pub struct ReadJudge<'v> {
    status: Judgement,
    id: Judgement,
    error_body: Judgement,
    no_server_error: Judgement,
    validity: Validity<'v>,
}

impl<'v> ReadJudge<'v> {
    /// Starts the checks.
    #[must_use]
    pub fn new(validator: &'v Validator, subject: &Subject) -> Self {
        let judge = |check| Judgement::new(check, subject);
        Self {
            status: judge(&catalog::READ_STATUS),
            id: judge(&catalog::READ_ID),
            error_body: judge(&catalog::ERROR_BODY),
            no_server_error: judge(&catalog::NO_SERVER_ERROR),
            validity: Validity::new(validator, subject),
        }
    }

    /// Lets the status show a requirement of a scenario file, with its level.
    #[must_use]
    pub fn shows(mut self, requirement: &str) -> Self {
        self.status = self.status.of_requirement(requirement);
        self
    }

    /// Judges a read of that type and id; hands the resource to `see` if there is one.
    pub fn read(
        &mut self,
        exchange: &Exchange,
        resource_type: &str,
        id: &str,
        see: impl FnOnce(&Document<'_>),
    ) -> bool {
        no_server_error(&mut self.no_server_error, exchange);
        error_body(&mut self.error_body, exchange);
        if !status(&mut self.status, exchange, 200) {
            return false;
        }
        let Some(response) = exchange.response() else {
            return false;
        };
        self.id.saw_exchange();
        let expected = format!("the {resource_type} with the id `{id}`");
        let document = match crate::json::read(&response.body) {
            Ok(document) => document,
            Err(error) => {
                self.id.broken_by(
                    &exchange.id,
                    Rule::JsonSyntax,
                    "http.body",
                    &expected,
                    &format!("a body that is no JSON ({error})"),
                );
                return false;
            }
        };
        let found_type = document.root.str("resourceType");
        if found_type != Some(resource_type) {
            let found = found_type.map_or_else(
                || "JSON without a `resourceType`".to_owned(),
                |found| format!("a {found}"),
            );
            self.id.broken_by(
                &exchange.id,
                Rule::ResourceType,
                "Resource",
                &expected,
                &found,
            );
            return false;
        }
        if document.root.str("id") != Some(id) {
            let found = document
                .root
                .str("id")
                .map_or_else(|| "no id".to_owned(), |found| format!("the id `{found}`"));
            self.id.broken_by(
                &exchange.id,
                Rule::Status,
                &format!("{resource_type}.id"),
                &expected,
                &found,
            );
            self.id
                .hint("a read answers the resource whose id stands in the address");
        }
        self.validity.judge(&exchange.id, &document, &document.root);
        see(&document);
        true
    }

    /// Whether a finding that is kept was made in that exchange.
    #[must_use]
    pub fn cites(&self, exchange: &str) -> bool {
        [
            &self.status,
            &self.id,
            &self.error_body,
            &self.no_server_error,
        ]
        .iter()
        .any(|judgement| judgement.cites(exchange))
            || self.validity.cites(exchange)
    }

    /// Says why nothing was read.
    pub fn skip(&mut self, reason: &str) {
        for judgement in [
            &mut self.status,
            &mut self.id,
            &mut self.error_body,
            &mut self.no_server_error,
        ] {
            judgement.skip(reason);
        }
        self.validity.unseen(reason);
    }

    /// The checks, and which profiles were chosen and why.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Judgement>, Vec<String>) {
        self.error_body.only_where("no read failed");
        self.id.unseen("no read gave a resource");
        self.validity.unseen("no read gave a resource");
        let (validity, notes) = self.validity.finish();
        let mut judgements = vec![self.status, self.id, self.error_body, self.no_server_error];
        judgements.extend(validity);
        (judgements, notes)
    }
}

/// Judges a read of an id that nobody has.
#[must_use]
pub fn unknown(exchange: &Exchange, subject: &Subject) -> Vec<Judgement> {
    let mut found = Judgement::new(&catalog::READ_UNKNOWN, subject);
    let mut body = Judgement::new(&catalog::ERROR_BODY, subject);
    body.only_where("the read did not fail");
    let mut server_error = Judgement::new(&catalog::NO_SERVER_ERROR, subject);
    no_server_error(&mut server_error, exchange);
    error_body(&mut body, exchange);
    if let Some(response) = response(&mut found, exchange)
        && response.status != 404
    {
        let actual = super::exchange::describe_status(response);
        found.broken_by(
            &exchange.id,
            Rule::Status,
            "http.status",
            "status 404",
            &actual,
        );
        found.hint("answer 404 with an OperationOutcome for an id that does not exist");
    }
    vec![found, body, server_error]
}
