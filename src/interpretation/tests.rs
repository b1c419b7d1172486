//! The list as it is read and applied.

use std::sync::Arc;

use super::{Decision, Interpretations};
use crate::fhir::Max;
use crate::finding::{Finding, Rule, Severity};
use crate::package::Definitions;

const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig";

fn list() -> &'static Interpretations {
    Interpretations::embedded()
}

#[test]
fn the_list_can_be_read_and_says_what_it_does() {
    let read = Interpretations::read(super::EMBEDDED);
    let read = read.expect("the list has the form that is described");
    assert!(read.interpretations.len() > 20);
    let mut ids: Vec<&str> = read
        .interpretations
        .iter()
        .map(|own| own.id.as_str())
        .collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "ids are not unique");
    for own in &read.interpretations {
        assert!(!own.places.is_empty(), "{}", own.id);
        let texts = [&own.how, &own.reason, &own.source];
        assert!(texts.iter().all(|text| text.len() > 10), "{}", own.id);
        let is_repair = own.decision == Decision::Repaired;
        assert!(own.quarantine.is_empty() || !is_repair, "{}", own.id);
        assert!(own.repair.is_empty() || is_repair, "{}", own.id);
    }
}

#[test]
fn every_reading_of_r4_is_held_by_a_test() {
    let mut ids: Vec<&str> = Vec::new();
    for own in &list().readings {
        assert!(!ids.contains(&own.id.as_str()), "{} twice", own.id);
        ids.push(&own.id);
        let texts = [&own.reading, &own.reason, &own.source];
        assert!(texts.iter().all(|text| text.len() > 10), "{}", own.id);
        let (file, function) = own.test.split_once(": ").expect("`file: function`");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let source = std::fs::read_to_string(path).unwrap_or_default();
        let head = format!("#[test]\nfn {function}()");
        let within = format!("#[test]\n    fn {function}()");
        assert!(
            source.contains(&head) || source.contains(&within),
            "expected the test of {} in {file}, found no `{function}`",
            own.id
        );
    }
}

#[test]
fn a_definition_is_read_as_it_was_meant() {
    let definitions = Definitions::embedded();
    let read = |id: &str| {
        let url = format!("{GUIDE}/StructureDefinition/{id}");
        let published = definitions
            .structure_definition(&url)
            .expect("in the guide");
        list().repair(published)
    };
    let paths = |id: &str, element: &str| -> Vec<String> {
        let definition = read(id);
        let mut elements = definition.differential.iter();
        let found = elements.find(|own| own.id == element).expect("an element");
        let slicing = found.slicing.as_ref().expect("sliced");
        slicing
            .discriminators
            .iter()
            .map(|own| own.path.clone())
            .collect()
    };
    let payload = format!(
        "extension('{GUIDE}/StructureDefinition/communication-payload-type').value.coding.code"
    );
    assert_eq!(
        paths("openimis-communication", "Communication.payload"),
        [payload]
    );
    assert_eq!(
        paths(
            "openimis-coverage-eligibility-response",
            "CoverageEligibilityResponse.insurance.item:benefit.benefit"
        ),
        ["allowed"]
    );
    let plan = read("openimis-insurance-plan");
    let mut elements = plan.differential.iter();
    let cost = elements.find(|own| own.id == "InsurancePlan.plan.generalCost");
    assert_eq!(cost.and_then(|own| own.max), Some(Max::Unbounded));
    let context = &read("practitioner-role-substitution-reference").context[0];
    assert_eq!(context.expression, "PractitionerRole");
}

#[test]
fn what_is_not_repaired_is_not_copied() {
    let definitions = Definitions::embedded();
    let patient = definitions.type_definition("Patient").expect("in core");
    assert!(Arc::ptr_eq(&patient, &list().repair(Arc::clone(&patient))));
}

#[test]
fn a_value_set_is_read_as_it_was_meant() {
    let definitions = Definitions::embedded();
    let url = format!("{GUIDE}/ValueSet/group-type");
    let published = definitions.value_set(&url).expect("in the guide");
    let read = list().repair_value_set(published);
    let include = &read.compose.as_ref().expect("composed").include[0];
    assert_eq!(
        include.system,
        Some(format!("{GUIDE}/CodeSystem/group-type"))
    );
}

#[test]
fn a_finding_is_the_guides_fault_only_where_the_list_says_so() {
    let finding = |rule, expression: &str, constraint: Option<&str>, message: &str| {
        let mut finding = Finding::new(Severity::Error, rule, expression, message);
        finding.constraint = constraint.map(str::to_owned);
        let held = [
            "openimis-activitiy-definition",
            "openimis-medication",
            "openimis-patient",
            "openimis-coverage-eligibility-response",
        ];
        let held = held.map(|id| format!("{GUIDE}/StructureDefinition/{id}|1.0.0"));
        let held: Vec<&str> = held.iter().map(String::as_str).collect();
        assert!(list().quarantine(&finding, &[]).is_none());
        let found = list().quarantine(&finding, &held);
        found.map(|own| own.id.as_str())
    };
    let invariant = Rule::Invariant;
    assert_eq!(
        finding(invariant, "Medication.amount", Some("rat-1"), "x"),
        Some("amount-without-denominator")
    );
    assert_eq!(
        finding(invariant, "Medication.amount", Some("ele-1"), "x"),
        None
    );
    assert_eq!(
        finding(
            invariant,
            "Medication.ingredient[0].strength",
            Some("rat-1"),
            "x"
        ),
        None
    );
    let item = "CoverageEligibilityResponse.insurance[2].item[13]";
    assert_eq!(
        finding(invariant, item, Some("ces-1"), "x"),
        Some("category-and-product")
    );
    let code = "expected a code of the value set, found `UNK`";
    let status = "Patient.maritalStatus";
    assert_eq!(
        finding(Rule::Binding, status, None, code),
        Some("marital-status-unknown")
    );
    assert_eq!(finding(Rule::Binding, status, None, "found `X`"), None);
    // The display of the code system is none that the pattern takes; any other difference counts.
    let of_code = |code: &str| {
        let system = "http://terminology.hl7.org/CodeSystem/usage-context-type";
        let coding = format!(r#"{{"system":"{system}","code":"{code}","display":"Age Range"}}"#);
        let message = format!("`Age` wants `code` x, found `{coding}`");
        finding(
            Rule::Slicing,
            "ActivityDefinition.useContext[1]",
            None,
            &message,
        )
    };
    assert_eq!(of_code("age"), Some("usage-context-age"));
    assert_eq!(of_code("aged"), None);
}
