//! CTRF (Common Test Report Format): a test for each check.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::finding_group::FindingGroup;
use super::language::{Language, in_language};
use super::model::{Report, ReportedCheck};
use super::view;
use crate::result::Verdict;

/// The report as CTRF.
#[must_use]
pub fn ctrf(report: &Report, language: Language) -> String {
    let report = &*in_language(report, language);
    let groups: HashMap<&str, &FindingGroup> = report
        .findings
        .iter()
        .map(|group| (group.id.as_str(), group))
        .collect();
    let mut tests = Vec::new();
    for suite in &report.suites {
        for scenario in &suite.scenarios {
            for step in &scenario.steps {
                for check in &step.checks {
                    let place = [suite.id.as_str(), scenario.id.as_str(), step.id.as_str()];
                    tests.push(test(&place, check, &groups));
                }
            }
        }
    }
    let counts = &report.totals.checks;
    let document = json!({
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": report.tool.name,
        "results": {
            "tool": {"name": report.tool.name, "version": report.tool.version},
            "summary": {
                "tests": counts.total(),
                "passed": counts.pass + counts.warning,
                "failed": counts.fail,
                "pending": 0,
                "skipped": counts.skip,
                "other": counts.error,
                "start": milliseconds(&report.run.clock.started),
                "stop": milliseconds(&report.run.clock.finished),
            },
            "tests": tests,
            "environment": {
                "appName": "openIMIS",
                "appVersion": report.target.release.clone().unwrap_or_else(|| report.label.clone()),
                "testEnvironment": report.target.base,
            },
        },
    });
    format!("{document:#}\n")
}

fn test(place: &[&str; 3], check: &ReportedCheck, groups: &HashMap<&str, &FindingGroup>) -> Value {
    let found = || {
        check
            .findings
            .iter()
            .filter_map(|id| groups.get(id.as_str()))
    };
    let mut test = json!({
        "name": format!("{}: {} ({})", place[2], check.check, view::about(&check.subject)),
        "status": status(check.verdict),
        // A check is a judgement and takes no time worth telling.
        "duration": 0,
        "rawStatus": check.verdict,
        "suite": [place[0], place[1]],
        "tags": check.requirements,
    });
    let messages: Vec<&str> = check
        .reason
        .as_deref()
        .into_iter()
        .chain(found().map(|group| group.message.as_str()))
        .collect();
    if !messages.is_empty() {
        test["message"] = json!(messages.join("\n"));
    }
    let again: Vec<&str> = found().filter_map(|group| group.curl.as_deref()).collect();
    if !again.is_empty() {
        test["trace"] = json!(again.join("\n"));
    }
    test
}

fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass | Verdict::Warning => "passed",
        Verdict::Fail => "failed",
        Verdict::Skip => "skipped",
        Verdict::Error => "other",
    }
}

/// Milliseconds since 1970; 0 where the report names no time.
fn milliseconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>()
        .map(jiff::Timestamp::as_millisecond)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::ctrf;
    use crate::report::{Language, sample};

    #[test]
    fn the_summary_counts_the_tests() {
        let report = sample::report();
        let document: serde_json::Value =
            serde_json::from_str(&ctrf(&report, Language::English)).expect("JSON");
        let results = &document["results"];
        let tests = results["tests"].as_array().expect("tests");
        for (status, count) in [
            ("passed", "passed"),
            ("failed", "failed"),
            ("skipped", "skipped"),
        ] {
            let found = tests.iter().filter(|test| test["status"] == status).count();
            assert_eq!(results["summary"][count], found, "{status}");
        }
        assert_eq!(results["summary"]["tests"], tests.len());
        assert_eq!(results["summary"]["start"], 1_777_882_500_000_i64);
    }
}
