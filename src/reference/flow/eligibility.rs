//! Enquire: what a patient may still get.
//!
//! The rule: each Coverage that is active on the day of the question allows, over its whole
//! period, twelve visits (claims), six consultations of 300 together and surgery of 2000, less
//! what accepted lines of the patient's claims have used.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Effect, Flow, id_in};
use crate::reference::guide::{code, concept, line_amount, meta, money};
use crate::reference::resource_type::ResourceType::{
    ActivityDefinition, Claim, ClaimResponse, Coverage, CoverageEligibilityResponse, Medication,
};
use crate::reference::rule::identifiers;
use crate::reference::store::Store;
use crate::reference::tree::{Tree, array, at, from_json, push_member, set, set_after, text_at};

const VISITS: i64 = 12;
const CONSULTATIONS: i64 = 6;
const CONSULTATION_AMOUNT: i64 = 300;
const SURGERY_AMOUNT: i64 = 2000;

/// What a patient has used.
#[derive(Debug, Default)]
struct Usage {
    visits: i64,
    consultations: i64,
    consultation_amount: Decimal,
    surgery_amount: Decimal,
}

impl Flow<'_> {
    /// Answers the question, and keeps the answer.
    pub(super) fn eligibility_is_answered(&mut self, request: &Tree) -> Option<Tree> {
        if self.omits(Effect::EligibilityIsAnswered) {
            return None;
        }
        let request_id = request.str("id")?;
        let mut response = from_json(json!({
            "resourceType": "CoverageEligibilityResponse",
            "meta": meta("openimis-coverage-eligibility-response"),
            "status": "active",
            "purpose": ["benefits"],
            "created": self.today(),
            "request": { "reference": format!("CoverageEligibilityRequest/{request_id}") },
            "outcome": "complete",
        }));
        for (before, name) in [
            ("meta", "identifier"),
            ("purpose", "patient"),
            ("outcome", "insurer"),
        ] {
            if let Some(value) = request.get(name) {
                set_after(&mut response, &[before], name, value.clone());
            }
        }
        let insurance = self.insurance(request);
        if !insurance.is_empty() {
            set(&mut response, "insurance", array(insurance));
        }
        let id = self.make(CoverageEligibilityResponse, response);
        self.store
            .resource(CoverageEligibilityResponse, &id)
            .cloned()
    }

    fn insurance(&self, request: &Tree) -> Vec<Tree> {
        let patient = text_at(request, "patient.reference").unwrap_or_default();
        let day = text_at(request, "created").unwrap_or_default();
        active_coverages(self.store, patient, day)
            .into_iter()
            .map(|coverage| {
                let reference = format!("Coverage/{}", coverage.str("id").unwrap_or_default());
                let mut insurance = from_json(json!({ "coverage": { "reference": reference } }));
                if let Some(period) = coverage.get("period") {
                    push_member(&mut insurance, "benefitPeriod", period.clone());
                }
                let mut items = vec![self.package(coverage, patient)];
                items.extend(
                    at(request, "item")
                        .into_iter()
                        .map(|asked| self.product(asked)),
                );
                push_member(&mut insurance, "item", array(items));
                insurance
            })
            .collect()
    }

    /// The benefit package: left counts and amounts.
    fn package(&self, coverage: &Tree, patient: &str) -> Tree {
        let usage = usage(self.store, patient);
        let benefit = |name: &str| concept(self.store, "coverage-item-benefit-type", name);
        let count = |name: &str, left: i64| {
            from_json(json!({ "type": benefit(name), "allowedUnsignedInt": left.max(0) }))
        };
        let amount = |name: &str, limit: i64, used: Decimal| {
            let left = (Decimal::new(limit * 100, 2).saturating_sub(used)).max(Decimal::ZERO);
            let mut entry = from_json(json!({ "type": benefit(name) }));
            push_member(&mut entry, "allowedMoney", money(left, Some("EUR")));
            entry
        };
        let mut package = from_json(json!({
            "category": concept(self.store, "coverage-item-category", "benefit"),
            "name": text_at(coverage, "class.value"),
            "description": text_at(coverage, "class.name"),
        }));
        push_member(
            &mut package,
            "benefit",
            array(vec![
                count("visits_left", VISITS - usage.visits),
                count("consultations_left", CONSULTATIONS - usage.consultations),
                amount(
                    "consultation_amount",
                    CONSULTATION_AMOUNT,
                    usage.consultation_amount,
                ),
                amount("surgery_amount", SURGERY_AMOUNT, usage.surgery_amount),
            ]),
        );
        package
    }

    /// The product asked about: excluded if there is none of that code. The guide wants category
    /// and product both, though R4 (`ces-1`) wants one of them.
    fn product(&self, asked: &Tree) -> Tree {
        let sought = text_at(asked, "productOrService.text").unwrap_or_default();
        let (resource_type, kind) = match code(asked, "category") {
            Some("service") => (ActivityDefinition, "service"),
            _ => (Medication, "item"),
        };
        let known = self
            .store
            .resources(resource_type)
            .any(|product| identifiers(product, "Code").contains(&sought));
        let mut item = from_json(json!({
            "category": concept(self.store, "coverage-item-category", kind),
            "productOrService": { "text": sought },
            "excluded": !known,
        }));
        if known {
            push_member(&mut item, "benefit", from_json(self.product_benefits()));
        }
        item
    }

    /// Any product may be had from today on, ten times.
    fn product_benefits(&self) -> Value {
        let benefit = |name: &str| concept(self.store, "coverage-item-benefit-type", name);
        json!([
            { "type": benefit("min_date_item"), "allowedString": self.today() },
            { "type": benefit("item_left"), "allowedUnsignedInt": 10 },
        ])
    }
}

/// The Coverages of a patient that are active and whose period has the day.
pub(super) fn active_coverages<'s>(store: &'s Store, patient: &str, day: &str) -> Vec<&'s Tree> {
    let day = super::enrolment::day(Some(day)).unwrap_or_default();
    store
        .resources(Coverage)
        .map(AsRef::as_ref)
        .filter(|coverage| {
            let start = text_at(coverage, "period.start").unwrap_or_default();
            let end = text_at(coverage, "period.end").unwrap_or_default();
            coverage.str("status") == Some("active")
                && text_at(coverage, "beneficiary.reference") == Some(patient)
                && super::enrolment::day(Some(start)).is_some_and(|start| start <= day)
                && super::enrolment::day(Some(end)).is_some_and(|end| day <= end)
        })
        .collect()
}

fn usage(store: &Store, patient: &str) -> Usage {
    let mut usage = Usage::default();
    let responses = store
        .resources(ClaimResponse)
        .filter(|response| text_at(response, "patient.reference") == Some(patient));
    for response in responses {
        usage.visits += 1;
        let claim = text_at(response, "request.reference")
            .and_then(|reference| id_in(reference, Claim))
            .and_then(|id| store.resource(Claim, id));
        let lines = claim.map(|claim| at(claim, "item")).unwrap_or_default();
        for (line, answer) in lines.into_iter().zip(at(response, "item")) {
            if code(answer, "adjudication.reason") == Some("0") {
                usage.add(store, line);
            }
        }
    }
    usage
}

impl Usage {
    fn add(&mut self, store: &Store, line: &Tree) {
        let service = text_at(line, "extension.valueReference.reference")
            .and_then(|reference| id_in(reference, ActivityDefinition))
            .and_then(|id| store.resource(ActivityDefinition, id));
        let amount = line_amount(line).unwrap_or_default();
        let workflow = service
            .map(|service| at(service, "useContext"))
            .unwrap_or_default()
            .into_iter()
            .filter(|context| text_at(context, "code.code") == Some("workflow"))
            .find_map(|context| code(context, "valueCodeableConcept"));
        match workflow {
            Some("C") => {
                self.consultations += 1;
                self.consultation_amount = self.consultation_amount.saturating_add(amount);
            }
            Some("S") => self.surgery_amount = self.surgery_amount.saturating_add(amount),
            _ => {}
        }
    }
}
