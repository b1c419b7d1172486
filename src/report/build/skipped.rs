//! What was not tested, and why.

use super::checks;
use crate::report::model::Skipped;
use crate::result::{CheckResult, RunResult, Verdict};

/// The reason of a check that was skipped without one.
const NO_REASON: &str = "there was nothing to look at";

/// Why a skipped check was skipped: its reason, or the finding that kept it from being tested.
pub(super) fn reason(check: &CheckResult) -> String {
    check
        .reason
        .clone()
        .or_else(|| Some(check.findings.first()?.finding.message.clone()))
        .unwrap_or_else(|| NO_REASON.to_owned())
}

/// Skipped checks by reason, the most frequent first.
pub(super) fn skipped(run: &RunResult) -> Vec<Skipped> {
    let mut reasons: Vec<Skipped> = Vec::new();
    for check in checks(run).filter(|check| check.settled() == Verdict::Skip) {
        let reason = reason(check);
        let index = match reasons.iter().position(|skipped| skipped.reason == reason) {
            Some(index) => index,
            None => {
                reasons.push(Skipped {
                    reason,
                    count: 0,
                    checks: Vec::new(),
                    resource_types: Vec::new(),
                });
                reasons.len() - 1
            }
        };
        let skipped = &mut reasons[index];
        skipped.count += 1;
        insert(&mut skipped.checks, &check.check);
        if let Some(resource_type) = &check.subject.resource_type {
            insert(&mut skipped.resource_types, resource_type);
        }
    }
    reasons.sort_by(|left, right| (right.count, &left.reason).cmp(&(left.count, &right.reason)));
    reasons
}

fn insert(names: &mut Vec<String>, name: &str) {
    if let Err(at) = names.binary_search_by(|known| known.as_str().cmp(name)) {
        names.insert(at, name.to_owned());
    }
}
