//! Whether a report lets a run through: known failures, a baseline, what fails a run, and the
//! acceptance criteria of a release.
//!
//! A gate is loaded before the first request, so that a slip in its files costs no run, and then
//! applied to the finished report. It hides nothing: a known failure stays a failure, is shown as
//! known, and only the exit code changes. It judges no server.

mod acceptance;
mod baseline;
mod fail_on;
mod file;
mod known;
mod pattern;
mod seen;

use std::path::PathBuf;

use jiff::civil::Date;
use thiserror::Error;

use self::acceptance::Criteria;
use self::baseline::Baseline;
use self::known::KnownFailures;
use self::seen::Seen;
use crate::report::{
    self, AcceptanceReport, BaselineReport, EntryState, FindingGroup, GateReport,
    KnownFailureReport, Report,
};
use crate::wording::count;
use crate::yaml::FileError;

pub use fail_on::FailOn;

/// What a gate is made from.
#[derive(Debug, Clone, Default)]
pub struct GateOptions {
    /// File of known failures.
    pub known_failures: Option<PathBuf>,
    /// An earlier `report.json`, or its folder.
    pub baseline: Option<PathBuf>,
    /// What fails a run; a broken SHALL of the server if it is left out.
    pub fail_on: Option<FailOn>,
    /// File of acceptance criteria.
    pub acceptance: Option<PathBuf>,
}

/// Why there is no gate: bad input.
#[derive(Debug, Error)]
pub enum GateError {
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A mistake in a file.
    #[error(transparent)]
    File(FileError),
    /// A baseline that is no report.
    #[error("{}: {source}", path.display())]
    Baseline {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: report::ReadError,
    },
}

/// What lets a run through.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    known: Option<KnownFailures>,
    baseline: Option<Baseline>,
    fail_on: Option<FailOn>,
    criteria: Option<Criteria>,
}

impl Gate {
    /// Reads the files of a gate.
    ///
    /// # Errors
    /// The first file that cannot be read, or the first mistake in one.
    pub fn load(options: &GateOptions) -> Result<Self, GateError> {
        let known = options.known_failures.as_deref().map(KnownFailures::load);
        let baseline = options.baseline.as_deref().map(Baseline::load);
        let criteria = options.acceptance.as_deref().map(Criteria::load);
        Ok(Self {
            known: known.transpose()?,
            baseline: baseline.transpose()?,
            fail_on: options.fail_on.clone(),
            criteria: criteria.transpose()?,
        })
    }

    fn is_open(&self) -> bool {
        self.known.is_none()
            && self.baseline.is_none()
            && self.fail_on.is_none()
            && self.criteria.is_none()
    }

    /// Applies the gate: marks known failures, says what became of every entry, and settles the
    /// exit code. The day of the run decides what has expired.
    pub fn apply(&self, report: &mut Report) {
        if self.is_open() {
            return;
        }
        let today = day_of(&report.run.clock.started);
        let seen = Seen::of(report);
        let known_failures = self
            .known
            .as_ref()
            .map(|known| known.apply(&mut report.findings, &seen, today));
        if let Some(criteria) = &self.criteria {
            report::excuse(report, |check, suite| criteria.excuses(check, suite, today));
        }
        let gate = GateReport {
            known_failures,
            ..self.judge(report, &seen, today)
        };
        settle(report, gate);
    }

    fn judge(&self, report: &Report, seen: &Seen, today: Date) -> GateReport {
        let default = FailOn::default();
        let fail_on = self.fail_on.as_ref().unwrap_or(&default);
        let baseline = self.baseline.as_ref();
        let baseline = baseline.map(|baseline| baseline.compare(report, seen, fail_on));
        let criteria = self.criteria.as_ref();
        let acceptance = criteria.map(|criteria| criteria.judge(report, seen, today));
        // Acceptance criteria say themselves what blocks; findings count beside them only where
        // that was asked for too.
        let by_findings = acceptance.is_none() || self.fail_on.is_some() || self.baseline.is_some();
        let fails = |group: &FindingGroup| {
            let is_new = |it: &BaselineReport| it.new.contains(&group.id);
            by_findings
                && fail_on.includes(group)
                && group.known.is_none()
                && baseline.as_ref().is_none_or(is_new)
        };
        let failing = report.findings.iter().filter(|group| fails(group));
        let failing: Vec<String> = failing.map(|group| group.id.clone()).collect();
        let is_met = acceptance.as_ref().is_none_or(|it| it.met);
        GateReport {
            passed: is_met && failing.is_empty() && !seen.unexplained_failure(),
            summary: String::new(),
            fail_on: fail_on.words(),
            failing,
            known_failures: None,
            baseline,
            acceptance,
        }
    }
}

/// The exit code, and the sentence that says why.
fn settle(report: &mut Report, mut gate: GateReport) {
    gate.summary = sentence(
        &gate,
        report
            .findings
            .iter()
            .filter(|it| it.known.is_some())
            .count(),
    );
    report.exit_code = match report.exit_code {
        // A run that could not be completed is none that can be let through.
        3 => 3,
        // What lets failures through says itself how much had to be tested, but for nothing at all.
        4 if gate.passed && report.totals.checks.total() == report.totals.checks.skip => 4,
        _ if gate.passed => 0,
        _ => 1,
    };
    report.gate = Some(gate);
}

fn sentence(gate: &GateReport, known: usize) -> String {
    let mut parts = Vec::new();
    if let Some(acceptance) = &gate.acceptance {
        parts.push(acceptance_words(acceptance));
    }
    if let Some(baseline) = &gate.baseline {
        parts.push(format!(
            "since {}: {} new, {} still failing, {} fixed, {} no longer tested",
            baseline.label,
            baseline.new.len(),
            baseline.still.len(),
            baseline.fixed.len(),
            baseline.untested.len()
        ));
    }
    if let Some(entries) = &gate.known_failures {
        parts.push(known_words(entries, known));
    }
    parts.push(match gate.failing.len() {
        0 if gate.passed => "nothing else fails the run".to_owned(),
        0 => "the run fails".to_owned(),
        1 => "1 finding fails the run".to_owned(),
        failing => format!("{failing} findings fail the run"),
    });
    parts.join("; ")
}

fn acceptance_words(acceptance: &AcceptanceReport) -> String {
    match acceptance.met {
        true => format!("the acceptance criteria `{}` are met", acceptance.title),
        false => format!(
            "the acceptance criteria `{}` are not met: {}",
            acceptance.title,
            acceptance.not_met_because.join(", ")
        ),
    }
}

fn known_words(entries: &[KnownFailureReport], findings: usize) -> String {
    let mut words = format!("{} known", count(findings, "finding"));
    for (state, what) in [
        (EntryState::Expired, "expired"),
        (EntryState::Passing, "passing although known to fail"),
        (EntryState::Untested, "not tested"),
        (EntryState::Stale, "about nothing in this run"),
    ] {
        match entries.iter().filter(|entry| entry.state == state).count() {
            0 => {}
            1 => words.push_str(&format!(", 1 entry {what}")),
            number => words.push_str(&format!(", {number} entries {what}")),
        }
    }
    words
}

/// The day of a time of RFC 3339; the day of today where it is none.
fn day_of(started: &str) -> Date {
    started
        .parse::<jiff::Timestamp>()
        .unwrap_or_else(|_| jiff::Timestamp::now())
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

#[cfg(test)]
mod tests;
