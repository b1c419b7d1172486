//! Claiming: adjudication by a simple rule.
//!
//! A line is rejected with the first reason that applies: it names another product than it points
//! to (1), it costs more than the product's listed price (2), the patient has no active Coverage
//! on the first day of the claim (3), an earlier line has the same product (6), it is more than
//! fifty (16). All other lines are accepted. A claim is checked at once; a while later the
//! accepted lines are valuated and the answer is final. A claim without an accepted line is
//! rejected, which is final at once.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::eligibility::active_coverages;
use super::{Agenda, Effect, Flow};
use crate::fhir::codes;
use crate::reference::guide::{code, concept, decimal, extension, line_amount, meta, money};
use crate::reference::resource_type::ResourceType::{self, ClaimResponse, Organization};
use crate::reference::rule::identifiers;
use crate::reference::store::Store;
use crate::reference::tree::{
    Tree, array, at, from_json, get_mut, object, push_member, set, set_after, string, text_at,
    walk_mut,
};

/// The most of one product on a line.
const MAX_QUANTITY: i64 = 50;

codes! {
    /// The codes of `claim-rejection-reasons` that the rule uses.
    Reason {
        Accepted = "0",
        InvalidItemOrService = "1",
        NotInPriceList = "2",
        NoProductFound = "3",
        Duplicated = "6",
        QuantityOverLimit = "16",
    }
}

codes! {
    /// The codes of `claim-status` that an answer goes through.
    Status {
        Rejected = "1",
        Checked = "4",
        Valuated = "16",
    }
}

impl Flow<'_> {
    /// Adjudicates the claim, and keeps the answer.
    pub(super) fn claim_is_adjudicated(&mut self, claim: &Tree) -> Option<Tree> {
        if self.omits(Effect::ClaimIsAdjudicated) {
            return None;
        }
        let items = at(claim, "item");
        let reasons: Vec<Reason> = (0..items.len())
            .map(|line| self.judge(claim, line))
            .collect();
        let accepted = reasons.contains(&Reason::Accepted);
        let mut response = self.response(claim, &reasons)?;
        let outcome = if accepted { "partial" } else { "complete" };
        set_after(&mut response, &["request"], "outcome", string(outcome));
        if accepted && let Some(request) = self.feedback_is_asked_for(claim) {
            let reference = json!([{ "reference": format!("CommunicationRequest/{request}") }]);
            set(&mut response, "communicationRequest", from_json(reference));
        }
        let id = self.make(ClaimResponse, response);
        if accepted {
            let due = self.later();
            self.agenda.settlements.push((due, id.clone()));
        }
        self.store.resource(ClaimResponse, &id).cloned()
    }

    fn judge(&self, claim: &Tree, line: usize) -> Reason {
        let items = at(claim, "item");
        let Some(item) = items.get(line) else {
            return Reason::Accepted;
        };
        let product = self.product_of(claim, item);
        let patient = self.patient_reference(claim).unwrap_or_default();
        let day = text_at(claim, "billablePeriod.start").unwrap_or_default();
        let text = text_at(item, "productOrService.text");
        let is_named = product.is_some_and(|product| {
            identifiers(product, "Code").first().copied() == text
                || product.str("title") == text
                || text_at(product, "code.text") == text
        });
        let price = decimal(item, "unitPrice.value").unwrap_or_default();
        let listed = product
            .and_then(|product| extension(product, "unit-price"))
            .and_then(|price| decimal(price, "valueMoney.value"));
        let quantity = decimal(item, "quantity.value").unwrap_or_default();
        let is_again = items
            .iter()
            .take(line)
            .any(|earlier| product_reference(earlier) == product_reference(item));
        if !is_named {
            Reason::InvalidItemOrService
        } else if listed.is_none_or(|listed| price > listed) {
            Reason::NotInPriceList
        } else if active_coverages(self.store, &patient, day).is_empty() {
            Reason::NoProductFound
        } else if is_again {
            Reason::Duplicated
        } else if quantity > Decimal::from(MAX_QUANTITY) {
            Reason::QuantityOverLimit
        } else {
            Reason::Accepted
        }
    }

    /// The product of a line: a row, or the row that has the code of a contained resource.
    fn product_of(&self, claim: &Tree, item: &Tree) -> Option<&Tree> {
        let reference = local(self.store, claim, product_reference(item)?)?;
        self.store.resolve(&reference).map(|(_, product)| product)
    }

    /// The reference to the patient's row.
    fn patient_reference(&self, claim: &Tree) -> Option<String> {
        local(self.store, claim, text_at(claim, "patient.reference")?)
    }

    fn response(&self, claim: &Tree, reasons: &[Reason]) -> Option<Tree> {
        let id = claim.str("id")?;
        let insurer = self
            .store
            .resources(Organization)
            .find(|organization| code(organization, "type") == Some("ins"))?;
        let requestor = local(self.store, claim, text_at(claim, "enterer.reference")?)?;
        let mut response = from_json(json!({
            "resourceType": "ClaimResponse",
            "meta": meta("openimis-claim-response"),
            "status": "active",
            "use": "claim",
            "patient": { "reference": self.patient_reference(claim) },
            "created": self.today(),
            "insurer": { "reference": format!("Organization/{}", insurer.str("id")?) },
            "requestor": { "reference": requestor },
            "request": { "reference": format!("Claim/{id}") },
        }));
        for (before, name) in [("meta", "identifier"), ("status", "type")] {
            if let Some(value) = claim.get(name) {
                set_after(&mut response, &[before], name, value.clone());
            }
        }
        let items = at(claim, "item");
        let lines = items
            .iter()
            .zip(reasons)
            .map(|(item, reason)| self.line(claim, item, *reason));
        push_member(&mut response, "item", array(lines.collect()));
        let totals = self.totals(claim, reasons);
        push_member(&mut response, "total", array(totals));
        Some(response)
    }

    fn line(&self, claim: &Tree, item: &Tree, reason: Reason) -> Tree {
        let status = status_of(reason);
        let mut adjudication = from_json(json!({
            "category": concept(self.store, "claim-status", status.code()),
            "reason": concept(self.store, "claim-rejection-reasons", reason.code()),
        }));
        if let Some(price) = item.get("unitPrice") {
            push_member(&mut adjudication, "amount", price.clone());
        }
        if let Some(quantity) = item.get("quantity").and_then(|it| it.get("value")) {
            push_member(&mut adjudication, "value", quantity.clone());
        }
        let mut line = object([]);
        if let Some(mut product) = extension(item, "claim-item-reference").cloned() {
            // A contained product is the claim's; the answer names the row that it stands for.
            let row = product_reference(item).and_then(|it| local(self.store, claim, it));
            let value = get_mut(&mut product, "valueReference");
            if let (Some(value), Some(row)) = (value, row) {
                set(value, "reference", string(row));
            }
            push_member(&mut line, "extension", array(vec![product]));
        }
        if let Some(sequence) = item.get("sequence") {
            push_member(&mut line, "itemSequence", sequence.clone());
        }
        push_member(&mut line, "adjudication", array(vec![adjudication]));
        line
    }

    /// One total for each status that a line has.
    fn totals(&self, claim: &Tree, reasons: &[Reason]) -> Vec<Tree> {
        let items = at(claim, "item");
        let currency = text_at(claim, "total.currency");
        [Status::Checked, Status::Rejected]
            .into_iter()
            .filter(|status| reasons.iter().any(|reason| status_of(*reason) == *status))
            .map(|status| {
                let sum = items
                    .iter()
                    .zip(reasons)
                    .filter(|(_, reason)| status_of(**reason) == status)
                    .filter_map(|(item, _)| line_amount(item))
                    .fold(Decimal::ZERO, Decimal::saturating_add);
                let category = concept(self.store, "claim-status", status.code());
                object([
                    ("category", from_json(category)),
                    ("amount", money(sum, currency)),
                ])
            })
            .collect()
    }
}

const fn status_of(reason: Reason) -> Status {
    match reason {
        Reason::Accepted => Status::Checked,
        _ => Status::Rejected,
    }
}

fn product_reference(item: &Tree) -> Option<&str> {
    text_at(
        extension(item, "claim-item-reference")?,
        "valueReference.reference",
    )
}

/// The relative reference behind one that may point into the resource: a contained resource stands
/// for the row that has its id, or its code.
fn local(store: &Store, resource: &Tree, reference: &str) -> Option<String> {
    let Some(id) = reference.strip_prefix('#') else {
        return Some(reference.to_owned());
    };
    let contained = at(resource, "contained")
        .into_iter()
        .find(|contained| contained.str("id") == Some(id))?;
    let resource_type = ResourceType::from_code(contained.str("resourceType")?)?;
    let row = store.resources(resource_type).find(|row| {
        row.str("id") == Some(id)
            || ["Code", "UUID"].iter().any(|kind| {
                identifiers(contained, kind)
                    .iter()
                    .any(|value| identifiers(row, kind).contains(value))
            })
    })?;
    Some(format!("{resource_type}/{}", row.str("id")?))
}

/// Valuates the claims whose time has come.
pub(in crate::reference) fn settle(store: &mut Store, agenda: &mut Agenda, now: Timestamp) {
    let (due, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut agenda.settlements)
        .into_iter()
        .partition(|(at, _)| *at <= now);
    agenda.settlements = rest;
    for (at, id) in due {
        let valuated = concept(store, "claim-status", Status::Valuated.code());
        let checked = concept(store, "claim-status", Status::Checked.code());
        if let Some(mut response) = store.resource(ClaimResponse, &id).cloned() {
            valuate(&mut response, &checked, valuated);
            store.write(ClaimResponse, &id, response, at);
        }
    }
}

fn valuate(response: &mut Tree, checked: &Value, valuated: Value) {
    let (checked, valuated) = (from_json(checked.clone()), from_json(valuated));
    set(response, "outcome", string("complete"));
    walk_mut(response, &mut |node| {
        if node.get("category") == Some(&checked) {
            set(node, "category", valuated.clone());
        }
    });
}
