//! The rule by which a suite is green: every SHALL of its plan was tested, for every resource
//! type, interaction and parameter it was planned for, and none failed. A conditional check that
//! had no occasion is no gap where another of its requirement had one; an excused one is none. A
//! suite of which nothing was tested is not green, whatever is excused. One whose plan has no SHALL
//! (robustness) is held to its SHOULDs instead, so that it is green only where there is a reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::model::{Report, ReportedCheck, SuiteReport};
use crate::result::{Level, Verdict};

/// Settles for each suite whether it is green; `excused` says which untested checks are excused.
pub(super) fn settle(
    suites: &mut [SuiteReport],
    stopped_because: Option<&str>,
    excused: impl Fn(&ReportedCheck, &str) -> bool,
) {
    let tested = tested(suites);
    for suite in suites {
        let checks: Vec<&ReportedCheck> = checks(suite).collect();
        let because = not_green_because(&checks, &tested, stopped_because, |check| {
            excused(check, &suite.id)
        });
        suite.green = because.is_empty();
        suite.not_green_because = because;
    }
}

/// Settles it once more for a finished report, with what acceptance criteria excuse.
pub fn excuse(report: &mut Report, excused: impl Fn(&ReportedCheck, &str) -> bool) {
    settle(
        &mut report.suites,
        report.stopped_because.as_deref(),
        excused,
    );
}

fn checks(suite: &SuiteReport) -> impl Iterator<Item = &ReportedCheck> {
    suite
        .scenarios
        .iter()
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks)
}

/// The requirements that some check of the run tested.
fn tested(suites: &[SuiteReport]) -> BTreeSet<String> {
    suites
        .iter()
        .flat_map(checks)
        .filter(|check| check.verdict != Verdict::Skip)
        .flat_map(|check| check.requirements.iter().cloned())
        .collect()
}

fn not_green_because(
    checks: &[&ReportedCheck],
    tested: &BTreeSet<String>,
    stopped_because: Option<&str>,
    excused: impl Fn(&ReportedCheck) -> bool,
) -> Vec<String> {
    let levels = || checks.iter().map(|check| check.level);
    let binding = levels().min().filter(|level| *level != Level::May);
    let bound = || checks.iter().filter(|check| Some(check.level) == binding);
    let word = binding.map_or("", |level| level.code());
    let mut because = Vec::new();
    if let Some(reason) = stopped_because {
        because.push(format!("the run stopped because {reason}"));
    }
    if binding.is_none() {
        because.push("neither a SHALL nor a SHOULD is in its plan".to_owned());
    }
    let tested_any = checks.iter().any(|check| check.verdict != Verdict::Skip);
    if !checks.is_empty() && !tested_any {
        because.push("nothing of it was tested".to_owned());
    }
    let broken = match binding {
        Some(Level::Shall) => Verdict::Fail,
        _ => Verdict::Warning,
    };
    match bound().filter(|check| check.verdict == broken).count() {
        0 => {}
        1 => because.push(format!("1 check of a {word} failed")),
        failed => because.push(format!("{failed} checks of a {word} failed")),
    }
    let errors = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Error);
    match errors.count() {
        0 => {}
        1 => because.push("1 check could not be evaluated".to_owned()),
        errors => because.push(format!("{errors} checks could not be evaluated")),
    }
    match checks.iter().filter(|check| check.flaky).count() {
        0 => {}
        1 => because.push("1 check is flaky".to_owned()),
        flaky => because.push(format!("{flaky} checks are flaky")),
    }
    because.extend(gaps(bound(), word, tested, excused));
    because
}

/// What was not tested and had to be, by reason.
fn gaps<'c>(
    bound: impl Iterator<Item = &'c &'c ReportedCheck>,
    word: &str,
    tested: &BTreeSet<String>,
    excused: impl Fn(&ReportedCheck) -> bool,
) -> Vec<String> {
    let mut untested: BTreeMap<&str, usize> = BTreeMap::new();
    let is_gap = |check: &ReportedCheck| {
        let elsewhere = |id: &String| tested.contains(id);
        check.verdict == Verdict::Skip
            && !(check.conditional && check.requirements.iter().all(elsewhere))
            && !excused(check)
    };
    for check in bound.filter(|check| is_gap(check)) {
        *untested
            .entry(check.reason.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    let words = untested.into_iter().map(|(reason, count)| {
        let checks = if count == 1 { "check" } else { "checks" };
        format!("{count} {checks} of a {word} not tested: {reason}")
    });
    words.collect()
}
