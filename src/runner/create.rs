//! A create step: the body, the journal, the answer, and what to go on with if it failed.

use super::scenario::{Scenario, Sent, StepOutcome};
use super::step::{expectations, skipped_expectations, subject, unmet};
use crate::check::create::{CreateJudge, created_id};
use crate::check::{Judgement, catalog};
use crate::dialect::{FHIR_JSON, PLAIN_JSON};
use crate::finding::Rule;
use crate::http::{Exchange, Method, RequestSpec};
use crate::journal::Intent;
use crate::result::Subject;
use crate::suite::Step;
use crate::suite::body::FilledBody;
use crate::suite::plan::PlannedStep;

/// Carries out a create step.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let step = &planned.step;
    let subject = subject(step);
    let resource_type = step.resource_type.clone().unwrap_or_default();
    let session = scenario.session;
    let mut judge = CreateJudge::new(&session.validator, &subject);
    if let Some(requirement) = &step.keeps {
        judge.keeps(requirement);
    }
    let filled = match (&planned.skip, &step.body) {
        (Some(reason), _) => Err(reason.clone()),
        (None, None) => Err("the step has no body".to_owned()),
        (None, Some(body)) => match unmet(scenario, step) {
            Some(reason) => Err(reason),
            None => scenario
                .filling()
                .fill(body)
                .map_err(|error| error.to_string()),
        },
    };
    let control = filled.as_ref().ok().cloned();
    let mut outcome = StepOutcome::default();
    let first = match &control {
        Some(control) => super::twin::perform_first(scenario, step, control, &mut outcome).await,
        None => Vec::new(),
    };
    let taken = first.iter().find(|judge| judge.is_taken());
    let filled = match taken {
        Some(twin) => Err(format!(
            "its twin `{}` was taken, and stands in its place",
            twin.id()
        )),
        None => filled,
    };
    // The body that the server took, where it took one.
    let mut control = control;
    match filled {
        Err(reason) => {
            judge.skip(&reason);
            outcome.judgements = skipped_expectations(&step.expect, &subject, &reason);
            outcome.notes.push(format!("nothing was sent: {reason}"));
        }
        Ok(filled) => {
            scenario
                .preparation
                .push(format!("shaped after {}", filled.shaped_after));
            scenario.preparation.extend(
                filled
                    .changes
                    .iter()
                    .map(|change| format!("changed {change}")),
            );
            let instead = create(
                scenario,
                step,
                &subject,
                &resource_type,
                &filled,
                &mut judge,
                &mut outcome,
            )
            .await;
            control = instead.or(control);
        }
    }
    let (mut judgements, choices) = judge.finish();
    outcome.notes.extend(choices);
    judgements.append(&mut outcome.judgements);
    outcome.judgements = judgements;
    super::twin::perform(scenario, step, control.as_ref(), first, &mut outcome).await;
    super::existing::go_on(scenario, step, &mut outcome).await;
    outcome
}

/// Creates; where the server takes the body in another form only, that is what it gives.
async fn create(
    scenario: &mut Scenario<'_>,
    step: &Step,
    subject: &Subject,
    resource_type: &str,
    body: &FilledBody,
    judge: &mut CreateJudge<'_>,
    outcome: &mut StepOutcome,
) -> Option<FilledBody> {
    let settled = super::earlier::settle(scenario, step, resource_type).await;
    let intent = match settled {
        Some(reason) => Err(reason),
        None => intend(scenario, resource_type, &body.text, outcome),
    };
    let intent = match intent {
        Ok(intent) => intent,
        Err(reason) => {
            judge.skip(&reason);
            outcome
                .judgements
                .extend(skipped_expectations(&step.expect, subject, &reason));
            return None;
        }
    };
    let number = intent.as_ref().map(Intent::number);
    let exchange = post(scenario, subject, resource_type, &body.text, outcome).await;
    note_created(scenario, intent, resource_type, &exchange, outcome);
    let refused = exchange.status();
    if take(scenario, step, subject, (exchange, number), judge, outcome) {
        return None;
    }
    let instead =
        super::form::instead(scenario, subject, resource_type, body, refused, outcome).await;
    let Some(instead) = instead else {
        let reason = "the create gave no resource back";
        let skipped = skipped_expectations(&step.expect, subject, reason);
        outcome.judgements.extend(skipped);
        return None;
    };
    judge.refused_form(&instead.hint);
    let answer = (instead.exchange, instead.number);
    take(scenario, step, subject, answer, judge, outcome);
    Some(instead.body)
}

/// Judges the answer to a create, with its number in the journal, and takes from it what later
/// steps need; false where nothing was created.
fn take(
    scenario: &mut Scenario<'_>,
    step: &Step,
    subject: &Subject,
    (exchange, number): (Exchange, Option<u64>),
    judge: &mut CreateJudge<'_>,
    outcome: &mut StepOutcome,
) -> bool {
    let resource_type = step.resource_type.as_deref().unwrap_or_default();
    // What was sent is what the exchange says: in a recording that is what its answer fits.
    let body = exchange.request.body.clone().unwrap_or_default();
    let Ok(sent) = crate::json::read(&body) else {
        return false;
    };
    let mut created = false;
    let types = (resource_type, step.answers.as_deref());
    let stored = judge.create(&exchange, types, &sent.root, |_| created = true);
    if !stored {
        scenario.keep(exchange, true);
        return false;
    }
    let reported = judge.reported.clone();
    let kept = Sent {
        body: body.clone(),
        name: step.created.clone(),
        reported,
    };
    scenario.sent.insert(step.id.clone(), kept);
    capture_id(scenario, step, resource_type, &exchange);
    let answer = exchange
        .response()
        .map(|response| response.body.clone())
        .unwrap_or_default();
    match crate::json::read(&answer) {
        Ok(document) if created => {
            scenario.see(&document.root);
            scenario.answers.insert(step.id.clone(), answer.clone());
            outcome
                .notes
                .extend(scenario.capture(&step.capture, &document.root));
            note_captured(scenario, number, step, outcome);
            let judgements = expectations(scenario, &step.expect, &exchange.id, &document, subject);
            outcome.judgements.extend(judgements);
        }
        _ => {
            let reason = "the create gave no resource back";
            outcome
                .judgements
                .extend(skipped_expectations(&step.expect, subject, reason));
        }
    }
    scenario.keep(exchange, true);
    true
}

/// Writes down what is about to be created; without that nothing is sent.
pub(super) fn intend(
    scenario: &Scenario<'_>,
    resource_type: &str,
    body: &str,
    outcome: &mut StepOutcome,
) -> Result<Option<Intent>, String> {
    let Some(journal) = &scenario.session.journal else {
        return Ok(None);
    };
    let identifier = business_identifier(body);
    journal
        .intend(&scenario.place(), resource_type, identifier.as_deref())
        .map(Some)
        .map_err(|error| {
            let reason = format!("nothing was sent: {error}");
            outcome.notes.push(reason.clone());
            reason
        })
}

pub(super) fn note_created(
    scenario: &Scenario<'_>,
    intent: Option<Intent>,
    resource_type: &str,
    exchange: &Exchange,
    outcome: &mut StepOutcome,
) {
    let (Some(journal), Some(intent)) = (&scenario.session.journal, intent) else {
        return;
    };
    let location = exchange
        .response()
        .and_then(|response| response.header("location"));
    let id = new_id(exchange, resource_type);
    let number = intent.number();
    if let Err(error) = journal.conclude(intent, exchange.status(), id.as_deref(), location) {
        outcome.notes.push(error.to_string());
    }
    if answers_existing(exchange) {
        scenario.note_absent(number);
    }
}

/// Whether a create on a condition was answered with the resource that was there already, and so
/// created nothing (R4 3.1.0.8.1): it has not the code that was sent.
fn answers_existing(exchange: &Exchange) -> bool {
    let mut headers = exchange.request.headers.iter();
    let is_conditional = headers.any(|(name, _)| name.eq_ignore_ascii_case("if-none-exist"));
    let Some(answer) = exchange.response().filter(|it| it.status == 200) else {
        return false;
    };
    let sent = exchange
        .request
        .body
        .as_deref()
        .and_then(business_identifier);
    let Ok(document) = crate::json::read(&answer.body) else {
        return false;
    };
    let Some(identifiers) = document.root.get("identifier") else {
        return false;
    };
    let has_sent = |it: &crate::json::Node<'_>| it.str("value") == sent.as_deref();
    is_conditional && sent.is_some() && !identifiers.entries().iter().any(has_sent)
}

/// The id of what was created: where `Location` leads, or that of the body.
pub(super) fn new_id(exchange: &Exchange, resource_type: &str) -> Option<String> {
    exchange
        .response()
        .and_then(|response| response.header("location"))
        .and_then(|location| created_id(location, resource_type))
        .or_else(|| body_id(exchange, resource_type))
}

/// Captures the id of what was created, by the name that the step gives it.
fn capture_id(scenario: &mut Scenario<'_>, step: &Step, resource_type: &str, exchange: &Exchange) {
    if let (Some(name), Some(id)) = (&step.created, new_id(exchange, resource_type)) {
        scenario.values.entry(name.clone()).or_insert(id);
    }
}

/// Writes down what later steps use, so that a resumed run can go on without creating it again.
fn note_captured(
    scenario: &Scenario<'_>,
    number: Option<u64>,
    step: &Step,
    outcome: &mut StepOutcome,
) {
    let (Some(journal), Some(number)) = (&scenario.session.journal, number) else {
        return;
    };
    let captured = scenario
        .values
        .iter()
        .filter(|(name, _)| {
            step.capture.contains_key(*name) || step.created.as_ref() == Some(*name)
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Err(error) = journal.captured(number, &captured) {
        outcome.notes.push(error.to_string());
    }
}

fn body_id(exchange: &Exchange, resource_type: &str) -> Option<String> {
    let response = exchange
        .response()
        .filter(|response| (200..300).contains(&response.status))?;
    let document = crate::json::read(&response.body).ok()?;
    let is_created = document.root.str("resourceType") == Some(resource_type);
    is_created.then(|| document.root.str("id").map(str::to_owned))?
}

pub(super) fn business_identifier(body: &str) -> Option<String> {
    let document = crate::json::read(body).ok()?;
    let identifier = document.root.get("identifier")?.entries().first()?;
    identifier.str("value").map(str::to_owned)
}

/// Sends the body as FHIR, and once more as plain JSON where the server refuses the media type:
/// a refusal with 415 creates nothing.
pub(super) async fn post(
    scenario: &mut Scenario<'_>,
    subject: &Subject,
    resource_type: &str,
    body: &str,
    outcome: &mut StepOutcome,
) -> Exchange {
    let mut judgement = Judgement::new(&catalog::CONTENT_TYPE, subject);
    let exchange = post_as(scenario, resource_type, FHIR_JSON, body).await;
    let exchange = if exchange.status() == Some(415) {
        judgement.saw_exchange();
        judgement.broken_by(
            &exchange.id,
            Rule::MediaType,
            "http.content-type",
            "a body sent as application/fhir+json to be taken",
            "status 415",
        );
        judgement
            .hint("let the server's parsers take application/fhir+json beside application/json");
        scenario.keep(exchange, true);
        outcome.notes.push(
            "sent again as application/json, because application/fhir+json was refused".to_owned(),
        );
        post_as(scenario, resource_type, PLAIN_JSON, body).await
    } else {
        if exchange.response().is_some() {
            judgement.saw_exchange();
        }
        exchange
    };
    outcome.judgements.push(judgement);
    exchange
}

async fn post_as(
    scenario: &mut Scenario<'_>,
    resource_type: &str,
    media_type: &str,
    body: &str,
) -> Exchange {
    let url = scenario.session.dialect.type_address(resource_type);
    let spec = RequestSpec::new(scenario.next_id(), Method::Post, url)
        .header("accept", scenario.session.dialect.accept)
        .body(media_type, body);
    scenario.send(spec).await
}
