//! `junit.xml`: a test suite for each scenario, a test case for each check.
//!
//! JUnit knows no warnings: a check that warns passes, and its output says what it warned of.
//! Durations are left out, because a check is a judgement and takes no time worth telling.

use std::collections::HashMap;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::finding_group::FindingGroup;
use super::gate::Known;
use super::language::{Language, in_language};
use super::model::{Report, ReportedCheck, ReportedScenario, SuiteReport};
use super::text::one_line;
use super::view;
use crate::result::Verdict;

/// The report as JUnit XML.
#[must_use]
pub fn junit(report: &Report, language: Language) -> String {
    let report = &*in_language(report, language);
    let groups: HashMap<&str, &FindingGroup> = report
        .findings
        .iter()
        .map(|group| (group.id.as_str(), group))
        .collect();
    let mut document = quick_junit::Report::new(format!("conformance of {}", report.label));
    if let Some(reason) = &report.stopped_because {
        document.add_test_suite(stopped(reason));
    }
    for suite in &report.suites {
        document.add_test_suite(green(suite));
        for scenario in &suite.scenarios {
            document.add_test_suite(self::scenario(&suite.id, scenario, report, &groups));
        }
    }
    // Serializing to memory has no way to fail. The writer drops control characters; two more
    // are no characters of XML (XML 1.0, 2.2).
    let text = document.to_string().unwrap_or_default();
    let mut text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A run that did not come to its end must not look like one that passed.
fn stopped(reason: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status
        .set_message(one_line(&format!("the run stopped because {reason}")))
        .set_type("incomplete");
    let mut case = TestCase::new("the run comes to its end", status);
    case.set_classname("run");
    let mut test_suite = TestSuite::new("run");
    test_suite.add_test_case(case);
    test_suite
}

/// Whether the suite is green, as a test: what tested too little must not look as if it had passed.
/// It is skipped and does not fail, as what is missing is no failure of the server; what did fail
/// fails for itself.
fn green(suite: &SuiteReport) -> TestSuite {
    let status = match suite.green {
        true => TestCaseStatus::success(),
        false => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_message(one_line(&suite.not_green_because.join("; ")))
                .set_type("not-green");
            status
        }
    };
    let mut case = TestCase::new("what its plan asks for was tested and held", status);
    case.set_classname(suite.id.as_str());
    let mut test_suite = TestSuite::new(suite.id.as_str());
    test_suite.add_test_case(case);
    test_suite
}

fn scenario(
    suite: &str,
    scenario: &ReportedScenario,
    report: &Report,
    groups: &HashMap<&str, &FindingGroup>,
) -> TestSuite {
    let mut test_suite = TestSuite::new(format!("{suite}/{}", scenario.id));
    test_suite.add_property(("title", scenario.title.as_str()));
    test_suite.add_property(("target", report.target.base.as_str()));
    for package in &report.packages {
        test_suite.add_property((package.id.as_str(), package.version.as_str()));
    }
    let mut names: HashMap<String, u32> = HashMap::new();
    for step in &scenario.steps {
        for check in &step.checks {
            let mut name = format!(
                "{}: {} ({})",
                step.id,
                check.check,
                view::about(&check.subject)
            );
            let seen = names.entry(name.clone()).or_default();
            *seen += 1;
            if *seen > 1 {
                name.push_str(&format!(" #{seen}"));
            }
            let found: Vec<&FindingGroup> = check
                .findings
                .iter()
                .filter_map(|id| groups.get(id.as_str()).copied())
                .collect();
            let mut case = TestCase::new(name, status(check, &found));
            case.set_classname(format!("{suite}.{}", scenario.id));
            if !matches!(check.verdict, Verdict::Fail | Verdict::Error) && !found.is_empty() {
                case.set_system_out(details(&found));
            }
            test_suite.add_test_case(case);
        }
    }
    test_suite
}

/// A check that fails for known failures only is set apart from failures and from skips: it is
/// skipped with the type `known-failure`.
fn known_failure(check: &ReportedCheck, found: &[&FindingGroup]) -> Option<TestCaseStatus> {
    let mut failing = found
        .iter()
        .filter(|group| group.verdict == check.verdict)
        .peekable();
    failing.peek()?;
    let known: Option<Vec<&Known>> = failing.map(|group| group.known.as_ref()).collect();
    let known = known.filter(|_| check.verdict == Verdict::Fail)?;
    let first = known.first()?;
    let ticket = first.ticket.as_ref().map(|ticket| format!(" ({ticket})"));
    let message = format!(
        "known failure: {}{}",
        first.reason,
        ticket.unwrap_or_default()
    );
    let mut status = TestCaseStatus::skipped();
    status
        .set_message(one_line(&message))
        .set_type("known-failure")
        .set_description(details(found));
    Some(status)
}

fn status(check: &ReportedCheck, found: &[&FindingGroup]) -> TestCaseStatus {
    if let Some(status) = known_failure(check, found) {
        return status;
    }
    let kind = match check.verdict {
        Verdict::Pass | Verdict::Warning => return TestCaseStatus::success(),
        Verdict::Skip => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(one_line(check.reason.as_deref().unwrap_or_default()));
            return status;
        }
        Verdict::Fail => NonSuccessKind::Failure,
        Verdict::Error => NonSuccessKind::Error,
    };
    let first = found
        .iter()
        .find(|group| group.verdict == check.verdict)
        .or(found.first());
    let message = match (first, &check.reason) {
        (_, Some(reason)) => reason.clone(),
        (Some(group), None) => group.message.clone(),
        (None, None) => format!("{} ended in {}", check.check, check.verdict),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_message(one_line(&message))
        .set_type(first.map_or("check", |group| group.rule.as_str()))
        .set_description(details(found));
    status
}

/// What each finding says, one after the other.
fn details(found: &[&FindingGroup]) -> String {
    let mut text = String::new();
    for group in found {
        let requirements = group.requirements.join(", ");
        let parts = [
            (view::grade(group), Some(group.message.as_str())),
            ("expected", group.expected.as_deref()),
            ("found", group.actual.as_deref()),
            ("requirement", Some(requirements.as_str())),
            ("level", Some(group.level.code())),
            ("rule", Some(group.rule.as_str())),
            ("constraint", group.constraint.as_deref()),
            ("element", group.element.as_deref()),
            ("profile", group.profile.as_deref()),
            ("cause", Some(group.cause.code())),
            ("hint", group.hint.as_deref()),
            ("finding", Some(group.id.as_str())),
            ("again", group.curl.as_deref()),
        ];
        for (name, value) in parts {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                text.push_str(&format!("{name}: {}\n", one_line(value)));
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::junit;
    use crate::report::{Language, sample};

    #[test]
    fn the_sample_as_junit() {
        insta::assert_snapshot!(junit(&sample::report(), Language::English));
    }

    #[test]
    fn characters_that_xml_cannot_hold_do_not_break_it() {
        let mut report = sample::report();
        report.findings[0].message = "\u{0}\u{1b}]]><!-- & \"x\" '\u{ffff}".to_owned();
        report.label = "<&\u{1}".to_owned();
        let text = junit(&report, Language::English);
        assert!(!text.contains(['\u{0}', '\u{1b}', '\u{1}', '\u{ffff}']));
        assert!(!text.contains("<!-- &"));
    }
}
