//! An update step: what was read, changed and put back.

use super::existing;
use super::scenario::{Scenario, Sent, StepOutcome};
use super::step::{expectations, skipped_expectations, subject, unmet};
use crate::check::exchange::{describe_status, error_body, no_server_error, response};
use crate::check::{Judgement, catalog};
use crate::dialect::{FHIR_JSON, PLAIN_JSON};
use crate::finding::Rule;
use crate::http::{Exchange, Method, RequestSpec};
use crate::suite::Step;
use crate::suite::body::FilledBody;
use crate::suite::plan::PlannedStep;

/// Carries out an update step.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let step = &planned.step;
    let subject = subject(step);
    let mut outcome = StepOutcome::default();
    let mut status = Judgement::new(&catalog::UPDATE_STATUS, &subject);
    let mut failure = Judgement::new(&catalog::ERROR_BODY, &subject);
    let mut server_error = Judgement::new(&catalog::NO_SERVER_ERROR, &subject);
    match prepare(scenario, planned) {
        Err(reason) => {
            for judgement in [&mut status, &mut failure, &mut server_error] {
                judgement.skip(&reason);
            }
            outcome.notes.push(format!("nothing was sent: {reason}"));
            outcome.judgements = skipped_expectations(&step.expect, &subject, &reason);
        }
        Ok((url, body)) => {
            scenario
                .preparation
                .push(format!("shaped after {}", body.shaped_after));
            let changes = body
                .changes
                .iter()
                .map(|change| format!("changed {change}"));
            scenario.preparation.extend(changes);
            let exchange = put(scenario, &url, &body.text).await;
            no_server_error(&mut server_error, &exchange);
            error_body(&mut failure, &exchange);
            let stored = judge_status(&mut status, &exchange);
            let answer = exchange
                .response()
                .map(|it| it.body.clone())
                .unwrap_or_default();
            if stored {
                let sent = Sent {
                    body: exchange.request.body.clone().unwrap_or(body.text),
                    name: None,
                    reported: std::collections::BTreeSet::new(),
                };
                scenario.sent.insert(step.id.clone(), sent);
            }
            outcome.judgements = match crate::json::read(&answer) {
                Ok(document) if stored && document.root.str("resourceType").is_some() => {
                    let notes = scenario.capture(&step.capture, &document.root);
                    outcome.notes.extend(notes);
                    expectations(scenario, &step.expect, &exchange.id, &document, &subject)
                }
                _ => skipped_expectations(&step.expect, &subject, "the update gave no resource"),
            };
            scenario.keep(exchange, true);
        }
    }
    failure.only_where("the update did not fail");
    outcome.judgements.extend([status, failure, server_error]);
    existing::go_on(scenario, step, &mut outcome).await;
    outcome
}

/// Carries out a delete step.
pub(super) async fn delete(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let subject = subject(&planned.step);
    let mut status = Judgement::new(&catalog::DELETE_STATUS, &subject);
    let mut failure = Judgement::new(&catalog::ERROR_BODY, &subject);
    let mut server_error = Judgement::new(&catalog::NO_SERVER_ERROR, &subject);
    match address(scenario, planned) {
        Err(reason) => {
            for judgement in [&mut status, &mut failure, &mut server_error] {
                judgement.skip(&reason);
            }
        }
        Ok(url) => {
            let spec = RequestSpec::new(scenario.next_id(), Method::Delete, url)
                .header("accept", scenario.session.dialect.accept);
            let exchange = scenario.send(spec).await;
            no_server_error(&mut server_error, &exchange);
            error_body(&mut failure, &exchange);
            if let Some(answer) = response(&mut status, &exchange)
                && !matches!(answer.status, 200 | 202 | 204)
            {
                status.broken_by(
                    &exchange.id,
                    Rule::Status,
                    "http.status",
                    "status 200, 202 or 204",
                    &describe_status(answer),
                );
            }
            scenario.keep(exchange, true);
        }
    }
    failure.only_where("the delete did not fail");
    StepOutcome {
        judgements: vec![status, failure, server_error],
        notes: Vec::new(),
    }
}

/// Where to and what, or why nothing is sent.
fn prepare(scenario: &Scenario<'_>, planned: &PlannedStep) -> Result<(String, FilledBody), String> {
    let url = address(scenario, planned)?;
    let body = planned.step.body.as_ref().ok_or("the step has no body")?;
    let filled = scenario.filling().fill(body);
    Ok((url, filled.map_err(|error| error.to_string())?))
}

/// The address of the target, or why nothing is sent there.
fn address(scenario: &Scenario<'_>, planned: &PlannedStep) -> Result<String, String> {
    let step: &Step = &planned.step;
    if let Some(reason) = planned.skip.clone().or_else(|| unmet(scenario, step)) {
        return Err(reason);
    }
    if !planned.required {
        let interaction = step.action.interaction();
        return Err(format!(
            "neither the guide nor the server declares {interaction} of this type"
        ));
    }
    let target = scenario
        .fill(step.target.as_deref().unwrap_or_default())
        .map_err(|missing| missing.to_string())?;
    let (resource_type, id) = target
        .split_once('/')
        .ok_or_else(|| format!("expected a target such as `Patient/123`, found `{target}`"))?;
    Ok(scenario.session.dialect.instance_address(resource_type, id))
}

/// Puts the body as FHIR, and once more as plain JSON where the server refuses the media type.
async fn put(scenario: &mut Scenario<'_>, url: &str, body: &str) -> Exchange {
    let exchange = put_as(scenario, url, FHIR_JSON, body).await;
    if exchange.status() != Some(415) {
        return exchange;
    }
    scenario.keep(exchange, false);
    put_as(scenario, url, PLAIN_JSON, body).await
}

async fn put_as(scenario: &mut Scenario<'_>, url: &str, media_type: &str, body: &str) -> Exchange {
    let mut spec = RequestSpec::new(scenario.next_id(), Method::Put, url)
        .header("accept", scenario.session.dialect.accept)
        .body(media_type, body);
    let resource = serde_json::from_str(body).unwrap_or_default();
    if let Some(version) = scenario.session.if_match(&resource) {
        spec = spec.header("if-match", version);
    }
    scenario.send(spec).await
}

fn judge_status(judgement: &mut Judgement, exchange: &Exchange) -> bool {
    let Some(answer) = response(judgement, exchange) else {
        return false;
    };
    if answer.status != 200 {
        judgement.broken_by(
            &exchange.id,
            Rule::Status,
            "http.status",
            "status 200",
            &describe_status(answer),
        );
    }
    (200..300).contains(&answer.status)
}
