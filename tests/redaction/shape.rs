//! What the checks look at does not change: structure, layout, lengths, codes, formats, equality.

use openimis_conformance::json::{self, Node, Value};
use openimis_conformance::package::Definitions;
use proptest::prelude::*;

use crate::{redacted_body, redactor};

/// Both trees have the same structure, and every value keeps its kind, place and length.
fn same_shape(before: &Node<'_>, after: &Node<'_>) {
    assert_eq!(before.offset, after.offset);
    match (&before.value, &after.value) {
        (Value::Object(before), Value::Object(after)) => {
            assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(after) {
                assert_eq!(before.name, after.name);
                same_shape(&before.value, &after.value);
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before
                .iter()
                .zip(after)
                .for_each(|(before, after)| same_shape(before, after));
        }
        (Value::String(before), Value::String(after)) => {
            assert_eq!(
                before.chars().count(),
                after.chars().count(),
                "{before} {after}"
            );
            for (before, after) in before.chars().zip(after.chars()) {
                assert_eq!(class(before), class(after), "{before} {after}");
            }
        }
        (Value::Number(before), Value::Number(after)) => assert_eq!(before.len(), after.len()),
        (before, after) => assert_eq!(before, after),
    }
}

fn class(character: char) -> (bool, bool, bool, bool, Option<char>) {
    let other = (!character.is_alphanumeric()).then_some(character);
    (
        character.is_alphabetic(),
        character.is_numeric(),
        character.is_uppercase(),
        character.is_ascii(),
        other,
    )
}

#[test]
fn every_example_of_the_guide_keeps_its_shape_and_its_codes() {
    let examples = Definitions::embedded().examples();
    assert!(examples.len() >= 26, "{}", examples.len());
    let redactor = redactor();
    let mut changed = 0;
    for example in examples {
        let body = redacted_body(&redactor, &example.text);
        let before = json::read(&example.text).expect("an example is JSON");
        let after = json::read(&body).expect("still JSON");
        same_shape(&before.root, &after.root);
        same_codes(&before.root, &after.root);
        changed += usize::from(body != *example.text);
    }
    assert!(changed >= 15, "only {changed} examples changed");
}

/// Everything that is compared with terminology, types or profiles is the same text.
fn same_codes(before: &Node<'_>, after: &Node<'_>) {
    const CODES: [&str; 16] = [
        "resourceType",
        "system",
        "code",
        "use",
        "status",
        "type",
        "url",
        "gender",
        "currency",
        "contentType",
        "unit",
        "mode",
        "outcome",
        "intent",
        "kind",
        "version",
    ];
    for (member, other) in before.members().iter().zip(after.members()) {
        if CODES.contains(&&*member.name) && member.value.as_str().is_some() {
            assert_eq!(member.value, other.value, "{}", member.name);
        }
        same_codes(&member.value, &other.value);
    }
    for (entry, other) in before.entries().iter().zip(after.entries()) {
        same_codes(entry, other);
    }
}

#[test]
fn equal_values_stay_equal_across_exchanges_and_places() {
    let redactor = redactor();
    let patient = redacted_body(
        &redactor,
        r#"{"resourceType":"Patient","id":"070707070","identifier":[{"value":"070707070"}],"birthDate":"1988-03-04"}"#,
    );
    let claim = redacted_body(
        &redactor,
        r#"{"resourceType":"Claim","patient":{"reference":"Patient/070707070","display":"070707070"},"created":"2026-01-01"}"#,
    );
    let code = |text: &str, name: &str| {
        let document = json::read(text).expect("JSON");
        document.root.str(name).map(str::to_owned).expect("a text")
    };
    let id = code(&patient, "id");
    assert_eq!(patient.matches(&id).count(), 2, "{patient}");
    assert!(claim.contains(&format!("\"Patient/{id}\"")), "{claim}");
    assert!(claim.contains(&format!("\"display\":\"{id}\"")), "{claim}");
    assert!(
        claim.contains("2026-01-01"),
        "the dates of care stay: {claim}"
    );
}

#[test]
fn layout_escapes_and_marks_stay() {
    let body = "\u{feff}{\r\n\t\"resourceType\" : \"Patient\",\r\n\t\"name\": [ {\"family\": \"L\\u00f6vett\\n\\\"\u{1f600}\"} ] }\r\n";
    let shown = redacted_body(&redactor(), body);
    assert!(shown.starts_with(
        "\u{feff}{\r\n\t\"resourceType\" : \"Patient\",\r\n\t\"name\": [ {\"family\": \""
    ));
    assert!(shown.ends_with("\\n\\\"\u{1f600}\"} ] }\r\n"), "{shown}");
    assert!(
        shown.contains("\\u00") && !shown.contains("vett"),
        "{shown}"
    );
    assert_eq!(shown.len(), body.len());
}

#[test]
fn faulty_values_stay_as_faulty() {
    let body = r#"{"resourceType":"Patient","birthDate":"1988-02-30","name":[{"family":""}],
        "identifier":[{"value":"0123456789012"}],"gender":"femail","photo":[{"data":"not base64 !!"}],
        "birthDate":"04/03/1988","active":"yes"}"#;
    let shown = redacted_body(&redactor(), body);
    let document = json::read(&shown).expect("JSON");
    assert_eq!(document.faults.len(), 1, "the property stays a duplicate");
    assert!(
        document
            .root
            .str("birthDate")
            .expect("a date")
            .ends_with("-02-30"),
        "{shown}"
    );
    assert!(
        shown.contains("\"family\":\"\"") && shown.contains("femail") && shown.contains(" !!\""),
        "{shown}"
    );
    let value = document
        .root
        .get("identifier")
        .and_then(|list| list.entries()[0].str("value").map(str::len));
    assert_eq!(value, Some(13));
}

proptest! {
    #[test]
    fn no_body_makes_it_fail(body in "([{}\\[\\]\":,\\\\]|name|Patient|resourceType|é|😀|1988-03-04|[0-9]{1,6}|<|&){0,40}") {
        let shown = redacted_body(redactor_once(), &body);
        prop_assert!(shown.is_empty() == body.is_empty());
    }

    #[test]
    fn names_of_every_script_keep_their_shape(family in "\\PC{0,20}", birth in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
        let patient = serde_json::json!({"resourceType": "Patient", "name": [{"family": family}], "birthDate": birth});
        let text = patient.to_string();
        let shown = redacted_body(redactor_once(), &text);
        let before = json::read(&text).expect("JSON");
        let after = json::read(&shown).expect("JSON");
        same_shape(&before.root, &after.root);
        let exists = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
        let moved = after.root.str("birthDate").expect("a date");
        prop_assert_eq!(exists(&birth), exists(moved), "{} {}", birth, moved);
    }
}

fn redactor_once() -> &'static openimis_conformance::redaction::Redactor {
    static ONE: std::sync::LazyLock<openimis_conformance::redaction::Redactor> =
        std::sync::LazyLock::new(redactor);
    &ONE
}
