//! The verdict over a run: its exit code and its sentence.

use crate::finding::Cause;
use crate::report::finding_group::FindingGroup;
use crate::report::model::{Skipped, Totals, VerdictCounts};
use crate::result::{RunResult, TargetKind, Verdict};

/// 3 where the run could not be completed, 1 where the server failed, 4 where nothing was tested
/// or too little of a suite, 0 otherwise; the first that applies.
pub(super) fn exit_code(stopped: bool, checks: &VerdictCounts, too_little: bool) -> u8 {
    if stopped || checks.error > 0 {
        3
    } else if checks.fail > 0 {
        1
    } else if too_little || tested(checks) == 0 {
        4
    } else {
        0
    }
}

/// The verdict in one sentence.
pub(super) fn sentence(
    run: &RunResult,
    totals: &Totals,
    findings: &[FindingGroup],
    skipped: &[Skipped],
    too_little: &[&str],
) -> String {
    let checks = &totals.checks;
    let who = who(run);
    let failed = failures(totals, findings);
    let untested = untested(checks.skip);
    if let Some(reason) = &run.stopped_because {
        return format!(
            "The run on {who} stopped because {reason}; until then {failed}{untested}."
        );
    }
    if checks.error > 0 {
        let were = plural(checks.error, "check", "checks");
        return format!(
            "{} could not be judged in full: {were} could not be evaluated, {failed}{untested}.",
            capital(&who)
        );
    }
    if tested(checks) == 0 {
        let why = skipped
            .first()
            .map(|skipped| format!(": {}", skipped.reason))
            .unwrap_or_default();
        return format!("Nothing was tested on {who}{why}.");
    }
    let verdict = if checks.fail > 0 {
        "does not keep the implementation guide"
    } else if checks.skip > 0 {
        "keeps the implementation guide as far as it was tested"
    } else {
        "keeps the implementation guide"
    };
    let mut sentence = format!("{} {verdict}: {failed}{untested}.", capital(&who));
    // Beside failures this is what they lead to.
    if checks.fail == 0 && !too_little.is_empty() {
        let suites = too_little.join("`, `");
        sentence.push_str(&format!(" Too little was tested of `{suites}`."));
    }
    sentence
}

fn who(run: &RunResult) -> String {
    match (&run.target.release, run.target.kind) {
        (_, TargetKind::Embedded) => "the built-in reference server".to_owned(),
        (Some(release), TargetKind::Remote) => format!("openIMIS {release}"),
        (None, TargetKind::Remote) => format!("the server at {}", run.target.base),
    }
}

fn failures(totals: &Totals, findings: &[FindingGroup]) -> String {
    let checks = &totals.checks;
    let tested = tested(checks);
    let flaky = match totals.flaky {
        0 => String::new(),
        count => format!(", {count} flaky"),
    };
    if checks.fail == 0 {
        let warned = match checks.warning {
            0 => String::new(),
            warnings => format!(", {warnings} with warnings"),
        };
        return format!(
            "none of {} failed{warned}{flaky}",
            plural(tested, "check", "checks")
        );
    }
    let distinct = findings
        .iter()
        .filter(|group| group.verdict == Verdict::Fail && group.cause == Cause::Server)
        .count() as u32;
    format!(
        "{} of {} failed, for {}{flaky}",
        checks.fail,
        plural(tested, "check", "checks"),
        plural(distinct, "distinct reason", "distinct reasons")
    )
}

fn untested(skip: u32) -> String {
    match skip {
        0 => String::new(),
        1 => "; 1 check was not tested".to_owned(),
        skip => format!("; {skip} checks were not tested"),
    }
}

fn tested(checks: &VerdictCounts) -> u32 {
    checks.total() - checks.skip
}

fn plural(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        // The project writes its name with a small first letter.
        Some(first) if !text.starts_with("openIMIS") => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::exit_code;
    use crate::report::model::VerdictCounts;

    #[test]
    fn exit_codes_follow_the_documented_order() {
        let counts = |pass, fail, error, skip| VerdictCounts {
            pass,
            fail,
            error,
            skip,
            ..VerdictCounts::default()
        };
        assert_eq!(exit_code(false, &counts(5, 0, 0, 1), false), 0);
        assert_eq!(exit_code(false, &counts(5, 1, 0, 1), true), 1);
        assert_eq!(exit_code(false, &counts(5, 1, 1, 1), true), 3);
        assert_eq!(exit_code(true, &counts(5, 1, 0, 0), true), 3);
        assert_eq!(exit_code(false, &counts(5, 0, 0, 1), true), 4);
        assert_eq!(exit_code(false, &counts(0, 0, 0, 9), false), 4);
        assert_eq!(exit_code(false, &counts(0, 0, 0, 0), false), 4);
    }
}
