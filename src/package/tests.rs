//! What the embedded definitions hold, and how layers lie over each other.

use super::{Definitions, LooseFile};
use crate::fhir::{CodeSystemContent, Max, StructureKind};

const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig";

#[test]
fn core_takes_less_than_a_megabyte() {
    assert!(super::embedded::CORE_PACK.len() < 1_000_000);
}

#[test]
fn core_is_whole() {
    let core = Definitions::core();
    assert_eq!(core.structure_definitions().count(), 655);
    assert_eq!(core.value_sets().count(), 1316);
    assert_eq!(core.code_systems().count(), 1062);
    assert_eq!(core.resource_types().len(), 146);
    let read = |url: &&str| core.structure_definition(url).is_some();
    let urls = core.structure_definitions().map(|(url, _)| url);
    assert_eq!(urls.filter(read).count(), 655);
    let read = |url: &&str| core.value_set(url).is_some();
    let urls = core.value_sets().map(|(url, _)| url);
    assert_eq!(urls.filter(read).count(), 1316);
    let read = |url: &&str| core.code_system(url).is_some();
    let urls = core.code_systems().map(|(url, _)| url);
    assert_eq!(urls.filter(read).count(), 1062);
}

#[test]
fn elements_of_core_are_as_published() {
    let core = Definitions::core();
    let patient = core.type_definition("Patient").expect("in core");
    assert_eq!(patient.kind, StructureKind::Resource);
    let snapshot = patient.snapshot.as_ref().expect("core has snapshots");
    assert_eq!(snapshot.len(), 45);
    let contact = snapshot
        .iter()
        .find(|element| element.path == "Patient.contact");
    let contact = contact.expect("an element");
    assert_eq!(contact.max, Some(Max::Unbounded));
    let rule = contact
        .constraints
        .iter()
        .find(|constraint| constraint.key == "pat-1");
    let rule = rule.and_then(|rule| rule.expression.as_deref());
    assert_eq!(
        rule,
        Some("name.exists() or telecom.exists() or address.exists() or organization.exists()")
    );
    let gender = snapshot
        .iter()
        .find(|element| element.path == "Patient.gender");
    let binding = gender
        .and_then(|gender| gender.binding.as_ref())
        .expect("bound");
    let value_set = binding.value_set.as_deref().expect("a value set");
    assert!(core.value_set(value_set).is_some(), "{value_set}");
}

#[test]
fn the_guide_is_whole_and_lies_over_core() {
    let definitions = Definitions::embedded();
    let of_guide = |id: &&str| *id == "openimis.fhir.r4";
    let ids = definitions.structure_definitions().map(|(_, id)| id);
    assert_eq!(ids.filter(of_guide).count(), 60);
    assert_eq!(definitions.profiles().len(), 25);
    assert_eq!(definitions.extensions().len(), 35);
    assert_eq!(definitions.profiles_of("Organization").len(), 3);
    let ids = definitions.value_sets().map(|(_, id)| id);
    assert_eq!(ids.filter(of_guide).count(), 55);
    let ids = definitions.code_systems().map(|(_, id)| id);
    assert_eq!(ids.filter(of_guide).count(), 41);
    let diagnoses = format!("{GUIDE}/CodeSystem/diagnosis-ICD10-level1");
    let diagnoses = definitions.code_system(&diagnoses).expect("in the guide");
    assert_eq!(diagnoses.content, CodeSystemContent::Complete);
    assert_eq!(diagnoses.concepts.len(), 1910);
    let statement = &definitions.capability_statements()[0];
    assert_eq!(
        statement.server().map(|rest| rest.resources.len()),
        Some(18)
    );
    assert!(definitions.type_definition("Patient").is_some());
}

#[test]
fn every_example_names_its_profile() {
    let definitions = Definitions::embedded();
    let examples = definitions.examples();
    assert_eq!(examples.len(), 26);
    for example in examples {
        let profile = example.profile.as_deref().unwrap_or_default();
        let profile = definitions
            .structure_definition(profile)
            .expect("in the guide");
        assert_eq!(profile.type_name, example.resource_type, "{}", example.file);
    }
}

#[test]
fn a_version_is_kept() {
    let definitions = Definitions::embedded();
    let profile = format!("{GUIDE}/StructureDefinition/openimis-patient");
    assert!(
        definitions
            .structure_definition(&format!("{profile}|1.0.0"))
            .is_some()
    );
    assert!(
        definitions
            .structure_definition(&format!("{profile}|2.0.0"))
            .is_none()
    );
}

#[test]
fn search_parameters_of_a_type_include_those_of_its_bases() {
    let core = Definitions::core();
    let codes = |resource_type: &str| -> Vec<String> {
        let parameters = core.search_parameters(resource_type);
        parameters
            .iter()
            .map(|parameter| parameter.code.clone())
            .collect()
    };
    let patient = codes("Patient");
    for code in ["_id", "_lastUpdated", "_text", "birthdate", "identifier"] {
        assert!(patient.iter().any(|other| other == code), "{code}");
    }
    let bundle = codes("Bundle");
    assert!(bundle.iter().any(|code| code == "_id"));
    assert!(
        !bundle.iter().any(|code| code == "_text"),
        "Bundle is no DomainResource"
    );
}

#[test]
fn loose_resources_lie_on_top() {
    let text = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"ValueSet",
        "url":"http://hl7.org/fhir/ValueSet/administrative-gender","name":"Mine"}}]}"#;
    let file = |text: &str| LooseFile {
        name: "mine.json".to_owned(),
        text: text.to_owned(),
    };
    let definitions = Definitions::embedded();
    let layered = definitions.with_resources(&[file(text)]).expect("sound");
    let gender = "http://hl7.org/fhir/ValueSet/administrative-gender";
    let name = |definitions: &Definitions, url: &str| {
        definitions
            .value_set(url)
            .map(|value_set| value_set.name.clone())
    };
    assert_eq!(name(&layered, gender).as_deref(), Some("Mine"));
    assert_eq!(
        name(&layered, &format!("{gender}|4.0.1")).as_deref(),
        Some("AdministrativeGender"),
        "the version that is asked for wins over the upper layer"
    );
    assert_eq!(layered.packages()[0].id, "loose");
    let refusal = |text: &str| {
        let layered = definitions.with_resources(&[file(text)]);
        layered.expect_err("should be refused").to_string()
    };
    assert!(refusal("{").contains("expected JSON"));
    assert!(refusal(r#"{"resourceType":"Patient"}"#).contains("found none"));
    assert!(refusal(r#"{"resourceType":"ValueSet"}"#).contains("with `url`"));
}

#[test]
fn packages_are_named_with_their_hashes() {
    let packages = Definitions::embedded().packages();
    let names: Vec<_> = packages
        .iter()
        .map(|package| {
            (
                package.id.as_str(),
                package.version.as_str(),
                package.sha256.len(),
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            ("openimis.fhir.r4", "1.0.0", 64),
            ("hl7.fhir.r4.core", "4.0.1", 64)
        ]
    );
}
