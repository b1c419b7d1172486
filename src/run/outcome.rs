//! What was played, redacted, as the plain data that a report is built from.

use std::time::Duration;

use super::{Plan, Played, Probe, RunOptions, Session};
use crate::finding::Finding;
use crate::http::Exchange;
use crate::must_support::Shown;
use crate::redaction::Redactor;
use crate::result::{
    MustSupportResult, Observed, PackageUse, PlannedSuite, Requirement, RunClock, RunResult,
    ScenarioResult, StepResult, Target, TargetKind,
};

/// The base of the built-in server in a report: its port is arbitrary.
const EMBEDDED_BASE: &str = "http://embedded/api/api_fhir_r4/";

/// Everything a run gave, personal data included.
pub(super) struct Outcome<'r> {
    pub(super) options: &'r RunOptions,
    pub(super) session: &'r Session,
    pub(super) plan: &'r Plan,
    pub(super) probe: Probe,
    pub(super) played: Vec<Played>,
    pub(super) redactor: &'r Redactor,
    pub(super) started: jiff::Timestamp,
    pub(super) elapsed: Duration,
}

impl Outcome<'_> {
    /// The same as a report may have it.
    pub(super) fn into_result(self) -> RunResult {
        let mut suites = vec![PlannedSuite {
            id: self.probe.scenario.suite.clone(),
            title: "How the server speaks".to_owned(),
        }];
        suites.extend(self.plan.suites.iter().map(|(id, title)| PlannedSuite {
            id: id.clone(),
            title: title.clone(),
        }));
        let mut exchanges = self.probe.exchanges;
        let mut scenarios = vec![self.probe.scenario];
        let mut resources = 0;
        let mut shown = Shown::default();
        for played in self.played {
            exchanges.extend(played.exchanges);
            resources += played.resources;
            shown.merge(played.shown);
            scenarios.push(played.result);
        }
        // Exchanges first: what is personal in them is then known in the texts about them.
        let exchanges: Vec<Exchange> = exchanges
            .iter()
            .map(|exchange| self.redactor.redact_exchange(exchange))
            .collect();
        let redaction = Texts {
            redactor: self.redactor,
        };
        let scenarios = scenarios
            .into_iter()
            .map(|scenario| redaction.scenario(scenario))
            .collect();
        RunResult {
            label: self.options.label.clone(),
            target: target(self.options, self.session),
            packages: packages(self.session),
            stopped_because: None,
            dialect: self.probe.facts,
            suites,
            scenarios,
            requirements: requirements(),
            must_support: must_support(self.session, self.redactor, &shown),
            exchanges,
            resources,
            clock: RunClock {
                id: uuid::Uuid::new_v4().to_string(),
                started: self.started.to_string(),
                finished: jiff::Timestamp::now().to_string(),
                elapsed_ms: u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
                base: self.session.client.base().to_string(),
            },
        }
    }
}

fn must_support(session: &Session, redactor: &Redactor, shown: &Shown) -> Vec<MustSupportResult> {
    let mut results = session.must_support.results(shown);
    for label in results.iter_mut().flat_map(|result| &mut result.shown_by) {
        *label = redactor.redact_text(label);
    }
    results
}

fn target(options: &RunOptions, session: &Session) -> Target {
    let kind = options.target_kind();
    Target {
        kind,
        base: match kind {
            TargetKind::Embedded => EMBEDDED_BASE.to_owned(),
            TargetKind::Remote => session.client.base().to_string(),
        },
        mode: options.mode,
        release: options.release.clone(),
        release_source: options
            .release
            .as_ref()
            .map(|_| "claimed by --release".to_owned()),
    }
}

fn packages(session: &Session) -> Vec<PackageUse> {
    session
        .definitions
        .packages()
        .into_iter()
        .map(|package| PackageUse {
            id: package.id,
            version: package.version,
            sha256: package.sha256,
        })
        .collect()
}

fn requirements() -> Vec<Requirement> {
    crate::requirement::all()
        .iter()
        .map(|requirement| Requirement {
            id: requirement.id.clone(),
            statement: requirement.statement.clone(),
            source: requirement.source.clone(),
        })
        .collect()
}

/// Takes personal data out of what people read.
struct Texts<'r> {
    redactor: &'r Redactor,
}

impl Texts<'_> {
    fn scenario(&self, mut scenario: ScenarioResult) -> ScenarioResult {
        scenario.steps = scenario
            .steps
            .into_iter()
            .map(|step| self.step(step))
            .collect();
        scenario
    }

    fn step(&self, mut step: StepResult) -> StepResult {
        for note in &mut step.notes {
            *note = self.redactor.redact_text(note);
        }
        if let Some(stood_in) = &mut step.stood_in {
            *stood_in = self.redactor.redact_text(stood_in);
        }
        for check in &mut step.checks {
            if let Some(reason) = &mut check.reason {
                *reason = self.redactor.redact_text(reason);
            }
            for observed in &mut check.findings {
                self.observed(observed);
            }
        }
        step
    }

    fn observed(&self, observed: &mut Observed) {
        let Finding {
            message,
            hint,
            expected,
            actual,
            ..
        } = &mut observed.finding;
        *message = self.redactor.redact_text(message);
        for text in [hint, expected, actual, &mut observed.resource]
            .into_iter()
            .flatten()
        {
            *text = self.redactor.redact_text(text);
        }
    }
}
