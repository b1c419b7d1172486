//! What the tables of faults share: definitions loaded once, and how a row is held.

use std::sync::LazyLock;

use openimis_conformance::finding::{Cause, Severity};
use openimis_conformance::reference::Fault;
use openimis_conformance::result::Verdict;
use openimis_conformance::selftest::{Bench, Trial, Tried};

/// The definitions and compiled profiles of every trial of this process.
pub static BENCH: LazyLock<Bench> = LazyLock::new(Bench::default);

/// A fault, and the checks that must catch it.
pub struct Row {
    pub fault: Fault,
    pub fail: &'static [&'static str],
    pub warning: &'static [&'static str],
}

/// A fault that breaks a SHALL.
pub const fn fails(fault: Fault, fail: &'static [&'static str]) -> Row {
    Row {
        fault,
        fail,
        warning: &[],
    }
}

/// A fault that breaks a SHOULD, or a rule of ours.
pub const fn warns(fault: Fault, warning: &'static [&'static str]) -> Row {
    Row {
        fault,
        fail: &[],
        warning,
    }
}

/// Carries a trial out.
pub fn run(trial: &Trial) -> Tried {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(BENCH.run(trial))
        .unwrap_or_else(|error| panic!("{:?}: {error}", trial.faults))
}

/// Holds that each fault of the table is caught by its checks in these scenarios.
pub fn hold(suites: &[&str], scenarios: &[&str], table: &[Row]) {
    let mut missed = Vec::new();
    for row in table {
        let tried = run(&Trial::of_fault(row.fault, suites).only(scenarios));
        for (verdict, checks) in [(Verdict::Fail, row.fail), (Verdict::Warning, row.warning)] {
            for check in checks {
                let found = tried.worst(check);
                if found != verdict {
                    missed.push(format!(
                        "{}: expected `{check}` to end as {verdict}, found {found}",
                        row.fault
                    ));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Holds that the server is found at fault for nothing where it does nothing wrong, and that these
/// checks passed somewhere. What the guide is to blame for, and what only informs, stays.
pub fn right_behaviour_passes(suites: &[&str], checks: &[&str]) {
    let tried = run(&Trial::of_right_behaviour(suites));
    for check in tried.checks() {
        assert_ne!(check.settled(), Verdict::Error, "{check:?}");
        let blamed = check.findings.iter().map(|observed| &observed.finding);
        for finding in blamed {
            let harmless =
                finding.cause != Cause::Server || finding.severity == Severity::Information;
            assert!(harmless, "{} {:?}: {finding:?}", check.check, check.subject);
        }
    }
    for check in checks {
        let passed = tried.ended(Verdict::Pass);
        assert!(
            passed.contains(check),
            "expected `{check}` to pass somewhere"
        );
    }
}
