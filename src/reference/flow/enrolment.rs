//! Enrolment: the family, its policy, and what the policy gives each insured.

use serde_json::json;

use super::{Effect, Flow, id_in};
use crate::reference::guide::{definition, extension, identifier, meta};
use crate::reference::resource_type::ResourceType::{
    self, Coverage, Group, InsurancePlan, Patient,
};
use crate::reference::rule::identifiers;
use crate::reference::tree::{Tree, array, at, entries_mut, from_json, set_after, string, text_at};

/// A family is not active before it has a policy.
pub(super) fn prepare_family(group: &mut Tree) {
    let inactive = from_json(json!(false));
    set_after(
        group,
        &["id", "meta", "extension", "identifier"],
        "active",
        inactive,
    );
}

/// A policy is in force once its contribution is paid: once it has a premium with a receipt.
pub(super) fn prepare_policy(contract: &mut Tree) {
    let status = if is_paid(contract) {
        "executed"
    } else {
        "offered"
    };
    set_after(
        contract,
        &["id", "meta", "extension", "identifier"],
        "status",
        string(status),
    );
}

/// Whether an asset of the policy carries a premium.
pub(super) fn is_paid(contract: &Tree) -> bool {
    at(contract, "term.asset")
        .iter()
        .any(|asset| extension(asset, "contract-premium").is_some())
}

/// The reference to the head of the insured: the party of the offer.
pub(super) fn head(contract: &Tree) -> Option<&str> {
    text_at(contract, "term.offer.party.reference.reference")
}

impl Flow<'_> {
    /// Each member gets the extension that names the family.
    pub(super) fn members_point_to_family(&mut self, group: &Tree) {
        if self.omits(Effect::MembersPointToFamily) {
            return;
        }
        let reference = format!("Group/{}", group.str("id").unwrap_or_default());
        let url = definition("patient-group-reference");
        for member in at(group, "member.entity.reference") {
            let id = member.as_str().and_then(|text| id_in(text, Patient));
            let Some(id) = id.map(str::to_owned) else {
                continue;
            };
            let named = json!({ "url": url, "valueReference": { "reference": reference } });
            self.change(Patient, &id, |patient| {
                if let Some(extensions) = entries_mut(patient, "extension") {
                    extensions.retain(|extension| extension.str("url") != Some(&url));
                    extensions.push(from_json(named));
                }
            });
        }
    }

    /// One Coverage for each insured of each asset.
    pub(super) fn policy_covers(&mut self, contract: &Tree) {
        if self.omits(Effect::PolicyCovers) {
            return;
        }
        for asset in at(contract, "term.asset") {
            for insured in at(asset, "typeReference.reference") {
                if let Some(coverage) = self.coverage(contract, asset, insured) {
                    self.make(Coverage, coverage);
                }
            }
        }
        if is_paid(contract) {
            self.activate_family(contract);
        }
    }

    fn coverage(&self, contract: &Tree, asset: &Tree, insured: &Tree) -> Option<Tree> {
        let head = head(contract)?;
        let plan = text_at(asset, "valuedItem.entityReference.reference")
            .and_then(|reference| id_in(reference, InsurancePlan))
            .and_then(|id| self.store.resource(InsurancePlan, id))?;
        let dates = [
            text_at(contract, "issued"),
            text_at(asset, "usePeriod.start"),
        ];
        let url = definition("coverage-date");
        let dates = dates.map(|date| json!({ "url": url, "valueDate": day(date) }));
        let uuid = uuid::Uuid::new_v4().to_string();
        let status = if is_paid(contract) { "active" } else { "draft" };
        let mut coverage = from_json(json!({
            "resourceType": "Coverage",
            "meta": meta("openimis-coverage"),
            "extension": dates,
            "identifier": [identifier("UUID", &uuid)],
            "status": status,
            "policyHolder": { "reference": head },
            "beneficiary": { "reference": insured.as_str() },
        }));
        let period = at(asset, "period").first().copied()?.clone();
        set_after(&mut coverage, &["beneficiary"], "period", period);
        let payor = from_json(json!([{ "reference": head }]));
        set_after(&mut coverage, &["period"], "payor", payor);
        let class = from_json(json!({
            "type": { "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/coverage-class",
                "code": "plan",
                "display": "Plan",
            }] },
            "value": identifiers(plan, "Code").first(),
            "name": plan.str("name"),
        }));
        set_after(&mut coverage, &["payor"], "class", array(vec![class]));
        Some(coverage)
    }

    fn activate_family(&mut self, contract: &Tree) {
        let family = text_at(contract, "subject.reference")
            .and_then(|reference| id_in(reference, Group))
            .map(str::to_owned);
        if let Some(id) = family {
            self.change(ResourceType::Group, &id, |group| {
                set_after(group, &["identifier"], "active", from_json(json!(true)));
            });
        }
    }
}

/// The day of a date or dateTime.
pub(super) fn day(date: Option<&str>) -> Option<&str> {
    date.and_then(|text| text.split('T').next())
}
