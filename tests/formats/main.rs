//! The formats that other programs read, made by the program and held to what each format asks.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

fn rendered(format: &str, language: &str) -> String {
    let report = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports/1.1");
    let output = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .arg("render")
        .arg(report)
        .args(["--format", format, "--language", language])
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{format}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn faults(schema: &str, document: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).expect("a schema");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let errors = validator.iter_errors(&document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn sarif_and_ctrf_keep_what_their_formats_ask() {
    for language in ["en", "fr"] {
        let sarif = rendered("sarif", language);
        assert_eq!(
            faults(include_str!("sarif.schema.json"), &sarif),
            Vec::<String>::new()
        );
        let ctrf = rendered("ctrf", language);
        assert_eq!(
            faults(include_str!("ctrf.schema.json"), &ctrf),
            Vec::<String>::new()
        );
    }
}

/// As `validate` sees them: what this program writes as FHIR is FHIR.
#[test]
fn fhir_formats_are_valid_fhir() {
    for format in ["test-report", "operation-outcome"] {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("bundle.json");
        std::fs::write(&file, rendered(format, "en")).expect("written");
        let output = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
            .arg("validate")
            .arg(&file)
            .output()
            .expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{format}: {text}");
    }
}

#[test]
fn a_french_summary_is_french_and_keeps_the_names_of_fhir() {
    let summary = rendered("markdown", "fr");
    for text in [
        "Conformité de 26\\.04",
        "Constats",
        "non conforme",
        "Patient",
        "curl",
    ] {
        let plain = text.replace('\\', "");
        assert!(summary.contains(text) || summary.contains(&plain), "{text}");
    }
    assert!(!summary.contains("## Findings"));
}
