//! One scenario: its steps in order, and what they hand on to each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Played, PlayedStep, Session, Watch};
use crate::check::exchange::{is_utf_8, utf_8};
use crate::check::search::{Answer, Sample};
use crate::check::{Judgement, catalog};
use crate::fhirpath::DefinitionsModel;
use crate::http::{Exchange, Outcome, RequestSpec};
use crate::journal::{Entry, Journal, JournalError};
use crate::json::Node;
use crate::must_support::Shown;
use crate::overlay::switch_off;
use crate::result::{CheckResult, ScenarioResult, StepResult, Subject};
use crate::suite::Body;
use crate::suite::body::Filling;
use crate::suite::plan::{PlannedScenario, PlannedStep};
use crate::suite::template::{MissingCapture, fill, of_scenario};

/// A step that sent more requests than this is not asked once more.
const LONGEST_RETRIED: usize = 10;

/// A scenario being replayed.
pub(super) struct Scenario<'s> {
    pub(super) session: &'s Session,
    id: String,
    step: String,
    sent_in_step: usize,
    /// Whether an answer of the step looked like a bad moment of the server.
    was_transient: bool,
    /// Whether a step of an interrupted run is asked again for what later steps use.
    again: bool,
    /// The answers of the step that are not UTF-8: one finding, whichever checks read them.
    not_utf_8: Option<Judgement>,
    /// Captures and values of the run.
    pub(super) values: BTreeMap<String, String>,
    /// Ids of resources that a search found, by type.
    pub(super) found: Vec<(String, String)>,
    /// References of what was found, by element path.
    pub(super) references: super::references::Seen,
    /// Resources to take values from, by type.
    pub(super) samples: Vec<Sample>,
    /// A first page to go on from.
    pub(super) begun: Option<Answer>,
    /// What a later step sends that says no body of its own.
    pub(super) body: Option<Body>,
    /// The body that the server takes, or why it takes none; found out once.
    pub(super) taken: Option<Result<super::probe::Taken, String>>,
    /// What probes ask about, by type.
    pub(super) known: BTreeMap<String, Result<super::probe::Known, String>>,
    /// Whether a search of that type was answered, where a known resource was looked for.
    pub(super) searched: BTreeMap<String, bool>,
    exchanges: Vec<Exchange>,
    step_exchanges: Vec<String>,
    /// How what the step sent came about; see [`StepResult::preparation`].
    pub(super) preparation: Vec<String>,
    /// What was sent, by step.
    pub(super) sent: BTreeMap<String, Sent>,
    /// Resources that were answered, by step.
    pub(super) answers: BTreeMap<String, String>,
    /// What a step that failed went on with.
    pub(super) stood_in: Option<String>,
    /// In what other form than the guide's the server took what the step sent.
    pub(super) form: Option<String>,
    /// The listener that the server can call.
    pub(super) listener: Option<super::listen::Listener>,
    /// Must-support elements that the step showed.
    pub(super) shown: Shown,
}

/// What was sent with a create or an update.
pub(super) struct Sent {
    pub(super) body: String,
    /// The name under which later steps know what was created.
    pub(super) name: Option<String>,
    /// Elements of which the answer showed that they were not kept.
    pub(super) reported: BTreeSet<String>,
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
        was_transient: false,
        again: false,
        not_utf_8: None,
        values: of_scenario(&session.values, &planned.id),
        found: Vec::new(),
        references: super::references::Seen::default(),
        samples: Vec::new(),
        begun: None,
        body: None,
        taken: None,
        known: BTreeMap::new(),
        searched: BTreeMap::new(),
        exchanges: Vec::new(),
        step_exchanges: Vec::new(),
        sent: BTreeMap::new(),
        answers: BTreeMap::new(),
        stood_in: None,
        form: None,
        listener: None,
        shown: Shown::default(),
        preparation: Vec::new(),
    };
    let mut played = Played {
        result: ScenarioResult {
            suite: planned.suite.clone(),
            id: planned.id.clone(),
            title: planned.title.clone(),
            workflow: planned.workflow,
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
        let (checks, mut notes) = self.perform(planned).await;
        let checks = if self.is_worth_another_try(planned, &checks) {
            let (second, _) = self.perform(planned).await;
            notes.push(super::flaky::note(&checks, &second).to_owned());
            super::flaky::settle(checks, second)
        } else {
            checks
        };
        let mut checks = checks;
        for check in &mut checks {
            switch_off(&self.session.off, check);
        }
        let result = StepResult {
            id: planned.step.id.clone(),
            title: planned.step.title.clone(),
            exchanges: std::mem::take(&mut self.step_exchanges),
            checks,
            stood_in: self.stood_in.take(),
            form: self.form.take(),
            shown: std::mem::take(&mut self.shown).into_results(),
            preparation: std::mem::take(&mut self.preparation),
            notes,
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
        self.was_transient = false;
        self.not_utf_8 = None;
        if planned.step.body.is_some() {
            self.body.clone_from(&planned.step.body);
        }
    }

    async fn perform(&mut self, planned: &PlannedStep) -> (Vec<CheckResult>, Vec<String>) {
        let StepOutcome {
            mut judgements,
            notes,
        } = super::step::perform(self, planned).await;
        let says_so = |own: &Judgement| own.is_of(&catalog::UTF_8);
        if !judgements.iter().any(says_so) {
            judgements.extend(self.not_utf_8.take());
        }
        (
            judgements.into_iter().map(Judgement::finish).collect(),
            notes,
        )
    }

    /// Whether a step that failed may only have met a bad moment of the server: it reads, it was
    /// short, and an answer looked like one. What writes is never sent twice.
    fn is_worth_another_try(&self, planned: &PlannedStep, checks: &[CheckResult]) -> bool {
        self.was_transient
            && !planned.step.writes()
            && self.sent_in_step <= LONGEST_RETRIED
            && !self.session.stop.is_asked()
            && checks.iter().any(super::flaky::is_bad)
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
        if planned.step.writes() {
            if let Some(entry) = self.earlier_creation() {
                self.values.extend(entry.captured);
            }
            let mut aside = StepOutcome::default();
            super::existing::go_on(self, &planned.step, &mut aside).await;
        } else if !is_last {
            let _ = super::step::perform(self, planned).await;
        }
        self.again = false;
        self.exchanges.clear();
        self.step_exchanges.clear();
        self.preparation.clear();
        self.shown = Shown::default();
        self.stood_in = None;
        Some(left)
    }

    /// What an interrupted run wrote down of a creation in this step.
    pub(super) fn earlier_creation(&self) -> Option<Entry> {
        let from = self.session.earlier.as_ref()?.journal_from?;
        self.session.journal.as_ref()?.earlier(&self.place(), from)
    }

    /// Writes down that a creation of an interrupted run is on the server.
    pub(super) fn note_found(&self, number: u64, id: &str) {
        self.note(|journal| journal.found(number, id));
    }

    /// Writes down that a creation of an interrupted run is not on the server.
    pub(super) fn note_absent(&self, number: u64) {
        self.note(|journal| journal.absent(number));
    }

    /// What the journal cannot hold stops the run.
    fn note(&self, write: impl FnOnce(&Journal) -> Result<(), JournalError>) {
        if let Some(Err(error)) = self.session.journal.as_ref().map(write) {
            self.session.stop.ask(error.to_string());
        }
    }

    /// Whether a step of an interrupted run is asked again for what later steps use.
    pub(super) fn is_again(&self) -> bool {
        self.again
    }

    /// Goes by another name for a while: exchanges and the journal name a twin, not its step.
    pub(super) fn go_by(&mut self, step: &str) {
        step.clone_into(&mut self.step);
        self.sent_in_step = 0;
    }

    /// How many requests the step has sent.
    pub(super) fn sent_so_far(&self) -> usize {
        self.sent_in_step
    }

    /// Goes by the step's own name again, and goes on counting its requests.
    pub(super) fn go_back_to(&mut self, step: &str, sent: usize) {
        step.clone_into(&mut self.step);
        self.sent_in_step = sent;
    }

    /// Notes what a resource shows.
    pub(super) fn see(&mut self, resource: &Node<'_>) {
        let session = self.session;
        session
            .must_support
            .see(&session.validator, resource, &mut self.shown);
    }

    /// A code of this scenario's own for a probe: the same for the same letter.
    pub(super) fn code_of(&self, letter: char) -> Option<String> {
        self.fill(&format!("{{{{new-code.{letter}}}}}")).ok()
    }

    /// Fills in a body.
    pub(super) fn filling(&self) -> Filling<'_> {
        Filling {
            definitions: &self.session.definitions,
            model: self.model(),
            values: &self.values,
            answers: &self.answers,
        }
    }

    /// Whether an interrupted run carried that step of the scenario out.
    pub(super) fn was_judged_earlier(&self, step: &str) -> bool {
        let place = (self.id.clone(), step.to_owned());
        let earlier = self.session.earlier.as_ref();
        earlier.is_some_and(|earlier| earlier.steps.contains_key(&place))
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
        self.was_transient |= exchange.is_transient();
        if !is_utf_8(&exchange) {
            let fresh = || Judgement::new(&catalog::UTF_8, &Subject::default());
            utf_8(self.not_utf_8.get_or_insert_with(fresh), &exchange);
        }
        self.step_exchanges.push(exchange.id.clone());
        exchange
    }

    /// Notes an exchange that was sent another way than by [`Self::send`].
    pub(super) fn sent(&mut self, exchange: &Exchange) {
        self.step_exchanges.push(exchange.id.clone());
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
        let not_utf_8 = self.not_utf_8.as_ref();
        if !cited && !not_utf_8.is_some_and(|own| own.cites(&exchange.id)) {
            exchange.request.body = None;
            if let Outcome::Response(response) = &mut exchange.outcome {
                response.body = String::new();
                response.headers = Vec::new();
            }
        }
        self.exchanges.push(exchange);
    }

    /// Leaves an exchange out of the report; the recording has it.
    pub(super) fn forget(&mut self, id: &str) {
        self.step_exchanges.retain(|kept| kept != id);
    }

    /// Keeps an exchange that the server began.
    pub(super) fn keep_received(&mut self, exchange: Exchange) {
        self.step_exchanges.push(exchange.id.clone());
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
            match self.value(fhirpath, resource) {
                Ok(Some(value)) => {
                    self.values.insert(name.clone(), value);
                }
                Ok(None) => {}
                Err(message) => notes.push(format!("capture `{name}`: {message}")),
            }
        }
        notes
    }

    /// The first value that an expression gives of a resource, with the captures so far in it.
    pub(super) fn value(
        &self,
        fhirpath: &str,
        resource: &Node<'_>,
    ) -> Result<Option<String>, String> {
        let filled = self.fill(fhirpath).map_err(|missing| missing.to_string())?;
        crate::check::expectation::first_text(self.model(), &filled, resource)
    }
}
