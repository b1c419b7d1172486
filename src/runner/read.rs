//! A read step: a bounded sample of what was found, or one target.

use super::scenario::{Scenario, StepOutcome};
use super::step::{expectations, skipped_expectations, subject, unmet};
use crate::check::read::ReadJudge;
use crate::check::{Judgement, catalog};
use crate::json::Node;
use crate::result::Subject;
use crate::suite::Step;
use crate::suite::plan::PlannedStep;

/// Resources read where the step does not say how many.
const DEFAULT_SAMPLE: usize = 3;

/// Carries out a read step.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let step = &planned.step;
    let subject = subject(step);
    let session = scenario.session;
    let mut judge = ReadJudge::new(&session.validator, &subject);
    if let Some(requirement) = &step.requirement {
        judge = judge.shows(requirement);
    }
    let mut judgements = Vec::new();
    let mut notes = Vec::new();
    match targets(scenario, planned) {
        Err(reason) => {
            judge.skip(&reason);
            judgements.extend(skipped_expectations(&step.expect, &subject, &reason));
        }
        Ok(targets) => {
            for (resource_type, id) in targets {
                let url = session.dialect.instance_address(&resource_type, &id);
                let exchange = match &step.until {
                    None => scenario.get(&url).await,
                    Some(until) => {
                        let (exchange, judgement) =
                            super::until::settled(scenario, &url, until, &subject).await;
                        judgements.push(judgement);
                        exchange
                    }
                };
                let references = &mut scenario.references;
                let answered = judge.read(&exchange, &resource_type, &id, |document| {
                    references.collect(&session.definitions, &document.root);
                });
                let body = exchange
                    .response()
                    .map(|response| response.body.clone())
                    .unwrap_or_default();
                match crate::json::read(&body) {
                    Ok(document) if answered => {
                        scenario.see(&document.root);
                        notes.extend(scenario.capture(&step.capture, &document.root));
                        let (trip, note) =
                            round_trip(scenario, step, &exchange.id, &document.root, &subject);
                        judgements.extend(trip);
                        notes.extend(note);
                        scenario.answers.insert(step.id.clone(), body.clone());
                        judgements.extend(match nothing_stored(scenario, step) {
                            Some(reason) => skipped_expectations(&step.expect, &subject, &reason),
                            None => expectations(
                                scenario,
                                &step.expect,
                                &exchange.id,
                                &document,
                                &subject,
                            ),
                        });
                    }
                    _ => judgements.extend(skipped_expectations(
                        &step.expect,
                        &subject,
                        "the read gave no resource",
                    )),
                }
                let cited = judge.cites(&exchange.id)
                    || judgements
                        .iter()
                        .any(|judgement: &Judgement| judgement.cites(&exchange.id));
                scenario.keep(exchange, cited);
            }
        }
    }
    let (mut all, choices) = judge.finish();
    notes.extend(choices);
    all.extend(judgements);
    StepOutcome {
        judgements: all,
        notes,
    }
}

/// Why a step that reads back has nothing to expect: what it should find was never stored.
fn nothing_stored(scenario: &Scenario<'_>, step: &Step) -> Option<String> {
    let from = step.round_trip.as_ref()?;
    (!scenario.sent.contains_key(from)).then(|| match scenario.was_judged_earlier(from) {
        true => {
            format!("`{from}` came before the run was interrupted, and what it sent is not kept")
        }
        false => format!("`{from}` stored nothing that could be read back"),
    })
}

/// Holds what was read to what an earlier step sent.
fn round_trip(
    scenario: &Scenario<'_>,
    step: &Step,
    exchange: &str,
    got: &Node<'_>,
    subject: &Subject,
) -> (Option<Judgement>, Option<String>) {
    let Some(from) = &step.round_trip else {
        return (None, None);
    };
    let mut judgement = Judgement::new(&catalog::ROUND_TRIP, subject);
    if let Some(requirement) = &step.keeps {
        judgement.shows_too(requirement);
    }
    let sent = scenario.sent.get(from);
    let document = sent.and_then(|sent| crate::json::read(&sent.body).ok());
    let (Some(sent), Some(document)) = (sent, document) else {
        judgement.skip(nothing_stored(scenario, step).unwrap_or_default());
        return (Some(judgement), None);
    };
    let note = crate::check::round_trip::judge(
        &mut judgement,
        scenario.model(),
        exchange,
        (&document.root, got),
        &sent.reported,
    );
    (Some(judgement), Some(note))
}

/// What to read, or why nothing.
fn targets(
    scenario: &Scenario<'_>,
    planned: &PlannedStep,
) -> Result<Vec<(String, String)>, String> {
    let step: &Step = &planned.step;
    if let Some(reason) = unmet(scenario, step) {
        return Err(reason);
    }
    if let Some(target) = &step.target {
        let filled = scenario
            .fill(target)
            .map_err(|missing| missing.to_string())?;
        return filled
            .split_once('/')
            .map(|(resource_type, id)| vec![(resource_type.to_owned(), id.to_owned())])
            .ok_or_else(|| format!("expected a target such as `Patient/123`, found `{filled}`"));
    }
    if !planned.required {
        return Err("neither the guide nor the server declares a read of this type".to_owned());
    }
    let sample = step.sample.unwrap_or(DEFAULT_SAMPLE);
    let targets: Vec<_> = scenario.found.iter().take(sample).cloned().collect();
    if targets.is_empty() {
        return Err("the search gave no resource with an id to read".to_owned());
    }
    Ok(targets)
}
