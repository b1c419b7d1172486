//! Suites with their scenarios, steps and checks.

use super::grouping::Groups;
use super::{green, skipped};
use crate::report::model::{
    ReportedCheck, ReportedScenario, ReportedStep, SuiteReport, VerdictCounts,
};
use crate::result::{CheckResult, PlannedSuite, RunResult, ScenarioResult, StepResult, Verdict};

/// The suites of the plan, each with its scenarios.
pub(super) fn suites(run: &RunResult, groups: &Groups) -> Vec<SuiteReport> {
    let mut suites: Vec<PlannedSuite> = run.suites.clone();
    for scenario in &run.scenarios {
        if suites.iter().all(|suite| suite.id != scenario.suite) {
            suites.push(PlannedSuite {
                id: scenario.suite.clone(),
                title: scenario.suite.clone(),
            });
        }
    }
    let mut suites: Vec<SuiteReport> = suites
        .iter()
        .map(|planned| suite(planned, run, groups))
        .collect();
    green::settle(
        &mut suites,
        run.stopped_because.as_deref(),
        run.selected,
        |_, _| false,
    );
    suites
}

fn suite(planned: &PlannedSuite, run: &RunResult, groups: &Groups) -> SuiteReport {
    let scenarios: Vec<&ScenarioResult> = run
        .scenarios
        .iter()
        .filter(|scenario| scenario.suite == planned.id)
        .collect();
    let checks = scenarios
        .iter()
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks);
    let mut counts = VerdictCounts::default();
    for check in checks {
        counts.add(check.settled());
    }
    SuiteReport {
        id: planned.id.clone(),
        title: planned.title.clone(),
        verdict: Verdict::worst(scenarios.iter().map(|scenario| scenario.verdict())),
        green: false,
        not_green_because: Vec::new(),
        checks: counts,
        scenarios: scenarios
            .iter()
            .map(|result| scenario(result, groups))
            .collect(),
    }
}

fn scenario(result: &ScenarioResult, groups: &Groups) -> ReportedScenario {
    ReportedScenario {
        id: result.id.clone(),
        title: result.title.clone(),
        verdict: result.verdict(),
        steps: result
            .steps
            .iter()
            .map(|step| self::step(step, groups))
            .collect(),
    }
}

fn step(result: &StepResult, groups: &Groups) -> ReportedStep {
    ReportedStep {
        id: result.id.clone(),
        title: result.title.clone(),
        verdict: result.verdict(),
        exchanges: result.exchanges.clone(),
        notes: [result.preparation.as_slice(), &result.notes].concat(),
        checks: result
            .checks
            .iter()
            .map(|check| self::check(check, groups))
            .collect(),
    }
}

fn check(result: &CheckResult, groups: &Groups) -> ReportedCheck {
    let verdict = result.settled();
    ReportedCheck {
        check: result.check.clone(),
        requirements: result.requirements.clone(),
        level: result.level,
        conditional: result.conditional,
        subject: result.subject.clone(),
        verdict,
        flaky: result.flaky,
        reason: match verdict {
            Verdict::Skip => Some(skipped::reason(result)),
            _ => result.reason.clone(),
        },
        evidence: result.evidence,
        findings: groups.ids_of(result),
    }
}
