//! Rules of R4 that hold for resources of any server, a row for each thing that is right or wrong.

use openimis_conformance::json;
use openimis_conformance::package::{Definitions, LooseFile};
use openimis_conformance::validator::{Request, Validator};

/// Holds that each resource has exactly these errors: the constraint or else the rule, and where.
fn hold(rows: &[(&str, &[&str])]) {
    let validator = Validator::new(Definitions::core());
    let request = Request {
        guide: false,
        ..Request::default()
    };
    let mut wrong = Vec::new();
    for (resource, expected) in rows {
        let document = json::read(resource).unwrap_or_else(|error| panic!("{resource}: {error}"));
        let findings = validator.validate(&document, &request).findings;
        let found: Vec<String> = findings
            .iter()
            .filter(|finding| finding.is_error())
            .map(|finding| {
                let rule = finding.constraint.as_deref();
                format!(
                    "{} {}",
                    rule.unwrap_or(finding.rule.code()),
                    finding.expression
                )
            })
            .collect();
        if found != *expected {
            wrong.push(format!(
                "{resource}\n  expected {expected:?}\n  found    {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn null_only_fills_gaps_in_arrays() {
    hold(&[
        (
            r#"{"resourceType":"Patient","gender":"male","_gender":null}"#,
            &["json-type Patient.gender"],
        ),
        (
            r#"{"resourceType":"Patient","gender":null,"_gender":{"extension":[{"url":"http://a.b/x","valueCode":"x"}]}}"#,
            &["json-type Patient.gender"],
        ),
        (
            r#"{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"http://a.b/x","valueCode":"x"}]}]}]}"#,
            &[],
        ),
    ]);
}

#[test]
fn a_uri_is_absolute_with_a_scheme() {
    hold(&[
        (
            r#"{"resourceType":"Patient","identifier":[{"system":"12:00","value":"1"}]}"#,
            &["primitive-format Patient.identifier[0]"],
        ),
        (
            r#"{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"1:a","code":"1"}]}}"#,
            &["primitive-format Patient.maritalStatus.coding[0]"],
        ),
        (
            r#"{"resourceType":"Patient","extension":[{"url":"2020-01-01T00:00:00","valueCode":"x"}]}"#,
            &["extension Patient.extension[0]"],
        ),
        (
            r#"{"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2","value":"1"}]}"#,
            &[],
        ),
    ]);
}

#[test]
fn the_type_of_a_reference_is_that_of_its_target_by_name() {
    let patient = |practitioner: &str| {
        format!(r#"{{"resourceType":"Patient","generalPractitioner":[{practitioner}]}}"#)
    };
    let at = "reference-target Patient.generalPractitioner[0]";
    for (practitioner, expected) in [
        (
            r#"{"reference":"Practitioner/1","type":"Practitioner"}"#,
            &[][..],
        ),
        (r#"{"reference":"http://a.b/x","type":"Practitioner"}"#, &[]),
        (
            r#"{"reference":"Practitioner/1","type":"Organization"}"#,
            &[at],
        ),
        (
            r#"{"reference":"Practitioner/1","type":"http://hl7.org/fhir/StructureDefinition/Practitioner"}"#,
            &[at],
        ),
        (r#"{"display":"x","type":"Doctor"}"#, &[at]),
    ] {
        hold(&[(&patient(practitioner), expected)]);
    }
    hold(&[(
        r#"{"resourceType":"Patient","extension":[{"url":"http://a.b/x","valueReference":{"reference":"Location/1","type":"Patient"}}]}"#,
        &["reference-target Patient.extension[0].value.ofType(Reference)"],
    )]);
}

#[test]
fn a_constraint_that_gives_nothing_is_broken() {
    let operation = |parameter: &str| {
        format!(
            r#"{{"resourceType":"OperationDefinition","name":"X","status":"draft","kind":"query","code":"x","system":true,"type":false,"instance":false,"parameter":[{{"name":"a","use":"in","min":0,"max":"1"{parameter}}}]}}"#
        )
    };
    let at = "OperationDefinition.parameter[0]";
    hold(&[
        (&operation(r#","type":"string","searchType":"token""#), &[]),
        (
            &operation(
                r#","searchType":"token","part":[{"name":"b","use":"in","min":0,"max":"1","type":"code"}]"#,
            ),
            &[&format!("opd-2 {at}")],
        ),
        (
            r#"{"resourceType":"Bundle","type":"document","timestamp":"2020-01-01T00:00:00Z","identifier":{"system":"urn:a:b","value":"1"},"entry":[{"fullUrl":"http://a.b/Patient/1","response":{"status":"200"}}]}"#,
            &["bdl-4 Bundle", "bdl-11 Bundle"],
        ),
        (
            r#"{"resourceType":"ValueSet","status":"draft","expansion":{"timestamp":"2020","contains":[{"display":"x"},{"display":"y","abstract":true}]}}"#,
            &["vsd-9 ValueSet.expansion.contains[0]"],
        ),
    ]);
}

#[test]
fn a_constraint_about_what_is_not_there_or_cannot_be_told_is_kept() {
    hold(&[
        // bdl-8 is about `fullUrl`.
        (
            r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"}},"request":{"method":"POST","url":"Basic"}}]}"#,
            &[],
        ),
        // A period ends with the whole of its last day (R4 Period.end).
        (
            r#"{"resourceType":"Patient","name":[{"period":{"start":"2020-05-17T10:00:00Z","end":"2020-05-17"}}]}"#,
            &[],
        ),
        (
            r#"{"resourceType":"Patient","name":[{"period":{"start":"2020-05-18T10:00:00Z","end":"2020-05-17"}}]}"#,
            &["per-1 Patient.name[0].period"],
        ),
        (
            r#"{"resourceType":"RiskAssessment","status":"final","subject":{"display":"x"},"prediction":[{"rationale":"x"}]}"#,
            &[],
        ),
    ]);
}

#[test]
fn a_primitive_is_cast_to_the_type_of_system_it_converts_to() {
    let profile = r#"{"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"draft",
        "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[
        {"id":"Patient","path":"Patient","constraint":[{"key":"p-1","severity":"error","human":"x",
        "expression":"(extension('http://a.b/x').value as String) = 'a'"}]}]}}"#;
    let file = LooseFile {
        name: "p.json".to_owned(),
        text: profile.to_owned(),
    };
    let definitions = Definitions::core().with_resources(&[file]);
    let validator = Validator::new(definitions.expect("a sound profile"));
    let request = Request {
        guide: false,
        profiles: vec!["http://example.org/p".to_owned()],
        ..Request::default()
    };
    let is_broken = |value: &str| {
        let patient = format!(
            r#"{{"resourceType":"Patient","extension":[{{"url":"http://a.b/x",{value}}}]}}"#
        );
        let document = json::read(&patient).expect("JSON");
        let findings = validator.validate(&document, &request).findings;
        findings
            .iter()
            .any(|finding| finding.constraint.as_deref() == Some("p-1"))
    };
    assert!(!is_broken(r#""valueString":"a""#));
    assert!(is_broken(r#""valueString":"b""#));
    assert!(is_broken(r#""valueInteger":1"#));
}

#[test]
fn a_full_url_is_absolute_with_and_without_a_resource() {
    let bundle = |entry: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"batch-response","entry":[{{{entry},"response":{{"status":"200"}}}}]}}"#
        )
    };
    let at = "bundle Bundle.entry[0]";
    hold(&[
        (&bundle(r#""fullUrl":"Patient/1""#), &[at]),
        (&bundle(r#""fullUrl":"http://a.b/Patient/1""#), &[]),
    ]);
}

#[test]
fn a_declared_search_parameter_has_the_type_of_its_definition() {
    let statement = |kind: &str, definition: &str| {
        format!(
            r#"{{"resourceType":"CapabilityStatement","status":"active","date":"2020","kind":"capability",
            "fhirVersion":"4.0.1","format":["json"],"software":{{"name":"x"}},"rest":[{{"mode":"server","resource":[
            {{"type":"Patient","searchParam":[{{"name":"birthdate","type":"{kind}","definition":"{definition}"}}]}}]}}]}}"#
        )
    };
    let known = "http://hl7.org/fhir/SearchParameter/individual-birthdate";
    hold(&[
        (&statement("date", known), &[]),
        (&statement("string", "http://example.org/unknown"), &[]),
        (
            &statement("string", known),
            &["definition CapabilityStatement.rest[0].resource[0].searchParam[0]"],
        ),
    ]);
}

#[test]
fn an_element_that_uses_content_again_has_constraints_of_its_own() {
    let script = |part: &str| {
        format!(
            r#"{{"resourceType":"TestScript","url":"http://a.b/t","name":"X","status":"draft",{part}}}"#
        )
    };
    let operation = r#"{"encodeRequestUrl":true}"#;
    hold(&[
        (
            &script(&format!(
                r#""setup":{{"action":[{{"operation":{operation}}}]}}"#
            )),
            &["tst-7 TestScript.setup.action[0].operation"],
        ),
        (
            &script(&format!(
                r#""teardown":{{"action":[{{"operation":{operation}}}]}}"#
            )),
            &[
                "tst-7 TestScript.teardown.action[0].operation",
                "tst-9 TestScript.teardown.action[0].operation",
            ],
        ),
    ]);
}
