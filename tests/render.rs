//! `render` as a user runs it, on a report of format version 1.0.

use std::path::PathBuf;
use std::process::{Command, Output};

fn render(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .arg("render")
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn report() -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/reports/1.0/report.json")
        .to_string_lossy()
        .into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_format_is_made_from_a_report_of_version_1_0() {
    for (format, mark) in [
        ("html", "<!doctype html>"),
        ("junit", "<testsuites"),
        ("markdown", "# Conformance of"),
        ("table", "NOT CONFORMANT"),
        ("json", "\"formatVersion\""),
        ("sarif", "\"2.1.0\""),
        ("ctrf", "\"CTRF\""),
        ("csv", "id,verdict,"),
        ("test-report", "\"TestReport\""),
        ("operation-outcome", "\"OperationOutcome\""),
    ] {
        let output = render(&[&report(), "--format", format]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{format}: {}",
            text(&output.stderr)
        );
        assert!(text(&output.stdout).contains(mark), "{format}");
        assert_eq!(text(&output.stderr), "", "{format}");
    }
}

#[test]
fn a_ticket_is_made_for_one_finding() {
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report()).expect("text")).expect("JSON");
    let id = json["findings"][0]["id"].as_str().expect("id");
    let output = render(&[&report(), "--format", "ticket", "--finding", id]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("## Steps to see it"));

    let output = render(&[&report(), "--format", "ticket", "--finding", "000000000000"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no finding 000000000000; expected one of its ids"));

    let output = render(&[&report(), "--format", "ticket"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--finding ID"));

    let output = render(&[&report(), "--format", "csv", "--finding", id]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn output_goes_to_a_file_and_a_folder_stands_for_its_report() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("page.html");
    let source = PathBuf::from(report());
    let source = source.parent().expect("folder").to_string_lossy();
    let output = render(&[
        &source,
        "--format",
        "html",
        "--output",
        &file.to_string_lossy(),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "");
    let page = std::fs::read_to_string(&file).expect("page");
    assert!(page.starts_with("<!doctype html>"));
}

#[test]
fn bad_input_is_told_with_exit_code_2() {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_string_lossy().into_owned()
    };
    let cases = [
        (
            folder
                .path()
                .join("absent.json")
                .to_string_lossy()
                .into_owned(),
            "cannot read",
        ),
        (file("empty.json", b""), "not JSON"),
        (file("html.json", b"<html>"), "not JSON"),
        (file("bytes.json", b"\xff\xfe{\"a\":1}"), "not JSON"),
        (
            file("bundle.json", b"{\"resourceType\":\"Bundle\"}"),
            "not a report",
        ),
        (
            file("later.json", b"{\"formatVersion\":\"7.2\"}"),
            "format version 7.2",
        ),
        (
            file("part.json", b"{\"formatVersion\":\"1.0\"}"),
            "does not keep its schema",
        ),
    ];
    for (path, expected) in cases {
        let output = render(&[&path]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        let message = text(&output.stderr);
        assert!(message.starts_with("error: "), "{message}");
        assert!(message.contains(expected), "{message}");
        assert_eq!(text(&output.stdout), "");
    }
    let output = render(&[&report(), "--output", "/nowhere/at/all.txt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write"));
}
