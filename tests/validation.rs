//! Resources judged as a user would have them judged: what is found, where, and by which rule.

use openimis_conformance::finding::{Cause, Finding, Rule, Severity};
use openimis_conformance::json;
use openimis_conformance::package::{Definitions, LooseFile};
use openimis_conformance::result::Verdict;
use openimis_conformance::validator::{Request, Validation, Validator};
use serde_json::{Value, json};

const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig";

fn validator() -> Validator {
    Validator::new(Definitions::embedded())
}

fn judge(resource: &Value) -> Validation {
    judge_by(&validator(), resource, &Request::default())
}

fn judge_by(validator: &Validator, resource: &Value, request: &Request<'_>) -> Validation {
    let text = resource.to_string();
    let document = json::read(&text).expect("it was written as JSON");
    validator.validate(&document, request)
}

fn judge_text(text: &str) -> Validation {
    let document = json::read(text).expect("valid JSON");
    validator().validate(&document, &Request::default())
}

/// The errors, as rule and expression.
fn errors(validation: &Validation) -> Vec<(Rule, &str)> {
    validation
        .findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| (finding.rule, finding.expression.as_str()))
        .collect()
}

fn only_error(validation: &Validation) -> &Finding {
    let errors: Vec<_> = validation
        .findings
        .iter()
        .filter(|finding| finding.is_error())
        .collect();
    assert_eq!(errors.len(), 1, "{:#?}", validation.findings);
    errors[0]
}

/// An example of the guide, as JSON that can be changed.
fn example(file: &str) -> Value {
    let examples = Definitions::embedded().examples();
    let example = examples
        .iter()
        .find(|example| example.file.contains(file))
        .expect("an example of the guide");
    serde_json::from_str(&example.text).expect("examples are JSON")
}

fn patient() -> Value {
    example("Patient-jane-doe")
}

#[test]
fn a_conformant_patient_passes() {
    let validation = judge(&patient());
    assert_eq!(errors(&validation), []);
    assert_eq!(validation.verdict(), Verdict::Pass);
    assert_eq!(validation.profiles.len(), 1);
}

#[test]
fn closed_slicing_through_a_repeating_element_names_the_slices_it_tried() {
    let mut patient = patient();
    patient["identifier"]
        .as_array_mut()
        .expect("a list")
        .push(json!({"type": {"coding": [{"code": "Passport"}]}, "value": "1"}));
    let validation = judge(&patient);
    let finding = validation
        .findings
        .iter()
        .find(|finding| finding.rule == Rule::Slicing)
        .expect("the slicing is closed");
    assert_eq!(finding.expression, "Patient.identifier[1]");
    assert_eq!(finding.element.as_deref(), Some("Patient.identifier"));
    insta::assert_snapshot!(finding.message, @"`Patient.identifier[1]`: expected one of the slices `Code` and `UUID` of `Patient.identifier`, which is closed, found an entry that matches none: `Code` wants `type.coding.code` \"Code\", found `\"Passport\"`; `UUID` wants `type.coding.code` \"UUID\", found `\"Passport\"`");
}

#[test]
fn any_coding_of_the_identifier_type_can_decide_the_slice() {
    let mut patient = patient();
    patient["identifier"][0]["type"]["coding"]
        .as_array_mut()
        .expect("a list")
        .insert(0, json!({"system": "http://example.org", "code": "other"}));
    let validation = judge(&patient);
    assert!(
        !errors(&validation)
            .iter()
            .any(|(rule, _)| *rule == Rule::Slicing),
        "{:#?}",
        validation.findings
    );
}

#[test]
fn the_guides_own_constraint_says_how_long_the_code_is() {
    let mut patient = patient();
    patient["identifier"][0]["value"] = json!("123456789012345");
    let finding = judge(&patient);
    let finding = only_error(&finding);
    assert_eq!(finding.rule, Rule::Invariant);
    assert_eq!(
        finding.constraint.as_deref(),
        Some("insureeCodeMustBeUnder13Chars")
    );
    assert_eq!(
        finding.element.as_deref(),
        Some("Patient.identifier:Code.value")
    );
    insta::assert_snapshot!(finding.message, @"`Patient.identifier[0].value` breaks `insureeCodeMustBeUnder13Chars`: expected at most 12 characters, found 15");
}

#[test]
fn shape_of_the_json_is_judged_against_the_types() {
    let validation = judge_text(
        r#"{"resourceType":"Basic","code":{"text":"x"},"identifier":{"value":"1"},"created":20200101,
            "author":[],"subject":null,"extra":1,"language":""}"#,
    );
    assert_eq!(
        errors(&validation),
        [
            (Rule::JsonType, "Basic.identifier"),
            (Rule::JsonType, "Basic.created"),
            (Rule::JsonEmpty, "Basic.author"),
            (Rule::JsonType, "Basic.subject"),
            (Rule::UnknownElement, "Basic.extra"),
            (Rule::JsonEmpty, "Basic.language"),
        ]
    );
}

#[test]
fn a_mistyped_element_is_answered_with_the_right_name() {
    let mut patient = patient();
    patient["birthdate"] = patient["birthDate"].take();
    patient
        .as_object_mut()
        .expect("an object")
        .remove("birthDate");
    let validation = judge(&patient);
    let finding = validation
        .findings
        .iter()
        .find(|finding| finding.rule == Rule::UnknownElement)
        .expect("it is unknown");
    assert_eq!(finding.hint.as_deref(), Some("did you mean `birthDate`?"));
}

#[test]
fn duplicate_names_are_reported_at_their_object() {
    let validation = judge_text(r#"{"resourceType":"Basic","code":{"text":"x","text":"y"}}"#);
    let finding = only_error(&validation);
    assert_eq!(
        (finding.rule, finding.expression.as_str()),
        (Rule::JsonDuplicate, "Basic.code")
    );
    assert_eq!((finding.line, finding.column), (Some(1), Some(44)));
}

#[test]
fn nulls_fill_gaps_only_beside_their_sibling() {
    let fills = r#"{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://example.org/x","valueHumanName":{
        "given":["a",null],"_given":[null,{"extension":[{"url":"http://example.org/y","valueBoolean":true}]}]}}]}"#;
    assert_eq!(errors(&judge_text(fills)), []);
    let lacks = fills.replace(
        "{\"extension\":[{\"url\":\"http://example.org/y\",\"valueBoolean\":true}]}",
        "null",
    );
    assert_eq!(
        errors(&judge_text(&lacks)),
        [(
            Rule::JsonType,
            "Basic.extension[0].value.ofType(HumanName).given[1]"
        )]
    );
}

#[test]
fn two_types_of_one_choice_are_one_too_many() {
    let validation = judge_text(
        r#"{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}"#,
    );
    assert!(errors(&validation).contains(&(Rule::ChoiceType, "Patient.deceased")));
}

#[test]
fn prohibited_elements_are_named_with_the_profile_that_prohibits_them() {
    let mut patient = patient();
    patient["deceasedBoolean"] = json!(false);
    let validation = judge(&patient);
    let finding = only_error(&validation);
    assert_eq!(finding.rule, Rule::Cardinality);
    assert_eq!(finding.expression, "Patient.deceased.ofType(boolean)");
    assert!(
        finding
            .profile
            .as_deref()
            .is_some_and(|p| p.ends_with("openimis-patient|1.0.0"))
    );
}

#[test]
fn slicing_by_exists_tells_attachments_apart() {
    let mut patient = patient();
    patient["photo"] = json!([{"contentType": "image/png", "title": "x", "hash": "YQ==",
        "creation": "2020-01-01", "data": "YQ=="}]);
    assert_eq!(errors(&judge(&patient)), []);
    patient["photo"][0]["url"] = json!("http://example.org/x.png");
    let validation = judge(&patient);
    // With a url it is in slice `URL`, which has a size and no data.
    assert_eq!(
        errors(&validation),
        [
            (Rule::Cardinality, "Patient.photo[0].size"),
            (Rule::Cardinality, "Patient.photo[0].data"),
        ]
    );
}

#[test]
fn a_pattern_on_an_ancestor_decides_the_slice() {
    let mut request = example("CoverageEligibilityRequest-JoeDoeEnquiring");
    // The code alone decides the slice; its pattern then misses the system.
    let validation = judge(&request);
    assert!(
        errors(&validation)
            .contains(&(Rule::Pattern, "CoverageEligibilityRequest.item[0].category"))
    );
    request["item"][0]["category"]["coding"][0]["code"] = json!("other");
    let validation = judge(&request);
    assert!(errors(&validation).contains(&(Rule::Slicing, "CoverageEligibilityRequest.item[0]")));
}

#[test]
fn references_are_held_against_their_types() {
    let mut patient = patient();
    patient["generalPractitioner"] = json!([{"reference": "Location/1"}]);
    let validation = judge(&patient);
    assert!(
        errors(&validation).contains(&(Rule::ReferenceTarget, "Patient.generalPractitioner[0]"))
    );
    patient["generalPractitioner"] = json!([{"reference": "somebody"}]);
    let validation = judge(&patient);
    assert_eq!(
        errors(&validation),
        [(Rule::ReferenceTarget, "Patient.generalPractitioner[0]")]
    );
}

#[test]
fn contained_resources_are_found_referenced_and_judged() {
    let resource = json!({"resourceType": "Basic", "code": {"text": "x"},
        "contained": [{"resourceType": "Patient", "id": "p", "gender": 1}],
        "subject": {"reference": "#q"}});
    let validation = judge(&resource);
    assert_eq!(
        errors(&validation),
        [
            (Rule::Contained, "Basic.contained[0]"),
            (Rule::JsonType, "Basic.contained[0].gender"),
            (Rule::Invariant, "Basic.subject"),
        ]
    );
}

#[test]
fn entries_of_a_bundle_are_judged_each_by_its_own_profile() {
    let mut broken = patient();
    broken["identifier"] = json!([]);
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "http://example.org/fhir/Patient/jane-doe", "resource": patient()},
        {"fullUrl": "http://example.org/fhir/Patient/other", "resource": broken}]});
    let validation = judge(&bundle);
    let errors = errors(&validation);
    assert!(
        errors.contains(&(Rule::Bundle, "Bundle.entry[1]")),
        "{errors:?}"
    );
    assert!(
        errors.contains(&(Rule::JsonEmpty, "Bundle.entry[1].resource.identifier")),
        "{errors:?}"
    );
    assert!(
        !errors
            .iter()
            .any(|(_, at)| at.starts_with("Bundle.entry[0]")),
        "{errors:?}"
    );
}

#[test]
fn targets_in_the_bundle_are_held_against_the_target_profile() {
    let mut practitioner = example("Practitioner-Rushila-Dani-CA");
    practitioner["id"] = json!("p");
    let mut patient = patient();
    patient["generalPractitioner"] = json!([{"reference": "Practitioner/p"}]);
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "http://example.org/fhir/Patient/jane-doe", "resource": patient},
        {"fullUrl": "http://example.org/fhir/Practitioner/p", "resource": practitioner}]});
    let validation = judge(&bundle);
    assert_eq!(
        errors(&validation),
        [(
            Rule::ReferenceTarget,
            "Bundle.entry[0].resource.generalPractitioner[0]"
        )]
    );
}

#[test]
fn extension_context_by_profile_name() {
    // unit-price names `OpenIMISActivityDefinition` where an element belongs.
    assert_eq!(errors(&judge(&example("ActivityDefinition-"))), []);
    let mut group = example("Group-doe-family");
    group["extension"].as_array_mut().expect("a list").push(
        json!({"url": format!("{GUIDE}/StructureDefinition/unit-price"),
            "valueMoney": {"value": 1, "currency": "USD"}}),
    );
    let validation = judge(&group);
    assert!(
        errors(&validation)
            .iter()
            .any(|(rule, at)| *rule == Rule::Extension && at.starts_with("Group.extension[")),
        "{:?}",
        validation.findings
    );
}

#[test]
fn discriminator_in_fsh_syntax() {
    let mut communication = example("Communication-Claim001");
    assert_eq!(errors(&judge(&communication)), []);
    communication["payload"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] =
        json!("nonsense");
    let validation = judge(&communication);
    let errors = errors(&validation);
    assert!(
        errors.contains(&(Rule::Slicing, "Communication.payload[0]")),
        "{errors:?}"
    );
    assert!(
        errors.contains(&(Rule::Slicing, "Communication.payload")),
        "{errors:?}"
    );
}

#[test]
fn core_uses_fhir_type_on_type() {
    let definition = json!({"resourceType": "StructureDefinition", "url": "http://example.org/x",
        "name": "X", "status": "draft", "kind": "resource", "abstract": false, "type": "Basic",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic",
        "derivation": "constraint",
        "differential": {"element": [{"id": "Basic", "path": "Basic", "type": [{
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type",
                "valueUrl": "string"}],
            "code": "http://hl7.org/fhirpath/System.String"}]}]}});
    let validation = judge(&definition);
    assert!(
        !errors(&validation)
            .iter()
            .any(|(rule, _)| *rule == Rule::Extension),
        "{:#?}",
        validation.findings
    );
}

#[test]
fn slices_with_one_url_share_their_entries() {
    let mut coverage = example("Coverage-JoeDoeCoverage");
    coverage["beneficiary"] = json!({"reference": "Patient/jane-doe"});
    assert_eq!(errors(&judge(&coverage)), []);
    coverage["extension"].as_array_mut().expect("a list").pop();
    // One of the two mandatory slices is left without an entry.
    assert_eq!(
        errors(&judge(&coverage)),
        [
            (Rule::Cardinality, "Coverage.extension"),
            (Rule::Slicing, "Coverage.extension")
        ]
    );
}

/// What makes the verdict no worse than a warning, although a rule is broken.
fn assert_guides_fault(resource: &Value, rule: Rule, expression: &str) {
    let validation = judge(resource);
    let found = validation
        .findings
        .iter()
        .find(|finding| finding.rule == rule && finding.expression == expression)
        .unwrap_or_else(|| panic!("{:#?}", validation.findings));
    assert_eq!(found.severity, Severity::Error);
    assert_eq!(found.cause, Cause::Guide);
    assert_eq!(
        validation.verdict(),
        Verdict::Warning,
        "{:#?}",
        validation.findings
    );
}

#[test]
fn category_and_product_is_the_guides_fault() {
    let mut response = example("CoverageEligibilityResponse-");
    response["patient"] = json!({"reference": "Patient/john-doe"});
    assert_guides_fault(
        &response,
        Rule::Invariant,
        "CoverageEligibilityResponse.insurance[0].item[1]",
    );
}

#[test]
fn ratio_without_denominator_is_the_guides_fault() {
    assert_guides_fault(
        &example("Medication-AspirinMedication"),
        Rule::Invariant,
        "Medication.amount",
    );
}

#[test]
fn general_cost_may_repeat_as_its_slices_need() {
    assert_eq!(errors(&judge(&example("InsurancePlan-RX01"))), []);
}

fn practitioner_role() -> Value {
    json!({"resourceType": "PractitionerRole", "id": "r",
        "meta": {"profile": [format!("{GUIDE}/StructureDefinition/openimis-enrolment-officer-practitioner-role")]},
        "extension": [{"url": format!("{GUIDE}/StructureDefinition/practitioner-role-substitution-reference"),
            "valueReference": {"reference": "Practitioner/1"}}],
        "identifier": [{"value": "EO1", "type": {"coding": [{"code": "Code",
            "system": format!("{GUIDE}/CodeSystem/openimis-identifiers")}]}}],
        "practitioner": {"reference": "Practitioner/1"},
        "period": {"end": "2030-01-01"},
        "code": [{"coding": [{"system": format!("{GUIDE}/CodeSystem/practitioner-qualification-type"),
            "code": "EO", "display": "Enrolment Officer"}]}]})
}

#[test]
fn the_substitution_may_stand_on_the_role() {
    assert_eq!(errors(&judge(&practitioner_role())), []);
}

#[test]
fn unknown_marital_status_is_the_guides_fault() {
    let mut patient = patient();
    patient["maritalStatus"] = json!({"coding": [{"code": "UNK",
        "system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"}]});
    assert_guides_fault(&patient, Rule::Binding, "Patient.maritalStatus");
}

#[test]
fn of_several_profiles_the_content_chooses() {
    let choose = |resource: &Value| {
        let text = resource.to_string();
        let document = json::read(&text).expect("valid JSON");
        let choice = validator().choose_profile(&document.root);
        let name = choice
            .profile
            .as_deref()
            .and_then(|url| url.rsplit('/').next().map(str::to_owned));
        (name.unwrap_or_default(), choice.reason)
    };
    let cases = [
        (
            "Organization-MyTrade",
            "openimis-policy-holder-organization",
        ),
        (
            "Organization-Rapta",
            "openimis-health-facility-organization",
        ),
        ("Organization-openIMIS", "openimis-insurance-organization"),
        (
            "Practitioner-Roberts",
            "openimis-enrolment-officer-practitioner",
        ),
        (
            "Practitioner-Rushila",
            "openimis-claim-administrator-practitioner",
        ),
        ("Invoice-", "openimis-invoice-invoice"),
        ("Patient-jane", "openimis-patient"),
    ];
    for (file, profile) in cases {
        assert_eq!(choose(&example(file)).0, profile, "{file}");
    }
    assert_eq!(
        choose(&practitioner_role()),
        (
            "openimis-enrolment-officer-practitioner-role".to_owned(),
            "`PractitionerRole.code` is `EO`".to_owned()
        )
    );
    assert_eq!(
        choose(&json!({"resourceType": "Account", "status": "active"})).0,
        ""
    );
}

#[test]
fn a_profile_that_refers_to_itself_comes_to_an_end() {
    let profile = json!({"resourceType": "StructureDefinition", "url": "http://example.org/loop",
        "name": "Loop", "status": "draft", "kind": "resource", "abstract": false,
        "type": "Patient", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint", "differential": {"element": [
            {"id": "Patient.link.other", "path": "Patient.link.other", "type": [{
                "code": "Reference", "targetProfile": ["http://example.org/loop"]}]},
            {"id": "Patient.gender", "path": "Patient.gender", "min": 1}]}});
    let definitions = Definitions::core()
        .with_resources(&[LooseFile {
            name: "loop.json".to_owned(),
            text: profile.to_string(),
        }])
        .expect("a definition");
    let validator = Validator::new(definitions);
    let person = |id: &str, other: &str, gender: Option<&str>| {
        let mut resource = json!({"resourceType": "Patient", "id": id,
            "meta": {"profile": ["http://example.org/loop"]},
            "link": [{"type": "seealso", "other": {"reference": format!("Patient/{other}")}}]});
        if let Some(gender) = gender {
            resource["gender"] = json!(gender);
        }
        json!({"fullUrl": format!("http://example.org/fhir/Patient/{id}"), "resource": resource})
    };
    let bundle = |gender| {
        json!({"resourceType": "Bundle", "type": "collection",
            "entry": [person("a", "b", Some("male")), person("b", "a", gender)]})
    };
    let good = judge_by(&validator, &bundle(Some("male")), &Request::default());
    assert_eq!(errors(&good), []);
    let bad = judge_by(&validator, &bundle(None), &Request::default());
    assert_eq!(
        errors(&bad),
        [
            (
                Rule::ReferenceTarget,
                "Bundle.entry[0].resource.link[0].other"
            ),
            (Rule::Cardinality, "Bundle.entry[1].resource.gender"),
            // The one that refers to the broken one does not conform either.
            (
                Rule::ReferenceTarget,
                "Bundle.entry[1].resource.link[0].other"
            ),
        ]
    );
}
