//! A report as FHIR R4 resources: a TestReport for each scenario, an OperationOutcome for each
//! resource that was found at fault. Both come as a Bundle of the type collection.
//!
//! FHIR wants a TestScript for each TestReport; our scenarios are none, so that reference is a
//! logical one: an identifier of the scenario.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::finding_group::{FindingGroup, Occurrence};
use super::language::{Language, in_language};
use super::model::{Report, ReportedCheck, ReportedScenario, ReportedStep};
use super::text::{cut, one_line};
use crate::finding::Severity;
use crate::result::Verdict;

/// The systems of our identifiers and codes.
const SCENARIO: &str = "urn:openimis-conformance:scenario";
const RULE: &str = "urn:openimis-conformance:rule";
/// Characters of one text.
const LONGEST: usize = 2_000;

/// A TestReport for each scenario of a report.
#[must_use]
pub fn test_reports(report: &Report, language: Language) -> String {
    let report = &*in_language(report, language);
    let mut entries = Vec::new();
    for suite in &report.suites {
        for scenario in &suite.scenarios {
            let name = format!("{}/{}", suite.id, scenario.id);
            let resource = test_report(report, &name, scenario);
            entries.push(entry(report, &name, resource));
        }
    }
    bundle(report, entries)
}

/// An OperationOutcome for each resource that findings are about; a finding about no resource
/// stands with the step that made it.
#[must_use]
pub fn operation_outcomes(report: &Report, language: Language) -> String {
    let report = &*in_language(report, language);
    let mut places: Vec<(&str, Vec<Value>)> = Vec::new();
    for group in &report.findings {
        for occurrence in &group.occurrences {
            let place = occurrence.resource.as_deref().unwrap_or(&occurrence.step);
            let issue = issue(group, occurrence);
            match places.iter_mut().find(|(known, _)| *known == place) {
                Some((_, issues)) => issues.push(issue),
                None => places.push((place, vec![issue])),
            }
        }
    }
    let entries = places.into_iter().map(|(place, issues)| {
        let outcome = json!({"resourceType": "OperationOutcome", "issue": issues});
        let mut entry = entry(report, &format!("outcome {place}"), outcome);
        let address = format!("{}/{place}", report.target.base.trim_end_matches('/'));
        if let Ok(address) = url::Url::parse(&address) {
            entry["link"] = json!([{"relation": "about", "url": address.as_str()}]);
        }
        entry
    });
    bundle(report, entries.collect())
}

fn bundle(report: &Report, entries: Vec<Value>) -> String {
    let mut bundle = json!({"resourceType": "Bundle", "type": "collection"});
    if let Some(issued) = instant(&report.run.clock.finished) {
        bundle["timestamp"] = json!(issued);
    }
    if !entries.is_empty() {
        bundle["entry"] = Value::Array(entries);
    }
    format!("{bundle:#}\n")
}

/// The same report gives the same ids.
fn entry(report: &Report, name: &str, resource: Value) -> Value {
    let name = format!("{}\n{}\n{name}", report.label, report.target.base);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
    json!({"fullUrl": format!("urn:uuid:{id}"), "resource": resource})
}

fn test_report(report: &Report, name: &str, scenario: &ReportedScenario) -> Value {
    let mut resource = json!({
        "resourceType": "TestReport",
        "status": if report.complete { "completed" } else { "stopped" },
        "testScript": {
            "type": "TestScript",
            "identifier": {"system": SCENARIO, "value": name},
        },
        "result": result(scenario.verdict),
        "tester": format!("{} {}", report.tool.name, report.tool.version),
        "participant": [
            {"type": "server", "uri": report.target.base},
            {"type": "test-engine", "uri": "urn:openimis-conformance"},
        ],
    });
    put(&mut resource, "name", &scenario.title);
    put(&mut resource["testScript"], "display", &scenario.title);
    put(&mut resource["participant"][0], "display", &report.label);
    if let Some(issued) = instant(&report.run.clock.finished) {
        resource["issued"] = json!(issued);
    }
    let checks = || scenario.steps.iter().flat_map(|step| &step.checks);
    let tested = checks()
        .filter(|check| check.verdict != Verdict::Skip)
        .count();
    let held = checks().filter(|check| holds(check.verdict)).count();
    if let Some(score) = (held * 100).checked_div(tested) {
        resource["score"] = json!(score);
    }
    let tests: Vec<Value> = scenario
        .steps
        .iter()
        .filter(|step| !step.checks.is_empty())
        .map(|step| test(step, report))
        .collect();
    if !tests.is_empty() {
        resource["test"] = Value::Array(tests);
    }
    resource
}

fn test(step: &ReportedStep, report: &Report) -> Value {
    let actions: Vec<Value> = step
        .checks
        .iter()
        .map(|check| json!({"assert": assertion(check, report)}))
        .collect();
    let mut test = json!({"action": actions});
    put(&mut test, "name", &step.id);
    put(&mut test, "description", &step.title);
    test
}

fn assertion(check: &ReportedCheck, report: &Report) -> Value {
    let found = check.findings.iter();
    let messages: Vec<&str> = found
        .filter_map(|id| report.findings.iter().find(|group| group.id == *id))
        .map(|group| group.message.as_str())
        .chain(check.reason.as_deref())
        .collect();
    let mut assertion = json!({"result": check.verdict.code()});
    put(&mut assertion, "message", &messages.join("; "));
    put(&mut assertion, "detail", &check.check);
    assertion
}

fn issue(group: &FindingGroup, occurrence: &Occurrence) -> Value {
    let severity = match group.verdict {
        // As a report judges it: a SHOULD warns, and so does a fault of the guide.
        Verdict::Warning => Severity::Warning,
        Verdict::Pass | Verdict::Skip => Severity::Information,
        Verdict::Fail | Verdict::Error => group.severity,
    };
    let mut issue = json!({
        "severity": severity.code(),
        "code": group.code.code(),
        "details": {"coding": [{"system": RULE, "code": group.rule}]},
    });
    put(&mut issue["details"], "text", &group.message);
    if let Some(hint) = &group.hint {
        put(&mut issue, "diagnostics", hint);
    }
    let expression = text(&occurrence.expression);
    if !expression.is_empty() {
        issue["expression"] = json!([expression]);
    }
    issue
}

/// The words of TestReport.result.
fn result(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass | Verdict::Warning => "pass",
        Verdict::Fail | Verdict::Error => "fail",
        Verdict::Skip => "pending",
    }
}

fn holds(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::Warning)
}

/// Puts a text where there is one: FHIR has no empty strings.
fn put(object: &mut Value, name: &str, value: &str) {
    let value = text(value);
    if let (Some(members), false) = (object.as_object_mut(), value.is_empty()) {
        let members: &mut Map<String, Value> = members;
        members.insert(name.to_owned(), Value::String(value));
    }
}

fn text(text: &str) -> String {
    cut(one_line(text).trim(), LONGEST)
}

/// A time that FHIR takes, if it is one.
fn instant(time: &str) -> Option<String> {
    let time: jiff::Timestamp = time.parse().ok()?;
    Some(format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{operation_outcomes, test_reports};
    use crate::package::Definitions;
    use crate::report::{Language, sample};
    use crate::validator::{Request, Validator};

    /// What our own validator finds wrong.
    fn faults(text: &str) -> Vec<String> {
        let document = crate::json::read(text).expect("JSON");
        let validator = Validator::new(Definitions::embedded());
        let validation = validator.validate(&document, &Request::default());
        let findings = validation.findings.iter();
        findings
            .filter(|finding| finding.is_error())
            .map(|finding| format!("{} {}", finding.expression, finding.message))
            .collect()
    }

    #[test]
    fn test_reports_are_valid_and_say_how_each_scenario_ended() {
        let report = sample::report();
        let text = test_reports(&report, Language::English);
        assert_eq!(faults(&text), Vec::<String>::new());
        let bundle: Value = serde_json::from_str(&text).expect("JSON");
        let entries = bundle["entry"].as_array().expect("entries");
        let scenarios: usize = report
            .suites
            .iter()
            .map(|suite| suite.scenarios.len())
            .sum();
        assert_eq!(entries.len(), scenarios);
        let script = &entries[0]["resource"]["testScript"];
        assert_eq!(script["identifier"]["value"], "discover/discover-server");
        assert_eq!(entries[0]["resource"]["result"], "fail");
    }

    #[test]
    fn operation_outcomes_are_valid_and_stand_with_their_resource() {
        let report = sample::report();
        let text = operation_outcomes(&report, Language::French);
        assert_eq!(faults(&text), Vec::<String>::new());
        let bundle: Value = serde_json::from_str(&text).expect("JSON");
        let of_patient = bundle["entry"]
            .as_array()
            .expect("entries")
            .iter()
            .find(|entry| {
                let link = entry["link"][0]["url"].as_str().unwrap_or_default();
                link.ends_with("/Patient/2b0c")
            })
            .expect("the patient's");
        assert_eq!(of_patient["resource"]["issue"][0]["code"], "code-invalid");
    }

    #[test]
    fn what_a_server_sends_cannot_break_them() {
        let mut report = sample::report();
        report.findings[0].message = " \u{1}\u{202e}\n ".to_owned();
        report.findings[0].occurrences[0].resource = Some("<a b>/../\u{0}".to_owned());
        report.suites[0].scenarios[0].title = String::new();
        assert_eq!(
            faults(&test_reports(&report, Language::English)),
            Vec::<String>::new()
        );
        assert_eq!(
            faults(&operation_outcomes(&report, Language::English)),
            Vec::<String>::new()
        );
    }
}
