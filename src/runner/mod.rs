//! Plan to results: sends what the plan says, hands the answers to the checks.
//!
//! Steps of a scenario run in order; scenarios run side by side, bounded; results come out in the
//! order of the plan. Answers are judged as they come and let go, so that memory stays flat.

mod create;
mod listen;
pub mod preview;
mod read;
mod references;
mod scenario;
mod search;
mod step;
mod twin;
mod until;
mod update;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;

use crate::dialect::Dialect;
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, Exchange};
use crate::journal::Journal;
use crate::must_support::{MustSupport, Shown};
use crate::package::Definitions;
use crate::result::ScenarioResult;
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
    /// Types for FHIRPath.
    pub model: Arc<DefinitionsModel>,
    /// The rules.
    pub validator: Validator,
    /// Bounds.
    pub limits: Limits,
    /// What values are made from: the seed of the run and the server's date.
    pub values: BTreeMap<String, String>,
    /// The elements that the guide wants supported.
    pub must_support: MustSupport,
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
    /// Must-support elements that were shown.
    pub shown: Shown,
    /// Resources validated.
    pub resources: u32,
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
