//! Negative twins of a create: sent where the create itself succeeded, and searched for afterwards.

use super::create::{business_identifier, intend, new_id, note_created, post};
use super::scenario::{Scenario, StepOutcome};
use super::search::address_of;
use super::step::subject;
use crate::check::expectation::is_true;
use crate::check::twin::TwinJudge;
use crate::http::Exchange;
use crate::json::Node;
use crate::suite::body::{BodyError, FilledBody};
use crate::suite::{Step, Trace, Twin};

/// Pages that are looked through for what a refusal may have left.
const PAGES: usize = 3;

/// Carries out the twins of a step that are sent before it. They are judged only if their control
/// succeeds, so what they gave is handed to [`perform`].
pub(super) async fn perform_first<'t>(
    scenario: &mut Scenario<'_>,
    step: &'t Step,
    control: &FilledBody,
    outcome: &mut StepOutcome,
) -> Vec<TwinJudge<'t>> {
    let mut judges = Vec::new();
    for twin in step.twins.iter().filter(|twin| twin.first) {
        let sent = scenario.sent_so_far();
        scenario.go_by(&twin.id);
        judges.push(one(scenario, step, twin, control, outcome).await);
        scenario.go_back_to(&step.id, sent);
    }
    judges
}

/// Carries out the other twins of a step, where it succeeded, and hands on what all of them gave.
pub(super) async fn perform(
    scenario: &mut Scenario<'_>,
    step: &Step,
    control: Option<&FilledBody>,
    first: Vec<TwinJudge<'_>>,
    outcome: &mut StepOutcome,
) {
    let control = control.filter(|_| scenario.sent.contains_key(&step.id));
    let Some(control) = control else {
        // That a wrong body was taken is true without a control.
        let taken: Vec<_> = first.into_iter().filter(TwinJudge::is_taken).collect();
        let known: Vec<String> = taken.iter().map(|judge| judge.id().to_owned()).collect();
        outcome
            .judgements
            .extend(taken.into_iter().flat_map(TwinJudge::finish));
        for twin in step.twins.iter().filter(|twin| !known.contains(&twin.id)) {
            let mut judge = TwinJudge::new(twin, &subject(step));
            judge.skip("the create that it differs from did not succeed");
            outcome.judgements.extend(judge.finish());
        }
        return;
    };
    for mut judge in first {
        // Sent in the form that the server refuses, it may have been refused for that alone.
        if scenario.form.is_some() && !judge.is_taken() {
            judge = TwinJudge::new(judge.twin(), &subject(step));
            judge.skip("it was sent before it was known which form the server takes");
        }
        outcome.judgements.extend(judge.finish());
    }
    for twin in step.twins.iter().filter(|twin| !twin.first) {
        let sent = scenario.sent_so_far();
        scenario.go_by(&twin.id);
        let judge = one(scenario, step, twin, control, outcome).await;
        outcome.judgements.extend(judge.finish());
        scenario.go_back_to(&step.id, sent);
    }
}

async fn one<'t>(
    scenario: &mut Scenario<'_>,
    step: &Step,
    twin: &'t Twin,
    control: &FilledBody,
    outcome: &mut StepOutcome,
) -> TwinJudge<'t> {
    let subject = subject(step);
    let mut judge = TwinJudge::new(twin, &subject);
    let body = match scenario.filling().vary(control.clone(), &twin.changes) {
        Ok(body) => body,
        Err(error @ (BodyError::Missing(_) | BodyError::NoAnswer(_))) => {
            judge.skip(&error.to_string());
            return judge;
        }
        Err(error) => {
            judge.error(&error.to_string());
            return judge;
        }
    };
    let words = format!("twin {}: {}", twin.id, differs(&body));
    scenario.preparation.push(words);
    let resource_type = step.resource_type.clone().unwrap_or_default();
    let intent = match intend(scenario, &resource_type, &body.text, outcome) {
        Ok(intent) => intent,
        Err(reason) => {
            judge.skip(&reason);
            return judge;
        }
    };
    let exchange = post(scenario, &subject, &resource_type, &body.text, outcome).await;
    note_created(scenario, intent, &resource_type, &exchange, outcome);
    let refused = judge.answer(&exchange);
    let cited = judge.cites(&exchange.id);
    if refused {
        look_for(scenario, step, twin, &body.text, &mut judge).await;
    } else if let Some(id) = new_id(&exchange, &resource_type) {
        let note = format!("twin {}: taken, as {resource_type}/{id}", twin.id);
        outcome.notes.push(note);
    }
    scenario.keep(exchange, cited);
    judge
}

fn differs(body: &FilledBody) -> String {
    match body.changes.as_slice() {
        [] => "the same once more".to_owned(),
        changes => changes.join("; "),
    }
}

/// Searches for what a refused twin may have left.
async fn look_for(
    scenario: &mut Scenario<'_>,
    step: &Step,
    twin: &Twin,
    body: &str,
    judge: &mut TwinJudge<'_>,
) {
    let trace = match trace(scenario, step, twin, body) {
        Ok(trace) => trace,
        Err(reason) => return judge.no_trace(&reason),
    };
    let Ok(mut url) = address_of(scenario, &trace.search, &trace.parameters) else {
        return judge.no_trace("what to search for afterwards is not known");
    };
    for _ in 0..PAGES {
        let exchange = scenario.get(&url).await;
        let (left, next) = matches(scenario, &exchange, &trace.find);
        judge.trace(&exchange, &left);
        let cited = judge.cites(&exchange.id);
        scenario.keep(exchange, cited);
        match next {
            Some(next) if left.is_empty() => url = next,
            _ => break,
        }
    }
}

/// What to search for: as the twin says, else its identifier on another resource than its
/// control's.
fn trace(scenario: &Scenario<'_>, step: &Step, twin: &Twin, body: &str) -> Result<Trace, String> {
    if let Some(trace) = &twin.leaves_no {
        let find = scenario
            .fill(&trace.find)
            .map_err(|missing| missing.to_string())?;
        return Ok(Trace {
            find,
            ..trace.clone()
        });
    }
    let Some(identifier) = business_identifier(body) else {
        return Err("it has no identifier by which what is left could be found".to_owned());
    };
    let control = step
        .created
        .as_ref()
        .and_then(|name| scenario.values.get(name))
        .cloned()
        .unwrap_or_default();
    let quoted = identifier.replace('\\', "\\\\").replace('\'', "\\'");
    Ok(Trace {
        search: step.resource_type.clone().unwrap_or_default(),
        parameters: [("identifier".to_owned(), identifier)].into(),
        find: format!("identifier.where(value = '{quoted}').exists() and id != '{control}'"),
    })
}

/// The matches of a page for which the expression is true, and the address of the next page.
fn matches(
    scenario: &Scenario<'_>,
    exchange: &Exchange,
    find: &str,
) -> (Vec<String>, Option<String>) {
    let response = exchange
        .response()
        .filter(|response| response.status == 200);
    let Some(bundle) = response.and_then(|it| crate::json::read(&it.body).ok()) else {
        return (Vec::new(), None);
    };
    let entries = bundle
        .root
        .get("entry")
        .map(Node::entries)
        .unwrap_or_default();
    let left = entries
        .iter()
        .filter_map(|entry| entry.get("resource"))
        .filter(|resource| is_true(scenario.model(), find, resource) == Ok(true))
        .map(crate::check::validity::label)
        .collect();
    let links = bundle
        .root
        .get("link")
        .map(Node::entries)
        .unwrap_or_default();
    let next = links
        .iter()
        .find(|link| link.str("relation") == Some("next"))
        .and_then(|link| link.str("url"))
        .map(str::to_owned);
    (left, next)
}
