//! The same checks give the same verdicts on a recording as on what was recorded.

use openimis_conformance::finding::Finding;
use openimis_conformance::json;
use openimis_conformance::package::Definitions;
use openimis_conformance::redaction::Redactor;
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
