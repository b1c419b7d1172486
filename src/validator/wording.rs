//! What each rule says when it is broken: what was expected, what was found, where, and how to mend
//! it. One snapshot holds them all, so that they can be read as one text.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Request, Validator, unreadable};
use crate::finding::{Finding, Rule};
use crate::json;
use crate::package::{Definitions, LooseFile};

/// A profile on Observation with a rule of every kind.
const PROFILE: &str = r#"{"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P","status":"active",
"kind":"resource","abstract":false,"type":"Observation","derivation":"constraint",
"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation","differential":{"element":[
{"id":"Observation","path":"Observation","constraint":[{"key":"p-1","severity":"error","human":"a method needs a device","expression":"method.exists() implies device.exists()"}]},
{"id":"Observation.identifier","path":"Observation.identifier","max":"3","slicing":{"rules":"closed","ordered":true,"discriminator":[{"type":"value","path":"system"},{"type":"exists","path":"value"}]}},
{"id":"Observation.identifier:a","path":"Observation.identifier","sliceName":"a","min":1,"max":"1"},
{"id":"Observation.identifier:a.system","path":"Observation.identifier.system","fixedUri":"http://example.org/a"},
{"id":"Observation.identifier:a.value","path":"Observation.identifier.value","min":1},
{"id":"Observation.identifier:b","path":"Observation.identifier","sliceName":"b"},
{"id":"Observation.identifier:b.system","path":"Observation.identifier.system","fixedUri":"http://example.org/b"},
{"id":"Observation.identifier:b.value","path":"Observation.identifier.value","min":1},
{"id":"Observation.category","path":"Observation.category","slicing":{"rules":"openAtEnd","discriminator":[{"type":"pattern","path":"$this"}]}},
{"id":"Observation.category:lab","path":"Observation.category","sliceName":"lab","patternCodeableConcept":{"coding":[{"code":"lab"}]}},
{"id":"Observation.code","path":"Observation.code","patternCodeableConcept":{"coding":[{"system":"http://example.org","code":"x"}]}},
{"id":"Observation.subject","path":"Observation.subject","min":1,"type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Patient"]}]},
{"id":"Observation.performer","path":"Observation.performer","max":"0"},
{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"integer"},{"code":"string"}],"maxLength":5,"minValueInteger":1}
]}}"#;

/// An Observation that is right by the profile, with more members in it.
fn observation(identifier: &str, code: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","identifier":[{identifier}],
        "code":{{"coding":[{{"system":"http://example.org","code":"{code}"}}]}}{more}}}"#
    )
}

const A: &str = r#"{"system":"http://example.org/a","value":"1"}"#;
const B: &str = r#"{"system":"http://example.org/b","value":"1"}"#;
const SUBJECT: &str = r#","subject":{"reference":"Patient/1"}"#;

fn findings(text: &str, profile: Option<&str>) -> Vec<Finding> {
    let file = LooseFile {
        name: "p.json".to_owned(),
        text: PROFILE.to_owned(),
    };
    let definitions = Definitions::core()
        .with_resources(&[file])
        .expect("a sound profile");
    let request = Request {
        profiles: profile.map(str::to_owned).into_iter().collect(),
        guide: false,
        ..Request::default()
    };
    match json::read(text) {
        Ok(document) => {
            Validator::new(definitions)
                .validate(&document, &request)
                .findings
        }
        Err(error) => vec![unreadable(&error)],
    }
}

fn base_cases() -> Vec<String> {
    let patient = |more: &str| format!(r#"{{"resourceType":"Patient",{more}}}"#);
    [
        r#""active":true,}"#,
        r#""active":true,"active":false"#,
        r#""active":"true""#,
        r#""name":[]"#,
        r#""name":{"text":"x"}"#,
        r#""birthdate":"2020-01-01""#,
        r#""birthDate":"2020-02-30""#,
        r#""deceasedBoolean":true,"deceasedDateTime":"2020""#,
        r#""gender":"Male""#,
        r#""maritalStatus":{"coding":[{"system":"http://example.org","code":"M"}]}"#,
        r#""maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"Single"}]}"#,
        r#""identifier":[{"system":"urn:ietf:rfc:3986","value":"1"}]"#,
        r#""managingOrganization":{"reference":"Patient/1"}"#,
        r#""managingOrganization":{"reference":"organisation-1"}"#,
        r##""managingOrganization":{"reference":"#o"}"##,
        r#""contained":[{"resourceType":"Organization","id":"o","name":"x"}]"#,
        r#""contact":[{"relationship":[{"text":"x"}]}]"#,
        r#""extension":[{"url":"x","valueString":"x"}]"#,
        r#""extension":[{"url":"http://example.org/x","valueString":"x"}]"#,
        r#""modifierExtension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"x"}}]"#,
        r#""name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"x"}}]}]"#,
        r#""text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>"}"#,
        r#""meta":{"profile":["http://example.org/unknown"]}"#,
        r#""photo":[{"contentType":"image/png","data":"QUI=","size":3}]"#,
    ]
    .into_iter()
    .map(patient)
    .chain([
        r#"{"resourceType":"Zork"}"#.to_owned(),
        r#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"Patient/1","resource":{"resourceType":"Patient","active":true}}]}"#.to_owned(),
        r#"{"resourceType":"Bundle","type":"message","timestamp":"2020-01-01T00:00:00Z","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"MessageHeader","eventUri":"http://example.org","source":{"endpoint":"http://example.org"},"focus":[{"reference":"Patient/1"}]}}]}"#.to_owned(),
        r##"{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q","contained":[{"resourceType":"Questionnaire","id":"q","status":"active","item":[{"linkId":"a","type":"boolean"}]}],"item":[{"linkId":"a","answer":[{"valueString":"x"}]}]}"##.to_owned(),
        r##"{"resourceType":"MeasureReport","status":"complete","type":"summary","measure":"#m","period":{"start":"2020"},"contained":[{"resourceType":"Measure","id":"m","status":"active","group":[{"code":{"text":"a"}},{"code":{"text":"b"}}]}],"group":[{"code":{"text":"a"}},{"code":{"text":"c"}}]}"##.to_owned(),
        r#"{"resourceType":"SearchParameter","url":"http://example.org/s","name":"S","status":"active","description":"x","code":"x","base":["Patient"],"type":"token","expression":"Patient.("}"#.to_owned(),
    ])
    .collect()
}

fn profile_cases() -> Vec<String> {
    vec![
        observation(A, "x", ""),
        observation(B, "x", SUBJECT),
        observation(&[A, A].join(","), "x", SUBJECT),
        observation(&[B, A].join(","), "x", SUBJECT),
        observation(
            &[A, r#"{"system":"http://example.org/c"}"#].join(","),
            "x",
            SUBJECT,
        ),
        observation(&[A, B, B, B].join(","), "x", SUBJECT),
        observation(A, "y", SUBJECT),
        observation(A, "x", r#","subject":{"reference":"Group/1"}"#),
        observation(
            A,
            "x",
            &format!(r#"{SUBJECT},"performer":[{{"display":"x"}}]"#),
        ),
        observation(A, "x", &format!(r#"{SUBJECT},"valueBoolean":true"#)),
        observation(A, "x", &format!(r#"{SUBJECT},"valueInteger":0"#)),
        observation(A, "x", &format!(r#"{SUBJECT},"valueString":"too long""#)),
        observation(A, "x", &format!(r#"{SUBJECT},"method":{{"text":"x"}}"#)),
        observation(
            A,
            "x",
            &format!(r#"{SUBJECT},"category":[{{"text":"x"}},{{"coding":[{{"code":"lab"}}]}}]"#),
        ),
        r#"{"resourceType":"Patient","active":true}"#.to_owned(),
    ]
}

/// The rules that validation can find broken. The others are about servers: what they say is in the
/// snapshots of `check` and `runner`.
const RULES: &[Rule] = &[
    Rule::JsonSyntax,
    Rule::JsonDuplicate,
    Rule::JsonType,
    Rule::JsonEmpty,
    Rule::ResourceType,
    Rule::UnknownElement,
    Rule::PrimitiveFormat,
    Rule::Cardinality,
    Rule::ChoiceType,
    Rule::Fixed,
    Rule::Pattern,
    Rule::ValueRange,
    Rule::MaxLength,
    Rule::Slicing,
    Rule::Extension,
    Rule::Binding,
    Rule::Display,
    Rule::ReferenceTarget,
    Rule::ReferenceResolution,
    Rule::Contained,
    Rule::Bundle,
    Rule::Invariant,
    Rule::Narrative,
    Rule::ProfileUnknown,
    Rule::ProfileMismatch,
    Rule::ProfileChoice,
    Rule::Limit,
    Rule::Attachment,
    Rule::Questionnaire,
    Rule::Measure,
    Rule::Definition,
];

/// Findings about the choice of a profile of the guide, and about what is too much to judge.
fn choices_and_limits() -> impl Iterator<Item = Finding> {
    let organization = r#"{"resourceType":"Organization","name":"x"}"#;
    let unknown = vec![r#""x":0"#; 10_001].join(",");
    let patient = format!(
        r#"{{"resourceType":"Patient","name":[{}0]}}"#,
        "0,".repeat(10_001)
    );
    let elements = vec![r#"{"path":"Patient.name"}"#; 10_001].join(",");
    let definition = format!(
        r#"{{"resourceType":"StructureDefinition","url":"http://example.org/d","name":"D","status":"draft","kind":"resource","abstract":false,"type":"Patient","differential":{{"element":[{elements}]}}}}"#
    );
    let validator = Validator::new(Definitions::embedded());
    let cases = [
        organization.to_owned(),
        format!("{{{unknown}}}"),
        patient,
        definition,
    ];
    let judge = move |case: String| match json::read(&case) {
        Ok(document) => validator.validate(&document, &Request::default()).findings,
        Err(error) => vec![unreadable(&error)],
    };
    let wanted = |finding: &Finding| {
        matches!(
            finding.rule,
            Rule::ProfileChoice | Rule::Limit | Rule::JsonSyntax
        )
    };
    cases.into_iter().flat_map(judge).filter(wanted)
}

/// Each kind of message once: of two that a rule words alike the first.
fn text() -> (String, BTreeSet<Rule>) {
    let mut rules = BTreeSet::new();
    let mut found: Vec<Finding> = choices_and_limits().collect();
    for case in base_cases() {
        found.extend(findings(&case, None));
    }
    for case in profile_cases() {
        found.extend(findings(&case, Some("http://example.org/p")));
    }
    let fixed = PROFILE.replace(
        "patternCodeableConcept\":{\"coding\":[{\"system\"",
        "fixedCodeableConcept\":{\"coding\":[{\"system\"",
    );
    let file = LooseFile {
        name: "f.json".to_owned(),
        text: fixed,
    };
    let definitions = Definitions::core()
        .with_resources(&[file])
        .expect("a sound profile");
    let other = observation(A, "y", SUBJECT);
    let document = json::read(&other).expect("valid JSON");
    let request = Request {
        profiles: vec!["http://example.org/p".to_owned()],
        guide: false,
        ..Request::default()
    };
    found.extend(
        Validator::new(definitions)
            .validate(&document, &request)
            .findings,
    );
    found.retain(|finding| finding.constraint.as_deref() != Some("dom-6"));
    found.sort_by(|a, b| (a.rule, &a.message).cmp(&(b.rule, &b.message)));
    found.dedup_by(|a, b| (a.rule, &a.message) == (b.rule, &b.message));
    let mut out = String::new();
    for finding in found {
        rules.insert(finding.rule);
        let _ = writeln!(
            out,
            "{}[{}] {}",
            finding.severity, finding.rule, finding.message
        );
        if let Some(hint) = &finding.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
    (out, rules)
}

#[test]
fn every_rule_says_what_was_expected_and_what_was_found() {
    let (text, rules) = text();
    insta::assert_snapshot!(text);
    let silent: Vec<&Rule> = RULES.iter().filter(|rule| !rules.contains(rule)).collect();
    assert_eq!(silent, Vec::<&Rule>::new());
}
