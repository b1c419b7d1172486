//! Which requirements were tested, which were not, and why.

use std::collections::BTreeMap;

use super::{checks, skipped};
use crate::report::model::{RequirementCoverage, VerdictCounts};
use crate::requirement::broken;
use crate::result::{CheckResult, Requirement, RunResult, Verdict};

/// Every requirement that is known or that a check of the plan names, in order of ids.
pub(super) fn coverage(run: &RunResult) -> Vec<RequirementCoverage> {
    let mut covered: BTreeMap<&str, RequirementCoverage> = BTreeMap::new();
    for check in checks(run) {
        for id in &check.requirements {
            let requirement = covered
                .entry(id)
                .or_insert_with(|| untested(run, id, check));
            count(requirement, check);
        }
    }
    for known in &run.requirements {
        covered.entry(&known.id).or_insert_with(|| uncovered(known));
    }
    covered.into_values().collect()
}

fn untested(run: &RunResult, id: &str, check: &CheckResult) -> RequirementCoverage {
    let known = run.requirements.iter().find(|known| known.id == id);
    RequirementCoverage {
        id: id.to_owned(),
        statement: known.map(|known| known.statement.clone()),
        source: known.map(|known| known.source.clone()),
        level: known.map_or(check.level, |known| known.level),
        verdict: Verdict::Skip,
        checks: VerdictCounts::default(),
        not_tested_because: Vec::new(),
    }
}

/// A requirement that no check names.
fn uncovered(known: &Requirement) -> RequirementCoverage {
    RequirementCoverage {
        id: known.id.clone(),
        statement: Some(known.statement.clone()),
        source: Some(known.source.clone()),
        level: known.level,
        verdict: Verdict::Skip,
        checks: VerdictCounts::default(),
        not_tested_because: vec![
            known
                .untested
                .clone()
                .unwrap_or_else(|| "the run did not come to it".to_owned()),
        ],
    }
}

fn count(requirement: &mut RequirementCoverage, check: &CheckResult) {
    let verdict = match broken::is_part(&requirement.id) {
        true => check.settled_of(requirement.level, |finding| {
            broken::is_broken_by(&requirement.id, finding)
        }),
        false => {
            requirement.level = requirement.level.min(check.level);
            check.settled()
        }
    };
    requirement.verdict = requirement.verdict.max(verdict);
    requirement.checks.add(verdict);
    if verdict == Verdict::Skip {
        let reason = skipped::reason(check);
        if !requirement.not_tested_because.contains(&reason) {
            requirement.not_tested_because.push(reason);
        }
    }
}
