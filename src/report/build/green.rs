//! The rule by which a suite is green: every SHALL of its plan was tested, for every resource
//! type, interaction and parameter it was planned for, and none failed. A conditional check that
//! had no occasion is no gap where another of its requirement had one, or may have one in a suite
//! that was not asked for; an excused one is none. A suite of which nothing was tested is not green,
//! whatever is excused. One whose plan has no SHALL (robustness) is held to its SHOULDs instead, so
//! that it is green only where there is a reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::overlay;
use crate::report::model::{Report, ReportedCheck, ReportedStep, SuiteReport};
use crate::result::{Level, Verdict};
use crate::suite::plan;

/// Settles for each suite whether it is green; `excused` says which untested checks are excused.
pub(super) fn settle(
    suites: &mut [SuiteReport],
    stopped_because: Option<&str>,
    selected: bool,
    excused: impl Fn(&ReportedCheck, &str) -> bool,
) {
    let occasions = Occasions::of(suites, selected);
    for suite in suites {
        let checks: Vec<&ReportedCheck> = checks(suite).collect();
        let because = not_green_because(&checks, &occasions, stopped_because, |check| {
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
        report.selected,
        excused,
    );
}

/// The names of the suites of which too little was tested: something that binds was planned and
/// not tested. Where the mode of the run left out a step, nothing of that scenario counts; where
/// only a part was asked for, a SHALL alone does, since what else a suite has may bind its SHOULDs.
/// What an overlay switches off was not planned either.
pub(super) fn too_little(suites: &[SuiteReport], selected: bool) -> Vec<&str> {
    let occasions = Occasions::of(suites, selected);
    let has_gap = |suite: &&SuiteReport| {
        let binding = binding(checks(suite)).filter(|it| !selected || *it == Level::Shall);
        // A filter may leave the note alone of a step that the mode left out.
        let by_mode = |step: &ReportedStep| {
            let reasons = step.checks.iter().filter_map(|check| check.reason.as_ref());
            let mut said = reasons.chain(&step.notes);
            said.any(|text| plan::says_left_out_by_mode(text))
        };
        let scenarios = suite.scenarios.iter();
        scenarios
            .filter(|scenario| !scenario.steps.iter().any(by_mode))
            .flat_map(|scenario| &scenario.steps)
            .flat_map(|step| &step.checks)
            .filter(|check| !check.reason.as_deref().is_some_and(overlay::is_off))
            .any(|check| Some(check.level) == binding && occasions.is_gap(check))
    };
    let suites = suites.iter().filter(has_gap);
    suites.map(|suite| suite.id.as_str()).collect()
}

fn checks(suite: &SuiteReport) -> impl Iterator<Item = &ReportedCheck> {
    suite
        .scenarios
        .iter()
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks)
}

/// Where conditional checks had an occasion.
struct Occasions {
    /// The requirements that some check of the run tested.
    tested: BTreeSet<String>,
    /// Whether others may have one in a suite that was not asked for.
    selected: bool,
}

impl Occasions {
    fn of(suites: &[SuiteReport], selected: bool) -> Self {
        let checks = suites.iter().flat_map(checks);
        let tested = checks.filter(|check| check.verdict != Verdict::Skip);
        Self {
            tested: tested
                .flat_map(|check| check.requirements.iter().cloned())
                .collect(),
            selected,
        }
    }

    /// Whether a check was not tested and had to be.
    fn is_gap(&self, check: &ReportedCheck) -> bool {
        let elsewhere = |id: &String| self.tested.contains(id);
        let had_occasion = || self.selected || check.requirements.iter().all(elsewhere);
        check.verdict == Verdict::Skip && !(check.conditional && had_occasion())
    }
}

fn not_green_because(
    checks: &[&ReportedCheck],
    occasions: &Occasions,
    stopped_because: Option<&str>,
    excused: impl Fn(&ReportedCheck) -> bool,
) -> Vec<String> {
    let binding = binding(checks.iter().copied());
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
    because.extend(gaps(bound(), word, occasions, excused));
    because
}

/// The strongest level in a plan; nothing binds where all are MAY.
fn binding<'c>(checks: impl Iterator<Item = &'c ReportedCheck>) -> Option<Level> {
    let strongest = checks.map(|check| check.level).min();
    strongest.filter(|level| *level != Level::May)
}

/// What was not tested and had to be, by reason.
fn gaps<'c>(
    bound: impl Iterator<Item = &'c &'c ReportedCheck>,
    word: &str,
    occasions: &Occasions,
    excused: impl Fn(&ReportedCheck) -> bool,
) -> Vec<String> {
    let mut untested: BTreeMap<&str, usize> = BTreeMap::new();
    for check in bound.filter(|check| occasions.is_gap(check) && !excused(check)) {
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
