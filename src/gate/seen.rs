//! What a report says of suites and checks, looked up by the entries of a gate.

use std::collections::BTreeMap;

use super::pattern::About;
use crate::report::{Report, ReportedCheck};
use crate::result::Verdict;

/// The checks of a report with their suites.
#[derive(Debug, Default)]
pub(super) struct Seen {
    checks: Vec<(String, ReportedCheck)>,
    suites_by_finding: BTreeMap<String, Vec<String>>,
}

impl Seen {
    pub(super) fn of(report: &Report) -> Self {
        let mut seen = Self::default();
        for suite in &report.suites {
            let steps = suite.scenarios.iter().flat_map(|scenario| &scenario.steps);
            for check in steps.flat_map(|step| &step.checks) {
                for id in &check.findings {
                    let suites = seen.suites_by_finding.entry(id.clone()).or_default();
                    if !suites.contains(&suite.id) {
                        suites.push(suite.id.clone());
                    }
                }
                seen.checks.push((suite.id.clone(), check.clone()));
            }
        }
        seen
    }

    /// Every check, with its suite.
    pub(super) fn checks(&self) -> impl Iterator<Item = (&str, &ReportedCheck)> {
        self.checks
            .iter()
            .map(|(suite, check)| (suite.as_str(), check))
    }

    /// The suites in which a finding was made.
    pub(super) fn suites_of(&self, finding: &str) -> Vec<&str> {
        self.suites_by_finding
            .get(finding)
            .map(|suites| suites.iter().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// The worst verdict of the checks that an entry names; `None` where there are none.
    pub(super) fn verdict_of(&self, about: &About) -> Option<Verdict> {
        let mut about = self
            .checks()
            .filter(|(suite, check)| about.check(check, suite))
            .map(|(_, check)| check.verdict)
            .peekable();
        about.peek()?;
        Some(Verdict::worst(about))
    }

    /// Whether a check failed without saying why: a mistake in it, never let through.
    pub(super) fn unexplained_failure(&self) -> bool {
        self.checks()
            .any(|(_, check)| check.verdict == Verdict::Fail && check.findings.is_empty())
    }
}
