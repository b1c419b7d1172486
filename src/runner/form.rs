//! A create once more, in the form that servers are known to take, where that of the guide was
//! refused.
//!
//! The refusal stays what it is. What is tried here tells why, and lets the rest of a use case be
//! proven.

use super::create::{intend, note_created, post};
use super::scenario::{Scenario, StepOutcome};
use crate::http::Exchange;
use crate::result::Subject;
use crate::suite::body::{FilledBody, Reshaped};
use crate::suite::form;

/// What the server took in another form.
pub(super) struct TakenInstead {
    /// The body, in that form.
    pub(super) body: FilledBody,
    /// The number of the create in the journal.
    pub(super) number: Option<u64>,
    /// The answer.
    pub(super) exchange: Exchange,
    /// What the guide has and what the server takes, for whoever mends it.
    pub(super) hint: String,
}

/// The body in the form that servers are known to take, where it differs.
pub(super) fn reshaped(
    scenario: &Scenario<'_>,
    resource_type: &str,
    body: &FilledBody,
) -> Option<Reshaped> {
    let forms = form::of(resource_type);
    scenario.filling().reshape(body, forms).ok().flatten()
}

/// Whether a refusal may be one of the form: the server read the body and did not want it.
pub(super) fn may_be_of_form(status: Option<u16>) -> bool {
    matches!(status, Some(400 | 422 | 500))
}

/// Sends a refused body in the form that servers are known to take. `None` where none is known,
/// or where the server refuses that too.
pub(super) async fn instead(
    scenario: &mut Scenario<'_>,
    subject: &Subject,
    resource_type: &str,
    body: &FilledBody,
    refused: Option<u16>,
    outcome: &mut StepOutcome,
) -> Option<TakenInstead> {
    if !may_be_of_form(refused) {
        return None;
    }
    let reshaped = reshaped(scenario, resource_type, body)?;
    let says = reshaped.says();
    let text = &reshaped.body.text;
    let intent = intend(scenario, resource_type, text, outcome).ok()?;
    let number = intent.as_ref().map(crate::journal::Intent::number);
    let exchange = post(scenario, subject, resource_type, text, outcome).await;
    note_created(scenario, intent, resource_type, &exchange, outcome);
    let status = exchange.status().unwrap_or_default();
    if !(200..300).contains(&status) {
        let answer = match exchange.response() {
            Some(answer) => crate::check::exchange::describe_status(answer),
            None => "no answer".to_owned(),
        };
        outcome
            .notes
            .push(format!("sent again with {says}, and refused too: {answer}"));
        scenario.keep(exchange, true);
        return None;
    }
    outcome.notes.push(format!(
        "taken with {says}, after the guide's form was refused"
    ));
    let hint = format!(
        "the same was taken with {says}; the guide has {}",
        reshaped.instead_of()
    );
    scenario.form = Some(says);
    Some(TakenInstead {
        body: reshaped.body,
        number,
        exchange,
        hint,
    })
}
