//! Inputs that are kept: each of `fixtures/hostile/` is named for the one thing that it tries.

use std::fmt::Write as _;
use std::path::Path;

use openimis_conformance::fhirpath::Expression;
use openimis_conformance::finding::Severity;
use openimis_conformance::validator::Request;

use crate::{VALIDATOR, judge_by};

#[test]
fn kept_resources_are_judged_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "found {}", paths.len());
    // The guide asks for more than any of these has, which would hide what they are about.
    let request = Request {
        guide: false,
        ..Request::default()
    };
    let mut out = String::new();
    for path in paths {
        let bytes = std::fs::read(&path).expect("a readable file");
        let validation = judge_by(&VALIDATOR, &bytes, &request);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(out, "{name}: {}", validation.verdict());
        let errors = validation.findings.iter().filter(|finding| {
            finding.is_error() || matches!(finding.severity, Severity::Fatal | Severity::Warning)
        });
        for finding in errors.take(2) {
            let message: String = finding.message.chars().take(160).collect();
            let message = message.replace('\0', "␀");
            let _ = writeln!(out, "  {}[{}] {message}", finding.severity, finding.rule);
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn kept_expressions_are_parsed_or_refused_as_before() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile/expressions.txt");
    let text = std::fs::read_to_string(path).expect("the corpus");
    let mut out = String::new();
    for line in text.lines() {
        let answer = match Expression::parse(line) {
            Ok(_) => "an expression".to_owned(),
            Err(error) => error.to_string(),
        };
        let _ = writeln!(out, "{line}\n  {answer}");
    }
    insta::assert_snapshot!(out);
}
