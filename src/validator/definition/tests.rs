//! Definitions that are right are left alone, faulty ones are caught, at the element that is wrong.

use crate::fhir::SearchParameter;
use crate::fhirpath::{Expression, Model, SemanticFaultKind, TypeId};
use crate::finding::Rule;
use crate::json;
use crate::package::Definitions;
use crate::validator::{Request, Validator};

/// The places and messages of what is wrong with a definition.
fn faults(text: &str) -> Vec<String> {
    let document = json::read(text).expect("valid JSON");
    let validator = Validator::new(Definitions::core());
    let request = Request {
        guide: false,
        ..Request::default()
    };
    let findings = validator.validate(&document, &request).findings;
    findings
        .iter()
        .filter(|finding| finding.rule == Rule::Definition && finding.is_error())
        .map(|finding| finding.message.clone())
        .collect()
}

/// A profile on Patient with these elements behind the root.
fn profile(elements: &str) -> String {
    head(
        "Patient",
        "constraint",
        &format!(r#"{{"id":"Patient","path":"Patient"}},{elements}"#),
    )
}

fn head(type_name: &str, derivation: &str, elements: &str) -> String {
    format!(
        r#"{{"resourceType":"StructureDefinition","url":"http://example.org/sd","name":"X",
        "status":"active","kind":"resource","abstract":false,"type":"{type_name}",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation":"{derivation}","differential":{{"element":[{elements}]}}}}"#
    )
}

#[track_caller]
fn assert_caught(text: &str, quoted: &str) {
    let found = faults(text);
    assert!(
        found.iter().any(|message| message.contains(quoted)),
        "expected {quoted}, found {found:?}"
    );
}

#[test]
fn a_profile_that_fits_its_base_is_left_alone() {
    let good = profile(
        r#"{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"rules":"open",
            "discriminator":[{"type":"value","path":"type.coding.code"}]}},
        {"id":"Patient.identifier:a","path":"Patient.identifier","sliceName":"a","min":1,"max":"1",
            "constraint":[{"key":"a-1","severity":"error","human":"x","expression":"value.exists()"}]},
        {"id":"Patient.identifier:a.type","path":"Patient.identifier.type",
            "patternCodeableConcept":{"coding":[{"code":"x"}]}},
        {"id":"Patient.gender","path":"Patient.gender","min":1,"fixedCode":"male"},
        {"id":"Patient.deceased[x]","path":"Patient.deceased[x]","type":[{"code":"boolean"}]},
        {"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","type":[{"code":"Reference",
            "targetProfile":["http://hl7.org/fhir/StructureDefinition/Practitioner"]}]}"#,
    );
    assert_eq!(faults(&good), Vec::<String>::new());
}

#[test]
fn the_head_agrees_with_the_base() {
    assert_caught(
        &head("Observation", "constraint", ""),
        "the type that the base defines",
    );
    assert_caught(&head("Patient", "specialization", ""), "a new type");
    let text = profile(r#"{"id":"Patient.gender","path":"Patient.gender"}"#);
    assert_caught(
        &text.replace(r#""kind":"resource""#, r#""kind":"complex-type""#),
        "the kind of the base",
    );
    assert_caught(
        &text.replace(r#""derivation":"constraint","#, ""),
        "`derivation`, since",
    );
    assert_caught(
        &text.replace("http://example.org/sd", "sd"),
        "an absolute URI",
    );
    let url = r#""type":"http://example.org/Patient""#;
    assert_caught(
        &text.replace(r#""type":"Patient""#, url),
        "the name of a type",
    );
}

#[test]
fn elements_that_do_not_fit_the_base_are_caught() {
    let one = |element: &str| profile(&format!("{{{element}}}"));
    let gender = r#""id":"Patient.gender","path":"Patient.gender""#;
    for (element, quoted) in [
        (r#""id":"Patient.zork","path":"Patient.zork""#.to_owned(), "elements that fit the base"),
        (format!(r#"{gender},"max":"2""#), "at most the 1 of the base"),
        (format!(r#"{gender},"type":[{{"code":"Coding"}}]"#), "which the base allows"),
        (format!(r#"{gender},"type":[{{"code":"Zork"}}]"#), "a type of R4"),
        (format!(r#"{gender},"fixedString":"male""#), "a fixed value of type `code`"),
        (
            format!(r#"{gender},"binding":{{"strength":"preferred","valueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"}}"#),
            "`required`, as in the base",
        ),
        (
            r#""id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":{"strength":"required","valueSet":"http://hl7.org/fhir/administrative-gender"}"#.to_owned(),
            "a value set",
        ),
        (
            format!(r#"{gender},"slicing":{{"rules":"open","discriminator":[{{"type":"value","path":"$this"}}]}}"#),
            "slicing of what repeats",
        ),
        (
            r#""id":"Patient.managingOrganization","path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Practitioner"]}]"#.to_owned(),
            "a profile on `Organization`, which the base allows",
        ),
        (
            r#""id":"Patient.identifier:a","path":"Patient.identifier","sliceName":"a""#.to_owned(),
            "of which it is a slice",
        ),
    ] {
        assert_caught(&one(&element), quoted);
    }
    let two = format!(r#"{{{gender}}},{{"id":"Patient.name","path":"Patient.name","min":1}}"#);
    assert_caught(&profile(&two), "in the order of the base");
}

#[test]
fn discriminators_lead_to_elements() {
    let sliced = |path: &str| {
        profile(&format!(
            r#"{{"id":"Patient.identifier","path":"Patient.identifier","slicing":{{"rules":"open",
            "discriminator":[{{"type":"value","path":"{path}"}}]}}}}"#
        ))
    };
    for good in [
        "system",
        "$this",
        "type.coding.code",
        "assigner.resolve()",
        "assigner.resolve().name",
        "extension('http://example.org/x').value",
    ] {
        assert_eq!(faults(&sliced(good)), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "zork",
        "type.zork",
        "type.coding.code.zork",
        "value.resolve()",
        "assigner.resolve().zork",
        "where(a=b)",
    ] {
        assert_caught(&sliced(bad), "a path to an element of what is sliced");
    }
}

#[test]
fn constraints_are_fhirpath_that_can_mean_something() {
    let with = |expression: &str| {
        head(
            "Patient",
            "constraint",
            &format!(
                r#"{{"id":"Patient","path":"Patient","constraint":[{{"key":"x-1","severity":"error","human":"x","expression":"{expression}"}}]}}"#
            ),
        )
    };
    assert_eq!(faults(&with("name.family.exists()")), Vec::<String>::new());
    assert_caught(&with("name.("), "FHIRPath");
    assert_caught(
        &with("name.zork.exists()"),
        "FHIRPath that can mean something",
    );
}

#[test]
fn an_extension_names_its_places_and_its_url() {
    let extension = |url: &str, context: &str| {
        format!(
            r#"{{"resourceType":"StructureDefinition","url":"http://example.org/ext","name":"X",
            "status":"active","kind":"complex-type","abstract":false,"type":"Extension",
            "context":[{context}],"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension",
            "derivation":"constraint","differential":{{"element":[{{"id":"Extension","path":"Extension"}},
            {{"id":"Extension.url","path":"Extension.url"{url}}}]}}}}"#
        )
    };
    let fixed = r#","fixedUri":"http://example.org/ext""#;
    let on = |expression: &str| format!(r#"{{"type":"element","expression":"{expression}"}}"#);
    for good in [
        "Patient",
        "Patient.contact",
        "Element",
        "HumanName",
        "Observation.value",
    ] {
        assert_eq!(
            faults(&extension(fixed, &on(good))),
            Vec::<String>::new(),
            "{good}"
        );
    }
    assert_caught(
        &extension(fixed, &on("Zork.foo")),
        "a type of R4 or one of its elements",
    );
    assert_caught(
        &extension(fixed, r#"{"type":"fhirpath","expression":"Patient.("}"#),
        "FHIRPath",
    );
    assert_caught(&extension("", &on("Patient")), "the url of the definition");
    assert_caught(
        &extension(r#","fixedUri":"http://example.org/other""#, &on("Patient")),
        "the url of the definition",
    );
}

#[test]
fn code_systems_value_sets_and_maps_agree_with_what_they_name() {
    let system = |more: &str| {
        format!(
            r#"{{"resourceType":"CodeSystem","url":"http://example.org/cs","status":"active",{more}}}"#
        )
    };
    let good = system(
        r#""content":"complete","count":2,"property":[{"code":"p","type":"integer"}],
        "concept":[{"code":"a","property":[{"code":"p","valueInteger":1}],"concept":[{"code":"b"}]}]"#,
    );
    assert_eq!(faults(&good), Vec::<String>::new());
    assert_caught(
        &good.replace(r#""count":2"#, r#""count":3"#),
        "the number of concepts",
    );
    assert_caught(
        &good.replace("valueInteger\":1", "valueString\":\"x\""),
        "a value of type `integer`",
    );
    assert_caught(&system(r#""content":"supplement""#), "`supplements`, since");
    assert_caught(
        &system(
            r#""content":"supplement","supplements":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"zork"}]"#,
        ),
        "a code of `http://hl7.org/fhir/administrative-gender`",
    );
    let set = |system: &str| {
        format!(
            r#"{{"resourceType":"ValueSet","status":"active","compose":{{"include":[{{"system":"{system}"}}]}}}}"#
        )
    };
    assert_eq!(
        faults(&set("http://hl7.org/fhir/administrative-gender")),
        Vec::<String>::new()
    );
    assert_caught(&set("gender"), "an absolute URI");
    assert_caught(
        &set("http://hl7.org/fhir/administrative-gender|4.0.1"),
        "alone",
    );
    assert_caught(
        &set("http://hl7.org/fhir/ValueSet/administrative-gender"),
        "a code system",
    );
    let map = |code: &str| {
        format!(
            r#"{{"resourceType":"ConceptMap","status":"active","group":[{{"source":"http://hl7.org/fhir/administrative-gender",
            "element":[{{"code":"{code}"}}]}}]}}"#
        )
    };
    assert_eq!(faults(&map("male")), Vec::<String>::new());
    assert_caught(&map("zork"), "a code of");
}

#[test]
fn a_search_parameter_has_an_expression_on_its_base() {
    let parameter = |expression: &str, kind: &str| {
        format!(
            r#"{{"resourceType":"SearchParameter","url":"http://example.org/sp","name":"X","status":"active",
            "description":"x","code":"x","base":["Patient"],"type":"{kind}","expression":"{expression}",
            "derivedFrom":"http://hl7.org/fhir/SearchParameter/Patient-identifier"}}"#
        )
    };
    assert_eq!(
        faults(&parameter("Patient.identifier", "token")),
        Vec::<String>::new()
    );
    assert_caught(&parameter("Patient.(", "token"), "FHIRPath");
    assert_caught(
        &parameter("Patient.zork", "token"),
        "FHIRPath that can mean something",
    );
    assert_caught(
        &parameter("Patient.identifier", "string"),
        "`token`, as in the parameter",
    );
}

/// What R4 itself publishes must not be called wrong.
#[test]
fn every_expression_of_r4_means_something() {
    let validator = Validator::new(Definitions::core());
    let model = validator.shared.engine.evaluator.model();
    let definitions = validator.definitions();
    let wrong = |text: &str, focus: &[TypeId]| -> Option<String> {
        let faults = Expression::parse(text).ok()?.check(model, focus);
        let fault = faults
            .into_iter()
            .find(|fault| fault.kind == SemanticFaultKind::UnknownElement)?;
        Some(format!("{text}: {}", fault.message))
    };
    let mut found = Vec::new();
    let mut count = 0;
    for name in definitions.resource_types() {
        let focus: Vec<TypeId> = model.type_named(name).into_iter().collect();
        for parameter in definitions.search_parameters(name) {
            let SearchParameter {
                expression, base, ..
            } = &*parameter;
            let Some(expression) = expression else {
                continue;
            };
            count += 1;
            let all: Option<Vec<TypeId>> = base.iter().map(|base| model.type_named(base)).collect();
            found.extend(wrong(expression, &all.unwrap_or_default()));
        }
        let Some(definition) = definitions.type_definition(name) else {
            continue;
        };
        for constraint in definition
            .snapshot
            .iter()
            .flatten()
            .take(1)
            .flat_map(|e| &e.constraints)
        {
            count += 1;
            found.extend(
                constraint
                    .expression
                    .as_deref()
                    .and_then(|text| wrong(text, &focus)),
            );
        }
    }
    // Two of them do not, and are faults of R4 (the base of an example, an element that was left out).
    found.retain(|wrong| {
        !wrong.contains("`Patient`, found `DocumentReference`")
            && !wrong.contains("`ChargeItemDefinition`, found `name`")
    });
    found.sort();
    found.dedup();
    assert!(count > 1500, "{count}");
    assert!(found.is_empty(), "{}\n{}", found.len(), found.join("\n"));
}
