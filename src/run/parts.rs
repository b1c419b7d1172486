//! What a run gave so far, redacted, as the plain data that a report is built from.

use std::collections::BTreeMap;

use super::untested::Reasons;
use crate::finding::Finding;
use crate::http::Exchange;
use crate::promises::PromiseRow;
use crate::redaction::Redactor;
use crate::requirement::guide;
use crate::result::{
    DialectFact, MustSupportResult, Observed, PlannedSuite, Requirement, RunResult, ScenarioResult,
    StepResult,
};
use crate::runner::{Played, PlayedStep};
use crate::suite::Declared;

/// What a run gave so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    pub(super) facts: Vec<DialectFact>,
    pub(super) suites: Vec<PlannedSuite>,
    pub(super) scenarios: Vec<ScenarioResult>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) resources: u32,
    /// Ids of the scenarios that were selected, in order, those of other shards included.
    pub(super) plan: Vec<String>,
    /// What is promised, once the plan was made.
    pub(super) declared: Option<Declared>,
    /// Why a requirement was not tested that no check names, once the plan was played.
    pub(super) untested: BTreeMap<String, String>,
    /// What became of it.
    pub(super) promises: Vec<PromiseRow>,
}

impl Parts {
    /// The same with scenarios. All exchanges come before the texts of any scenario: what is
    /// personal in them is then known in the texts about them.
    pub(super) fn and(mut self, redactor: &Redactor, played: Vec<Played>) -> Self {
        for one in &played {
            self.exchanges.extend(one.earlier_exchanges.iter().cloned());
            let redacted = one
                .exchanges
                .iter()
                .map(|each| redactor.redact_exchange(each));
            self.exchanges.extend(redacted);
            self.resources += one.resources;
        }
        for one in played {
            let redacted = scenario(redactor, one.result, one.earlier_steps);
            self.scenarios.push(redacted);
        }
        self
    }

    /// The run with these parts.
    pub(super) fn into_result(mut self, frame: &RunResult) -> RunResult {
        self.note_what_the_guide_asks();
        let mut requirements = self.requirements();
        for known in &mut requirements {
            let reason = self.untested.get(&known.id);
            known.untested = known.untested.take().or_else(|| reason.cloned());
        }
        RunResult {
            requirements,
            promises: self.promises,
            dialect: self.facts,
            suites: self.suites,
            scenarios: self.scenarios,
            exchanges: self.exchanges,
            resources: self.resources,
            ..frame.clone()
        }
    }
}

impl Parts {
    /// Every requirement that this run can be held to: those that ship, and those of the guide.
    fn requirements(&self) -> Vec<Requirement> {
        let of_guide = self.declared.as_ref().map(guide::requirements);
        let shipped = crate::requirement::all().iter();
        let all = shipped.chain(of_guide.iter().flatten());
        all.map(Requirement::from).collect()
    }

    /// Notes in the checks which requirements of the guide they show.
    pub(super) fn note_what_the_guide_asks(&mut self) {
        if let Some(declared) = &self.declared {
            guide::cover(declared, &mut self.scenarios);
        }
    }

    /// Why a requirement was not tested that no check names.
    pub(super) fn untested(
        &self,
        reasons: &Reasons<'_>,
        may_write: bool,
    ) -> BTreeMap<String, String> {
        let declared = self.declared.as_ref();
        let of = declared.map(|it| reasons.of(&self.requirements(), it, may_write));
        of.unwrap_or_default()
    }

    /// Looks at what is promised and what was seen, and holds the server to its own word, where the
    /// run looked into that.
    pub(super) fn look_at_promises(&mut self, base: &url::Url) {
        let Some(declared) = &self.declared else {
            return;
        };
        self.promises = crate::promises::table(declared, &self.scenarios, &self.exchanges, base);
        let asked = |suite: &PlannedSuite| suite.id == crate::promises::SUITE;
        if self.suites.iter().any(asked) {
            self.scenarios.push(crate::promises::judge(&self.promises));
        }
    }

    /// Says which elements the guide wants supported were shown, where the run looked for them.
    pub(super) fn look_at_must_support(&mut self, elements: Vec<MustSupportResult>) {
        let asked = |suite: &PlannedSuite| suite.id == crate::must_support::SUITE;
        if self.suites.iter().any(asked) {
            let steps = self.scenarios.iter().flat_map(|scenario| &scenario.steps);
            let shown = steps.flat_map(|step| &step.shown);
            let elements = crate::must_support::merged(elements, shown);
            self.scenarios.push(crate::must_support::judge(&elements));
        }
    }
}

/// A scenario as it may be written; its first `done` steps are already.
pub(super) fn scenario(
    redactor: &Redactor,
    mut scenario: ScenarioResult,
    done: usize,
) -> ScenarioResult {
    for step in scenario.steps.iter_mut().skip(done) {
        redact_step(redactor, step);
    }
    scenario
}

/// What a step gave as it may be written.
pub(super) fn played_step(redactor: &Redactor, step: &PlayedStep) -> PlayedStep {
    let exchanges = step
        .exchanges
        .iter()
        .map(|each| redactor.redact_exchange(each));
    let exchanges = exchanges.collect();
    let mut result = step.result.clone();
    redact_step(redactor, &mut result);
    PlayedStep {
        result,
        exchanges,
        resources: step.resources,
    }
}

/// Takes personal data out of what people read.
fn redact_step(redactor: &Redactor, step: &mut StepResult) {
    for note in &mut step.notes {
        *note = redactor.redact_text(note);
    }
    if let Some(stood_in) = &mut step.stood_in {
        *stood_in = redactor.redact_text(stood_in);
    }
    for label in step.shown.iter_mut().flat_map(|it| &mut it.shown_by) {
        *label = redactor.redact_text(label);
    }
    for check in &mut step.checks {
        if let Some(reason) = &mut check.reason {
            *reason = redactor.redact_text(reason);
        }
        for observed in &mut check.findings {
            redact_observed(redactor, observed);
        }
    }
}

fn redact_observed(redactor: &Redactor, observed: &mut Observed) {
    let Finding {
        message,
        hint,
        expected,
        actual,
        ..
    } = &mut observed.finding;
    *message = redactor.redact_text(message);
    for text in [hint, expected, actual, &mut observed.resource]
        .into_iter()
        .flatten()
    {
        *text = redactor.redact_text(text);
    }
}
