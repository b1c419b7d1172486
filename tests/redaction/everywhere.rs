//! Marked values in every place where somebody's data may stand; none of them in any output.

use std::collections::BTreeSet;

use openimis_conformance::fhir::StructureDefinition;
use openimis_conformance::http::{Exchange, FailureKind, Method, Outcome, TransportFailure};
use openimis_conformance::package::Definitions;
use openimis_conformance::redaction::Redactor;
use serde_json::{Map, Value, json};

use crate::{exchange, key, redacted_body, redactor};

/// No pseudonym of anything can hold this: a word is replaced as a whole.
const MARK: &str = "Zzqmarkzz";
/// The same inside the datatypes that are about somebody wherever they stand.
pub(crate) const PERSON: &str = "Zzqpersonzz";
const DATE: &str = "1971-11-23";
/// Names, numbers, addresses, pictures, notes, and references to a patient.
const ABOUT_PEOPLE: [&str; 6] = [
    "HumanName",
    "ContactPoint",
    "Address",
    "Attachment",
    "Annotation",
    "Reference",
];

/// Fills every element of a type with marked values, as deep as the datatypes go.
pub(crate) struct Filler {
    definitions: Definitions,
    count: usize,
    /// How many of [`ABOUT_PEOPLE`] are around the current element.
    about_people: usize,
}

pub(crate) fn filler() -> Filler {
    Filler {
        definitions: Definitions::embedded(),
        count: 0,
        about_people: 0,
    }
}

impl Filler {
    pub(crate) fn resource(&mut self, name: &str) -> Value {
        let definition = self
            .definitions
            .type_definition(name)
            .expect("a type of R4");
        let mut resource = self.children(&definition, name, 0);
        resource.insert("resourceType".to_owned(), json!(name));
        Value::Object(resource)
    }

    fn children(
        &mut self,
        definition: &StructureDefinition,
        path: &str,
        depth: usize,
    ) -> Map<String, Value> {
        let mut members = Map::new();
        let elements = definition.snapshot.clone().expect("core has snapshots");
        for element in elements {
            let Some(name) = element
                .path
                .strip_prefix(path)
                .and_then(|rest| rest.strip_prefix('.'))
            else {
                continue;
            };
            if name.contains('.') || matches!(name, "extension" | "modifierExtension" | "contained")
            {
                continue;
            }
            for kind in &element.types {
                let suffix = kind.code[..1].to_uppercase() + &kind.code[1..];
                let name = match name.strip_suffix("[x]") {
                    Some(base) => format!("{base}{suffix}"),
                    None => name.to_owned(),
                };
                let value = match kind.code.as_str() {
                    "BackboneElement" | "Element" if depth < 6 => {
                        Value::Object(self.children(definition, &element.path, depth + 1))
                    }
                    code => self.value(code, &name, depth),
                };
                let is_list = element.base_max.is_some_and(|max| max.to_string() == "*");
                members.insert(name, if is_list { json!([value]) } else { value });
            }
        }
        members
    }

    fn datatype(&mut self, definition: &StructureDefinition, name: &str, depth: usize) -> Value {
        let about_people = ABOUT_PEOPLE.contains(&name);
        // A code inside one of them is a code again.
        let outer = std::mem::take(&mut self.about_people);
        let is_coded = matches!(name, "Coding" | "CodeableConcept" | "Meta" | "Quantity");
        self.about_people = if is_coded {
            0
        } else {
            outer + usize::from(about_people)
        };
        let children = self.children(definition, name, depth + 1);
        self.about_people = outer;
        Value::Object(children)
    }

    /// Every extension of the guide and one that nobody knows, each about a patient.
    pub(crate) fn extensions(&mut self) -> Value {
        let mut urls: Vec<String> = self
            .definitions
            .extensions()
            .iter()
            .map(|extension| extension.url.clone())
            .collect();
        urls.push("https://example.org/unknown".to_owned());
        urls.push(
            "https://openimis.github.io/openimis_fhir_r4_ig//StructureDefinition/coverage-date"
                .to_owned(),
        );
        let mut all = Vec::new();
        for url in urls {
            for (name, datatype) in [
                ("valueReference", "Reference"),
                ("valueHumanName", "HumanName"),
                ("valueAddress", "Address"),
            ] {
                let definition = self
                    .definitions
                    .type_definition(datatype)
                    .expect("a datatype");
                let value = self.datatype(&definition, datatype, 2);
                all.push(json!({"url": url, name: value.clone()}));
                all.push(json!({"url": url, "extension": [{"url": "inner", name: value}]}));
            }
        }
        Value::Array(all)
    }

    /// An extension that nobody knows with every kind of text in it.
    pub(crate) fn unknown_texts(&mut self) -> Value {
        let mut mark = || {
            self.count += 1;
            format!("{PERSON}{}", self.count)
        };
        let coding = |display: String| json!({"system": "https://example.org/codes", "code": "x", "display": display});
        let values = [
            ("valueString", json!(mark())),
            ("valueMarkdown", json!(mark())),
            ("valueCode", json!(mark())),
            ("valueId", json!(mark())),
            ("valueUri", json!(format!("urn:example:{}", mark()))),
            ("valueUrl", json!(format!("https://example.org/{}", mark()))),
            (
                "valueCanonical",
                json!(format!("https://example.org/{}", mark())),
            ),
            ("valueCoding", coding(mark())),
            (
                "valueCodeableConcept",
                json!({"text": mark(), "coding": [coding(mark())]}),
            ),
            ("valueQuantity", json!({"value": 7, "unit": mark()})),
            ("valueAnnotation", json!({"text": mark()})),
        ];
        let extension =
            |(name, value): (&str, Value)| json!({"url": "https://example.org/texts", name: value});
        Value::Array(values.into_iter().map(extension).collect())
    }

    fn value(&mut self, code: &str, name: &str, depth: usize) -> Value {
        self.count += 1;
        let stays = matches!(name, "district" | "state" | "country" | "id");
        let mark = match self.about_people > 0 && !stays {
            true => format!("{PERSON}{}", self.count),
            false => format!("{MARK}{}", self.count),
        };
        match code {
            "code" => json!("final"),
            "boolean" => json!(true),
            "integer" | "positiveInt" | "unsignedInt" | "decimal" => json!(7),
            "uri" | "url" | "canonical" => json!(format!("http://example.org/{name}")),
            "oid" => json!("urn:oid:1.2.3"),
            "uuid" => json!("urn:uuid:aef885b3-9d20-5424-9e94-33b1c5679916"),
            "date" => json!(DATE),
            "dateTime" | "instant" => json!(format!("{DATE}T10:00:00Z")),
            "time" => json!("10:00:00"),
            "base64Binary" => json!(mark),
            "xhtml" => json!(format!("<div title=\"{mark}\">{mark} <b>{mark}</b></div>")),
            "string" if name == "reference" => json!(format!("Patient/{mark}")),
            "string" if name == "type" => json!("Patient"),
            "string" | "markdown" | "id" => json!(mark),
            _ if depth >= 4 => Value::Null,
            datatype => match self.definitions.type_definition(datatype) {
                Some(definition) => self.datatype(&definition, datatype, depth),
                None => Value::Null,
            },
        }
    }
}

/// Where a mark is still there, by the property names on the way.
fn remaining(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.contains(MARK) => {
            found.insert(path.to_owned());
        }
        Value::Array(entries) => entries
            .iter()
            .for_each(|entry| remaining(entry, path, found)),
        Value::Object(members) => {
            for (name, member) in members {
                remaining(member, &format!("{path}.{name}"), found);
            }
        }
        _ => {}
    }
}

fn around(text: &str, at: usize) -> String {
    let bytes = &text.as_bytes()[at.saturating_sub(200)..(at + 60).min(text.len())];
    String::from_utf8_lossy(bytes).into_owned()
}

/// What may stay of a type that stands for people: words of codes and units, large areas.
fn may_stay(path: &str) -> bool {
    let last = |name: &str| path.ends_with(&format!(".{name}"));
    // Of the types that name an identifier or a party; all others are listed as personal.
    let in_concept = path.ends_with(".type.text") || path.contains(".meta.");
    (last("display") || last("version")) && (path.contains(".coding.") || path.contains(".tag.") || path.contains(".security."))
        || last("unit")
        || (last("text") && in_concept)
        || last("district")
        || last("state")
        || last("country")
        || path.contains(".meta.")
        || last("display") && path.contains("valueCoding")
        // The link of an element to another one inside the resource.
        || last("id") && path.matches('.').count() > 1
}

#[test]
fn in_resources_about_people_every_element_is_clean() {
    for name in [
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Group",
        "Person",
        "RelatedPerson",
    ] {
        let mut filler = filler();
        let resource = filler.resource(name);
        assert!(filler.count > 100, "{name} has {} values", filler.count);
        let body = redacted_body(&redactor(), &resource.to_string());
        let redacted: Value = serde_json::from_str(&body).expect("JSON");
        let mut found = BTreeSet::new();
        remaining(&redacted, name, &mut found);
        found.retain(|path| !may_stay(path));
        assert!(found.is_empty(), "{found:?}");
        if name != "Group" && name != "PractitionerRole" {
            let born = redacted["birthDate"].as_str().expect("a date");
            assert!(born != DATE && born.len() == 10, "{name} {born}");
        }
    }
}

#[test]
fn in_every_other_type_what_is_about_people_is_clean() {
    let types = [
        "ActivityDefinition",
        "Claim",
        "ClaimResponse",
        "Communication",
        "CommunicationRequest",
        "Contract",
        "Coverage",
        "CoverageEligibilityRequest",
        "CoverageEligibilityResponse",
        "InsurancePlan",
        "Invoice",
        "Location",
        "Medication",
        "Organization",
        "PaymentNotice",
        "Subscription",
        "Bundle",
        "OperationOutcome",
        "CapabilityStatement",
        "CodeSystem",
    ];
    let personal = [".text.div", ".contentString", ".header", ".data", ".hash"];
    let mut checked = 0;
    for name in types {
        let mut filler = filler();
        let mut resource = filler.resource(name);
        resource["extension"] = filler.extensions();
        let mut before = BTreeSet::new();
        remaining(&resource, name, &mut before);
        checked += before
            .iter()
            .filter(|path| personal.iter().any(|end| path.ends_with(end)))
            .count();
        let body = redacted_body(&redactor(), &resource.to_string());
        let mut found = BTreeSet::new();
        remaining(
            &serde_json::from_str(&body).expect("JSON"),
            name,
            &mut found,
        );
        assert!(resource.to_string().matches(PERSON).count() > 100, "{name}");
        assert_eq!(
            body.find(PERSON).map(|at| around(&body, at)),
            None,
            "{name}"
        );
        found.retain(|path| personal.iter().any(|end| path.ends_with(end)));
        // The fixed questions of the feedback form.
        found.remove("CommunicationRequest.payload.contentString");
        assert!(found.is_empty(), "{found:?}");
    }
    assert!(checked >= 20, "{checked}");
}

#[test]
fn what_fhir_does_not_know_is_clean() {
    let patient = json!({
        "resourceType": "Patient",
        "nickname": MARK,
        "national": {"number": 1234567890, "text": [MARK], "1234567890": "x", "zzq@mail.org": 1},
        "name": MARK,
        "birthDate": {"text": MARK},
        "_birthDate": {"extension": [{"url": "http://example.org/born", "valueString": MARK}]},
        "extension": [
            {"url": "http://example.org/tribe", "valueString": MARK},
            {"url": "http://example.org/number", "valueInteger": 1234567890},
            {"url": "http://example.org/day", "valueDateTime": "1971-11-23T10:00:00Z"},
            {"url": "http://example.org/concept", "valueCodeableConcept": {"text": MARK, "coding": [
                {"system": "http://example.org", "code": "X", "display": MARK},
                {"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M", "display": "Kept"}]}},
            {"url": "http://example.org/outer", "extension": [
                {"url": "inner", "valueAddress": {"district": "D", "text": MARK}},
                {"url": "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/unit-price", "valueString": MARK}]},
            {"url": "https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/patient-identification",
             "extension": [{"url": "number", "valueString": MARK}]},
            {"valueString": MARK}
        ],
        "contained": [{"resourceType": "Patience", "id": MARK, "code": MARK}]
    });
    let body = redacted_body(&redactor(), &patient.to_string());
    for gone in [MARK, "1234567890", "1971-11-23", "zzq@"] {
        assert!(!body.contains(gone), "{gone} in {body}");
    }
    for kept in [
        "T10:00:00Z",
        "\"code\":\"X\"",
        "Kept",
        "http://example.org/outer",
        "\"inner\"",
    ] {
        assert!(body.contains(kept), "{kept} not in {body}");
    }
}

/// A search that shows somebody, as JSON and in every other part of an exchange.
fn seen() -> Exchange {
    let bundle = json!({"resourceType": "Bundle", "type": "searchset",
        "link": [{"relation": "next", "url": "http://h/fhir/Patient/?identifier=MK07070707&page-offset=2"}],
        "entry": [{"fullUrl": "http://h/fhir/Patient/MK07070707/", "resource": {
            "resourceType": "Patient", "id": "MK07070707",
            "identifier": [{"value": "MK07070707"}],
            "name": [{"family": "Zzqlovett", "given": ["Ädaqq", "Li"]}],
            "telecom": [{"value": "+99 1234 567"}, {"value": "zzqada@example.org"}],
            "birthDate": "1971-11-23",
            "address": [{"text": "17 Zzqside Street"}]}}]});
    let mut exchange = exchange(
        "http://h/fhir/Patient/?identifier=MK07070707&family=Zzqlovett&birthdate=1971-11-23",
        "application/json",
        &bundle.to_string(),
    );
    if let Outcome::Response(response) = &mut exchange.outcome {
        response.headers.push((
            "location".to_owned(),
            "/fhir/Patient/MK07070707/".to_owned(),
        ));
        response
            .headers
            .push(("x-note".to_owned(), "for Zzqlovett".to_owned()));
    }
    exchange
}

const MARKS: [&str; 9] = [
    "MK07070707",
    "zzqlovett",
    "zzqlovett",
    "ädaqq",
    "%c3%a4daqq",
    "1971-11-23",
    "zzqside",
    "zzqada",
    "1234 567",
];

fn assert_clean(text: &str) {
    let lower = text.to_lowercase();
    for mark in MARKS {
        assert!(!lower.contains(&mark.to_lowercase()), "{mark} in {text}");
    }
    assert!(!text.contains("`Li`") && !text.contains("\"Li\""), "{text}");
}

#[test]
fn everything_of_an_exchange_is_clean() {
    let redacted = redactor().redact_exchange(&seen());
    assert_clean(&serde_json::to_string(&redacted).expect("JSON"));
    assert_clean(&redacted.curl());
}

#[test]
fn later_texts_about_somebody_are_clean() {
    let redactor = redactor();
    let _ = redactor.redact_exchange(&seen());
    for text in [
        "`Patient.name[0].family` is `Zzqlovett`, expected another",
        "`Patient.name[0].given[1]` is `Li`",
        "insuree MK07070707 (ZZQLOVETT, Ädaqq) born 1971-11-23 lives at 17 Zzqside Street",
        "http://h/fhir/Patient/MK07070707/?family=Zzqlovett",
        "mail to zzqada@example.org failed",
        "found `17 Zzqs…`",
    ] {
        let shown = redactor.redact_text(text);
        assert_clean(&shown);
        assert_eq!(shown.chars().count(), text.chars().count());
    }
    let kept = "expected status 200, found 404: `Patient.name` is missing in the answer";
    assert_eq!(redactor.redact_text(kept), kept);
}

#[test]
fn error_answers_about_somebody_are_clean() {
    let redactor = redactor();
    let _ = redactor.redact_exchange(&seen());
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception",
        "details": {"text": "Exists patient Zzqlovett with following chfid `MK07070707`"},
        "diagnostics": "duplicate key (chf_id)=(MK07070707), mail zzqada@example.org, other 998877665"}]});
    let bodies = [
        ("application/json", outcome.to_string()),
        ("application/json", r#"{"detail": "Zzqlovett is not allowed to"}"#.to_owned()),
        ("application/json", r#""MK07070707 is unknown""#.to_owned()),
        ("application/json", r#"{"resourceType":"Patient","name":[{"family":"Zzqlovett","given":["Äd"#.to_owned()),
        ("text/html", "<html><title>Server Error</title><p title='Zzqlovett'>&#90;zqlovett 1971-11-23</p><a href=\"/fhir/Patient/MK07070707/\">x</a>".to_owned()),
        ("text/plain", "Traceback: ValueError Zzqlovett MK07070707".to_owned()),
        ("application/x-www-form-urlencoded", "identifier=MK07070707&family=Zzqlovett".to_owned()),
        ("application/json", "{\"a\": NaN, \"name\": \"17 Zzqside Street\"}".to_owned()),
    ];
    for (content_type, body) in bodies {
        let exchange = exchange("http://h/fhir/X/", content_type, &body);
        let redacted = redactor.redact_exchange(&exchange);
        let shown = &redacted.response().expect("a response").body;
        assert_clean(shown);
        assert!(!shown.contains("998877665"), "{shown}");
    }
    let shown = redacted_body(&redactor, &outcome.to_string());
    assert!(
        shown.contains("Exists patient ") && shown.contains(" with following chfid `"),
        "{shown}"
    );
    let mut failed = seen();
    failed.outcome = Outcome::Failure(TransportFailure {
        failure: FailureKind::Redirect,
        message: "status 302 leads to `http://o/Patient/MK07070707`".to_owned(),
    });
    assert_clean(&serde_json::to_string(&redactor.redact_exchange(&failed)).expect("JSON"));
}

#[test]
fn requests_about_somebody_are_clean() {
    let mut exchange = seen();
    exchange.request.method = Method::Post;
    let Outcome::Response(response) = exchange.outcome.clone() else {
        panic!("a response");
    };
    exchange.request.body = Some(response.body);
    exchange.request.headers = vec![
        (
            "content-type".to_owned(),
            "application/fhir+json".to_owned(),
        ),
        (
            "if-none-exist".to_owned(),
            "identifier=MK07070707".to_owned(),
        ),
    ];
    let redacted = redactor().redact_exchange(&exchange);
    assert_clean(&serde_json::to_string(&redacted).expect("JSON"));
    assert_clean(&redacted.curl());
}

#[test]
fn the_key_leads_back_and_another_does_not() {
    let redacted = redactor().redact_exchange(&seen());
    let restored = Redactor::restoring(&key(), Definitions::embedded()).redact_exchange(&redacted);
    assert_eq!(restored.request, seen().request);
    let body = |exchange: &Exchange| exchange.response().expect("a response").body.clone();
    assert_eq!(body(&restored), body(&seen()));
    let other = openimis_conformance::redaction::Key::random().expect("randomness");
    let wrong = Redactor::restoring(&other, Definitions::embedded()).redact_exchange(&redacted);
    assert_ne!(body(&wrong), body(&seen()));
}

#[test]
fn personal_data_is_kept_only_where_it_was_asked_for() {
    let keeping = Redactor::keeping_personal_data(Definitions::embedded());
    assert!(keeping.keeps_personal_data() && !redactor().keeps_personal_data());
    assert_eq!(keeping.redact_exchange(&seen()), seen());
    assert_eq!(keeping.redact_text("Zzqlovett"), "Zzqlovett");
}
