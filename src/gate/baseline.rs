//! `--baseline`: only what fails now and did not fail in an earlier report counts.

use std::collections::BTreeSet;
use std::path::Path;

use super::{FailOn, GateError, seen::Seen};
use crate::report::{self, BaselineReport, FindingGroup, Report};
use crate::result::{Subject, Verdict};

/// An earlier report.
#[derive(Debug, Clone)]
pub(super) struct Baseline {
    report: Box<Report>,
}

impl Baseline {
    /// Reads a `report.json`, or the one in a folder.
    pub(super) fn load(path: &Path) -> Result<Self, GateError> {
        let path = match path.is_dir() {
            true => path.join("report.json"),
            false => path.to_owned(),
        };
        let bytes = std::fs::read(&path).map_err(|source| GateError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let report = report::read(&String::from_utf8_lossy(&bytes)).map_err(|source| {
            GateError::Baseline {
                path: path.clone(),
                source,
            }
        })?;
        Ok(Self {
            report: Box::new(report),
        })
    }

    /// Holds the findings that would fail a run against those of the earlier report.
    pub(super) fn compare(&self, report: &Report, seen: &Seen, fail_on: &FailOn) -> BaselineReport {
        let failing = |report: &Report| -> Vec<FindingGroup> {
            let findings = report.findings.iter();
            let failing = findings.filter(|group| fail_on.includes(group));
            failing.cloned().collect()
        };
        let before = failing(&self.report);
        let now: Vec<String> = ids(&failing(report));
        let known: BTreeSet<&str> = before.iter().map(|group| group.id.as_str()).collect();
        let (still, new): (Vec<_>, Vec<_>) = now
            .iter()
            .cloned()
            .partition(|id| known.contains(id.as_str()));
        let gone: Vec<&FindingGroup> = before
            .iter()
            .filter(|group| !now.contains(&group.id))
            .collect();
        let (fixed, untested): (Vec<_>, Vec<_>) =
            gone.into_iter().partition(|group| tested(group, seen));
        let ids_of =
            |groups: Vec<&FindingGroup>| groups.into_iter().map(|group| group.id.clone()).collect();
        BaselineReport {
            label: self.report.label.clone(),
            started: self.report.run.clock.started.clone(),
            new,
            still,
            fixed: ids_of(fixed),
            untested: ids_of(untested),
        }
    }
}

fn ids(groups: &[FindingGroup]) -> Vec<String> {
    groups.iter().map(|group| group.id.clone()).collect()
}

/// Whether the check that made a finding was tested, for what the finding is about. A finding of
/// the guide's has no interaction, and any will do.
fn tested(group: &FindingGroup, seen: &Seen) -> bool {
    let about = |subject: &Subject| {
        subject.resource_type == group.subject.resource_type
            && (group.subject.interaction.is_none()
                || subject.interaction == group.subject.interaction)
            && (group.subject.search_parameter.is_none()
                || subject.search_parameter == group.subject.search_parameter)
    };
    seen.checks().any(|(_, check)| {
        check.check == group.check
            && about(&check.subject)
            && !matches!(check.verdict, Verdict::Skip | Verdict::Error)
    })
}
