//! `compare` as a user runs it, on reports of format 1.0 and 1.1.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn compare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .arg("compare")
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn fixture(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/reports/{version}/report.json"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The report of format 1.1, changed, in a folder of its label.
fn changed(folder: &Path, label: &str, change: impl Fn(&mut Value)) -> String {
    let source = std::fs::read_to_string(fixture("1.1")).expect("the fixture");
    let mut report: Value = serde_json::from_str(&source).expect("JSON");
    report["label"] = label.into();
    report["target"]["release"] = label.into();
    change(&mut report);
    let path = folder.join(label);
    std::fs::create_dir_all(&path).expect("folder");
    std::fs::write(path.join("report.json"), report.to_string()).expect("written");
    path.to_string_lossy().into_owned()
}

/// Takes the first finding out; its check then passed.
fn without_first_finding(report: &mut Value) {
    let findings = report["findings"].as_array_mut().expect("findings");
    let id = findings.remove(0)["id"].clone();
    fn pass(value: &mut Value, id: &Value) {
        match value {
            Value::Array(entries) => entries.iter_mut().for_each(|entry| pass(entry, id)),
            Value::Object(members) => {
                let cited = members
                    .get("findings")
                    .and_then(Value::as_array)
                    .is_some_and(|ids| ids.contains(id));
                if cited && members.contains_key("evidence") {
                    members.insert("findings".to_owned(), Value::Array(Vec::new()));
                    members.insert("verdict".to_owned(), "pass".into());
                }
                members.values_mut().for_each(|member| pass(member, id));
            }
            _ => {}
        }
    }
    pass(&mut report["suites"], &id);
}

#[test]
fn only_a_new_failure_gives_exit_code_1() {
    let folder = tempfile::tempdir().expect("folder");
    let before = changed(folder.path(), "25.10", without_first_finding);
    let now = changed(folder.path(), "26.04", |_| {});
    let worse = compare(&[&before, &now]);
    assert_eq!(worse.status.code(), Some(1), "{}", text(&worse.stderr));
    assert!(text(&worse.stdout).contains("1 NEW FAILURE"));
    let better = compare(&[&now, &before]);
    assert_eq!(better.status.code(), Some(0));
    assert!(text(&better.stdout).contains("NO NEW FAILURES"));
    let same = compare(&[&now, &now]);
    assert_eq!(same.status.code(), Some(0));
    // The last step counts: what was new in between and is fixed again is history.
    let back = compare(&[&before, &now, &before]);
    assert_eq!(back.status.code(), Some(0));
}

#[test]
fn a_report_of_format_1_0_can_be_compared() {
    let (old, new) = (fixture("1.0"), fixture("1.1"));
    let output = compare(&[
        &old.to_string_lossy(),
        &new.to_string_lossy(),
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json[0]["surfaceCompared"], false);
    assert_eq!(json[0]["relation"], "release");
}

#[test]
fn an_instance_is_held_against_its_release() {
    let folder = tempfile::tempdir().expect("folder");
    let release = changed(folder.path(), "26.04", without_first_finding);
    let country = changed(folder.path(), "26.04-country", |_| {});
    let output = compare(&[&release, &country, "--language", "fr"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for heading in ["Propre à cette instance (1)", "Hérité de la version"] {
        assert!(table.contains(heading), "{table}");
    }
}

#[test]
fn all_reports_of_a_folder_stand_side_by_side() {
    let folder = tempfile::tempdir().expect("folder");
    changed(folder.path(), "25.10", without_first_finding);
    changed(folder.path(), "26.04", |_| {});
    let index = folder.path().join("index.html");
    let page = folder.path().join("changes.html");
    let output = compare(&[
        &folder.path().to_string_lossy(),
        "--index",
        &index.to_string_lossy(),
        "--format",
        "html",
        "--output",
        &page.to_string_lossy(),
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "");
    let index = std::fs::read_to_string(&index).expect("the index");
    assert!(index.contains("href=\"25.10/report.html\"") && index.contains("<svg"));
    let page = std::fs::read_to_string(&page).expect("the page");
    assert!(page.contains("25.10 → 26.04"));
}

#[test]
fn bad_input_is_told_with_exit_code_2() {
    let one = fixture("1.1").to_string_lossy().into_owned();
    let output = compare(&[&one]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("expected at least two reports"));
    let output = compare(&[&one, "/nowhere/report.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot read /nowhere/report.json"));
}

/// The reference server with a fault, ended with the test.
struct Faulty(std::process::Child);

impl Drop for Faulty {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_release_that_drops_an_element_breaks_other_systems() {
    let folder = tempfile::tempdir().expect("folder");
    let run = |label: &str, arguments: &[&str]| {
        let output = folder.path().join(label);
        let status = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
            .args(["run", "--quiet", "--suite", "discover", "--output"])
            .arg(&output)
            .args(arguments)
            .env("OPENIMIS_USER", openimis_conformance::reference::USER)
            .env(
                "OPENIMIS_PASSWORD",
                openimis_conformance::reference::PASSWORD,
            )
            .status()
            .expect("the program runs");
        assert!(matches!(status.code(), Some(0 | 1)), "{status}");
        output.to_string_lossy().into_owned()
    };
    let before = run("before", &[]);
    let mut server = Command::new(env!("CARGO_BIN_EXE_openimis-conformance"))
        .args(["serve", "--port", "0", "--fault", "missing-element"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the server starts");
    let stdout = server.stdout.take().expect("a pipe");
    let _server = Faulty(server);
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
    let base = line.trim().strip_prefix("ready at ").expect("its address");
    let now = run("now", &["--target", base, "--mode", "write"]);

    let output = compare(&[&before, &now, "--format", "json", "--relation", "release"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let breaking: Vec<&str> = json[0]["surface"]
        .as_array()
        .expect("changes")
        .iter()
        .filter(|change| change["effect"] == "breaking")
        .filter_map(|change| change["name"].as_str())
        .collect();
    assert!(breaking.contains(&"Patient.identifier"), "{breaking:?}");
    assert!(
        breaking.iter().all(|name| name.ends_with(".identifier")),
        "{breaking:?}"
    );
}

#[test]
fn the_built_in_server_is_no_release_among_others() {
    let folder = tempfile::tempdir().expect("a folder");
    changed(folder.path(), "25.10", without_first_finding);
    changed(folder.path(), "26.04", |_| {});
    changed(folder.path(), "embedded", |report| {
        report["target"]["kind"] = "embedded".into();
        without_first_finding(report);
    });
    let path = folder.path().to_string_lossy().into_owned();
    let index = folder.path().join("index.html").display().to_string();
    let output = compare(&[&path, "--index", &index]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "the last step has a new failure"
    );
    let page = std::fs::read_to_string(&index).expect("a page");
    assert!(page.contains("26.04/report.html") && !page.contains("embedded/report.html"));
}
