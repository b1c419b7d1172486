//! A gate on the sample report.

use std::path::{Path, PathBuf};

use super::{FailOn, Gate, GateOptions};
use crate::finding::Cause;
use crate::report::sample::run as sample_run;
use crate::report::{EntryState, Language, Report, build, json, read, schema_errors};
use crate::result::{Level, RunResult, Verdict};

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, text: &str) -> Option<PathBuf> {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("written");
        Some(path)
    }
}

fn gated(run: &RunResult, options: &GateOptions) -> Report {
    let gate = Gate::load(options).unwrap_or_else(|error| panic!("{error}"));
    let mut report = build(run);
    gate.apply(&mut report);
    let text = json(&report);
    let value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(schema_errors(&value), Vec::<String>::new());
    assert_eq!(read(&text).expect("reads"), report);
    report
}

fn failing(report: &Report) -> Vec<&str> {
    let failing = report
        .findings
        .iter()
        .filter(|it| it.verdict == Verdict::Fail);
    failing.map(|it| it.id.as_str()).collect()
}

/// Every failure of the sample is known; `expires` in the style of the file.
fn all_known(files: &Files, expires: &str) -> Option<PathBuf> {
    files.write(
        "known-failures.toml",
        &format!(
            "[[known-failure]]\ncause = \"server\"\nreason = \"since 25.10\"\nticket = \"OFS-1\"\nowner = \"API team\"\n{expires}\n"
        ),
    )
}

#[test]
fn known_failures_are_shown_as_known_and_fail_nothing() {
    let files = Files::new();
    let plain = build(&sample_run());
    assert_eq!(plain.exit_code, 1);
    let options = GateOptions {
        known_failures: all_known(&files, "expires = 2026-12-31"),
        ..GateOptions::default()
    };
    let report = gated(&sample_run(), &options);
    assert_eq!(report.exit_code, 0);
    assert_eq!(report.totals, plain.totals, "nothing is hidden");
    assert_eq!(failing(&report), failing(&plain));
    let known = report.findings.iter().filter(|it| it.known.is_some());
    assert!(known.clone().count() >= failing(&report).len());
    assert!(known.clone().all(|it| it.cause == Cause::Server));
    let gate = report.gate.expect("a gate");
    assert!(gate.passed && gate.failing.is_empty());
    let entry = &gate.known_failures.expect("entries")[0];
    assert_eq!(entry.state, EntryState::Matched);
}

#[test]
fn a_known_failure_that_has_expired_fails_again() {
    let files = Files::new();
    let options = GateOptions {
        known_failures: all_known(&files, "expires = 2026-05-03"),
        ..GateOptions::default()
    };
    let report = gated(&sample_run(), &options);
    assert_eq!(report.exit_code, 1);
    assert!(report.findings.iter().all(|it| it.known.is_none()));
    let gate = report.gate.expect("a gate");
    assert_eq!(
        gate.known_failures.expect("entries")[0].state,
        EntryState::Expired
    );
    assert!(gate.summary.contains("1 entry expired"), "{}", gate.summary);
    let same_day = GateOptions {
        known_failures: all_known(&files, "expires = \"2026-05-04\""),
        ..GateOptions::default()
    };
    assert_eq!(
        gated(&sample_run(), &same_day).exit_code,
        0,
        "the last day counts"
    );
}

#[test]
fn what_passes_although_known_to_fail_and_what_is_stale_is_said() {
    let files = Files::new();
    let entry = |about: &str| {
        format!("[[known-failure]]\n{about}\nreason = \"long ago\"\nowner = \"QA\"\n")
    };
    let text = [
        "check = \"read-status\"\ntype = \"Group\"",
        "check = \"read-status\"\ntype = \"Patient\"",
        "check = \"create-status\"\ntype = \"Claim\"",
        "check = \"read-unknown\"\ntype = \"Basic\"",
        "id = \"000000000000\"",
    ]
    .map(entry)
    .concat();
    let options = GateOptions {
        known_failures: files.write("known-failures.toml", &text),
        ..GateOptions::default()
    };
    let report = gated(&sample_run(), &options);
    assert_eq!(report.exit_code, 1);
    let states: Vec<EntryState> = report
        .gate
        .and_then(|gate| gate.known_failures)
        .expect("entries")
        .iter()
        .map(|entry| entry.state)
        .collect();
    use EntryState::{Matched, Passing, Stale, Untested};
    assert_eq!(states, [Matched, Passing, Untested, Stale, Stale]);
}

#[test]
fn a_baseline_lets_old_failures_through_and_not_new_ones() {
    let files = Files::new();
    let mut before = sample_run();
    let baseline = files.write("report.json", &json(&build(&before)));
    let options = GateOptions {
        baseline,
        ..GateOptions::default()
    };
    let same = gated(&before, &options);
    assert_eq!(same.exit_code, 0, "{:?}", same.gate);
    let of = |report: &Report| {
        report
            .gate
            .clone()
            .and_then(|gate| gate.baseline)
            .expect("a baseline")
    };
    assert_eq!(of(&same).new, Vec::<String>::new());
    assert_eq!(of(&same).still, failing(&same));

    before.scenarios.retain(|it| it.id != "discover-patient");
    let options = GateOptions {
        baseline: files.write("report.json", &json(&build(&before))),
        ..GateOptions::default()
    };
    let worse = gated(&sample_run(), &options);
    assert_eq!(worse.exit_code, 1);
    assert_eq!(
        worse.gate.as_ref().map(|gate| gate.failing.clone()),
        Some(of(&worse).new)
    );
}

#[test]
fn a_failure_that_went_away_is_fixed_only_if_it_was_tested() {
    let files = Files::new();
    let baseline = || files.write("report.json", &json(&build(&sample_run())));
    let mut now = sample_run();
    now.scenarios.retain(|it| it.id != "discover-patient");
    let options = GateOptions {
        baseline: baseline(),
        ..GateOptions::default()
    };
    let report = gated(&now, &options);
    let base = report
        .gate
        .and_then(|gate| gate.baseline)
        .expect("a baseline");
    assert!(
        !base.untested.is_empty() && base.fixed.is_empty(),
        "{base:?}"
    );

    let mut mended = sample_run();
    let checks = mended.scenarios.iter_mut().flat_map(|it| &mut it.steps);
    for check in checks.flat_map(|step| &mut step.checks) {
        if check.settled() == Verdict::Fail {
            check.findings.clear();
            check.verdict = Verdict::Pass;
            check.evidence.requests = 1;
        }
    }
    let report = gated(&mended, &options);
    let base = report
        .gate
        .and_then(|gate| gate.baseline)
        .expect("a baseline");
    assert!(
        !base.fixed.is_empty() && base.untested.is_empty(),
        "{base:?}"
    );
}

#[test]
fn fail_on_says_what_fails() {
    let with = |kinds: &str| {
        let options = GateOptions {
            fail_on: Some(kinds.parse::<FailOn>().expect("kinds")),
            ..GateOptions::default()
        };
        let report = gated(&sample_run(), &options);
        (report.exit_code, report.gate.expect("a gate").failing.len())
    };
    assert_eq!(with("never"), (0, 0));
    let (code, shall) = with("SHALL");
    assert_eq!(code, 1);
    let (_, should) = with("SHOULD");
    let (_, any) = with("any:any");
    assert!(shall < should && should < any, "{shall} {should} {any}");
    assert_eq!(with("SHALL:guide").0, 1);
}

#[test]
fn a_run_that_stopped_is_never_let_through() {
    let mut run = sample_run();
    run.stopped_because = Some("the login was refused".to_owned());
    let options = GateOptions {
        fail_on: Some("never".parse().expect("kinds")),
        ..GateOptions::default()
    };
    assert_eq!(gated(&run, &options).exit_code, 3);
}

const BLOCKS: &str = "title = \"UAT of a release candidate\"\n[blocks]\nlevels = [\"SHALL\"]\ncauses = [\"server\"]\n";

fn accepted(text: &str) -> Report {
    let files = Files::new();
    let options = GateOptions {
        acceptance: files.write("acceptance.toml", text),
        ..GateOptions::default()
    };
    gated(&sample_run(), &options)
}

fn because(report: &Report) -> Vec<String> {
    let gate = report.gate.as_ref().expect("a gate");
    let acceptance = gate.acceptance.as_ref().expect("criteria");
    assert_eq!(acceptance.met, acceptance.not_met_because.is_empty());
    acceptance.not_met_because.clone()
}

#[test]
fn acceptance_is_not_met_while_findings_block_and_met_once_they_are_waived() {
    let report = accepted(BLOCKS);
    assert_eq!(report.exit_code, 1);
    assert!(because(&report)[0].ends_with("neither waived nor known"));
    let waiver = |expires: &str| {
        format!(
            "{BLOCKS}[[waiver]]\ncause = \"server\"\nrole = \"release manager\"\nreason = \"mended in rc3\"\n{expires}\n"
        )
    };
    let report = accepted(&waiver("expires = 2026-05-31"));
    assert_eq!((report.exit_code, because(&report)), (0, vec![]));
    assert_eq!(accepted(&waiver("expires = 2026-05-01")).exit_code, 1);
}

#[test]
fn suites_causes_and_levels_narrow_what_blocks() {
    let claims = BLOCKS.replace("causes", "suites = [\"claims\"]\ncauses");
    assert_eq!(accepted(&claims).exit_code, 0, "nothing of it failed");
    let guide = BLOCKS.replace("\"server\"", "\"guide\"");
    assert_eq!(accepted(&guide).exit_code, 1);
}

#[test]
fn skips_block_until_they_are_excused_and_an_excuse_turns_a_suite_green() {
    let mut run = sample_run();
    run.scenarios.retain(|it| it.id == "enrolment-patient");
    let mut checks: Vec<_> = run.scenarios[0]
        .steps
        .iter_mut()
        .flat_map(|step| &mut step.checks)
        .collect();
    for check in &mut checks {
        check.findings.clear();
        check.evidence.requests = 1;
        check.verdict = Verdict::Pass;
    }
    let last = checks.last_mut().expect("a check");
    last.verdict = Verdict::Skip;
    last.level = Level::Shall;
    last.reason = Some("there is no price list".to_owned());
    let files = Files::new();
    let held = |text: &str| {
        let options = GateOptions {
            acceptance: files.write("acceptance.toml", text),
            ..GateOptions::default()
        };
        gated(&run, &options)
    };
    let green = |report: &Report| {
        let suite = report.suites.iter().find(|it| it.id == "enrolment");
        suite.expect("the suite").green
    };
    let skips = BLOCKS.replace("levels", "skips = [\"SHALL\"]\nlevels");
    let report = held(&skips);
    assert_eq!((report.exit_code, green(&report)), (1, false));
    assert!(because(&report)[0].contains("not tested and not excused"));
    let excuse = "[[excuse]]\nbecause = \"*price list*\"\nrole = \"QA\"\nreason = \"none in this environment\"\n";
    let report = held(&format!("{skips}{excuse}"));
    assert_eq!(because(&report), Vec::<String>::new());
    assert_eq!((report.exit_code, green(&report)), (0, true));
    let expired = held(&format!("{skips}{excuse}expires = 2026-01-01\n"));
    assert_eq!((expired.exit_code, green(&expired)), (1, false));
}

#[test]
fn what_is_required_must_have_been_tested() {
    let required = BLOCKS.replace("\"server\"", "\"data\"")
        + "[required]\nsuites = [\"discover\", \"claims\", \"billing\"]\nrequirements = [\"READ-1.*\", \"CRE-3\"]\n";
    assert_eq!(
        because(&accepted(&required)),
        [
            "the suite `claims` was not tested",
            "the suite `billing` was not tested",
            "the requirement `CRE-3` was not tested"
        ]
    );
}

#[test]
fn the_worked_examples_are_read() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/gate"));
    let options = GateOptions {
        known_failures: Some(folder.join("known-failures.toml")),
        acceptance: Some(folder.join("acceptance.toml")),
        ..GateOptions::default()
    };
    let report = gated(&sample_run(), &options);
    insta::assert_snapshot!(report.gate.expect("a gate").summary);
}

#[test]
fn every_format_shows_the_gate() {
    let files = Files::new();
    let options = GateOptions {
        known_failures: all_known(&files, ""),
        acceptance: files.write("acceptance.toml", BLOCKS),
        baseline: files.write("report.json", &json(&build(&sample_run()))),
        ..GateOptions::default()
    };
    let report = gated(&sample_run(), &options);
    let junit = crate::report::junit(&report, Language::English);
    assert!(junit.contains("type=\"known-failure\""));
    assert!(!junit.contains("<failure"), "known failures are kept apart");
    let markdown = crate::report::markdown(&report, Language::English);
    assert!(
        markdown.contains("| known failure | matched |"),
        "{markdown}"
    );
    let html = crate::report::html(&report, Language::English);
    assert!(html.contains("id=\"gate\"") && html.contains("OFS-1"));
    let style = crate::report::TableStyle::default();
    let table = crate::report::table(&report, Language::English, &style);
    insta::assert_snapshot!(table.lines().take(16).collect::<Vec<_>>().join("\n"));
}
