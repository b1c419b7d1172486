//! The run against a real openIMIS, held against the committed report of its release.
//!
//! Runs only where `OPENIMIS_LIVE_TARGET` gives the FHIR base of a server on fresh demo data
//! (`fixtures/openimis-server/up`), with `OPENIMIS_USER` and `OPENIMIS_PASSWORD`, and
//! `OPENIMIS_LIVE_REPORT` the report to hold it against; `OPENIMIS_LIVE_ACCOUNTS` names the accounts that
//! may do less, as `--account` takes them, with spaces between. Asked for and not possible is a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use openimis_conformance::report::Report;

/// What must not change without a line in the changelog: each check's verdict, each finding's
/// verdict and cause.
#[derive(Debug, PartialEq, Eq)]
struct Verdicts {
    checks: BTreeMap<String, String>,
    findings: BTreeMap<String, String>,
}

impl Verdicts {
    fn of(report: &Report) -> Self {
        let mut checks = BTreeMap::new();
        for suite in &report.suites {
            for scenario in &suite.scenarios {
                for step in &scenario.steps {
                    for check in &step.checks {
                        let key = format!(
                            "{}/{} {} {}",
                            scenario.id,
                            step.id,
                            check.check,
                            check.requirements.join("+")
                        );
                        checks.insert(key, check.verdict.to_string());
                    }
                }
            }
        }
        let findings = report
            .findings
            .iter()
            .map(|finding| {
                // Messages quote pseudonyms, which differ between two runs.
                (
                    format!("{} {}", finding.id, finding.check),
                    format!("{} {}", finding.verdict, finding.cause),
                )
            })
            .collect();
        Self { checks, findings }
    }
}

fn differences(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| {
            let show =
                |verdict: Option<&String>| verdict.cloned().unwrap_or_else(|| "absent".to_owned());
            format!("{key}: {} -> {}", show(old.get(key)), show(new.get(key)))
        })
        .collect()
}

fn read(path: &Path) -> Report {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    openimis_conformance::report::read(&text)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_live_run_gives_the_verdicts_of_the_committed_report() {
    let Ok(target) = std::env::var("OPENIMIS_LIVE_TARGET") else {
        println!("live run: not run, OPENIMIS_LIVE_TARGET is not set");
        return;
    };
    let committed = std::env::var("OPENIMIS_LIVE_REPORT")
        .expect("OPENIMIS_LIVE_REPORT names the committed report");
    let committed = read(Path::new(&committed));
    let folder = tempfile::tempdir().expect("a folder");
    let release = committed
        .target
        .release
        .clone()
        .expect("the committed report names its release");
    let accounts = std::env::var("OPENIMIS_LIVE_ACCOUNTS").unwrap_or_default();
    let accounts = accounts.split_whitespace();
    let status = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .args([
            "run",
            "--quiet",
            "--mode",
            "write",
            "--target",
            &target,
            "--release",
            &release,
            "--output",
        ])
        .arg(folder.path())
        .args(accounts.flat_map(|account| ["--account", account]))
        .status()
        .expect("the program runs");
    assert!(
        matches!(status.code(), Some(0 | 1)),
        "the run was not completed: {status}"
    );
    let new = read(&folder.path().join("report.json"));
    let (old, new) = (Verdicts::of(&committed), Verdicts::of(&new));
    assert!(new.checks.len() > 100, "only {} checks", new.checks.len());
    let mut changed = differences(&old.checks, &new.checks);
    changed.extend(differences(&old.findings, &new.findings));
    assert!(
        changed.is_empty(),
        "{} verdicts differ from the committed report; if that is right, commit the new report and say why in CHANGELOG.md:\n{}",
        changed.len(),
        changed.join("\n")
    );
    println!(
        "live run: {} checks, {} findings, as committed",
        new.checks.len(),
        new.findings.len()
    );
}
