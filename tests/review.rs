//! `reports/REVIEW.md` has a row for each class of finding of the newest and the oldest release.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const RELEASES: [&str; 2] = ["26.04", "23.10"];
const JUDGEMENTS: [&str; 3] = ["confirmed", "false alarm", "unclear"];

fn reports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports")
}

/// The cells of every row whose first cell names a class.
fn rows(review: &str) -> Vec<Vec<&str>> {
    let rows = review.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.trim_end_matches(" |").split(" | ").collect())
        .collect()
}

/// Check, rule and resource type, as the first cell of a row has them.
fn class(finding: &serde_json::Value) -> String {
    let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let parts = [
        &finding["check"],
        &finding["rule"],
        &finding["subject"]["resourceType"],
    ];
    parts.map(word).join(" ")
}

/// A row as far as a report can fill it in.
fn draft(class: &str, release: &str, finding: &serde_json::Value) -> String {
    let text = |value: &serde_json::Value| {
        let text = value.as_str().unwrap_or_default();
        text.replace('|', "\\|").replace('\n', " ")
    };
    let curl = text(&finding["curl"]);
    let request = curl.split(" -H ").next().unwrap_or_default();
    let mut row = format!("| `{class}` | {release} | `{request}` | ");
    let (found, source) = (&finding["actual"], &finding["requirements"]);
    write!(row, "{} | {source} | ? | ? |", text(found)).expect("text");
    row
}

#[test]
fn every_class_of_finding_was_reviewed() {
    let review = std::fs::read_to_string(reports().join("REVIEW.md")).expect("the review");
    let rows = rows(&review);
    let mut missing = BTreeMap::new();
    for release in RELEASES {
        let report = reports().join(release).join("report.json");
        let report = std::fs::read_to_string(report).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        for finding in report["findings"].as_array().expect("findings") {
            let class = class(finding);
            let has_row = rows.iter().any(|row| row[0].trim_end_matches('`') == class);
            if !has_row {
                let row = draft(&class, release, finding);
                missing.entry(class).or_insert(row);
            }
        }
    }
    let missing: Vec<String> = missing.into_values().collect();
    assert!(
        missing.is_empty(),
        "these classes of findings have no row in reports/REVIEW.md; hold each against the server \
         and its rule, and add the row with a judgement ({}) and why:\n{}",
        JUDGEMENTS.join(", "),
        missing.join("\n")
    );
}

#[test]
fn the_review_states_the_precision_of_its_rows() {
    let review = std::fs::read_to_string(reports().join("REVIEW.md")).expect("the review");
    let judged: Vec<_> = rows(&review)
        .into_iter()
        .filter(|row| row.len() == 7)
        .collect();
    assert!(
        judged.len() > 150,
        "only {} rows have seven cells",
        judged.len()
    );
    for row in &judged {
        assert!(
            JUDGEMENTS.contains(&row[5]),
            "{row:?}: expected one of {JUDGEMENTS:?}"
        );
        assert!(!row[6].trim().is_empty(), "{row:?}: expected why");
    }
    let confirmed = judged.iter().filter(|row| row[5] == "confirmed").count();
    let sentence = format!("{confirmed} of {} classes are confirmed", judged.len());
    assert!(
        review.contains(&sentence),
        "expected reports/REVIEW.md to say: {sentence}"
    );
}
