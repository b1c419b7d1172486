//! What an interrupted run left, and how a resumed one goes on after it.
//!
//! A scenario that ended is taken as it is. Of one that was interrupted, steps that were judged
//! keep their result: those that read are asked again for what later steps use of them, those that
//! write are not sent again. A write of which no answer is known is looked for by its business
//! identifier before anything is sent.

use std::collections::BTreeMap;

use super::scenario::Scenario;
use super::{Played, PlayedStep};
use crate::http::Exchange;
use crate::journal::{Entry, Known};
use crate::suite::Step;
use crate::unfinished::{self, Found};

/// What an interrupted run left.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Scenarios that came to their end, by id.
    pub ended: BTreeMap<String, Played>,
    /// Steps of the others, by scenario and step.
    pub steps: BTreeMap<(String, String), PlayedStep>,
    /// The first number of the run in the journal; `None` where the server is a new one that
    /// holds nothing of what was written.
    pub journal_from: Option<u64>,
}

/// Looks into the journal for what an interrupted run did in this step, and takes over what later
/// steps need of it. Gives why nothing is to be sent; `None` if the step is to be carried out.
pub(super) async fn settle(
    scenario: &mut Scenario<'_>,
    step: &Step,
    resource_type: &str,
) -> Option<String> {
    let entry = scenario.earlier_creation()?;
    let reason = match (entry.known(), &entry.creation.identifier) {
        (Known::Absent, _) => return None,
        (Known::Created, _) => {
            take_over(scenario, step, resource_type, &entry).await;
            "it was created before the run was interrupted, and its answer was not judged any more"
        }
        (Known::Unknown, None) => {
            "the run was interrupted while this was created, and without a business identifier \
             nobody can tell whether it is there"
        }
        (Known::Unknown, Some(identifier)) => {
            match look_for(scenario, step, resource_type, identifier).await {
                Found::Absent => {
                    scenario.note_absent(entry.number);
                    return None;
                }
                Found::There(id) => {
                    scenario.note_found(entry.number, &id);
                    created(scenario, step, &id);
                    "the run was interrupted while this was created, and the server has it"
                }
                Found::Uncertain(_) => {
                    "the run was interrupted while this was created, and the server does not tell \
                     whether it has it"
                }
            }
        }
    };
    Some(format!("{reason}: it is not sent a second time"))
}

async fn take_over(scenario: &mut Scenario<'_>, step: &Step, resource_type: &str, entry: &Entry) {
    scenario.values.extend(entry.captured.clone());
    let id = entry
        .effect
        .as_ref()
        .and_then(|effect| effect.id.as_deref());
    if let Some(id) = id {
        created(scenario, step, id);
    }
    let complete = |name: &String| scenario.values.contains_key(name);
    if let (Some(id), false) = (id, step.capture.keys().all(complete)) {
        let url = scenario.session.dialect.instance_address(resource_type, id);
        let exchange = scenario.get(&url).await;
        if let Some(document) = body(&exchange).and_then(|body| crate::json::read(body).ok()) {
            let _ = scenario.capture(&step.capture, &document.root);
        }
        scenario.keep(exchange, false);
    }
}

/// Keeps the id of what was created under the name that the step gives it.
fn created(scenario: &mut Scenario<'_>, step: &Step, id: &str) {
    if let Some(name) = &step.created {
        let values = &mut scenario.values;
        values.entry(name.clone()).or_insert_with(|| id.to_owned());
    }
}

/// Searches by business identifier, and takes over what later steps need of what is found.
async fn look_for(
    scenario: &mut Scenario<'_>,
    step: &Step,
    resource_type: &str,
    identifier: &str,
) -> Found {
    let url = unfinished::address(&scenario.session.dialect, resource_type, identifier);
    let exchange = scenario.get(&url).await;
    let found = unfinished::judge(&exchange, resource_type, identifier, |resource| {
        let _ = scenario.capture(&step.capture, resource);
    });
    scenario.keep(exchange, false);
    found
}

fn body(exchange: &Exchange) -> Option<&str> {
    exchange
        .response()
        .filter(|response| response.status == 200 && response.body_fault.is_none())
        .map(|response| response.body.as_str())
}
