//! Plan to results: sends what the plan says, hands the answers to the checks.
//!
//! Steps of a scenario run in order; scenarios run side by side, bounded; results come out in the
//! order of the plan. Answers are judged as they come and let go, so that memory stays flat.

mod capabilities;
mod create;
mod earlier;
mod existing;
mod flaky;
mod form;
mod listen;
mod one_by_one;
pub mod preview;
mod probe;
mod read;
mod references;
mod scenario;
mod search;
mod searching;
mod step;
mod stop;
mod twin;
mod until;
mod update;

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::{FutureExt, StreamExt};

use crate::dialect::Dialect;
use crate::fhir::{CapabilityResource, CapabilityStatement, ResourceVersionPolicy};
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, Exchange};
use crate::journal::Journal;
use crate::must_support::MustSupport;
use crate::overlay::Off;
use crate::package::Definitions;
use crate::result::{CheckResult, Evidence, Level, ScenarioResult, StepResult, Subject, Verdict};
use crate::suite::Declared;
use crate::suite::plan::{Plan, PlannedScenario};
use crate::validator::Validator;

pub use earlier::Earlier;
pub use stop::Stop;

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
    /// What values are made from: the seed of the run and the server's date.
    pub values: BTreeMap<String, String>,
    /// The elements that the guide wants supported.
    pub must_support: MustSupport,
    /// Where creates are written down; only in write mode.
    pub journal: Option<Journal>,
    /// What the server says of itself.
    pub statement: Option<CapabilityStatement>,
    /// What an interrupted run left, where this one resumes it.
    pub earlier: Option<Earlier>,
    /// Asked when the run is to end before its end.
    pub stop: Stop,
    /// Checks that are switched off.
    pub off: Vec<Off>,
}

impl Session {
    /// What the server's CapabilityStatement says of a type.
    fn stated(&self, resource_type: &str) -> Option<&CapabilityResource> {
        let server = self.statement.as_ref()?.server()?;
        let mut types = server.resources.iter();
        types.find(|it| it.type_name == resource_type)
    }

    /// The `If-Match` of an update of what was read or answered so, where the server declares that
    /// an update has to name the version that it replaces (R4 3.1.0.5).
    fn if_match(&self, resource: &serde_json::Value) -> Option<String> {
        let own = self.stated(resource["resourceType"].as_str()?)?;
        let is_asked = own.versioning == Some(ResourceVersionPolicy::VersionedUpdate);
        let version = resource["meta"]["versionId"].as_str()?;
        is_asked.then(|| format!("W/\"{version}\""))
    }
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
#[derive(Debug, Clone)]
pub struct Played {
    /// The result.
    pub result: ScenarioResult,
    /// The exchanges, as they were, personal data included.
    pub exchanges: Vec<Exchange>,
    /// Resources validated.
    pub resources: u32,
    /// How many of the steps, from the first, an interrupted run left, already redacted.
    pub earlier_steps: usize,
    /// Their exchanges, already redacted.
    pub earlier_exchanges: Vec<Exchange>,
    /// Whether all steps of the plan were carried out.
    pub is_whole: bool,
}

/// What a step gave.
#[derive(Debug, Clone)]
pub struct PlayedStep {
    /// The result.
    pub result: StepResult,
    /// The exchanges, as [`Played::exchanges`].
    pub exchanges: Vec<Exchange>,
    /// Resources validated.
    pub resources: u32,
}

/// Told of what a run gives, as it comes.
pub trait Watch: Sync {
    /// A step was judged.
    fn step(&self, scenario: &PlannedScenario, played: &PlayedStep);
    /// A scenario came to its end.
    fn scenario(&self, played: &Played);
}

/// Nobody is told.
impl Watch for () {
    fn step(&self, _: &PlannedScenario, _: &PlayedStep) {}
    fn scenario(&self, _: &Played) {}
}

/// Replays the plan; `None` if the run was stopped. What was judged until then was told to `watch`.
pub async fn run(session: &Session, plan: &Plan, watch: &dyn Watch) -> Option<Vec<Played>> {
    let (writing, reading): (Vec<_>, Vec<_>) = plan
        .scenarios
        .iter()
        .enumerate()
        .partition(|(_, planned)| writes(planned));
    let all = async {
        // What writes comes last and one after the other: what others find must not depend on it.
        let mut played = play_all(session, reading, session.limits.scenarios, watch).await;
        played.extend(play_all(session, writing, 1, watch).await);
        played.sort_by_key(|(index, _)| *index);
        let in_order = played.into_iter().map(|(_, played)| played);
        in_order.collect::<Vec<Played>>()
    };
    let played = tokio::select! {
        played = all => played,
        () = session.stop.over() => return None,
    };
    played
        .iter()
        .all(|played| played.is_whole)
        .then_some(played)
}

fn writes(planned: &PlannedScenario) -> bool {
    let mut steps = planned.steps.iter();
    steps.any(|step| step.step.writes() && step.skip.is_none())
}

/// Plays these scenarios, so many side by side.
async fn play_all(
    session: &Session,
    scenarios: Vec<(usize, &PlannedScenario)>,
    side_by_side: usize,
    watch: &dyn Watch,
) -> Vec<(usize, Played)> {
    let runs: Vec<_> = scenarios
        .into_iter()
        .map(|(index, planned)| async move { (index, play(session, planned, watch).await) })
        .collect();
    futures::stream::iter(runs)
        .buffered(side_by_side)
        .collect()
        .await
}

async fn play(session: &Session, planned: &PlannedScenario, watch: &dyn Watch) -> Played {
    let ended = session
        .earlier
        .as_ref()
        .and_then(|earlier| earlier.ended.get(&planned.id));
    if let Some(played) = ended {
        watch.scenario(played);
        return played.clone();
    }
    let playing = AssertUnwindSafe(scenario::play(session, planned, watch)).catch_unwind();
    let played = match playing.await {
        Ok(played) => played,
        Err(panic) => {
            drop::<Box<dyn Any + Send>>(panic);
            broke_down(planned, watch)
        }
    };
    if played.is_whole {
        watch.scenario(&played);
    }
    played
}

/// A scenario during which this program failed: an error that is seen, and the others go on. The
/// words of the failure may quote somebody's data and are not repeated.
fn broke_down(planned: &PlannedScenario, watch: &dyn Watch) -> Played {
    let check = CheckResult {
        check: "harness".to_owned(),
        requirements: Vec::new(),
        level: Level::Shall,
        conditional: false,
        flaky: false,
        subject: Subject::default(),
        verdict: Verdict::Error,
        reason: Some(
            "this program failed on an answer of the server, which is a fault of the program: \
             please report it with the recording"
                .to_owned(),
        ),
        evidence: Evidence::default(),
        findings: Vec::new(),
    };
    let step = StepResult {
        id: "harness".to_owned(),
        title: "Carry the scenario out".to_owned(),
        exchanges: Vec::new(),
        checks: vec![check],
        stood_in: None,
        form: None,
        shown: Vec::new(),
        notes: Vec::new(),
        preparation: Vec::new(),
    };
    watch.step(
        planned,
        &PlayedStep {
            result: step.clone(),
            exchanges: Vec::new(),
            resources: 0,
        },
    );
    Played {
        result: ScenarioResult {
            suite: planned.suite.clone(),
            id: planned.id.clone(),
            title: planned.title.clone(),
            workflow: planned.workflow,
            steps: vec![step],
        },
        exchanges: Vec::new(),
        resources: 0,
        earlier_steps: 0,
        earlier_exchanges: Vec::new(),
        is_whole: true,
    }
}
