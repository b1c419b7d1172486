//! [`RunResult`] to [`Report`]: a pure function, so that the same answers give the same report.
//!
//! Verdicts are settled here once more from findings and evidence (see
//! [`CheckResult::settled`]), so that no writer can show a pass that saw nothing.

mod everywhere;
mod excerpt;
mod flows;
mod green;
mod grouping;
mod latency;
mod request_line;
mod requirements;
mod skipped;
mod stand_in;
mod suites;
mod verdict;

pub use self::green::excuse;
use self::grouping::Groups;
use self::stand_in::StandIn;
use super::model::{FORMAT_VERSION, Report, ReportedDialect, RunBlock, Tool, Totals};
use crate::check::catalog;
use crate::dialect::{FHIR_JSON, PLAIN_JSON};
use crate::result::{CheckResult, MustSupportResult, RunResult, ScenarioResult, Verdict};

/// The name under which checks about no resource type are counted.
const NO_TYPE: &str = "-";

/// The report of a run.
#[must_use]
pub fn build(run: &RunResult) -> Report {
    let stand_in = StandIn::new(&run.clock.base, &run.target.base);
    let groups = Groups::of(run, &stand_in);
    let suites = suites::suites(run, &groups);
    let totals = totals(run);
    let verdict = Verdict::worst(suites.iter().map(|suite| suite.verdict));
    let skipped = skipped::skipped(run);
    let mut dialect = dialect(run, &groups);
    dialect.extend(dialect_of_bodies(run, &groups));
    let findings = groups.into_sorted();
    let too_little = green::too_little(&suites, run.selected);
    let stopped = run.stopped_because.is_some();
    let exit_code = verdict::exit_code(stopped, &totals.checks, !too_little.is_empty());
    let summary = verdict::sentence(run, &totals, &findings, &skipped, &too_little);
    Report {
        format_version: FORMAT_VERSION.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        label: run.label.clone(),
        target: run.target.clone(),
        packages: run.packages.clone(),
        complete: run.stopped_because.is_none(),
        stopped_because: run.stopped_because.clone(),
        warnings: run.warnings.clone(),
        selected: run.selected,
        verdict,
        exit_code,
        summary,
        totals,
        dialect,
        suites,
        findings,
        requirements: requirements::coverage(run),
        flows: flows::flows(run),
        must_support: must_support(run),
        skipped,
        gate: None,
        promises: run.promises.clone(),
        surface: Some(run.surface.clone()).filter(|surface| !surface.is_empty()),
        run: RunBlock {
            clock: run.clock.clone(),
            latency: latency::by_interaction(&run.exchanges, &run.clock.base),
        },
    }
}

/// The marked elements with the resources that the steps showed.
fn must_support(run: &RunResult) -> Vec<MustSupportResult> {
    let steps = run.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let shown = steps.flat_map(|step| &step.shown);
    crate::must_support::merged(run.must_support.clone(), shown)
}

/// All checks of a run, in the order of the plan.
fn checks(run: &RunResult) -> impl Iterator<Item = &CheckResult> {
    run.scenarios
        .iter()
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks)
}

fn totals(run: &RunResult) -> Totals {
    let mut totals = Totals {
        requests: run.exchanges.len() as u32,
        resources: run.resources,
        ..Totals::default()
    };
    for check in checks(run) {
        let verdict = check.settled();
        let resource_type = check.subject.resource_type.as_deref().unwrap_or(NO_TYPE);
        totals.checks.add(verdict);
        totals.flaky += u32::from(check.flaky);
        totals
            .by_type
            .entry(resource_type.to_owned())
            .or_default()
            .add(verdict);
    }
    totals
}

fn dialect(run: &RunResult, groups: &Groups) -> Vec<ReportedDialect> {
    let judged = judged(run, |scenario| scenario.suite != crate::dialect::SUITE);
    run.dialect
        .iter()
        .map(|fact| ReportedDialect {
            name: fact.name.clone(),
            value: fact.value.clone(),
            expected: fact.expected.clone(),
            effect: fact.effect.clone(),
            checks_after: fact.expected.is_some().then_some(judged),
            findings: fact
                .check
                .as_deref()
                .map(|check| groups.ids_of_check(check))
                .unwrap_or_default(),
        })
        .collect()
}

/// How many checks of such scenarios were judged.
fn judged(run: &RunResult, of: impl Fn(&ScenarioResult) -> bool) -> u32 {
    let scenarios = run.scenarios.iter().filter(|scenario| of(scenario));
    let judged = scenarios.flat_map(checks_of);
    let judged = judged.filter(|check| check.settled() != Verdict::Skip);
    judged.count() as u32
}

fn checks_of(scenario: &ScenarioResult) -> impl Iterator<Item = &CheckResult> {
    scenario.steps.iter().flat_map(|step| &step.checks)
}

/// As what the server takes bodies, where one was sent: it shows with the first create, not before.
fn dialect_of_bodies(run: &RunResult, groups: &Groups) -> Option<ReportedDialect> {
    let own = |check: &&CheckResult| check.check == catalog::CONTENT_TYPE.id;
    let tried: Vec<Verdict> = checks(run).filter(own).map(CheckResult::settled).collect();
    let refused = tried.contains(&Verdict::Fail);
    (refused || tried.contains(&Verdict::Pass)).then(|| ReportedDialect {
        name: "body-media-type".to_owned(),
        value: if refused { PLAIN_JSON } else { FHIR_JSON }.to_owned(),
        expected: refused.then(|| FHIR_JSON.to_owned()),
        effect: refused.then(|| {
            "a body that is refused for its media type is sent again as application/json; nothing \
             is left out"
                .to_owned()
        }),
        // What went on is what the scenarios that send bodies have.
        checks_after: refused
            .then(|| judged(run, |scenario| checks_of(scenario).any(|it| own(&it)))),
        findings: groups.ids_of_check(catalog::CONTENT_TYPE.id),
    })
}

#[cfg(test)]
mod tests;
