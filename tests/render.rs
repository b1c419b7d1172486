//! `render` as a user runs it, on a report of format version 1.0.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use openimis_conformance::report::Language;

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

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_told_with_exit_code_2() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
    let printed = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .args(["render", &report()])
        .stdout(full().expect("the device"))
        .output()
        .expect("the program runs");
    let said = text(&printed.stderr);
    assert_eq!(printed.status.code(), Some(2), "{said}");
    assert!(
        said.contains("expected to write to standard output"),
        "{said}"
    );
    let written = render(&[&report(), "--output", "/dev/full"]);
    assert_eq!(written.status.code(), Some(2), "{}", text(&written.stderr));
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

/// Words that sentences in English have and those in French do not.
const ENGLISH: [&str; 18] = [
    "the", "of", "is", "are", "which", "and", "with", "to", "was", "were", "found", "expected",
    "there", "for", "by", "this", "that", "nothing",
];

/// Whether a text reads as English. Names and values stand in backticks, and what a server said in
/// brackets after its status: they stay as they are.
fn is_english(text: &str) -> bool {
    let said = match (text.find("statut "), text.rfind(')')) {
        (Some(status), Some(end)) => match text[status..].find(" (") {
            Some(start) if status + start < end => {
                format!("{}{}", &text[..status + start], &text[end..])
            }
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    };
    let prose = said.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    // A name of several words, such as that of a twin (`pay-nothing`), is no prose.
    let words = prose.split(|c: char| !c.is_alphanumeric() && c != '-');
    words.filter(|word| ENGLISH.contains(word)).count() >= 2
}

/// A text, or the texts of a list.
fn texts(value: &serde_json::Value) -> impl Iterator<Item = String> {
    let texts = match value.as_array() {
        Some(texts) => texts.as_slice(),
        None => std::slice::from_ref(value),
    };
    texts
        .iter()
        .filter_map(|text| text.as_str().map(str::to_owned))
}

/// What people read of a report, and reads as English.
fn english_in(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    const READ: [&str; 17] = [
        "summary",
        "stoppedBecause",
        "notGreenBecause",
        "notMetBecause",
        "notTestedBecause",
        "blockedBy",
        "because",
        "title",
        "notes",
        "reason",
        "message",
        "expected",
        "actual",
        "hint",
        "statement",
        "effect",
        "warnings",
    ];
    match value {
        serde_json::Value::Array(entries) => {
            entries.iter().for_each(|entry| english_in(entry, found));
        }
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                if READ.contains(&name.as_str()) {
                    found.extend(texts(member).filter(|text| is_english(text)));
                }
                english_in(member, found);
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_that_people_read_of_a_real_report_stays_english_in_french() {
    let mut english = BTreeSet::new();
    let mut reports = 0;
    let folders = std::fs::read_dir("reports").expect("reports");
    for folder in folders.flatten().filter(|it| it.file_name() != "embedded") {
        let Ok(text) = std::fs::read_to_string(folder.path().join("report.json")) else {
            continue;
        };
        let report = openimis_conformance::report::read(&text).expect("a report");
        let french = openimis_conformance::report::in_language(&report, Language::French);
        let value = serde_json::to_value(&*french).expect("JSON");
        english_in(&value, &mut english);
        reports += 1;
    }
    assert!(reports >= 6, "{reports}");
    assert!(
        english.is_empty(),
        "without French, in src/report/language/fr/run.json: {english:#?}"
    );
}
