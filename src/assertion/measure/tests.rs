//! Reports that fit their measure are left alone, others are caught.

use crate::finding::{Finding, Rule};
use crate::json;
use crate::package::{Definitions, LooseFile};
use crate::validator::{Request, Validator};

const MEASURE: &str = r#"{"resourceType":"Measure","url":"http://example.org/m","status":"active",
    "scoring":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/measure-scoring","code":"SCORING"}]},
    "group":[{"code":{"text":"one"},"population":[{"code":{"coding":[{"system":"http://example.org","code":"all"}]},
    "criteria":{"language":"text/fhirpath","expression":"true"}}]}]}"#;

/// What is wrong with a report on the measure.
fn errors(scoring: &str, head: &str, group: &str) -> Vec<String> {
    let measure = LooseFile {
        name: "m.json".to_owned(),
        text: MEASURE.replace("SCORING", scoring),
    };
    let definitions = Definitions::core()
        .with_resources(&[measure])
        .expect("a sound measure");
    let text = format!(
        r#"{{"resourceType":"MeasureReport","measure":"http://example.org/m","period":{{"start":"2020","end":"2021"}},
        {head},"group":[{group}]}}"#
    );
    let document = json::read(&text).expect("valid JSON");
    let request = Request {
        guide: false,
        ..Request::default()
    };
    let findings = Validator::new(definitions)
        .validate(&document, &request)
        .findings;
    findings
        .into_iter()
        .filter(|finding| finding.rule == Rule::Measure && finding.is_error())
        .map(|finding: Finding| format!("{}: {}", finding.expression, finding.message))
        .collect()
}

const SUMMARY: &str = r#""status":"complete","type":"summary""#;

fn group(more: &str) -> String {
    format!(
        r#"{{"code":{{"text":"one"}},"population":[{{"code":{{"coding":[{{"system":"http://example.org","code":"all"}}]}},"count":2}}]{more}}}"#
    )
}

#[track_caller]
fn assert_wrong(found: &[String], place: &str, words: &str) {
    let place = format!("MeasureReport{place}: ");
    assert!(
        matches!(found, [only] if only.starts_with(&place) && only.contains(words)),
        "expected {words} at {place}, found {found:#?}"
    );
}

#[test]
fn groups_and_populations_are_those_of_the_measure() {
    assert_eq!(
        errors("proportion", SUMMARY, &group("")),
        Vec::<String>::new()
    );
    let other = group("").replace("\"one\"", "\"two\"");
    let found = errors("proportion", SUMMARY, &other);
    assert!(
        found
            .iter()
            .any(|wrong| wrong.contains("a group of the Measure")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|wrong| wrong.contains("a group for `one`")),
        "{found:?}"
    );
    let population = group("").replace("\"all\"", "\"some\"");
    assert_wrong(
        &errors("proportion", SUMMARY, &population),
        ".group[0].population[0]",
        "a population of the Measure",
    );
    let twice = format!("{},{}", group(""), group(""));
    assert_wrong(
        &errors("proportion", SUMMARY, &twice),
        ".group[1]",
        "a second one",
    );
    assert_eq!(
        errors("proportion", r#""status":"pending","type":"summary""#, ""),
        Vec::<String>::new()
    );
}

#[test]
fn a_score_is_one_that_the_scoring_allows() {
    let score = |value: &str| group(&format!(r#","measureScore":{{"value":{value}}}"#));
    assert_eq!(
        errors("proportion", SUMMARY, &score("0.5")),
        Vec::<String>::new()
    );
    assert_wrong(
        &errors("proportion", SUMMARY, &score("5")),
        ".group[0]",
        "from 0 to 1",
    );
    assert_wrong(
        &errors("cohort", SUMMARY, &score("0.5")),
        ".group[0]",
        "no `measureScore`",
    );
    assert_eq!(errors("ratio", SUMMARY, &score("5")), Vec::<String>::new());
}

#[test]
fn subjects_are_listed_in_subject_lists_and_counted_right() {
    let listed = group("").replace(
        "\"count\":2",
        r##""count":2,"subjectResults":{"reference":"#l"}"##,
    );
    let list = r#""contained":[{"resourceType":"List","id":"l","status":"current","mode":"snapshot","entry":[{"item":{"display":"a"}}ENTRY]}]"#;
    let head = |kind: &str, second: &str| {
        format!(
            r#"{},"status":"complete","type":"{kind}""#,
            list.replace("ENTRY", second)
        )
    };
    let second = r#",{"item":{"display":"b"}}"#;
    assert_eq!(
        errors("proportion", &head("subject-list", second), &listed),
        Vec::<String>::new()
    );
    assert_wrong(
        &errors("proportion", &head("subject-list", ""), &listed),
        ".group[0].population[0]",
        "1, the number of subjects",
    );
    assert_wrong(
        &errors("proportion", &head("summary", second), &listed),
        ".group[0].population[0]",
        "only in a report of type `subject-list`",
    );
}
