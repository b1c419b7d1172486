//! A step that failed in a bad moment of the server and was asked once more: what passes then is
//! flaky, which is neither a pass nor a failure.

use crate::result::{CheckResult, Verdict};

/// Whether a check failed or could not be evaluated.
pub(super) fn is_bad(check: &CheckResult) -> bool {
    matches!(check.settled(), Verdict::Fail | Verdict::Error)
}

/// What came of the second try, for the reader of the step.
pub(super) fn note(first: &[CheckResult], second: &[CheckResult]) -> &'static str {
    match first
        .iter()
        .any(|check| is_bad(check) && passes(check, second))
    {
        true => {
            "asked once more, because the server seemed to have a bad moment: what failed passed then"
        }
        false => "asked once more, because the server seemed to have a bad moment: it failed again",
    }
}

/// The checks of a step that was carried out twice. Where the second try is no better, the first
/// stands; a check that was bad and is not any more is flaky.
pub(super) fn settle(first: Vec<CheckResult>, second: Vec<CheckResult>) -> Vec<CheckResult> {
    let helped = first
        .iter()
        .any(|check| is_bad(check) && passes(check, &second));
    if !helped {
        return first;
    }
    let mut settled: Vec<CheckResult> = Vec::new();
    for mut check in first {
        if is_bad(&check) && passes(&check, &second) {
            let what = check
                .reason
                .take()
                .map_or_else(String::new, |reason| format!(" ({reason})"));
            check.reason = Some(format!(
                "flaky: it failed{what}, and passed when asked once more"
            ));
            check.flaky = true;
            settled.push(check);
        }
    }
    let is_new = |check: &CheckResult| !settled.iter().any(|known| is_same(known, check));
    let others: Vec<CheckResult> = second.into_iter().filter(is_new).collect();
    settled.extend(others);
    settled
}

/// Whether the same check passed, which needs to have seen something.
fn passes(check: &CheckResult, among: &[CheckResult]) -> bool {
    let mut same = among
        .iter()
        .filter(|other| is_same(check, other))
        .peekable();
    same.peek().is_some()
        && same.all(|other| matches!(other.settled(), Verdict::Pass | Verdict::Warning))
}

fn is_same(one: &CheckResult, other: &CheckResult) -> bool {
    one.check == other.check
        && one.subject == other.subject
        && one.requirements == other.requirements
}

#[cfg(test)]
mod tests {
    use super::{note, settle};
    use crate::result::{CheckResult, Evidence, Level, Subject, Verdict};

    fn check(name: &str, verdict: Verdict) -> CheckResult {
        CheckResult {
            check: name.to_owned(),
            requirements: Vec::new(),
            level: Level::Shall,
            conditional: false,
            flaky: false,
            subject: Subject::default(),
            verdict,
            reason: (verdict == Verdict::Error).then(|| "reset: it broke".to_owned()),
            evidence: Evidence {
                requests: 1,
                resources: 0,
            },
            findings: Vec::new(),
        }
    }

    #[test]
    fn what_passes_the_second_time_is_flaky_and_never_a_pass() {
        let first = vec![
            check("status", Verdict::Error),
            check("bundle", Verdict::Skip),
        ];
        let second = vec![
            check("status", Verdict::Pass),
            check("bundle", Verdict::Pass),
        ];
        assert!(note(&first, &second).ends_with("passed then"));
        let settled = settle(first, second);
        let verdicts: Vec<_> = settled.iter().map(CheckResult::settled).collect();
        assert_eq!(verdicts, [Verdict::Warning, Verdict::Pass]);
        assert!(settled[0].flaky && !settled[1].flaky);
        let reason = settled[0].reason.as_deref().unwrap_or_default();
        assert!(reason.contains("reset: it broke"), "{reason}");
    }

    #[test]
    fn what_fails_again_stays_as_it_was() {
        let first = vec![
            check("status", Verdict::Fail),
            check("bundle", Verdict::Skip),
        ];
        let second = vec![
            check("status", Verdict::Error),
            check("bundle", Verdict::Pass),
        ];
        assert!(note(&first, &second).ends_with("failed again"));
        assert_eq!(settle(first.clone(), second), first);
        let skipped = vec![check("status", Verdict::Skip)];
        assert_eq!(settle(first.clone(), skipped), first, "a skip is no pass");
    }
}
