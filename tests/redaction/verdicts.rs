//! The same checks give the same verdicts on a recording as on what was recorded.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use openimis_conformance::finding::Finding;
use openimis_conformance::json;
use openimis_conformance::package::Definitions;
use openimis_conformance::recording::{self, Recording};
use openimis_conformance::redaction::Redactor;
use openimis_conformance::suite;
use openimis_conformance::validator::{Request, Validator};

use crate::{redacted_body, redactor};

/// What a finding says, without the words: those quote values.
fn identities(findings: &[Finding]) -> Vec<String> {
    let identity = |finding: &Finding| {
        format!(
            "{:?} {:?} {} {:?}:{:?} {:?} {:?} {:?} {:?}",
            finding.severity,
            finding.rule,
            finding.expression,
            finding.line,
            finding.column,
            finding.profile,
            finding.element,
            finding.constraint,
            finding.cause,
        )
    };
    findings.iter().map(identity).collect()
}

/// The findings on a text and on its redacted form.
fn both(validator: &Validator, redactor: &Redactor, text: &str) -> (Vec<String>, Vec<String>) {
    let judge = |text: &str| {
        let document = json::read(text).expect("JSON");
        identities(&validator.validate(&document, &Request::default()).findings)
    };
    (judge(text), judge(&redacted_body(redactor, text)))
}

#[test]
fn the_identifier_in_a_reference_is_that_of_its_target() {
    let identifier = r#""identifier": [{"value": "HF-77001"}]"#;
    let said = r#""identifier": {"value": "HF-77001"}"#;
    for (target, stays) in [
        ("Organization", true),
        ("Location", true),
        ("Claim", true),
        ("Device", false),
        ("Patient", false),
    ] {
        // An extension that nobody knows, and an element: what is around does not matter.
        let reference = format!(r#"{{"reference": "{target}/1", "type": "{target}V2", {said}}}"#);
        let bodies = [
            format!(r#"{{"resourceType": "{target}", {identifier}}}"#),
            format!(r#"{{"resourceType": "Claim", "provider": {reference}}}"#),
            format!(
                r#"{{"resourceType": "Claim", "extension": [{{"url": "http://x.example/y", "valueReference": {reference}}}]}}"#
            ),
        ];
        let redactor = redactor();
        let values: Vec<String> = bodies
            .iter()
            .map(|body| {
                let body = redacted_body(&redactor, body);
                let value = body.split("\"value\": \"").nth(1).expect("a value");
                value.split('"').next().expect("its end").to_owned()
            })
            .collect();
        assert!(
            values.iter().all(|value| *value == values[0]),
            "{target}: {values:?}"
        );
        assert_eq!(values[0] == "HF-77001", stays, "{target}: {values:?}");
    }
}

#[test]
fn examples_whole_and_damaged_get_the_same_findings() {
    let definitions = Definitions::embedded();
    let validator = Validator::new(definitions.clone());
    let redactor = redactor();
    let mut findings = 0;
    for example in definitions.examples() {
        for text in damaged(&example.text) {
            let (before, after) = both(&validator, &redactor, &text);
            assert_eq!(before, after, "{}: {text}", example.id);
            findings += before.len();
        }
    }
    assert!(findings > 200, "only {findings} findings were compared");
}

/// The text itself, and with one fault each in what the redaction touches.
fn damaged(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let faults = [
        ("\"family\": \"", "\"family\": \" "),
        ("\"birthDate\": \"", "\"birthDate\": \"x"),
        ("\"birthDate\": \"19", "\"birthDate\": \"19-"),
        ("\"value\": \"", "\"value\": \"0123456789012"),
        ("\"reference\": \"Patient/", "\"reference\": \"Patience/"),
        ("\"reference\": \"", "\"reference\": \"no type "),
        ("\"display\": \"", "\"display\": \"Other "),
        ("\"given\": [", "\"givenName\": ["),
        ("\"id\": \"", "\"id\": \"with space and ä "),
        ("\"data\": \"", "\"data\": \"!"),
        ("\"valueString\": \"", "\"valueString\": \"\\u0007"),
        ("\"valueString\": ", "\"valueMarkdown\": "),
        ("\"text\": \"", "\"text\": \"\", \"texts\": \""),
    ];
    for (from, to) in faults {
        if text.contains(from) {
            all.push(text.replacen(from, to, 1));
        }
    }
    all
}

/// The verdict of every check of a report, by the step and what it is about.
fn verdicts(report: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(report).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let inside = |of: &serde_json::Value, name: &str| of[name].as_array().cloned().expect(name);
    let mut verdicts = Vec::new();
    for suite in inside(&report, "suites") {
        for scenario in inside(&suite, "scenarios") {
            for step in inside(&scenario, "steps") {
                for check in inside(&step, "checks") {
                    let (scenario, step) = (&scenario["id"], &step["id"]);
                    let (id, subject) = (&check["check"], &check["subject"]);
                    let verdict = &check["verdict"];
                    verdicts.push(format!("{scenario}/{step} {id} {subject}: {verdict}"));
                }
            }
        }
    }
    verdicts
}

/// A recording is as good as a server for this: it is redacted once more, with another key.
#[test]
fn recordings_of_real_releases_get_the_same_verdicts_when_they_are_redacted_again() {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let folders = std::fs::read_dir(reports).expect("reports");
    let folders = folders.map(|folder| folder.expect("a folder").path());
    let recorded: Vec<_> = folders
        .filter(|folder| folder.join("exchanges.ndjson.gz").is_file())
        .collect();
    assert!(recorded.len() >= 6, "{recorded:?}");
    let mut compared = 0;
    for folder in recorded {
        let again = tempfile::tempdir().expect("a folder");
        redact_again(&folder.join("exchanges.ndjson.gz"), again.path());
        let judge = |from: &Path, to: &str| {
            let to = again.path().join(to);
            let output = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
                .args(["revalidate", "-q"])
                .arg(from)
                .arg("--output")
                .arg(&to)
                .output()
                .expect("the program runs");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{stderr}");
            verdicts(&to.join("report.json"))
        };
        let before = judge(&folder, "before");
        let after = judge(again.path(), "after");
        let changed: Vec<_> = before.iter().zip(&after).filter(|(b, a)| b != a).collect();
        assert!(changed.is_empty(), "{}: {changed:#?}", folder.display());
        assert_eq!(before.len(), after.len(), "{}", folder.display());
        compared += before.len();
    }
    assert!(compared > 15_000, "only {compared} verdicts were compared");
}

fn redact_again(recording: &Path, to: &Path) {
    let recorded = recording::read(recording).expect("a recording");
    let run = recorded.header.run.expect("it says of which run it is");
    let suites = suite::load::select(&run.suites).expect("its suites");
    let made = suite::made_values(&suites, &run.values);
    let redactor = redactor().keeping(made.iter().map(String::as_str));
    let path = to.join(recording::FILE_NAME);
    let recording = Recording::create(&path, Arc::new(redactor), Some(run)).expect("a file");
    for exchange in &recorded.exchanges {
        recording.record(exchange);
    }
    recording.finish().expect("all is written");
}
