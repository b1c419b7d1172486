//! What a use case goes on with where a step gave nothing: a resource that is there, found by search.

use std::collections::BTreeMap;

use super::scenario::{Scenario, Sent, StepOutcome};
use crate::suite::{Existing, Step};

/// Captures what later steps need from an existing resource where the step gave nothing.
pub(super) async fn go_on(scenario: &mut Scenario<'_>, step: &Step, outcome: &mut StepOutcome) {
    for existing in step.existing() {
        let mut names = existing.capture.keys();
        if names.all(|name| scenario.values.contains_key(name)) {
            return;
        }
        if stands_in(scenario, existing, outcome).await {
            let resource_type = existing.resource_type();
            let words = match existing.read {
                None => format!("an existing {resource_type} found by search"),
                Some(_) => format!("what the {resource_type} points to"),
            };
            outcome.notes.push(format!(
                "the step gave nothing to go on with: later steps use {words}"
            ));
            scenario.stood_in = Some(words);
            return;
        }
        outcome.notes.push(format!(
            "looked for an existing {} to go on with, and found none",
            existing.resource_type()
        ));
    }
}

/// Whether a search gives what the step did not. Then all that it gives belongs together, and takes
/// the place of what earlier steps gave under these names.
async fn stands_in(
    scenario: &mut Scenario<'_>,
    existing: &Existing,
    outcome: &mut StepOutcome,
) -> bool {
    let Some(url) = address(scenario, existing) else {
        return false;
    };
    let exchange = scenario.get(&url).await;
    let body = exchange
        .response()
        .map(|response| response.body.clone())
        .unwrap_or_default();
    scenario.keep(exchange, false);
    let Ok(document) = crate::json::read(&body) else {
        return false;
    };
    let mut given = BTreeMap::new();
    for (name, fhirpath) in &existing.capture {
        match scenario.value(fhirpath, &document.root) {
            Ok(value) => given.extend(value.map(|value| (name.clone(), value))),
            Err(message) => outcome.notes.push(format!("capture `{name}`: {message}")),
        }
    }
    let is_new = given.keys().any(|name| !scenario.values.contains_key(name));
    if is_new {
        // What is read under such a name from here on is not what was sent.
        let stands = |sent: &Sent| {
            sent.name
                .as_ref()
                .is_some_and(|name| given.contains_key(name))
        };
        scenario.sent.retain(|_, sent| !stands(sent));
        scenario.values.extend(given);
    }
    is_new
}

fn address(scenario: &Scenario<'_>, existing: &Existing) -> Option<String> {
    let Some(read) = &existing.read else {
        let resource_type = existing.resource_type();
        return super::search::address_of(scenario, resource_type, &existing.parameters).ok();
    };
    let target = scenario.fill(read).ok()?;
    let (resource_type, id) = target.split_once('/')?;
    Some(scenario.session.dialect.instance_address(resource_type, id))
}
