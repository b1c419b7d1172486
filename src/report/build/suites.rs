//! Suites with their scenarios, and the rule by which a suite is green.

use std::collections::{BTreeMap, BTreeSet};

use super::grouping::Groups;
use super::skipped;
use crate::report::model::{
    ReportedCheck, ReportedScenario, ReportedStep, SuiteReport, VerdictCounts,
};
use crate::result::{
    CheckResult, Level, PlannedSuite, RunResult, ScenarioResult, StepResult, Verdict,
};

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
    suites
        .iter()
        .map(|planned| suite(planned, run, groups))
        .collect()
}

fn suite(planned: &PlannedSuite, run: &RunResult, groups: &Groups) -> SuiteReport {
    let scenarios: Vec<&ScenarioResult> = run
        .scenarios
        .iter()
        .filter(|scenario| scenario.suite == planned.id)
        .collect();
    let checks: Vec<&CheckResult> = scenarios
        .iter()
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks)
        .collect();
    let mut counts = VerdictCounts::default();
    for check in &checks {
        counts.add(check.settled());
    }
    let not_green_because =
        not_green_because(&checks, &tested(run), run.stopped_because.as_deref());
    SuiteReport {
        id: planned.id.clone(),
        title: planned.title.clone(),
        verdict: Verdict::worst(scenarios.iter().map(|scenario| scenario.verdict())),
        green: not_green_because.is_empty(),
        not_green_because,
        checks: counts,
        scenarios: scenarios
            .iter()
            .map(|result| scenario(result, groups))
            .collect(),
    }
}

/// The requirements that some check of the run tested.
fn tested(run: &RunResult) -> BTreeSet<&str> {
    run.scenarios
        .iter()
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks)
        .filter(|check| check.settled() != Verdict::Skip)
        .flat_map(|check| check.requirements.iter().map(String::as_str))
        .collect()
}

/// Why a suite is not green. It is green only if every SHALL of its plan was tested, for every
/// resource type, interaction and parameter it was planned for, and none failed; a conditional
/// check that had no occasion is no gap where another of its requirement had one.
fn not_green_because(
    checks: &[&CheckResult],
    tested: &BTreeSet<&str>,
    stopped_because: Option<&str>,
) -> Vec<String> {
    let shall = || checks.iter().filter(|check| check.level == Level::Shall);
    let count = |verdict| shall().filter(|check| check.settled() == verdict).count();
    let mut because = Vec::new();
    if let Some(reason) = stopped_because {
        because.push(format!("the run stopped because {reason}"));
    }
    if shall().next().is_none() {
        because.push("no SHALL requirement is in its plan".to_owned());
    }
    match count(Verdict::Fail) {
        0 => {}
        1 => because.push("1 check of a SHALL failed".to_owned()),
        failed => because.push(format!("{failed} checks of a SHALL failed")),
    }
    let errors = checks
        .iter()
        .filter(|check| check.settled() == Verdict::Error)
        .count();
    match errors {
        0 => {}
        1 => because.push("1 check could not be evaluated".to_owned()),
        errors => because.push(format!("{errors} checks could not be evaluated")),
    }
    let mut untested: BTreeMap<String, usize> = BTreeMap::new();
    let is_gap = |check: &CheckResult| {
        let elsewhere = |id: &String| tested.contains(id.as_str());
        !(check.conditional && check.requirements.iter().all(elsewhere))
    };
    for check in shall().filter(|check| check.settled() == Verdict::Skip && is_gap(check)) {
        *untested.entry(skipped::reason(check)).or_default() += 1;
    }
    for (reason, count) in untested {
        let checks = if count == 1 { "check" } else { "checks" };
        because.push(format!("{count} {checks} of a SHALL not tested: {reason}"));
    }
    because
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
        subject: result.subject.clone(),
        verdict,
        reason: match verdict {
            Verdict::Skip => Some(skipped::reason(result)),
            _ => result.reason.clone(),
        },
        evidence: result.evidence,
        findings: groups.ids_of(result),
    }
}
