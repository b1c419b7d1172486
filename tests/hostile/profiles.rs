//! Definitions that lead in circles, and constraints that are made to take long.

use openimis_conformance::finding::Rule;
use openimis_conformance::validator::Validator;

use crate::{has, judge, with_definitions};

const BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// A profile of ours on a type, with more of its first element and with further elements.
fn profile(name: &str, type_name: &str, base: &str, root: &str, elements: &str) -> String {
    let separator = if elements.is_empty() { "" } else { "," };
    let kind = if type_name == "Extension" {
        "complex-type"
    } else {
        "resource"
    };
    format!(
        r#"{{"resourceType":"StructureDefinition","url":"http://example.org/{name}","name":"{name}","status":"draft",
        "kind":"{kind}","abstract":false,"type":"{type_name}","baseDefinition":"{base}","derivation":"constraint",
        "differential":{{"element":[{{"id":"{type_name}","path":"{type_name}"{root}}}{separator}{elements}]}}}}"#
    )
}

fn constraint(expression: &str) -> String {
    let expression = expression.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#","constraint":[{{"key":"own-1","severity":"error","human":"ours","expression":"{expression}"}}]"#
    )
}

fn patient(name: &str, rest: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","meta":{{"profile":["http://example.org/{name}"]}}{rest}}}"#
    )
}

fn held_against(
    validator: &Validator,
    name: &str,
    rest: &str,
) -> Vec<openimis_conformance::finding::Finding> {
    judge(validator, patient(name, rest).as_bytes()).findings
}

#[test]
fn profiles_that_are_each_others_base_are_reported() {
    let validator = with_definitions(&[
        profile("a", "Patient", "http://example.org/b", "", ""),
        profile("b", "Patient", "http://example.org/a", "", ""),
        profile("own", "Patient", "http://example.org/own", "", ""),
    ]);
    for name in ["a", "own"] {
        let findings = held_against(&validator, name, "");
        assert!(
            has(
                &findings,
                Rule::ProfileUnknown,
                "expected a definition that can be evaluated"
            ),
            "{findings:#?}"
        );
    }
}

#[test]
fn an_extension_that_holds_itself_is_followed_as_deep_as_the_resource_goes() {
    let element = r#"{"id":"Extension.extension:self","path":"Extension.extension","sliceName":"self","min":0,"max":"1",
        "type":[{"code":"Extension","profile":["http://example.org/nested"]}]},
        {"id":"Extension.value[x]","path":"Extension.value[x]","max":"0"}"#;
    let validator = with_definitions(&[profile(
        "nested",
        "Extension",
        &format!("{BASE}Extension"),
        "",
        element,
    )]);
    let open = r#"{"url":"http://example.org/nested","extension":["#;
    let deep = format!(
        r#","extension":[{}{{"url":"http://example.org/nested","valueString":"no"}}{}]"#,
        open.repeat(30),
        "]}".repeat(30)
    );
    let findings = held_against(&validator, "none", &deep);
    let deepest = findings
        .iter()
        .filter(|finding| finding.rule == Rule::Cardinality)
        .map(|finding| finding.expression.matches("extension").count())
        .max();
    assert_eq!(deepest, Some(31), "{findings:#?}");
}

#[test]
fn a_profile_that_asks_for_itself_ends() {
    let link = r#"{"id":"Patient.link.other","path":"Patient.link.other",
        "type":[{"code":"Reference","targetProfile":["http://example.org/linked"]}]}"#;
    let validator = with_definitions(&[
        profile("linked", "Patient", &format!("{BASE}Patient"), "", link),
        profile(
            "itself",
            "Patient",
            &format!("{BASE}Patient"),
            &constraint("conformsTo('http://example.org/itself')"),
            "",
        ),
    ]);
    let other = r##","link":[{"type":"refer","other":{"reference":"#"}}]"##;
    for name in ["linked", "itself"] {
        let findings = held_against(&validator, name, other);
        assert!(
            findings.iter().all(|finding| !finding.is_error()),
            "{findings:#?}"
        );
    }
}

#[test]
fn regular_expressions_take_linear_time_or_are_refused() {
    let text = "a".repeat(100_000);
    let rest = format!(r#","active":true,"language":"{text}!""#);
    let of = |expression: &str| {
        with_definitions(&[profile(
            "slow",
            "Patient",
            &format!("{BASE}Patient"),
            &constraint(expression),
            "",
        )])
    };
    let findings = held_against(&of(r"language.matches('^(a+)+$')"), "slow", &rest);
    assert!(
        has(&findings, Rule::Invariant, "breaks `own-1`"),
        "{findings:#?}"
    );
    let findings = held_against(
        &of(r"language.matches('(a?){1000}{1000}{1000}')"),
        "slow",
        &rest,
    );
    assert!(
        has(
            &findings,
            Rule::Invariant,
            "expected an expression that can be evaluated"
        ),
        "{findings:#?}"
    );
    let findings = held_against(&of(r"language.matches('(?=a)a')"), "slow", &rest);
    assert!(
        has(&findings, Rule::Invariant, "look-around"),
        "{findings:#?}"
    );
}

#[test]
fn a_constraint_without_end_is_given_up_and_said_so() {
    let validator = with_definitions(&[profile(
        "slow",
        "Patient",
        &format!("{BASE}Patient"),
        &constraint(
            "descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants()))).count() > 0",
        ),
        "",
    )]);
    let names = vec![r#"{"family":"a","given":["b"]}"#; 200].join(",");
    let findings = held_against(&validator, "slow", &format!(r#","name":[{names}]"#));
    assert!(
        has(&findings, Rule::Invariant, "at most 5000000 steps"),
        "{findings:#?}"
    );
}
