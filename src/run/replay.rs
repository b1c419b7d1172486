//! A plan replayed: probe, plan, scenarios, and what they gave written down as it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::log::Log;
use super::parts::{self, Parts};
use super::selection::{self, Selection};
use super::untested::Reasons;
use super::{Prepared, Progress, RunError};
use crate::dialect::{Probe, probe};
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, Mode};
use crate::journal::Journal;
use crate::must_support::MustSupport;
use crate::options::RunOptions;
use crate::overlay::switch_off;
use crate::redaction::Redactor;
use crate::result::PlannedSuite;
use crate::runner::{Earlier, Limits, Played, PlayedStep, Session, Stop, Watch};
use crate::suite::Declared;
use crate::suite::plan::{Plan, PlannedScenario};
use crate::suite::template::TODAY;
use crate::validator::Validator;

/// A plan about to be replayed: against a server, or against a recording.
pub(super) struct Replay<'r> {
    pub(super) options: &'r RunOptions,
    pub(super) prepared: &'r Prepared,
    pub(super) client: Client,
    pub(super) values: BTreeMap<String, String>,
    pub(super) journal: Option<Journal>,
    pub(super) earlier: Option<Earlier>,
    pub(super) redactor: &'r Redactor,
    /// Where results are written as they come.
    pub(super) log: Option<&'r Log>,
    pub(super) stop: Stop,
}

impl Replay<'_> {
    /// Probes, plans, replays; `None` if the run was stopped before its end.
    pub(super) async fn run(self, progress: &dyn Progress) -> Result<Option<Parts>, RunError> {
        let mut declared = Declared::by_guide(&self.prepared.definitions);
        let types: Vec<&str> = declared.resource_types().collect();
        let mut probe = tokio::select! {
            probe = probe(&self.client, &types) => probe?,
            () = self.stop.over() => return Ok(None),
        };
        let off = &self.prepared.overlay.off;
        let made = probe
            .scenario
            .steps
            .iter_mut()
            .flat_map(|step| &mut step.checks);
        made.for_each(|check| switch_off(off, check));
        if let Some(statement) = &probe.statement {
            declared.add(statement, &self.prepared.definitions);
        }
        let prepared = self.prepared;
        let may_write = self.options.mode == Mode::Write;
        let mut plan = Plan::new(&self.prepared.suites, &declared, may_write);
        let places = selection::places(&plan);
        let selection = &self.options.selection;
        let whole = plan.clone();
        let selected = selection.apply(&mut plan);
        if selected.is_empty() && !selection.has_probe() {
            return Err(nothing_selected(selection));
        }
        progress.planned(plan.scenarios.len());
        let (log, redactor, stop) = (self.log, self.redactor, self.stop.clone());
        let suites = suites(&probe, &plan);
        let session = self.session(&probe, declared.clone());
        let parts = Parts {
            declared: Some(declared),
            plan: selected,
            ..probed(redactor, probe, suites)
        };
        if let Some(log) = log {
            log.probe(&parts.facts, &parts.scenarios[0], &parts.exchanges)?;
            let ids = plan.scenarios.iter().map(|planned| planned.id.clone());
            log.plan(&parts.suites, ids.collect())?;
        }
        let writer = Writer {
            log,
            redactor,
            progress,
            stop: &stop,
        };
        let played = crate::runner::run(&session, &plan, &writer).await;
        let Some(played) = played else {
            return Ok(None);
        };
        let mut parts = parts.and(redactor, played);
        parts.look_at_promises(session.client.base());
        parts.look_at_must_support(session.must_support.results());
        parts.note_what_the_guide_asks();
        let reasons = Reasons {
            suites: &crate::suite::load::shipped()?,
            asked: &prepared.suites,
            whole: &whole,
            planned: &parts.plan,
            selected: &plan,
            played: &parts.scenarios,
        };
        parts.untested = parts.untested(&reasons, may_write);
        selection.narrow(&mut parts.scenarios, &mut parts.suites, &places);
        if parts.scenarios.is_empty() && selection.shard.is_none() {
            return Err(nothing_selected(selection));
        }
        Ok(Some(parts))
    }

    fn session(self, probe: &Probe, declared: Declared) -> Session {
        let definitions = &self.prepared.definitions;
        let mut values = self.values;
        values.insert(TODAY.to_owned(), probe.today().to_string());
        Session {
            client: self.client,
            dialect: probe.dialect.clone(),
            definitions: definitions.clone(),
            model: Arc::new(DefinitionsModel::new(definitions.clone())),
            validator: Validator::new(definitions.clone()),
            limits: Limits {
                pages: self.options.max_pages,
                scenarios: self.options.concurrency,
            },
            values,
            must_support: MustSupport::new(definitions),
            journal: self.journal,
            declared,
            statement: probe.statement.clone(),
            earlier: self.earlier,
            stop: self.stop,
            off: self.prepared.overlay.off.clone(),
        }
    }
}

fn nothing_selected(selection: &Selection) -> RunError {
    RunError::NothingSelected(selection.filter.as_ref().map_or_else(
        || "the suites that were asked for have no scenario".to_owned(),
        |filter| format!("no check of the plan fits the filter `{filter}`"),
    ))
}

fn suites(probe: &Probe, plan: &Plan) -> Vec<PlannedSuite> {
    let speaks = PlannedSuite {
        id: probe.scenario.suite.clone(),
        title: "How the server speaks".to_owned(),
    };
    let planned = plan.suites.iter().map(|(id, title)| PlannedSuite {
        id: id.clone(),
        title: title.clone(),
    });
    std::iter::once(speaks).chain(planned).collect()
}

/// What the probe gave, redacted.
fn probed(redactor: &Redactor, probe: Probe, suites: Vec<PlannedSuite>) -> Parts {
    let exchanges = probe.exchanges.iter();
    Parts {
        facts: probe.facts,
        suites,
        exchanges: exchanges
            .map(|each| redactor.redact_exchange(each))
            .collect(),
        scenarios: vec![parts::scenario(redactor, probe.scenario, 0)],
        resources: 0,
        plan: Vec::new(),
        declared: None,
        promises: Vec::new(),
        untested: BTreeMap::new(),
    }
}

/// Writes down what a run gives as it comes; what cannot be written down stops the run.
struct Writer<'r> {
    log: Option<&'r Log>,
    redactor: &'r Redactor,
    progress: &'r dyn Progress,
    stop: &'r Stop,
}

impl Watch for Writer<'_> {
    fn step(&self, scenario: &PlannedScenario, played: &PlayedStep) {
        let Some(log) = self.log else { return };
        let redacted = parts::played_step(self.redactor, played);
        if let Err(error) = log.step(scenario, redacted) {
            self.stop.ask(error.to_string());
        }
    }

    fn scenario(&self, played: &Played) {
        let ended = self.log.map(|log| log.ended(&played.result.id));
        if let Some(Err(error)) = ended {
            self.stop.ask(error.to_string());
        }
        self.progress.played(&played.result);
    }
}
