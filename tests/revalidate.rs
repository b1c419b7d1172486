//! Recorded exchanges judged again: without a server, and with the same outcome.

mod program;

use std::path::Path;

use crate::program::program;

/// A report without its one block of times and generated ids.
fn report(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).expect("a report");
    let mut report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    report
        .as_object_mut()
        .expect("an object")
        .remove("run")
        .expect("the block of times");
    report
}

/// The lines in which two texts differ, a few of them.
fn differences(one: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    let lines = |value| serde_json::to_string_pretty(value).expect("text");
    let (one, other) = (lines(one), lines(other));
    let pairs = one.lines().zip(other.lines());
    pairs
        .filter(|(one, other)| one != other)
        .take(10)
        .map(|(one, other)| format!("- {one}\n+ {other}"))
        .collect()
}

#[test]
fn a_recording_gives_the_report_of_the_run_that_made_it() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(program(folder.path(), &["run"]).status.code(), Some(0));
    let arguments = ["revalidate", "reports/embedded", "--output", "again"];
    let output = program(folder.path(), &arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let was = report(&folder.path().join("reports/embedded/report.json"));
    let is = report(&folder.path().join("again/report.json"));
    assert!(was == is, "{}", differences(&was, &is).join("\n"));

    let arguments = ["revalidate", "reports/embedded", "--output", "once-more"];
    assert_eq!(program(folder.path(), &arguments).status.code(), Some(0));
    let text = |run: &str, file: &str| {
        let path = folder.path().join(run).join(file);
        std::fs::read_to_string(path).expect("a file of the report")
    };
    // To the byte, outside of the one block, which is the last.
    let outside = |run: &str| {
        let text = text(run, "report.json");
        let (before, _) = text.split_once("\n  \"run\": {").expect("the block");
        before.to_owned()
    };
    assert!(
        outside("again") == outside("once-more"),
        "report.json differs"
    );
    let cases = |run: &str| text(run, "junit.xml");
    assert!(cases("again") == cases("once-more"), "junit.xml differs");
}

#[test]
fn what_is_no_recording_is_a_usage_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = |arguments: &[&str]| {
        let output = program(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(error(&["revalidate", "."]).contains("expected a recording"));
    assert!(error(&["revalidate", "absent.ndjson"]).contains("cannot read the recording"));
    let old = folder.path().join("exchanges.ndjson");
    std::fs::write(
        &old,
        "{\"recording\":\"1.0\",\"personalData\":\"pseudonyms\"}\n",
    )
    .expect("written");
    assert!(error(&["revalidate", "exchanges.ndjson"]).contains("record the server again"));
}

/// Every committed report that has its recording beside it: of the releases, and of other seeds.
fn recorded_releases() -> Vec<std::path::PathBuf> {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let inside = |folder: &Path| -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    };
    let mut recorded: Vec<_> = inside(&reports)
        .into_iter()
        .flat_map(|folder| inside(&folder).into_iter().chain([folder]))
        .filter(|folder| folder.join("exchanges.ndjson.gz").is_file())
        .collect();
    recorded.sort();
    recorded
}

#[test]
fn the_recordings_of_real_releases_give_their_committed_reports() {
    let recorded = recorded_releases();
    assert!(recorded.len() >= 6, "{recorded:?}");
    let changed: Vec<String> = recorded
        .iter()
        .filter_map(|folder| {
            let again = tempfile::tempdir().expect("a folder");
            let to = again.path().to_str().expect("a path");
            let from = folder.to_str().expect("a path");
            let output = program(again.path(), &["revalidate", from, "--output", to, "-q"]);
            let code = output.status.code();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(code, Some(0 | 1)), "{from}: {code:?} {stderr}");
            let was = report(&folder.join("report.json"));
            let is = report(&again.path().join("report.json"));
            (was != is).then(|| format!("{from}:\n{}", differences(&was, &is).join("\n")))
        })
        .collect();
    assert!(
        changed.is_empty(),
        "the rules of today judge these recordings otherwise; look at each difference, then make \
         the reports again with fixtures/openimis-server/report:\n{}",
        changed.join("\n")
    );
}
