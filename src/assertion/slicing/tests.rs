//! Every kind of discriminator, every kind of path, and every rule of slicing: one entry that is
//! caught, and one that is left alone.

use crate::finding::{Finding, Rule};
use crate::json;
use crate::package::{Definitions, LooseFile};
use crate::validator::{Request, Validator};

/// The expressions of the slicing errors of a resource held against a profile with these elements.
fn caught(type_name: &str, elements: &str, resource: &str) -> Vec<String> {
    let text = format!(
        r#"{{"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"active",
        "kind":"resource","abstract":false,"type":"{type_name}","derivation":"constraint",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/{type_name}",
        "differential":{{"element":[{{"id":"{type_name}","path":"{type_name}"}},{elements}]}}}}"#
    );
    let file = LooseFile {
        name: "p.json".to_owned(),
        text,
    };
    let definitions = Definitions::core()
        .with_resources(&[file])
        .expect("a sound profile");
    let request = Request {
        profiles: vec!["http://example.org/p".to_owned()],
        guide: false,
        ..Request::default()
    };
    let text = format!(r#"{{"resourceType":"{type_name}",{resource}}}"#);
    let document = json::read(&text).expect("valid JSON");
    let findings = Validator::new(definitions)
        .validate(&document, &request)
        .findings;
    let faults: Vec<&Finding> = findings
        .iter()
        .filter(|own| own.message.contains("can be evaluated"))
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    let sliced = findings
        .iter()
        .filter(|own| own.is_error() && own.rule == Rule::Slicing);
    sliced.map(|own| own.expression.clone()).collect()
}

fn slicing(path: &str, kind: &str, by: &str, rules: &str) -> String {
    format!(
        r#"{{"id":"{path}","path":"{path}","slicing":{{{rules},"discriminator":[{{"type":"{kind}","path":"{by}"}}]}}}}"#
    )
}

fn slice(path: &str, name: &str, more: &str) -> String {
    format!(r#"{{"id":"{path}:{name}","path":"{path}","sliceName":"{name}"{more}}}"#)
}

fn below(path: &str, name: &str, child: &str, more: &str) -> String {
    format!(r#"{{"id":"{path}:{name}.{child}","path":"{path}.{child}"{more}}}"#)
}

const CLOSED: &str = r#""rules":"closed""#;
const IDENTIFIER: &str = "Patient.identifier";

/// A closed slicing of Patient.identifier with one slice.
fn identifiers(kind: &str, by: &str, more: &str, inner: &[String]) -> String {
    let mut elements = vec![
        slicing(IDENTIFIER, kind, by, CLOSED),
        slice(IDENTIFIER, "a", more),
    ];
    elements.extend(inner.iter().cloned());
    elements.join(",")
}

#[track_caller]
fn assert_identifier(elements: &str, good: &str, bad: &str) {
    let judge = |entry: &str| caught("Patient", elements, &format!(r#""identifier":[{entry}]"#));
    assert_eq!(judge(good), Vec::<String>::new());
    assert_eq!(judge(bad), ["Patient.identifier[0]"]);
}

#[test]
fn by_value() {
    let fixed = below(
        IDENTIFIER,
        "a",
        "system",
        r#","fixedUri":"http://example.org/a""#,
    );
    assert_identifier(
        &identifiers("value", "system", "", &[fixed]),
        r#"{"system":"http://example.org/a"}"#,
        r#"{"system":"http://example.org/b"}"#,
    );
}

#[test]
fn by_value_from_a_required_binding() {
    let bound = below(
        IDENTIFIER,
        "a",
        "use",
        r#","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/ValueSet/identifier-use"}"#,
    );
    assert_identifier(
        &identifiers("value", "use", "", &[bound]),
        r#"{"use":"usual"}"#,
        r#"{"system":"http://example.org/b"}"#,
    );
}

#[test]
fn by_pattern_of_the_element_itself() {
    let pattern = r#","patternIdentifier":{"type":{"coding":[{"code":"x"}]}}"#;
    assert_identifier(
        &identifiers("pattern", "$this", pattern, &[]),
        r#"{"type":{"coding":[{"code":"y"},{"code":"x","display":"X"}]}}"#,
        r#"{"type":{"coding":[{"code":"y"}]}}"#,
    );
}

#[test]
fn by_existence() {
    let needed = below(IDENTIFIER, "a", "value", r#","min":1"#);
    assert_identifier(
        &identifiers("exists", "value", "", &[needed]),
        r#"{"value":"1"}"#,
        r#"{"system":"http://example.org/a"}"#,
    );
}

#[test]
fn by_type_of_a_choice() {
    let elements = [
        slicing("Observation.value[x]", "type", "$this", CLOSED),
        slice(
            "Observation.value[x]",
            "valueString",
            r#","type":[{"code":"string"}]"#,
        ),
    ]
    .join(",");
    let observation = |value: &str| format!(r#""status":"final","code":{{"text":"x"}},{value}"#);
    let judge = |value: &str| caught("Observation", &elements, &observation(value));
    assert_eq!(judge(r#""valueString":"x""#), Vec::<String>::new());
    assert_eq!(judge(r#""valueInteger":1"#).len(), 1);
}

#[test]
fn by_type_of_what_a_reference_resolves_to() {
    let path = "Composition.author";
    let target = |name: &str| {
        format!(
            r#","type":[{{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/{name}"]}}]"#
        )
    };
    let elements = [
        slicing(path, "type", "resolve()", CLOSED),
        slice(path, "person", &target("Practitioner")),
    ]
    .join(",");
    let composition = |contained: &str| {
        format!(
            r##""status":"final","type":{{"text":"x"}},"date":"2020","title":"x","author":[{{"reference":"#a"}}],"contained":[{contained}]"##
        )
    };
    let judge = |contained: &str| caught("Composition", &elements, &composition(contained));
    assert_eq!(
        judge(r#"{"resourceType":"Practitioner","id":"a","active":true}"#),
        Vec::<String>::new()
    );
    assert_eq!(
        judge(r#"{"resourceType":"Organization","id":"a","name":"x"}"#),
        ["Composition.author[0]"]
    );
}

#[test]
fn by_profile() {
    let profile = r#","type":[{"code":"Quantity","profile":["http://hl7.org/fhir/StructureDefinition/SimpleQuantity"]}]"#;
    let path = "Observation.value[x]";
    let elements = [
        slicing(path, "profile", "$this", CLOSED),
        slice(path, "simple", profile),
    ]
    .join(",");
    let judge = |quantity: &str| {
        let resource =
            format!(r#""status":"final","code":{{"text":"x"}},"valueQuantity":{quantity}"#);
        caught("Observation", &elements, &resource)
    };
    assert_eq!(judge(r#"{"value":1}"#), Vec::<String>::new());
    assert_eq!(judge(r#"{"value":1,"comparator":"<"}"#).len(), 1);
}

#[test]
fn by_a_path_through_an_extension_and_a_type() {
    let path = "Patient.contact";
    let by = "extension('http://example.org/x').value.ofType(code)";
    let elements = [
        slicing(path, "value", by, CLOSED),
        slice(path, "a", ""),
        format!(
            r#"{{"id":"{path}:a.extension","path":"{path}.extension","slicing":{{"rules":"open","discriminator":[{{"type":"value","path":"url"}}]}}}},
            {{"id":"{path}:a.extension:x","path":"{path}.extension","sliceName":"x","min":1}},
            {{"id":"{path}:a.extension:x.url","path":"{path}.extension.url","fixedUri":"http://example.org/x"}},
            {{"id":"{path}:a.extension:x.value[x]","path":"{path}.extension.value[x]","type":[{{"code":"code"}}],"fixedCode":"k"}}"#
        ),
    ]
    .join(",");
    let judge = |value: &str| {
        let resource = format!(
            r#""contact":[{{"gender":"male","name":{{"text":"x"}},"extension":[{{"url":"http://example.org/x",{value}}}]}}]"#
        );
        caught("Patient", &elements, &resource)
    };
    assert_eq!(judge(r#""valueCode":"k""#), Vec::<String>::new());
    assert_eq!(judge(r#""valueCode":"l""#), ["Patient.contact[0]"]);
    assert_eq!(judge(r#""valueString":"k""#), ["Patient.contact[0]"]);
}

#[test]
fn by_an_extension_that_is_sliced_again_in_the_slice() {
    let path = "Patient.contact";
    let of = r#","type":[{"code":"Extension","profile":["http://example.org/x"]}]"#;
    let elements = [
        slicing(path, "value", "extension('http://example.org/x').value", r#""rules":"open""#),
        format!(r#"{{"id":"{path}.extension:x","path":"{path}.extension","sliceName":"x"{of}}}"#),
        slice(path, "a", r#","min":1"#),
        format!(
            r#"{{"id":"{path}:a.extension:x/a","path":"{path}.extension","sliceName":"x/a","min":1{of}}},
            {{"id":"{path}:a.extension:x/a.value[x]","path":"{path}.extension.value[x]","type":[{{"code":"code"}}],"fixedCode":"k"}}"#
        ),
    ]
    .join(",");
    let judge = |code: &str| {
        let resource = format!(
            r#""contact":[{{"name":{{"text":"x"}},"extension":[{{"url":"http://example.org/x","valueCode":"{code}"}}]}}]"#
        );
        caught("Patient", &elements, &resource)
    };
    assert_eq!(judge("k"), Vec::<String>::new());
    assert_eq!(judge("l"), ["Patient.contact"]);
}

#[test]
fn by_two_discriminators_at_once() {
    let elements = format!(
        r#"{{"id":"{IDENTIFIER}","path":"{IDENTIFIER}","slicing":{{{CLOSED},"discriminator":[{{"type":"value","path":"system"}},{{"type":"value","path":"use"}}]}}}},{},{},{}"#,
        slice(IDENTIFIER, "a", ""),
        below(IDENTIFIER, "a", "use", r#","fixedCode":"usual""#),
        below(
            IDENTIFIER,
            "a",
            "system",
            r#","fixedUri":"http://example.org/a""#
        ),
    );
    assert_identifier(
        &elements,
        r#"{"use":"usual","system":"http://example.org/a"}"#,
        r#"{"use":"old","system":"http://example.org/a"}"#,
    );
}

/// Two slices of Patient.identifier by system, `a` and `b`.
fn two(rules: &str) -> String {
    let system = |name: &str| {
        let fixed = format!(r#","fixedUri":"http://example.org/{name}""#);
        [
            slice(IDENTIFIER, name, ""),
            below(IDENTIFIER, name, "system", &fixed),
        ]
        .join(",")
    };
    [
        slicing(IDENTIFIER, "value", "system", rules),
        system("a"),
        system("b"),
    ]
    .join(",")
}

fn judged(rules: &str, systems: &[&str]) -> Vec<String> {
    let entries: Vec<String> = systems
        .iter()
        .map(|name| format!(r#"{{"system":"http://example.org/{name}"}}"#))
        .collect();
    let resource = format!(r#""identifier":[{}]"#, entries.join(","));
    caught("Patient", &two(rules), &resource)
}

#[test]
fn rules_say_what_may_stand_beside_the_slices() {
    let none = Vec::<String>::new();
    assert_eq!(judged(r#""rules":"open""#, &["c", "a", "c", "b"]), none);
    assert_eq!(judged(CLOSED, &["b", "a"]), none);
    assert_eq!(judged(CLOSED, &["b", "c"]), ["Patient.identifier[1]"]);
    assert_eq!(judged(r#""rules":"openAtEnd""#, &["b", "a", "c"]), none);
    assert_eq!(
        judged(r#""rules":"openAtEnd""#, &["b", "c", "a"]),
        ["Patient.identifier[2]"]
    );
}

#[test]
fn ordered_slices_come_in_their_order() {
    let ordered = r#""rules":"open","ordered":true"#;
    assert_eq!(judged(ordered, &["a", "a", "b"]), Vec::<String>::new());
    assert_eq!(judged(ordered, &["b", "a"]), ["Patient.identifier[1]"]);
}

#[test]
fn the_default_slice_takes_what_no_other_takes() {
    let elements = [two(CLOSED), slice(IDENTIFIER, "@default", r#","max":"1""#)].join(",");
    let judge = |systems: &[&str]| {
        let entries: Vec<String> = systems
            .iter()
            .map(|name| format!(r#"{{"system":"http://example.org/{name}"}}"#))
            .collect();
        caught(
            "Patient",
            &elements,
            &format!(r#""identifier":[{}]"#, entries.join(",")),
        )
    };
    assert_eq!(judge(&["a", "c"]), Vec::<String>::new());
    assert_eq!(judge(&["c", "a", "d"]).len(), 1);
}

#[test]
fn an_entry_belongs_to_one_of_the_slices_that_ask_for_different_things() {
    let path = "Observation.category";
    let of = |name: &str| {
        [
            slice(path, name, ""),
            below(path, name, "coding", r#","min":1"#),
            below(
                path,
                name,
                "coding.code",
                &format!(r#","fixedCode":"{name}""#),
            ),
        ]
    };
    let all = [slicing(path, "value", "coding.code", r#""rules":"open""#)];
    let elements: Vec<String> = all.into_iter().chain(of("a")).chain(of("b")).collect();
    let elements = elements.join(",");
    let judged = |codes: &str| {
        let observation = format!(
            r#""status":"final","code":{{"text":"x"}},"category":[{{"coding":[{codes}]}}]"#
        );
        caught("Observation", &elements, &observation)
    };
    assert_eq!(judged(r#"{"code":"a"},{"code":"c"}"#), Vec::<String>::new());
    assert_eq!(
        judged(r#"{"code":"a"},{"code":"b"}"#),
        ["Observation.category[0]"]
    );
}

#[test]
fn a_slice_is_sliced_again() {
    let elements = [
        two(r#""rules":"open""#).replacen(
            r#""sliceName":"a""#,
            r#""sliceName":"a","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"use"}]}"#,
            1,
        ),
        format!(
            r#"{{"id":"{IDENTIFIER}:a/old","path":"{IDENTIFIER}","sliceName":"a/old","max":"1"}},
            {{"id":"{IDENTIFIER}:a/old.use","path":"{IDENTIFIER}.use","fixedCode":"old"}}"#
        ),
    ]
    .join(",");
    let judge = |entries: &str| {
        caught(
            "Patient",
            &elements,
            &format!(r#""identifier":[{entries}]"#),
        )
    };
    let old = r#"{"system":"http://example.org/a","use":"old"}"#;
    assert_eq!(judge(old), Vec::<String>::new());
    assert_eq!(
        judge(r#"{"system":"http://example.org/b","use":"usual"}"#),
        Vec::<String>::new()
    );
    assert_eq!(
        judge(r#"{"system":"http://example.org/a","use":"usual"}"#),
        ["Patient.identifier[0]"]
    );
    assert_eq!(judge(&[old, old].join(",")).len(), 1);
}

#[test]
fn occurrences_of_a_slice_are_counted() {
    let elements = two(r#""rules":"open""#).replacen(
        r#""sliceName":"a""#,
        r#""sliceName":"a","min":1,"max":"1""#,
        1,
    );
    let judge = |entries: &str| {
        caught(
            "Patient",
            &elements,
            &format!(r#""identifier":[{entries}]"#),
        )
    };
    let a = r#"{"system":"http://example.org/a"}"#;
    assert_eq!(judge(a), Vec::<String>::new());
    assert_eq!(
        judge(r#"{"system":"http://example.org/b"}"#),
        ["Patient.identifier"]
    );
    assert_eq!(judge(&[a, a].join(",")), ["Patient.identifier[1]"]);
}
