use super::build;
use crate::finding::{Cause, Finding, Rule, Severity};
use crate::report::{FindingGroup, Report, json, sample, schema_errors};
use crate::result::{CheckResult, Level, Observed, RunResult, Verdict};

/// The sample run with one of its checks changed.
fn with_check(name: &str, change: impl Fn(&mut CheckResult)) -> RunResult {
    let mut run = sample::run();
    let checks = run
        .scenarios
        .iter_mut()
        .flat_map(|scenario| &mut scenario.steps)
        .flat_map(|step| &mut step.checks)
        .filter(|check| check.check == name);
    for check in checks {
        change(check);
    }
    run
}

fn valid(run: &RunResult) -> Report {
    let report = build(run);
    let value = serde_json::from_str(&json(&report)).expect("JSON");
    assert_eq!(schema_errors(&value), Vec::<String>::new());
    report
}

fn group<'a>(report: &'a Report, check: &str) -> &'a FindingGroup {
    let mut groups = report.findings.iter().filter(|group| group.check == check);
    groups.next().expect("a finding of the check")
}

#[test]
fn the_same_answers_give_the_same_report_outside_the_run_block() {
    let first = build(&sample::run());
    let mut run = sample::run();
    run.clock.id = "another".to_owned();
    run.clock.started = "2027-01-01T00:00:00Z".to_owned();
    run.clock.elapsed_ms += 1;
    for exchange in &mut run.exchanges {
        exchange.elapsed_ms += 7;
    }
    let mut second = build(&run);
    assert_ne!(first.run, second.run);
    second.run = first.run.clone();
    assert_eq!(json(&first), json(&second));
}

#[test]
fn the_port_of_the_built_in_server_shows_only_in_the_run_block() {
    let named = sample::run().target.base;
    let mut run = sample::run();
    // As long as the other, because the places of findings are of the text as it was sent.
    let called = "https://localhost-aaaa:40123/api/api_fhir_r4";
    assert_eq!(called.len(), named.len());
    let text = serde_json::to_string(&run.exchanges).expect("JSON");
    run.exchanges = serde_json::from_str(&text.replace(&named, called)).expect("exchanges");
    run.clock.base = called.to_owned();
    let mut report = build(&run);
    report.run.clock.base = named;
    assert!(!json(&report).contains("40123"));
    assert!(report.findings == build(&sample::run()).findings);
}

#[test]
fn findings_of_one_identity_are_one_group_with_at_most_five_places() {
    let run = with_check("profile", |check| {
        if let Some(first) = check.findings.first().cloned() {
            check.findings = vec![first; 9];
            for (index, observed) in check.findings.iter_mut().enumerate() {
                observed.finding.message = format!("message {index}");
                observed.finding.profile = Some(format!("http://profile|{index}"));
                observed.finding.expression = format!("Patient.name[{index}]");
            }
        }
    });
    let report = valid(&run);
    let patient = report
        .findings
        .iter()
        .find(|group| group.check == "profile" && group.cause == Cause::Server)
        .expect("the group");
    assert_eq!(patient.count, 9, "text, index and version are no identity");
    assert_eq!(patient.occurrences.len(), 5);
    assert_eq!(patient.message, "message 0");
}

#[test]
fn a_fault_of_the_guide_is_one_finding_for_all_interactions_and_never_fails() {
    let mut run = sample::run();
    let coverage = run
        .scenarios
        .iter_mut()
        .find(|it| it.id == "discover-coverage");
    let coverage = coverage.expect("the scenario");
    let mut again = coverage.steps[0].clone();
    again.id = "again".to_owned();
    for check in &mut again.checks {
        check.subject.interaction = Some("read".to_owned());
    }
    coverage.steps.push(again);
    let report = valid(&run);
    let guide: Vec<_> = report
        .findings
        .iter()
        .filter(|group| group.cause == Cause::Guide)
        .collect();
    assert_eq!(guide.len(), 1);
    assert_eq!(guide[0].count, 4);
    assert_eq!(guide[0].verdict, Verdict::Warning);
}

#[test]
fn failures_come_first_and_the_servers_before_others() {
    let report = valid(&sample::run());
    let verdicts: Vec<Verdict> = report.findings.iter().map(|group| group.verdict).collect();
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        Verdict::Warning => 2,
        Verdict::Skip => 3,
        Verdict::Pass => 4,
    };
    assert!(verdicts.is_sorted_by_key(rank), "{verdicts:?}");
    assert_eq!(
        report.findings[0].count, 3,
        "the most frequent failure first"
    );
}

#[test]
fn a_finding_shows_its_request_and_its_place_in_the_response() {
    let report = valid(&sample::run());
    let group = report
        .findings
        .iter()
        .find(|group| group.constraint.is_some())
        .expect("the constraint");
    let excerpt = group.excerpt.as_deref().expect("an excerpt");
    assert!(
        excerpt.contains("\n>     \"value\": \"07070707012345\"\n"),
        "{excerpt}"
    );
    assert!(
        !excerpt.contains("date:"),
        "what changes from run to run stays out"
    );
    let curl = group.curl.as_deref().expect("a request");
    assert!(
        curl.contains("$OPENIMIS_TOKEN") && !curl.contains('\n'),
        "{curl}"
    );
}

/// A run of one scenario in which everything passed.
fn passing() -> RunResult {
    let mut run = sample::run();
    run.scenarios
        .retain(|scenario| scenario.id == "enrolment-patient");
    let steps = run.scenarios[0].steps.iter_mut();
    for check in steps.flat_map(|step| &mut step.checks) {
        check.findings.clear();
        check.evidence.requests = 1;
        check.verdict = Verdict::Pass;
    }
    run
}

#[test]
fn one_pass_among_skips_is_not_green() {
    let mut run = passing();
    let green = valid(&run);
    let suite = |report: &Report| {
        let suite = report.suites.iter().find(|suite| suite.id == "enrolment");
        suite.expect("the suite").clone()
    };
    assert!(suite(&green).green, "{:?}", suite(&green).not_green_because);
    assert_eq!(green.exit_code, 0);

    let last = run.scenarios[0].steps.last_mut().expect("a step");
    last.checks[0].verdict = Verdict::Skip;
    last.checks[0].reason = Some("nothing to read".to_owned());
    let report = valid(&run);
    assert!(!suite(&report).green);
    assert_eq!(
        suite(&report).not_green_because,
        ["1 check of a SHALL not tested: nothing to read"]
    );
    assert_eq!(report.exit_code, 4, "neither a failure nor conformant");
    let expected = "1 check was not tested. Too little was tested of `enrolment`.";
    assert!(report.summary.ends_with(expected), "{}", report.summary);
    assert!(report.summary.contains("as far as it was tested"));
    let unplanned = report.suites.iter().find(|suite| suite.id == "claims");
    assert!(
        !unplanned.expect("the suite").green,
        "an empty suite is not green"
    );
}

#[test]
fn what_the_mode_leaves_out_was_not_in_the_plan() {
    let mut run = passing();
    let last = |run: &mut RunResult, verdict: Verdict, reason: &str| {
        let step = run.scenarios[0].steps.last_mut().expect("a step");
        step.checks[0].verdict = verdict;
        step.checks[0].reason = Some(reason.to_owned());
    };
    let exit_code = |run: &RunResult| valid(run).exit_code;
    last(&mut run, Verdict::Skip, "there is no Claim to read");
    assert_eq!(exit_code(&run), 4);
    let first = &mut run.scenarios[0].steps[0].checks[0];
    first.verdict = Verdict::Skip;
    first.reason = Some("the run is in read mode, and this step writes".to_owned());
    assert_eq!(
        exit_code(&run),
        0,
        "what is read leads on from what is written"
    );
}

#[test]
fn a_condition_may_arise_in_a_suite_that_was_not_asked_for() {
    let mut run = passing();
    let step = run.scenarios[0].steps.last_mut().expect("a step");
    let check = &mut step.checks[0];
    check.verdict = Verdict::Skip;
    check.requirements = vec!["PAG-1.next".to_owned()];
    check.reason = Some("all matches stand on one page".to_owned());
    check.conditional = true;
    let settled = |run: &RunResult| {
        let report = valid(run);
        let suite = report.suites.iter().find(|suite| suite.id == "enrolment");
        (report.exit_code, suite.expect("the suite").green)
    };
    assert_eq!(settled(&run), (4, false));
    run.selected = true;
    assert_eq!(settled(&run), (0, true));
    run.scenarios[0].steps.last_mut().expect("a step").checks[0].conditional = false;
    assert_eq!(settled(&run), (4, false));
}

#[test]
fn a_suite_without_a_shall_is_held_to_its_shoulds() {
    let mut run = sample::run();
    run.scenarios
        .retain(|scenario| scenario.id == "enrolment-patient");
    let set = |run: &mut RunResult, verdict: Verdict, reason: Option<&str>| {
        for step in &mut run.scenarios[0].steps {
            for check in &mut step.checks {
                check.level = Level::Should;
                check.findings.clear();
                check.evidence.requests = 1;
                check.verdict = Verdict::Pass;
            }
        }
        let last = run.scenarios[0].steps.last_mut().expect("a step");
        last.checks[0].verdict = verdict;
        last.checks[0].reason = reason.map(str::to_owned);
        if verdict == Verdict::Warning {
            let message = "expected status 200, found 500";
            last.checks[0].findings.push(Observed {
                exchange: None,
                resource: None,
                finding: Finding::new(Severity::Error, Rule::Status, "http.status", message),
                repeats: 0,
            });
        }
    };
    let because = |run: &RunResult| {
        let report = valid(run);
        let suite = report.suites.iter().find(|suite| suite.id == "enrolment");
        suite.expect("the suite").not_green_because.clone()
    };
    set(&mut run, Verdict::Pass, None);
    assert_eq!(because(&run), Vec::<String>::new());
    set(&mut run, Verdict::Warning, None);
    assert_eq!(because(&run), ["1 check of a SHOULD failed"]);
    set(&mut run, Verdict::Skip, Some("nothing to read"));
    assert_eq!(
        because(&run),
        ["1 check of a SHOULD not tested: nothing to read"]
    );
}

#[test]
fn a_check_in_error_outweighs_failures_and_is_said_first() {
    let run = with_check("read-status", |check| {
        check.verdict = Verdict::Error;
        check.reason = Some("the profile could not be compiled".to_owned());
    });
    let report = valid(&run);
    assert_eq!((report.exit_code, report.verdict), (3, Verdict::Error));
    assert!(
        report.summary.contains("could not be judged in full"),
        "{}",
        report.summary
    );
}

#[test]
fn a_run_that_stopped_says_why() {
    let mut run = sample::run();
    run.stopped_because = Some("the login was refused".to_owned());
    run.scenarios.clear();
    let report = valid(&run);
    assert_eq!(report.exit_code, 3);
    assert!(!report.complete);
    assert!(
        report
            .summary
            .contains("stopped because the login was refused")
    );
    assert!(report.suites.iter().all(|suite| !suite.green));
}

#[test]
fn nothing_tested_has_its_own_exit_code() {
    let mut run = sample::run();
    run.scenarios.clear();
    assert_eq!(valid(&run).exit_code, 4);
    let mut run = sample::run();
    run.scenarios
        .retain(|scenario| scenario.id == "claims-submit");
    let report = valid(&run);
    assert_eq!((report.exit_code, report.verdict), (4, Verdict::Skip));
    assert!(
        report
            .summary
            .starts_with("Nothing was tested on openIMIS 26.04: ")
    );
}

#[test]
fn what_is_not_bound_by_a_shall_does_not_fail() {
    let run = with_check("read-status", |check| {
        check.level = Level::Should;
        let severe = Finding::new(Severity::Fatal, Rule::Status, "", "no answer");
        for observed in &mut check.findings {
            observed.finding = severe.clone();
        }
    });
    assert_eq!(group(&valid(&run), "read-status").verdict, Verdict::Warning);
}

#[test]
fn requirements_say_whether_they_were_tested() {
    let report = valid(&sample::run());
    let requirement = |id: &str| {
        let found = report.requirements.iter().find(|known| known.id == id);
        found.expect("the requirement")
    };
    assert_eq!(requirement("READ-1.status").verdict, Verdict::Fail);
    assert!(requirement("READ-1.status").statement.is_some());
    let untested = requirement("CRE-3");
    assert_eq!(untested.verdict, Verdict::Skip);
    assert_eq!(untested.not_tested_because, ["nothing was created"]);
}

#[test]
fn a_deviation_says_how_many_checks_went_on_in_spite_of_it() {
    let report = valid(&sample::run());
    let outside = |suite: &&crate::report::model::SuiteReport| suite.id != crate::dialect::SUITE;
    let suites = report.suites.iter().filter(outside);
    let judged: u32 = suites
        .map(|suite| suite.checks.total() - suite.checks.skip)
        .sum();
    assert!(judged > 0);
    let deviations = report.dialect.iter().filter(|fact| fact.expected.is_some());
    assert!(deviations.clone().count() > 0);
    for fact in &report.dialect {
        let expected = fact.expected.is_some().then_some(judged);
        assert_eq!(fact.checks_after, expected, "{}", fact.name);
    }
}

#[test]
fn a_finding_without_a_hint_has_what_is_known_of_its_requirement() {
    let hint = |own: Option<&str>, message: &str| {
        let run = with_check("read-status", |check| {
            let mut finding = Finding::new(Severity::Error, Rule::Status, "GET", message);
            finding.hint = own.map(str::to_owned);
            check.verdict = Verdict::Fail;
            check.findings = vec![Observed {
                exchange: None,
                resource: None,
                finding,
                repeats: 0,
            }];
        });
        group(&valid(&run), "read-status").hint.clone()
    };
    let ids = ["READ-1.status".to_owned()];
    let known = crate::explain::mend(&ids).expect("it is known");
    assert_eq!(hint(None, "expected 200").as_deref(), Some(known));
    assert_eq!(hint(Some("own"), "expected 200").as_deref(), Some("own"));
    assert_eq!(hint(None, &format!("expected: {known}")), None);
}

#[test]
fn what_an_overlay_switches_off_is_no_gap_for_the_exit_code() {
    let code = |reason: &str| {
        let mut run = passing();
        let last = run.scenarios[0].steps.last_mut().expect("a step");
        last.checks[0].verdict = Verdict::Skip;
        last.checks[0].reason = Some(reason.to_owned());
        build(&run).exit_code
    };
    assert_eq!(code("there was nothing to look at"), 4);
    assert_eq!(code("switched off by the overlay: it counts late"), 0);
}
