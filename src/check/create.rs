//! Judging a create: status, address, body, and what was kept of what was sent.

use super::exchange::{describe_status, error_body, no_server_error, response};
use super::validity::{Validity, label};
use super::{Judgement, catalog};
use crate::finding::{Finding, Rule, Severity};
use crate::http::Exchange;
use crate::json::{Document, Node, Value};
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
        }
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

    /// Judges the answer to a create; hands the created resource to `see` if it came back.
    pub fn create(
        &mut self,
        exchange: &Exchange,
        resource_type: &str,
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
        lost(
            sent,
            &document.root,
            &mut vec![resource_type.to_owned()],
            &mut |path, expected, actual| {
                let mut finding = Finding::new(
                    Severity::Warning,
                    Rule::RoundTrip,
                    path,
                    format!("expected what was sent ({expected}), found {actual}"),
                );
                finding.element = Some(without_indices(path));
                finding.expected = Some(expected.to_owned());
                finding.actual = Some(actual.to_owned());
                self.kept
                    .find(&exchange.id, Some(&label(&document.root)), finding);
            },
        );
        see(&document);
        true
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

/// Calls `report` with each leaf of `sent` that `got` lacks. Lists are compared without order;
/// `id` and `meta` of the resource are the server's.
fn lost(
    sent: &Node<'_>,
    got: &Node<'_>,
    path: &mut Vec<String>,
    report: &mut dyn FnMut(&str, &str, &str),
) {
    match (&sent.value, &got.value) {
        (Value::Object(members), Value::Object(_)) => {
            for member in members {
                if path.len() == 1 && matches!(member.name.as_ref(), "id" | "meta" | "text") {
                    continue;
                }
                path.push(format!(".{}", member.name));
                match got.get(&member.name) {
                    Some(value) => lost(&member.value, value, path, report),
                    None => report(&path.concat(), &short(&member.value), "nothing"),
                }
                path.pop();
            }
        }
        (Value::Array(entries), Value::Array(others)) => {
            for (index, entry) in entries.iter().enumerate() {
                path.push(format!("[{index}]"));
                match best_match(entry, others) {
                    Some(other) => lost(entry, other, path, report),
                    None => report(&path.concat(), &short(entry), "nothing like it"),
                }
                path.pop();
            }
        }
        _ if sent.value == got.value => {}
        _ => report(&path.concat(), &short(sent), &short(got)),
    }
}

/// The entry that loses the fewest leaves.
fn best_match<'n, 'a>(entry: &Node<'_>, others: &'n [Node<'a>]) -> Option<&'n Node<'a>> {
    others
        .iter()
        .map(|other| {
            let mut losses = 0;
            lost(
                entry,
                other,
                &mut vec![String::new(), String::new()],
                &mut |_, _, _| losses += 1,
            );
            (losses, other)
        })
        .min_by_key(|(losses, _)| *losses)
        .map(|(_, other)| other)
}

fn short(node: &Node<'_>) -> String {
    let text = node.to_json();
    if text.chars().count() <= 80 {
        return text;
    }
    format!("{}…", text.chars().take(79).collect::<String>())
}

fn without_indices(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in path.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{created_id, lost};
    use crate::json::read;

    fn losses(sent: &str, got: &str) -> Vec<String> {
        let sent = read(sent).expect("valid JSON");
        let got = read(got).expect("valid JSON");
        let mut found = Vec::new();
        lost(
            &sent.root,
            &got.root,
            &mut vec!["Patient".to_owned()],
            &mut |path, expected, actual| {
                found.push(format!("{path}: {expected} -> {actual}"));
            },
        );
        found
    }

    #[test]
    fn an_element_that_is_lost_or_changed_is_named_and_an_added_one_is_not() {
        let sent = r#"{"id":"a","gender":"female","name":[{"family":"Doe","given":["Jane"]}],"active":true}"#;
        let got = r#"{"id":"b","gender":"male","name":[{"use":"official","family":"Doe"}],"active":true,"x":1}"#;
        assert_eq!(
            losses(sent, got),
            [
                "Patient.gender: \"female\" -> \"male\"",
                "Patient.name[0].given: [\"Jane\"] -> nothing"
            ]
        );
    }

    #[test]
    fn lists_are_compared_without_order() {
        let sent = r#"{"identifier":[{"value":"a"},{"value":"b"}]}"#;
        let got = r#"{"identifier":[{"value":"uuid"},{"value":"b"},{"value":"a"}]}"#;
        assert!(losses(sent, got).is_empty());
    }

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
