//! Judging a create: status, address, body, and what was kept of what was sent.

use std::collections::BTreeSet;

use super::compare::compare;
use super::exchange::{describe_status, error_body, no_server_error, response};
use super::round_trip::{is_kept_in_meaning, not_kept};
use super::validity::{Validity, label};
use super::{Judgement, catalog};
use crate::finding::Rule;
use crate::http::Exchange;
use crate::json::{Document, Node};
use crate::result::Subject;
use crate::validator::Validator;

/// The checks of one create.
pub struct CreateJudge<'v> {
    status: Judgement,
    location: Judgement,
    body: Judgement,
    kept: Judgement,
    error_body: Judgement,
    no_server_error: Judgement,
    validity: Validity<'v>,
    /// Elements that the answer showed to be changed or lost.
    pub reported: BTreeSet<String>,
}

impl<'v> CreateJudge<'v> {
    /// Starts the checks.
    #[must_use]
    pub fn new(validator: &'v Validator, subject: &Subject) -> Self {
        let judge = |check| Judgement::new(check, subject);
        Self {
            status: judge(&catalog::CREATE_STATUS),
            location: judge(&catalog::CREATE_LOCATION),
            body: judge(&catalog::CREATE_BODY),
            kept: judge(&catalog::KEPT),
            error_body: judge(&catalog::ERROR_BODY),
            no_server_error: judge(&catalog::NO_SERVER_ERROR),
            validity: Validity::new(validator, subject),
            reported: BTreeSet::new(),
        }
    }

    /// Lets what is kept show a requirement of a scenario file too.
    pub fn keeps(&mut self, requirement: &str) {
        self.kept.shows_too(requirement);
    }

    /// Says why nothing was created.
    pub fn skip(&mut self, reason: &str) {
        for judgement in [
            &mut self.status,
            &mut self.location,
            &mut self.body,
            &mut self.kept,
            &mut self.error_body,
            &mut self.no_server_error,
        ] {
            judgement.skip(reason);
        }
        self.validity.unseen(reason);
    }

    /// Judges the answer to a create of a type, which may be answered by a resource of another type
    /// where the guide asks for that; hands what came back to `see`.
    pub fn create(
        &mut self,
        exchange: &Exchange,
        (resource_type, answers): (&str, Option<&str>),
        sent: &Node<'_>,
        see: impl FnOnce(&Document<'_>),
    ) -> bool {
        no_server_error(&mut self.no_server_error, exchange);
        error_body(&mut self.error_body, exchange);
        let Some(answer) = response(&mut self.status, exchange) else {
            return false;
        };
        if answer.status != 201 {
            self.status.broken_by(
                &exchange.id,
                Rule::Status,
                "http.status",
                "status 201",
                &describe_status(answer),
            );
        }
        if !(200..300).contains(&answer.status) {
            return false;
        }
        self.judge_location(exchange, resource_type);
        let Ok(document) = crate::json::read(&answer.body) else {
            if !answer.body.trim().is_empty() {
                self.body.saw_exchange();
                self.body.broken_by(
                    &exchange.id,
                    Rule::JsonSyntax,
                    "http.body",
                    "the created resource, or no body",
                    "a body that is no JSON",
                );
            }
            return true;
        };
        self.body.saw_exchange();
        match document.root.str("resourceType") {
            Some("OperationOutcome") => return true,
            Some(found) if found == resource_type => {}
            // The guide's pages want the answer to a claim or a question here, not the resource.
            Some(found) if answers == Some(found) => {
                self.validity.judge(&exchange.id, &document, &document.root);
                self.kept
                    .skip(format!("the answer is a {found}, as the guide asks"));
                see(&document);
                return true;
            }
            found => {
                let found = found.map_or_else(
                    || "JSON without a `resourceType`".to_owned(),
                    |found| format!("a {found}"),
                );
                self.body.broken_by(
                    &exchange.id,
                    Rule::ResourceType,
                    "Resource",
                    &format!("the created {resource_type}"),
                    &found,
                );
                return true;
            }
        }
        self.validity.judge(&exchange.id, &document, &document.root);
        self.kept.saw_resource();
        for difference in compare(sent, &document.root, resource_type).differences {
            if !is_kept_in_meaning(&difference) {
                self.reported.insert(difference.element());
                let label = label(&document.root);
                self.kept
                    .find(&exchange.id, Some(&label), not_kept(&difference));
            }
        }
        see(&document);
        true
    }

    /// Says what form was taken after the guide's own was refused.
    pub fn refused_form(&mut self, hint: &str) {
        self.status.hint(hint);
    }

    fn judge_location(&mut self, exchange: &Exchange, resource_type: &str) {
        let Some(answer) = exchange.response() else {
            return;
        };
        self.location.saw_exchange();
        let found = match answer.header("location") {
            None => "no Location header".to_owned(),
            Some(location) if names(location, resource_type) => return,
            Some(location) => format!("`{location}`"),
        };
        let expected = format!(
            "a Location header that ends in `{resource_type}/[id]`, perhaps with `/_history/[vid]`"
        );
        self.location.broken_by(
            &exchange.id,
            Rule::Header,
            "http.location",
            &expected,
            &found,
        );
        self.location
            .hint("a client finds the new resource by the Location header");
    }

    /// The checks, and which profiles were chosen and why.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Judgement>, Vec<String>) {
        for judgement in [&mut self.location, &mut self.body, &mut self.kept] {
            judgement.unseen("nothing was created");
        }
        self.error_body.only_where("the create did not fail");
        self.validity.unseen("no created resource came back");
        let (validity, notes) = self.validity.finish();
        let mut judgements = vec![
            self.status,
            self.location,
            self.body,
            self.kept,
            self.error_body,
            self.no_server_error,
        ];
        judgements.extend(validity);
        (judgements, notes)
    }
}

/// Whether an address names a resource of that type: `…/Type/id` or `…/Type/id/_history/vid`.
fn names(location: &str, resource_type: &str) -> bool {
    created_id(location, resource_type).is_some()
}

/// The id in a Location header.
#[must_use]
pub fn created_id(location: &str, resource_type: &str) -> Option<String> {
    let path = location.split(['?', '#']).next()?.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().rposition(|part| *part == resource_type)?;
    let id = parts.get(at + 1).filter(|id| !id.is_empty())?;
    let rest = &parts[at + 2..];
    (rest.is_empty() || rest.len() == 2 && rest[0] == "_history").then(|| (*id).to_owned())
}

#[cfg(test)]
mod tests {
    use super::created_id;

    #[test]
    fn a_location_names_type_and_id_with_or_without_a_version() {
        let id = |location| created_id(location, "Patient");
        assert_eq!(
            id("http://h/fhir/Patient/7/_history/1").as_deref(),
            Some("7")
        );
        assert_eq!(id("Patient/7/").as_deref(), Some("7"));
        assert_eq!(id("http://h/fhir/Patient"), None);
        assert_eq!(id("http://h/fhir/Group/7"), None);
    }
}
