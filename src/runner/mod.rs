//! Plan to results: sends what the plan says, hands the answers to the checks.
//!
//! Steps of a scenario run in order; scenarios run side by side, bounded; results come out in the
//! order of the plan. Answers are judged as they come and let go, so that memory stays flat.

mod capabilities;
mod create;
mod read;
mod references;
mod scenario;
mod search;
mod searching;
mod step;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;

use crate::dialect::Dialect;
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, Exchange};
use crate::journal::Journal;
use crate::package::Definitions;
use crate::promises::{Observation, PromiseRow};
use crate::result::ScenarioResult;
use crate::suite::Declared;
use crate::suite::plan::Plan;
use crate::validator::Validator;

/// What every scenario shares.
pub struct Session {
    /// The way to the server.
    pub client: Client,
    /// How the server speaks.
    pub dialect: Dialect,
    /// The packages.
    pub definitions: Definitions,
    /// What the guide and the server promise.
    pub declared: Declared,
    /// Types for FHIRPath.
    pub model: Arc<DefinitionsModel>,
    /// The rules.
    pub validator: Validator,
    /// Bounds.
    pub limits: Limits,
    /// Values made for this run, such as `new-code`.
    pub values: BTreeMap<String, String>,
    /// Where creates are written down; only in write mode.
    pub journal: Option<Journal>,
}

/// How much a run does at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pages of one search.
    pub pages: usize,
    /// Scenarios side by side.
    pub scenarios: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 1000,
            scenarios: 4,
        }
    }
}

/// What a scenario gave: its result, and the exchanges that its findings cite.
#[derive(Debug)]
pub struct Played {
    /// The result.
    pub result: ScenarioResult,
    /// The exchanges, as they were, personal data included.
    pub exchanges: Vec<Exchange>,
    /// Resources validated.
    pub resources: u32,
    /// What became of search parameters.
    pub observed: Vec<Observation>,
}

/// Replays the plan. `progress` is called after each scenario.
pub async fn run(session: &Session, plan: &Plan, progress: impl Fn(&Played)) -> Vec<Played> {
    let runs = plan
        .scenarios
        .iter()
        .map(|planned| async {
            let played = scenario::play(session, planned).await;
            progress(&played);
            played
        })
        .collect::<Vec<_>>();
    futures::stream::iter(runs)
        .buffered(session.limits.scenarios)
        .collect()
        .await
}

/// What the server offers, as this run saw it; nothing where no search was tried.
#[must_use]
pub fn promises(session: &Session, played: &[Played]) -> Option<Vec<PromiseRow>> {
    let observations: Vec<Observation> = played
        .iter()
        .flat_map(|played| played.observed.iter().cloned())
        .collect();
    if observations.is_empty() {
        return None;
    }
    let exchanges = played.iter().flat_map(|played| &played.exchanges);
    Some(crate::promises::table(
        &session.declared,
        observations,
        exchanges,
        session.client.base(),
    ))
}
