//! One scenario: its steps in order, and what they hand on to each other.

use std::collections::BTreeMap;

use super::{Played, PlayedStep, Session, Watch};
use crate::check::Judgement;
use crate::fhirpath::DefinitionsModel;
use crate::http::{Exchange, Outcome, RequestSpec};
use crate::journal::Entry;
use crate::json::Node;
use crate::result::{ScenarioResult, StepResult};
use crate::suite::plan::{PlannedScenario, PlannedStep};
use crate::suite::template::{MissingCapture, fill};

/// A scenario being replayed.
pub(super) struct Scenario<'s> {
    pub(super) session: &'s Session,
    id: String,
    step: String,
    sent_in_step: usize,
    /// Whether a step of an interrupted run is asked again for what later steps use.
    again: bool,
    /// Captures and values of the run.
    pub(super) values: BTreeMap<String, String>,
    /// Ids of resources that a search found, by type.
    pub(super) found: Vec<(String, String)>,
    /// References of what was found, by element path.
    pub(super) references: super::references::Seen,
    exchanges: Vec<Exchange>,
    step_exchanges: Vec<String>,
    /// How what the step sent came about; see [`StepResult::preparation`].
    pub(super) preparation: Vec<String>,
}

/// What a step gave.
#[derive(Default)]
pub(super) struct StepOutcome {
    pub(super) judgements: Vec<Judgement>,
    pub(super) notes: Vec<String>,
}

/// Replays one scenario.
pub(super) async fn play(
    session: &Session,
    planned: &PlannedScenario,
    watch: &dyn Watch,
) -> Played {
    let mut scenario = Scenario {
        session,
        id: planned.id.clone(),
        step: String::new(),
        sent_in_step: 0,
        again: false,
        values: session.values.clone(),
        found: Vec::new(),
        references: super::references::Seen::default(),
        exchanges: Vec::new(),
        step_exchanges: Vec::new(),
        preparation: Vec::new(),
    };
    let mut played = Played {
        result: ScenarioResult {
            suite: planned.suite.clone(),
            id: planned.id.clone(),
            title: planned.title.clone(),
            steps: Vec::new(),
        },
        exchanges: Vec::new(),
        resources: 0,
        earlier_steps: 0,
        earlier_exchanges: Vec::new(),
        is_whole: true,
    };
    for (index, step) in planned.steps.iter().enumerate() {
        if session.stop.is_asked() {
            played.is_whole = false;
            break;
        }
        let is_last = index + 1 == planned.steps.len();
        if let Some(earlier) = scenario.go_on_after(step, is_last).await {
            played.earlier_steps += 1;
            played.resources += earlier.resources;
            played.earlier_exchanges.extend(earlier.exchanges.clone());
            played.result.steps.push(earlier.result.clone());
            continue;
        }
        let step = scenario.play_step(step).await;
        watch.step(planned, &step);
        played.resources += step.resources;
        played.exchanges.extend(step.exchanges);
        played.result.steps.push(step.result);
    }
    played
}

/// Resources held to R4: each is, whatever else it is held to.
fn validated(step: &StepResult) -> u32 {
    step.checks
        .iter()
        .filter(|check| check.check == crate::check::catalog::VALID_R4.id)
        .map(|check| check.evidence.resources)
        .sum()
}

impl Scenario<'_> {
    async fn play_step(&mut self, planned: &PlannedStep) -> PlayedStep {
        self.begin(planned);
        let outcome = super::step::perform(self, planned).await;
        let checks: Vec<_> = outcome
            .judgements
            .into_iter()
            .map(Judgement::finish)
            .collect();
        let result = StepResult {
            id: planned.step.id.clone(),
            title: planned.step.title.clone(),
            exchanges: std::mem::take(&mut self.step_exchanges),
            checks,
            preparation: std::mem::take(&mut self.preparation),
            notes: outcome.notes,
        };
        PlayedStep {
            resources: validated(&result),
            exchanges: std::mem::take(&mut self.exchanges),
            result,
        }
    }

    fn begin(&mut self, planned: &PlannedStep) {
        self.step.clone_from(&planned.step.id);
        self.sent_in_step = 0;
    }

    /// What an interrupted run left of a step, if it left anything; what later steps use of it is
    /// there afterwards. Nothing that writes is sent for it, and what is asked again is not judged
    /// again.
    async fn go_on_after(
        &mut self,
        planned: &PlannedStep,
        is_last: bool,
    ) -> Option<&'_ PlayedStep> {
        let session = self.session;
        let place = (self.id.clone(), planned.step.id.clone());
        let left = session.earlier.as_ref()?.steps.get(&place)?;
        self.begin(planned);
        self.again = true;
        if planned.step.action.writes() {
            if let Some(entry) = self.earlier_creation() {
                self.values.extend(entry.captured);
            }
            let mut aside = StepOutcome::default();
            super::create::go_on_with_existing(self, &planned.step, &mut aside).await;
        } else if !is_last {
            let _ = super::step::perform(self, planned).await;
        }
        self.again = false;
        self.exchanges.clear();
        self.step_exchanges.clear();
        self.preparation.clear();
        Some(left)
    }

    /// What an interrupted run wrote down of a creation in this step.
    pub(super) fn earlier_creation(&self) -> Option<Entry> {
        let from = self.session.earlier.as_ref()?.journal_from?;
        self.session.journal.as_ref()?.earlier(&self.place(), from)
    }

    /// Writes down that a creation of an interrupted run is on the server.
    pub(super) fn note_found(&self, number: u64, id: &str) {
        if let Some(journal) = &self.session.journal
            && let Err(error) = journal.found(number, id)
        {
            self.session.stop.ask(error.to_string());
        }
    }

    /// `scenario/step`.
    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.id, self.step)
    }

    /// Sends a GET in the server's dialect.
    pub(super) async fn get(&mut self, url: &str) -> Exchange {
        let spec =
            RequestSpec::get(self.next_id(), url).header("accept", self.session.dialect.accept);
        self.send(spec).await
    }

    /// Sends a request and notes that it was sent.
    pub(super) async fn send(&mut self, spec: RequestSpec) -> Exchange {
        let exchange = self.session.client.send(spec).await;
        self.step_exchanges.push(exchange.id.clone());
        exchange
    }

    /// The id of the next exchange of the step.
    pub(super) fn next_id(&mut self) -> String {
        self.sent_in_step += 1;
        let again = if self.again { "~again" } else { "" };
        format!("{}#{}{again}", self.place(), self.sent_in_step)
    }

    /// Keeps an exchange for the report: whole if a finding cites it, else without what was sent
    /// and answered, so that memory stays flat.
    pub(super) fn keep(&mut self, mut exchange: Exchange, cited: bool) {
        if !cited {
            exchange.request.body = None;
            if let Outcome::Response(response) = &mut exchange.outcome {
                response.body = String::new();
                response.headers = Vec::new();
            }
        }
        self.exchanges.push(exchange);
    }

    /// As [`Self::keep`], cited by one of these or not.
    pub(super) fn keep_for<'j>(
        &mut self,
        exchange: Exchange,
        judgements: impl IntoIterator<Item = &'j Judgement>,
    ) {
        let cited = judgements
            .into_iter()
            .any(|judgement| judgement.cites(&exchange.id));
        self.keep(exchange, cited);
    }

    /// Fills captures into a text.
    pub(super) fn fill(&self, text: &str) -> Result<String, MissingCapture> {
        fill(text, &self.values)
    }

    pub(super) fn model(&self) -> &DefinitionsModel {
        &self.session.model
    }

    /// Captures what is not captured yet; gives what went wrong in words.
    pub(super) fn capture(
        &mut self,
        wanted: &BTreeMap<String, String>,
        resource: &Node<'_>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        for (name, fhirpath) in wanted {
            if self.values.contains_key(name) {
                continue;
            }
            let filled = match self.fill(fhirpath) {
                Ok(filled) => filled,
                Err(missing) => {
                    notes.push(missing.to_string());
                    continue;
                }
            };
            match crate::check::expectation::first_text(self.model(), &filled, resource) {
                Ok(Some(value)) => {
                    self.values.insert(name.clone(), value);
                }
                Ok(None) => {}
                Err(message) => notes.push(format!("capture `{name}`: {message}")),
            }
        }
        notes
    }
}
