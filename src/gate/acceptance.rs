//! `acceptance.toml`: what blocks a release, and which role answers for what does not. Findings
//! block by level, cause and suite; untested requirements block unless they are excused; suites
//! and requirements can be asked for by name.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;

use super::file::{self, Day};
use super::pattern::{About, Pattern};
use super::seen::Seen;
use super::{GateError, fail_on, known};
use crate::finding::Cause;
use crate::report::{
    AcceptanceReport, EntryState, FindingGroup, Report, ReportedCheck, WaiverReport,
};
use crate::result::{Level, Verdict};
use crate::toml::TomlFile;
use crate::wording::count;
use crate::yaml::FileError;

const SCHEMA: &str = include_str!("../../fixtures/gate/acceptance.schema.json");

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Criteria {
    title: String,
    blocks: Blocks,
    #[serde(default)]
    required: Required,
    #[serde(rename = "waiver", default)]
    waivers: Vec<Waiver>,
    #[serde(rename = "excuse", default)]
    excuses: Vec<Waiver>,
}

/// What blocks.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Blocks {
    levels: Vec<Level>,
    causes: Vec<Cause>,
    /// Only findings of these suites; all where it is left out.
    suites: Option<Vec<String>>,
    /// Untested checks of these levels.
    #[serde(default)]
    skips: Vec<Level>,
    /// Whether known failures block too.
    #[serde(default)]
    known_failures: bool,
}

/// What must have been tested.
#[derive(Debug, Clone, Default, Deserialize)]
struct Required {
    #[serde(default)]
    suites: Vec<String>,
    #[serde(default)]
    requirements: Vec<Pattern>,
}

#[derive(Debug, Clone, Deserialize)]
struct Waiver {
    #[serde(flatten)]
    about: About,
    role: String,
    reason: String,
    expires: Option<Day>,
}

impl Criteria {
    /// Reads the file.
    pub(super) fn load(path: &Path) -> Result<Self, GateError> {
        file::load(path, SCHEMA, Self::check)
    }

    fn check(file: &TomlFile<'_>, criteria: &Self) -> Result<(), FileError> {
        for (name, waivers) in [("waiver", &criteria.waivers), ("excuse", &criteria.excuses)] {
            for (index, waiver) in waivers.iter().enumerate() {
                file::check_names(file, &format!("/{name}/{index}"), &waiver.about)?;
            }
        }
        Ok(())
    }

    /// Whether an untested check is excused on that day.
    pub(super) fn excuses(&self, check: &ReportedCheck, suite: &str, today: Date) -> bool {
        self.excuses
            .iter()
            .any(|excuse| !excuse.expired(today) && excuse.about.check(check, suite))
    }

    /// Holds a report to the criteria.
    pub(super) fn judge(&self, report: &Report, seen: &Seen, today: Date) -> AcceptanceReport {
        let waivers: Vec<WaiverReport> = self
            .waivers
            .iter()
            .map(|waiver| waiver.over_findings(report, seen, today))
            .collect();
        let blocking: Vec<String> = report
            .findings
            .iter()
            .filter(|group| self.block(group, seen) && !is_waived(group, &waivers))
            .map(|group| group.id.clone())
            .collect();
        let not_met_because = self.not_met_because(report, seen, today, blocking.len());
        AcceptanceReport {
            title: self.title.clone(),
            met: not_met_because.is_empty(),
            not_met_because,
            blocking,
            waivers,
            excuses: self
                .excuses
                .iter()
                .map(|excuse| excuse.over_skips(seen, today))
                .collect(),
        }
    }

    fn block(&self, group: &FindingGroup, seen: &Seen) -> bool {
        let blocks = &self.blocks;
        let in_suites = blocks.suites.as_ref().is_none_or(|suites| {
            seen.suites_of(&group.id)
                .iter()
                .any(|suite| suites.iter().any(|name| name == suite))
        });
        group.verdict != Verdict::Pass
            && in_suites
            && blocks.levels.contains(&fail_on::binding(group))
            && blocks.causes.contains(&group.cause)
            && (blocks.known_failures || group.known.is_none())
    }

    fn not_met_because(
        &self,
        report: &Report,
        seen: &Seen,
        today: Date,
        blocking: usize,
    ) -> Vec<String> {
        let mut because = Vec::new();
        if let Some(reason) = &report.stopped_because {
            because.push(format!("the run stopped because {reason}"));
        }
        if blocking > 0 {
            because.push(format!(
                "{} neither waived nor known",
                count(blocking, "finding")
            ));
        }
        let errors = report.totals.checks.error as usize;
        if errors > 0 {
            because.push(format!("{} could not be evaluated", count(errors, "check")));
        }
        if seen.unexplained_failure() {
            because.push("a check failed without a finding".to_owned());
        }
        let untested = self.untested(seen, today);
        if untested > 0 {
            because.push(format!(
                "{} not tested and not excused",
                count(untested, "check")
            ));
        }
        because.extend(self.missing_suites(report));
        because.extend(self.missing_requirements(report));
        because
    }

    /// Checks of a level whose skips block, that are not excused; a conditional one is no gap
    /// where its requirement was tested elsewhere.
    fn untested(&self, seen: &Seen, today: Date) -> usize {
        let tested = |id: &String| {
            seen.checks()
                .any(|(_, check)| check.verdict != Verdict::Skip && check.requirements.contains(id))
        };
        let skips = |suite: &str, check: &ReportedCheck| {
            check.verdict == Verdict::Skip
                && self.blocks.skips.contains(&check.level)
                && self
                    .blocks
                    .suites
                    .as_ref()
                    .is_none_or(|suites| suites.iter().any(|name| name == suite))
                && !(check.conditional && check.requirements.iter().all(tested))
                && !self.excuses(check, suite, today)
        };
        seen.checks()
            .filter(|(suite, check)| skips(suite, check))
            .count()
    }

    fn missing_suites(&self, report: &Report) -> Vec<String> {
        let tested = |name: &str| {
            report
                .suites
                .iter()
                .any(|suite| suite.id == name && suite.checks.total() > suite.checks.skip)
        };
        self.required
            .suites
            .iter()
            .filter(|name| !tested(name))
            .map(|name| format!("the suite `{name}` was not tested"))
            .collect()
    }

    fn missing_requirements(&self, report: &Report) -> Vec<String> {
        let tested = |pattern: &Pattern| {
            let mut fitting = report
                .requirements
                .iter()
                .filter(|requirement| pattern.fits(&requirement.id))
                .peekable();
            fitting.peek().is_some()
                && fitting.all(|requirement| requirement.verdict != Verdict::Skip)
        };
        self.required
            .requirements
            .iter()
            .filter(|pattern| !tested(pattern))
            .map(|pattern| format!("the requirement `{}` was not tested", pattern.as_str()))
            .collect()
    }
}

fn is_waived(group: &FindingGroup, waivers: &[WaiverReport]) -> bool {
    waivers
        .iter()
        .any(|waiver| waiver.state == EntryState::Matched && waiver.findings.contains(&group.id))
}

impl Waiver {
    fn expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|day| day.is_before(today))
    }

    fn over_findings(&self, report: &Report, seen: &Seen, today: Date) -> WaiverReport {
        let findings: Vec<String> = report
            .findings
            .iter()
            .filter(|group| {
                group.verdict != Verdict::Pass
                    && self.about.finding(group, &seen.suites_of(&group.id))
            })
            .map(|group| group.id.clone())
            .collect();
        let state = known::state(&self.about, !findings.is_empty(), self.expired(today), seen);
        self.report(state, findings, 0)
    }

    fn over_skips(&self, seen: &Seen, today: Date) -> WaiverReport {
        let excused = seen
            .checks()
            .filter(|(suite, check)| {
                check.verdict == Verdict::Skip && self.about.check(check, suite)
            })
            .count();
        let state = match (excused, self.expired(today)) {
            (0, _) => match seen.verdict_of(&self.about) {
                None => EntryState::Stale,
                Some(_) => EntryState::Passing,
            },
            (_, true) => EntryState::Expired,
            (_, false) => EntryState::Matched,
        };
        self.report(
            state,
            Vec::new(),
            u32::try_from(excused).unwrap_or(u32::MAX),
        )
    }

    fn report(&self, state: EntryState, findings: Vec<String>, checks: u32) -> WaiverReport {
        WaiverReport {
            about: self.about.words(),
            role: self.role.clone(),
            reason: self.reason.clone(),
            expires: self.expires.map(|day| day.to_string()),
            state,
            findings,
            checks,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Criteria, SCHEMA, file};

    fn mistake(text: &str) -> String {
        file::parse(Path::new("acceptance.toml"), text, SCHEMA, Criteria::check)
            .expect_err("should be refused")
            .to_string()
    }

    #[test]
    fn a_slip_of_the_pen_is_found_at_its_line() {
        let blocks = "title = \"UAT\"\n[blocks]\nlevels = [\"SHALL\"]\ncauses = [\"server\"]\n";
        assert!(
            mistake("title = \"UAT\"\n[blocks]\nlevels = [\"MUST\"]\ncauses = []\n").starts_with(
                "acceptance.toml:3:11: expected `levels` to be one of SHALL, SHOULD, MAY"
            )
        );
        let waiver = format!("{blocks}[[waiver]]\nreason = \"x y\"\ncheck = \"read-status\"\n");
        assert_eq!(
            mistake(&waiver),
            "acceptance.toml:5:1: expected the key `role`, found none"
        );
        let excuse = format!(
            "{blocks}[[excuse]]\nrole = \"QA\"\nreason = \"no such data\"\nrequirement = \"SEARCH-1\"\n"
        );
        assert!(
            mistake(&excuse)
                .starts_with("acceptance.toml:8:1: expected `requirement` to be a requirement")
        );
    }
}
