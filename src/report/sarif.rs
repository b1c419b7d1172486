//! SARIF 2.1.0, for the code-scanning pages of CI systems: a result for each finding.
//!
//! SARIF wants a file for each result. The evidence is in `exchanges.ndjson`, so that is the file;
//! where in the resource a finding lies is a logical location.

use serde_json::{Value, json};

use super::finding_group::FindingGroup;
use super::language::{Language, in_language};
use super::model::Report;
use super::view;
use crate::result::Verdict;

/// The report as SARIF.
#[must_use]
pub fn sarif(report: &Report, language: Language) -> String {
    let report = &*in_language(report, language);
    let mut rules: Vec<&FindingGroup> = Vec::new();
    for group in &report.findings {
        if rules.iter().all(|known| known.check != group.check) {
            rules.push(group);
        }
    }
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|group| {
            let rule = rules.iter().position(|known| known.check == group.check);
            result(group, rule.unwrap_or_default())
        })
        .collect();
    let rules: Vec<Value> = rules.iter().map(|group| rule(group, report)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "rules": rules,
            }},
            "automationDetails": {"id": format!("{}/", report.label)},
            "invocations": [{
                "executionSuccessful": report.complete,
                "exitCode": report.exit_code,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(group: &FindingGroup, report: &Report) -> Value {
    let statements: Vec<&str> = report
        .requirements
        .iter()
        .filter(|requirement| group.requirements.contains(&requirement.id))
        .filter_map(|requirement| requirement.statement.as_deref())
        .collect();
    let text = match statements.is_empty() {
        true => format!("check {}", group.check),
        false => statements.join(" "),
    };
    json!({
        "id": group.check,
        "shortDescription": {"text": text},
        "properties": {"tags": ["FHIR", group.level.code()]},
    })
}

fn result(group: &FindingGroup, rule: usize) -> Value {
    let mut text = group.message.clone();
    if let Some(hint) = &group.hint {
        text.push_str("\nHint: ");
        text.push_str(hint);
    }
    // The file as a whole: a report does not know its lines.
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": "exchanges.ndjson"},
        "region": {"startLine": 1},
    }});
    let places = places(group);
    if !places.is_empty() {
        location["logicalLocations"] = Value::Array(places);
    }
    let mut result = json!({
        "ruleId": group.check,
        "ruleIndex": rule,
        "level": level(group.verdict),
        "message": {"text": text},
        "locations": [location],
        "occurrenceCount": group.count,
        "partialFingerprints": {"finding/v1": group.id},
        "properties": {
            "about": view::about(&group.subject),
            "cause": group.cause,
            "rule": group.rule,
            "profile": group.profile,
            "element": group.element,
            "constraint": group.constraint,
            "requirements": group.requirements,
            "exchange": group.occurrences.first().and_then(|first| first.exchange.clone()),
            "curl": group.curl,
        },
    });
    // A known failure is shown, and asks for nothing more.
    if let Some(known) = &group.known {
        result["suppressions"] = json!([{"kind": "external", "justification": known.reason}]);
    }
    result
}

/// Where in the resources the finding lies; SARIF wants each place once.
fn places(group: &FindingGroup) -> Vec<Value> {
    let mut expressions: Vec<&str> = Vec::new();
    for occurrence in &group.occurrences {
        let expression = occurrence.expression.as_str();
        if !expression.is_empty() && !expressions.contains(&expression) {
            expressions.push(expression);
        }
    }
    expressions
        .iter()
        .map(|expression| json!({"fullyQualifiedName": expression, "kind": "element"}))
        .collect()
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail | Verdict::Error => "error",
        Verdict::Warning => "warning",
        Verdict::Pass | Verdict::Skip => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::sarif;
    use crate::report::{Language, sample};

    #[test]
    fn every_finding_is_a_result_of_a_known_rule() {
        let report = sample::report();
        let document: serde_json::Value =
            serde_json::from_str(&sarif(&report, Language::English)).expect("JSON");
        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), report.findings.len());
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
        assert_eq!(results[0]["level"], "error");
    }

    #[test]
    fn the_first_finding_as_sarif() {
        let mut report = sample::report();
        report.findings.truncate(1);
        insta::assert_snapshot!(sarif(&report, Language::English));
    }
}
