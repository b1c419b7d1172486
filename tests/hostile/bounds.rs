//! Resources that are too deep, too large or too many of a thing.

use openimis_conformance::assertion::MAX_FINDINGS;
use openimis_conformance::finding::{Rule, Severity};
use openimis_conformance::json::MAX_VALUES;
use openimis_conformance::result::Verdict;

use crate::{VALIDATOR, has, judge};

#[test]
fn nesting_of_10_000_levels_is_refused_with_its_place() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"extension\":", "}]")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let validation = judge(&VALIDATOR, deep.as_bytes());
        let finding = &validation.findings[0];
        assert_eq!(finding.severity, Severity::Fatal);
        assert!(has(
            &validation.findings,
            Rule::JsonSyntax,
            "levels of nesting"
        ));
        assert!(finding.column.is_some_and(|column| column < 4_000));
    }
}

#[test]
fn the_deepest_resource_that_is_read_is_judged() {
    let deep = format!(
        "{{\"resourceType\":\"Patient\",\"extension\":[{}{}]}}",
        "{\"url\":\"http://example.org/a\",\"extension\":[".repeat(120),
        "]}".repeat(120)
    );
    let validation = judge(&VALIDATOR, deep.as_bytes());
    assert_eq!(validation.verdict(), Verdict::Fail);
    assert!(
        has(&validation.findings, Rule::JsonEmpty, "empty array")
            || has(&validation.findings, Rule::JsonEmpty, "`[]`")
    );
}

#[test]
fn a_resource_of_50_megabytes_is_judged() {
    let large = format!(
        "{{\"resourceType\":\"Binary\",\"contentType\":\"text/plain\",\"data\":\"{}\"}}",
        "QUJD".repeat(50_000_000 / 4)
    );
    let validation = judge(&VALIDATOR, large.as_bytes());
    assert!(
        validation
            .findings
            .iter()
            .all(|finding| !finding.is_error()),
        "{:?}",
        validation.findings.first().map(|finding| finding
            .message
            .chars()
            .take(200)
            .collect::<String>())
    );
}

#[test]
fn values_beyond_number_are_refused() {
    let many = format!("[{}0]", "0,".repeat(25_000_000));
    let validation = judge(&VALIDATOR, many.as_bytes());
    let words = format!("at most {MAX_VALUES} values");
    assert!(has(&validation.findings, Rule::JsonSyntax, &words));
}

#[test]
fn findings_are_bounded_and_say_so() {
    let many = format!(
        "{{\"resourceType\":\"Patient\",\"name\":[{}]}}",
        vec!["0"; 200_000].join(",")
    );
    let validation = judge(&VALIDATOR, many.as_bytes());
    assert_eq!(validation.findings.len(), MAX_FINDINGS + 1);
    let last = validation.findings.last().expect("findings");
    assert_eq!(last.rule, Rule::Limit);
    assert_eq!(last.message, "expected at most 10000 findings, found more");
    let columns = validation
        .findings
        .iter()
        .filter_map(|finding| finding.column);
    assert!(columns.is_sorted(), "in the order of the text");
}

#[test]
fn a_name_that_is_repeated_without_end_is_reported_so_often_and_no_more() {
    let many = format!(
        "{{\"resourceType\":\"Patient\"{}}}",
        ",\"active\":true".repeat(9_000)
    );
    let validation = judge(&VALIDATOR, many.as_bytes());
    assert!(has(
        &validation.findings,
        Rule::JsonDuplicate,
        "`active` once"
    ));
    assert!(validation.findings.len() <= 2_000);
    let more = many.replace("}", &format!("{}}}", ",\"active\":true".repeat(9_000)));
    let validation = judge(&VALIDATOR, more.as_bytes());
    assert!(has(
        &validation.findings,
        Rule::JsonSyntax,
        "at most 10000 properties"
    ));
}

#[test]
fn many_contained_resources_are_found_by_their_ids() {
    let count = 3_000;
    let contained: Vec<String> = (0..count)
        .map(|id| format!("{{\"resourceType\":\"Patient\",\"id\":\"p{id}\"}}"))
        .collect();
    let links: Vec<String> = (1..=count)
        .map(|id| format!("{{\"type\":\"refer\",\"other\":{{\"reference\":\"#p{id}\"}}}}"))
        .collect();
    let text = format!(
        "{{\"resourceType\":\"Patient\",\"contained\":[{}],\"link\":[{}]}}",
        contained.join(","),
        links.join(",")
    );
    let validation = judge(&VALIDATOR, text.as_bytes());
    let unresolved: Vec<_> = validation
        .findings
        .iter()
        .filter(|finding| finding.constraint.as_deref() == Some("ref-1"))
        .collect();
    assert_eq!(unresolved.len(), 1);
    assert!(unresolved[0].message.contains("p3000"));
}

#[test]
fn references_in_a_circle_end() {
    // Each of 300 Groups names all others as members, and each must conform to what its place asks.
    let entry = |own: usize| {
        let members: Vec<String> = (0..300)
            .map(|other| format!("{{\"entity\":{{\"reference\":\"Group/g{other}\"}}}}"))
            .collect();
        format!(
            "{{\"fullUrl\":\"http://example.org/fhir/Group/g{own}\",\"resource\":{{\"resourceType\":\"Group\",\"id\":\"g{own}\",\"type\":\"person\",\"actual\":true,\"member\":[{}]}}}}",
            members.join(",")
        )
    };
    let entries: Vec<String> = (0..60).map(entry).collect();
    let bundle = format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{}]}}",
        entries.join(",")
    );
    let validation = judge(&VALIDATOR, bundle.as_bytes());
    assert!(validation.findings.len() <= MAX_FINDINGS + 1);
}

#[test]
fn contained_resources_that_contain_each_other_are_reported() {
    let contained = "{\"resourceType\":\"Patient\",\"id\":\"a\",\"link\":[{\"type\":\"refer\",\"other\":{\"reference\":\"#b\"}}]},\
        {\"resourceType\":\"Patient\",\"id\":\"b\",\"link\":[{\"type\":\"refer\",\"other\":{\"reference\":\"#a\"}}],\
         \"contained\":[{\"resourceType\":\"Patient\",\"id\":\"a\"}]}";
    let text = format!(
        "{{\"resourceType\":\"Patient\",\"contained\":[{contained}],\"link\":[{{\"type\":\"refer\",\"other\":{{\"reference\":\"#\"}}}}]}}"
    );
    let validation = judge(&VALIDATOR, text.as_bytes());
    assert!(has(
        &validation.findings,
        Rule::Contained,
        "contained resources in a contained one"
    ));
}
