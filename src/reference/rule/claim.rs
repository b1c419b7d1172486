//! Claim: sums, codes and parties. What a line is worth is for the adjudication to say.

use rust_decimal::Decimal;

use super::Context;
use super::reference::id_of;
use crate::reference::guide::{code, decimal, has_code, line_amount};
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::resource_type::ResourceType::{Coverage, Organization, Practitioner};
use crate::reference::tree::{Tree, at, text_at};

/// There is a line.
pub(super) fn lines(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    if !at(resource, "item").is_empty() {
        return Vec::new();
    }
    vec![Issue::new(IssueCode::Required, "`item` is required").at("Claim.item")]
}

/// The total is the sum of quantity times unit price, no line has the sequence of another, and
/// the period ends after it begins.
pub(super) fn arithmetic(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    let items = at(resource, "item");
    let sum = items
        .iter()
        .filter_map(|item| line_amount(item))
        .fold(Decimal::ZERO, Decimal::saturating_add);
    let total = decimal(resource, "total.value").filter(|_| !items.is_empty());
    if total.is_some_and(|total| total != sum) {
        let text = format!("the total is the sum of the lines, {sum}");
        issues.push(Issue::new(IssueCode::BusinessRule, text).at("Claim.total"));
    }
    let mut sequences: Vec<_> = items
        .iter()
        .filter_map(|item| text_at(item, "sequence"))
        .collect();
    let lines = sequences.len();
    sequences.sort_unstable();
    sequences.dedup();
    if sequences.len() < lines {
        let text = "each line has a sequence of its own";
        issues.push(Issue::new(IssueCode::BusinessRule, text).at("Claim.item.sequence"));
    }
    let end = text_at(resource, "billablePeriod.end");
    if end.is_some() && text_at(resource, "billablePeriod.start") > end {
        let text = "the period ends before it begins";
        issues.push(Issue::new(IssueCode::BusinessRule, text).at("Claim.billablePeriod"));
    }
    issues
}

/// Visit type, diagnoses and categories.
pub(super) fn codes(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let sought = [
        ("type", "claim-visit-type"),
        (
            "diagnosis.diagnosisCodeableConcept",
            "diagnosis-ICD10-level1",
        ),
        ("item.category", "claim-item-category"),
        ("supportingInfo.category", "claim-supporting-info-category"),
    ];
    let mut issues = Vec::new();
    for (path, name) in sought {
        for concept in at(resource, path) {
            let found = at(concept, "coding.code")
                .first()
                .and_then(|code| code.as_str());
            if !found.is_some_and(|code| has_code(context.store, name, code)) {
                let text = format!("expected a code of `{name}`, found {found:?}");
                issues.push(Issue::new(IssueCode::CodeInvalid, text).at(format!("Claim.{path}")));
            }
        }
    }
    issues
}

/// Who enters it, where, and on whose Coverage.
pub(super) fn parties(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let store = context.store;
    let mut issues = Vec::new();
    let mut refuse = |place: &str, text: &str| {
        issues.push(Issue::new(IssueCode::BusinessRule, text).at(place));
    };
    let enterer = resource
        .get("enterer")
        .and_then(|it| id_of(context, it, Practitioner))
        .and_then(|id| store.resource(Practitioner, &id));
    if enterer.is_some_and(|it| code(it, "qualification.code") != Some("CA")) {
        refuse(
            "Claim.enterer",
            "a claim is entered by a claim administrator",
        );
    }
    let provider = resource
        .get("provider")
        .and_then(|it| id_of(context, it, Organization))
        .and_then(|id| store.resource(Organization, &id));
    if provider.is_some_and(|it| code(it, "type") != Some("prov")) {
        refuse("Claim.provider", "a claim is provided by a health facility");
    }
    let patient = text_at(resource, "patient.reference");
    let is_other = at(resource, "insurance.coverage")
        .into_iter()
        .filter_map(|it| id_of(context, it, Coverage))
        .filter_map(|id| store.resource(Coverage, &id))
        .any(|it| text_at(it, "beneficiary.reference") != patient);
    if is_other && patient.is_some_and(|it| !it.starts_with('#')) {
        refuse(
            "Claim.insurance.coverage",
            "the Coverage is another patient's",
        );
    }
    issues
}
