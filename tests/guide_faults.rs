//! Each rule of `guide check`, on a guide that breaks it and on the same guide mended.

use openimis_conformance::guide::check::{FaultKind, check};
use openimis_conformance::package::{Definitions, LooseFile, PackageFile, PackageFiles};

/// The package id of loose definitions.
const LOOSE: &str = "loose";

/// The faults of a guide of a few definitions: kind, element and detail.
fn faults(resources: &[&str]) -> Vec<(FaultKind, String, String)> {
    faults_with_files(resources, &[])
}

/// The same with the files of the package: name and text.
fn faults_with_files(
    resources: &[&str],
    package_files: &[(&str, &str)],
) -> Vec<(FaultKind, String, String)> {
    let files: Vec<LooseFile> = resources
        .iter()
        .enumerate()
        .map(|(index, text)| LooseFile {
            name: format!("{index}.json"),
            text: (*text).to_owned(),
        })
        .collect();
    let definitions = Definitions::core()
        .with_resources(&files)
        .expect("definitions");
    let package_files = package_files.iter().map(|(name, text)| PackageFile {
        name: (*name).to_owned(),
        bytes: text.as_bytes().to_vec(),
    });
    let files = PackageFiles {
        path: "here".into(),
        files: package_files.collect(),
    };
    let faults = check(&definitions, LOOSE, &files).into_iter();
    faults
        .map(|own| {
            assert!(own.message.contains("expected"), "{}", own.message);
            assert!(own.message.contains("found"), "{}", own.message);
            (
                own.kind,
                own.element.unwrap_or_default(),
                own.detail.unwrap_or_default(),
            )
        })
        .collect()
}

fn one(kind: FaultKind, element: &str, detail: &str) -> Vec<(FaultKind, String, String)> {
    vec![(kind, element.to_owned(), detail.to_owned())]
}

fn profile(type_name: &str, elements: &str) -> String {
    format!(
        r#"{{"resourceType":"StructureDefinition","id":"p","url":"http://g/StructureDefinition/p","name":"P",
            "status":"active","kind":"resource","abstract":false,"type":"{type_name}","derivation":"constraint",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/{type_name}",
            "differential":{{"element":[{elements}]}}}}"#
    )
}

fn extension(id: &str, context: &str) -> String {
    let url = format!("http://g/StructureDefinition/{id}");
    format!(
        r#"{{"resourceType":"StructureDefinition","id":"{id}","url":"{url}","name":"E","status":"active",
            "kind":"complex-type","abstract":false,"type":"Extension","derivation":"constraint",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension",
            "context":[{{"type":"element","expression":"{context}"}}],
            "differential":{{"element":[{{"id":"Extension.url","path":"Extension.url","fixedUri":"{url}"}}]}}}}"#
    )
}

fn value_set(id: &str, include: &str) -> String {
    format!(
        r#"{{"resourceType":"ValueSet","id":"{id}","url":"http://g/ValueSet/{id}","status":"active",
            "compose":{{"include":[{include}]}}}}"#
    )
}

const CODES: &str = r#"{"resourceType":"CodeSystem","url":"http://g/CodeSystem/c","status":"active","content":"complete",
    "concept":[{"code":"a","display":"Alpha"},{"code":"b","display":"Beta"}]}"#;

fn statement(resources: &str) -> String {
    format!(
        r#"{{"resourceType":"CapabilityStatement","url":"http://g/CapabilityStatement/s","status":"active","kind":"requirements",
            "fhirVersion":"4.0.1","format":["json"],"rest":[{{"mode":"server","resource":[{resources}]}}]}}"#
    )
}

/// One element of a differential.
fn element(id: &str, rest: &str) -> String {
    let path: Vec<&str> = id
        .split('.')
        .map(|own| own.split(':').next().unwrap_or(own))
        .collect();
    let slice = id.rsplit('.').next().and_then(|own| own.split_once(':'));
    let slice = slice
        .map(|(_, name)| format!(r#","sliceName":"{name}""#))
        .unwrap_or_default();
    format!(
        r#"{{"id":"{id}","path":"{}"{slice}{rest}}}"#,
        path.join(".")
    )
}

fn slicing(kind: &str, path: &str, rules: &str) -> String {
    format!(
        r#","slicing":{{"discriminator":[{{"type":"{kind}","path":"{path}"}}],"rules":"{rules}"}}"#
    )
}

#[test]
fn a_guide_without_faults_has_none() {
    let identifier = [
        element(
            "Patient.identifier",
            &slicing("value", "type.coding.code", "closed"),
        ),
        element("Patient.identifier:a", r#","min":1,"max":"1""#),
        element(
            "Patient.identifier:a.type",
            r#","patternCodeableConcept":{"coding":[{"code":"x"}]}"#,
        ),
        element("Patient.identifier:b", r#","max":"1""#),
        element(
            "Patient.identifier:b.type.coding.code",
            r#","patternCode":"y""#,
        ),
        element(
            "Patient.extension:e",
            r#","type":[{"code":"Extension","profile":["http://g/StructureDefinition/e"]}]"#,
        ),
    ];
    let found = faults(&[
        &profile("Patient", &identifier.join(",")),
        &extension("e", "Patient"),
        CODES,
        &value_set("v", r#"{"system":"http://g/CodeSystem/c"}"#),
        &statement(
            r#"{"type":"Patient","supportedProfile":["http://g/StructureDefinition/p"],
            "searchParam":[{"name":"identifier","definition":"http://hl7.org/fhir/SearchParameter/Patient-identifier","type":"token"}]}"#,
        ),
    ]);
    assert_eq!(found, []);
}

#[test]
fn a_profile_without_a_snapshot() {
    let found = faults(&[&profile("Patient", &element("Patient.size", ""))]);
    assert_eq!(found, one(FaultKind::SnapshotImpossible, "", ""));
}

#[test]
fn a_context_that_names_nothing() {
    for context in [
        "Patient",
        "Patient.contact",
        "Element",
        "BackboneElement",
        "Observation.value",
    ] {
        assert_eq!(faults(&[&extension("e", context)]), [], "{context}");
    }
    for context in [
        "Patients",
        "Patient.size",
        "http://g/StructureDefinition/none",
    ] {
        let found = faults(&[&extension("e", context)]);
        assert_eq!(found, one(FaultKind::ExtensionContext, "", context));
    }
}

#[test]
fn an_extension_where_its_context_does_not_let_it_be() {
    let user = |place: &str| {
        let types =
            r#","type":[{"code":"Extension","profile":["http://g/StructureDefinition/e"]}]"#;
        profile("Patient", &element(&format!("{place}.extension:e"), types))
    };
    let misplaced = |place: &str| {
        let id = format!("{place}.extension:e");
        one(FaultKind::ExtensionMisplaced, &id, "e")
    };
    let found = faults(&[&user("Patient"), &extension("e", "Group")]);
    assert_eq!(found, misplaced("Patient"));
    let found = faults(&[&user("Patient.name"), &extension("e", "Address")]);
    assert_eq!(found, misplaced("Patient.name"));
    for (place, context) in [
        ("Patient.name", "HumanName"),
        ("Patient.contact", "BackboneElement"),
        ("Patient.contact", "Patient.contact"),
        ("Patient", "DomainResource"),
    ] {
        assert_eq!(
            faults(&[&user(place), &extension("e", context)]),
            [],
            "{place} {context}"
        );
    }
}

#[test]
fn a_discriminator_path_that_is_none() {
    let sliced = |path: &str| {
        let elements = [
            element("Patient.contact", &slicing("value", path, "open")),
            element("Patient.contact:a", ""),
            element("Patient.contact:a.gender", r#","patternCode":"male""#),
        ];
        faults(&[&profile("Patient", &elements.join(","))])
    };
    assert_eq!(sliced("gender"), []);
    for path in ["gender[0]", "where(gender='x')", "gender | name"] {
        assert_eq!(
            sliced(path),
            one(FaultKind::DiscriminatorPath, "Patient.contact", path)
        );
    }
    // The path is right and leads to nothing that the slice says.
    let undecided = one(
        FaultKind::DiscriminatorUndecided,
        "Patient.contact:a",
        "address.city",
    );
    assert_eq!(sliced("address.city"), undecided);
}

#[test]
fn slices_that_say_the_same() {
    let sliced = |second: &str| {
        let elements = [
            element(
                "Patient.contact",
                &slicing("value", "relationship.coding", "open"),
            ),
            element("Patient.contact:a", ""),
            element(
                "Patient.contact:a.relationship",
                r#","patternCodeableConcept":{"coding":[{"code":"x"}]}"#,
            ),
            element("Patient.contact:b", ""),
            element(
                "Patient.contact:b.relationship.coding",
                &format!(r#","patternCoding":{{"code":"{second}"}}"#),
            ),
        ];
        faults(&[&profile("Patient", &elements.join(","))])
    };
    assert_eq!(sliced("y"), []);
    assert_eq!(
        sliced("x"),
        one(FaultKind::SlicesAlike, "Patient.contact:b", "")
    );
}

#[test]
fn slices_for_which_there_is_no_room() {
    let sliced = |max: &str, second: u32| {
        let elements = [
            element(
                "Patient.contact",
                &format!(r#"{},"max":"{max}""#, slicing("value", "gender", "open")),
            ),
            element("Patient.contact:a", r#","min":1"#),
            element("Patient.contact:a.gender", r#","patternCode":"male""#),
            element("Patient.contact:b", &format!(r#","min":{second}"#)),
            element("Patient.contact:b.gender", r#","patternCode":"female""#),
        ];
        faults(&[&profile("Patient", &elements.join(","))])
    };
    assert_eq!(sliced("2", 1), []);
    assert_eq!(sliced("2", 0), []);
    assert_eq!(
        sliced("1", 1),
        one(FaultKind::SlicesExceedMax, "Patient.contact", "")
    );
    assert_eq!(
        sliced("1", 0),
        one(FaultKind::SliceUnreachable, "Patient.contact:b", "")
    );
}

#[test]
fn cardinalities_that_cannot_be() {
    let constrained = |rest: &str| faults(&[&profile("Patient", &element("Patient.name", rest))]);
    assert_eq!(constrained(r#","min":2,"max":"2""#), []);
    assert_eq!(
        constrained(r#","min":2,"max":"1""#),
        one(FaultKind::CardinalityEmpty, "Patient.name", "")
    );
    let wider = faults(&[&profile(
        "Patient",
        &element("Patient.gender", r#","max":"*""#),
    )]);
    assert_eq!(
        wider,
        one(FaultKind::CardinalityWider, "Patient.gender", "")
    );
    let looser = faults(&[&profile(
        "Observation",
        &element("Observation.code", r#","min":0"#),
    )]);
    assert_eq!(
        looser,
        one(FaultKind::CardinalityWider, "Observation.code", "")
    );
}

#[test]
fn what_a_constraint_of_r4_forbids() {
    // pat-1: a contact has a name, telecom, address or organization.
    let prohibited = |names: &[&str]| {
        let elements: Vec<String> = names
            .iter()
            .map(|name| element(&format!("Patient.contact.{name}"), r#","max":"0""#))
            .collect();
        faults(&[&profile("Patient", &elements.join(","))])
    };
    assert_eq!(prohibited(&["name", "telecom", "address"]), []);
    let found = prohibited(&["name", "telecom", "address", "organization"]);
    assert_eq!(
        found,
        one(
            FaultKind::InvariantUnsatisfiable,
            "Patient.contact",
            "pat-1"
        )
    );
    // rat-1: a numerator never without a denominator. The amount may be there, the numerator not.
    let amount = element("Medication.amount.denominator", r#","max":"0""#);
    let found = faults(&[&profile("Medication", &amount)]);
    assert_eq!(
        found,
        one(
            FaultKind::InvariantUnsatisfiable,
            "Medication.amount.numerator",
            "rat-1"
        )
    );
}

#[test]
fn a_pattern_of_another_type() {
    let patterned = |value: &str| faults(&[&profile("Patient", &element("Patient.gender", value))]);
    assert_eq!(patterned(r#","patternCode":"male""#), []);
    let found = patterned(r#","patternString":"male""#);
    assert_eq!(
        found,
        one(FaultKind::ValueType, "Patient.gender", "patternString")
    );
}

#[test]
fn codes_that_do_not_exist_or_are_displayed_otherwise() {
    let listed = |concept: &str| {
        let include =
            format!(r#"{{"system":"http://g/CodeSystem/c","concept":[{concept},{{"code":"b"}}]}}"#);
        faults(&[CODES, &value_set("v", &include)])
    };
    assert_eq!(listed(r#"{"code":"a","display":" alpha"}"#), []);
    assert_eq!(
        listed(r#"{"code":"a","display":"Omega"}"#),
        one(FaultKind::DisplayDiffers, "", "c#a")
    );
    let unknown = [
        one(FaultKind::CodeUnknown, "", "c#z"),
        one(FaultKind::CodeUnused, "", "a"),
    ];
    assert_eq!(listed(r#"{"code":"z"}"#), unknown.concat());

    let patterned = |coding: &str| {
        let rest = format!(r#","patternCodeableConcept":{{"coding":[{coding}]}}"#);
        let profile = profile("Patient", &element("Patient.maritalStatus", &rest));
        faults(&[
            CODES,
            &value_set("v", r#"{"system":"http://g/CodeSystem/c"}"#),
            &profile,
        ])
    };
    assert_eq!(
        patterned(r#"{"system":"http://g/CodeSystem/c","code":"a"}"#),
        []
    );
    let found = patterned(r#"{"system":"http://g/CodeSystem/c","code":"z"}"#);
    assert_eq!(
        found,
        one(FaultKind::CodeUnknown, "Patient.maritalStatus", "c#z")
    );
}

#[test]
fn a_pattern_that_the_binding_forbids() {
    let bound = |code: &str| {
        let rest = format!(
            r#","binding":{{"strength":"required","valueSet":"http://g/ValueSet/v"}},
               "patternCodeableConcept":{{"coding":[{{"system":"http://g/CodeSystem/c","code":"{code}"}}]}}"#
        );
        let only_a = r#"{"system":"http://g/CodeSystem/c","concept":[{"code":"a"}]}"#;
        let also_b = r#"{"system":"http://g/CodeSystem/c","concept":[{"code":"b"}]}"#;
        let profile = profile("Patient", &element("Patient.maritalStatus", &rest));
        faults(&[
            CODES,
            &value_set("v", only_a),
            &value_set("w", also_b),
            &profile,
        ])
    };
    assert_eq!(bound("a"), []);
    assert_eq!(
        bound("b"),
        one(FaultKind::ValueOutsideBinding, "Patient.maritalStatus", "")
    );
}

#[test]
fn a_code_that_a_closed_slicing_leaves_out() {
    let sliced = |rules: &str| {
        let elements = [
            element(
                "Patient.contact",
                &slicing("value", "relationship.coding.code", rules),
            ),
            element(
                "Patient.contact.relationship",
                r#","binding":{"strength":"required","valueSet":"http://g/ValueSet/v"}"#,
            ),
            element("Patient.contact:a", ""),
            element(
                "Patient.contact:a.relationship.coding.code",
                r#","patternCode":"a""#,
            ),
        ];
        let all = value_set("v", r#"{"system":"http://g/CodeSystem/c"}"#);
        faults(&[CODES, &all, &profile("Patient", &elements.join(","))])
    };
    assert_eq!(sliced("open"), []);
    assert_eq!(
        sliced("closed"),
        one(FaultKind::CodeWithoutSlice, "Patient.contact", "b")
    );
}

#[test]
fn a_code_system_that_nothing_uses() {
    assert_eq!(faults(&[CODES]), one(FaultKind::CodeSystemUnused, "", ""));
    assert_eq!(
        faults(&[
            CODES,
            &value_set("v", r#"{"system":"http://g/CodeSystem/c"}"#)
        ]),
        []
    );
}

#[test]
fn urls_that_lead_to_nothing() {
    let nowhere = "http://g/StructureDefinition/none";
    let types = format!(r#","type":[{{"code":"Reference","targetProfile":["{nowhere}"]}}]"#);
    let found = faults(&[&profile(
        "Patient",
        &element("Patient.managingOrganization", &types),
    )]);
    assert_eq!(
        found,
        one(
            FaultKind::CanonicalUnresolved,
            "Patient.managingOrganization",
            nowhere
        )
    );

    let binding = r#","binding":{"strength":"required","valueSet":"http://g/ValueSet/none"}"#;
    let found = faults(&[&profile(
        "Patient",
        &element("Patient.maritalStatus", binding),
    )]);
    assert_eq!(
        found,
        one(
            FaultKind::CanonicalUnresolved,
            "Patient.maritalStatus",
            "http://g/ValueSet/none"
        )
    );

    let found = faults(&[&value_set(
        "v",
        r#"{"valueSet":["http://g/ValueSet/none"]}"#,
    )]);
    assert_eq!(
        found,
        one(FaultKind::CanonicalUnresolved, "", "http://g/ValueSet/none")
    );
    let system = "http://terminology.hl7.org/CodeSystem/none";
    let found = faults(&[&value_set("v", &format!(r#"{{"system":"{system}"}}"#))]);
    assert_eq!(found, one(FaultKind::CanonicalUnresolved, "", system));
    // Not every code system of the world is in a package.
    assert_eq!(
        faults(&[&value_set("v", r#"{"system":"http://snomed.info/sct"}"#)]),
        []
    );
}

#[test]
fn a_capability_statement_that_asks_for_what_is_not() {
    let patient = profile("Patient", &element("Patient.identifier", r#","max":"0""#));
    let group = r#"{"type":"Group"}"#;
    let known = r#"{"type":"Patient"}"#;
    assert_eq!(faults(&[&patient, &statement(known)]), []);
    assert_eq!(
        faults(&[&patient, &statement(group)]),
        one(FaultKind::TypeMissing, "", "Patient")
    );
    let twice = statement(&[known, known].join(","));
    assert_eq!(
        faults(&[&patient, &twice]),
        one(FaultKind::CapabilityDuplicate, "", "Patient")
    );

    let supported = |type_name: &str, url: &str| {
        let own = format!(r#"{{"type":"{type_name}","supportedProfile":["{url}"]}},{known}"#);
        faults(&[&patient, &statement(&own)])
    };
    let url = "http://g/StructureDefinition/p";
    assert_eq!(
        supported("Group", url),
        one(FaultKind::CapabilityProfile, "", url)
    );
    let page = "http://g/StructureDefinition-p.html";
    let both = [
        one(FaultKind::CanonicalUnresolved, "", page),
        one(FaultKind::CapabilityProfile, "", page),
    ];
    assert_eq!(supported("Group", page), both.concat());

    let searched = |name: &str, definition: &str| {
        let parameter = format!(
            r#"{{"type":"Patient","searchParam":[{{"name":"{name}","type":"token",
                "definition":"http://hl7.org/fhir/SearchParameter/{definition}"}}]}}"#
        );
        faults(&[&patient, &statement(&parameter)])
    };
    assert_eq!(searched("birthdate", "individual-birthdate"), []);
    assert_eq!(searched("_id", "Resource-id"), []);
    let foreign = one(FaultKind::SearchParameterForeign, "", "Patient?birthdate");
    assert_eq!(searched("birthdate", "Group-code"), foreign);
    let useless = one(FaultKind::SearchParameterUseless, "", "Patient?identifier");
    assert_eq!(searched("identifier", "Patient-identifier"), useless);
}

#[test]
fn a_definition_that_breaks_r4() {
    let own = |name: &str| {
        let text = format!(
            r#"{{"resourceType":"CapabilityStatement","url":"http://g/CapabilityStatement/s","status":"active",
                "kind":"requirements","date":"2024-01-01","fhirVersion":"4.0.1","format":["json"],{name}
                "rest":[{{"mode":"server","resource":[{{"type":"Patient"}}]}}]}}"#
        );
        faults_with_files(&[&text], &[("CapabilityStatement-s.json", &text)])
    };
    assert_eq!(own(r#""description":"x","#), []);
    let found = own("");
    assert_eq!(
        found,
        one(FaultKind::DefinitionInvalid, "CapabilityStatement", "cpb-2")
    );
}

#[test]
fn an_example_that_does_not_conform() {
    let profile = profile("Patient", &element("Patient.gender", r#","min":1"#));
    let example = |rest: &str| {
        let text = format!(
            r#"{{"resourceType":"Patient","id":"a","meta":{{"profile":["http://g/StructureDefinition/p"]}}{rest}}}"#
        );
        faults_with_files(&[&profile], &[("example/Patient-a.json", &text)])
    };
    assert_eq!(example(r#","gender":"male""#), []);
    let found = example(r#","active":true"#);
    assert_eq!(
        found,
        one(FaultKind::ExampleInvalid, "Patient.gender", "cardinality")
    );
    let linked = |target: &str| {
        let link = format!(
            r#","gender":"male","link":[{{"type":"seealso","other":{{"reference":"{target}"}}}}]"#
        );
        example(&link)
    };
    assert_eq!(linked("Patient/a"), []);
    assert_eq!(linked("http://elsewhere.org/Patient/b"), []);
    let found = linked("Patient/b");
    assert_eq!(
        found,
        one(
            FaultKind::ExampleReference,
            "Patient.link.other",
            "Patient/b"
        )
    );
}
