//! Invoicing: a policy's contribution is invoiced, and payments balance invoices.

use rust_decimal::Decimal;
use serde_json::json;

use super::enrolment::{head, is_paid};
use super::notification::{self, Notification};
use super::{Effect, Flow, id_in};
use crate::reference::guide::{concept, decimal, definition, identifier, meta, system};
use crate::reference::resource_type::ResourceType::{Invoice, PaymentNotice};
use crate::reference::store::Store;
use crate::reference::tree::{Tree, array, at, from_json, push_member, set, string, text_at};

impl Flow<'_> {
    /// One invoice for each valued item of the policy, balanced if the premium came with it.
    pub(super) fn policy_is_invoiced(&mut self, contract: &Tree) -> Vec<Notification> {
        if self.omits(Effect::PolicyIsInvoiced) {
            return Vec::new();
        }
        let mut notifications = Vec::new();
        for item in at(contract, "term.asset.valuedItem") {
            let Some(invoice) = self.invoice(contract, item) else {
                continue;
            };
            let id = self.make(Invoice, invoice);
            if !self.omits(Effect::SubscribersHear)
                && let Some(invoice) = self.store.resource(Invoice, &id)
            {
                let calls = notification::of(self.store, invoice, self.base);
                let bare = self.omits(Effect::CallCarriesHeaders);
                notifications.extend(calls.into_iter().map(|call| match bare {
                    true => call.without_headers(),
                    false => call,
                }));
            }
        }
        notifications
    }

    fn invoice(&self, contract: &Tree, item: &Tree) -> Option<Tree> {
        let net = item.get("net")?;
        let uuid = uuid::Uuid::new_v4().to_string();
        let code = format!("INV-{}", uuid.get(..8)?.to_uppercase());
        let issuer = text_at(contract, "authority.reference");
        let status = if is_paid(contract) {
            "balanced"
        } else {
            "issued"
        };
        let mut unit_price = from_json(json!({ "url": definition("unit-price") }));
        push_member(&mut unit_price, "valueMoney", net.clone());
        let mut component = from_json(json!({
            "type": "base",
            "code": {
                "coding": [{ "system": system("openimis-identifiers"), "code": "Code" }],
                "text": code,
            },
            "factor": 1,
        }));
        push_member(&mut component, "amount", net.clone());
        push_member(&mut component, "extension", array(vec![unit_price]));
        let mut line = from_json(json!({
            "chargeItemCodeableConcept": concept(self.store, "invoice-charge-item", "contribution"),
        }));
        push_member(&mut line, "priceComponent", array(vec![component]));
        let mut invoice = from_json(json!({
            "resourceType": "Invoice",
            "meta": meta("openimis-invoice-invoice"),
            "identifier": [identifier("Code", &code), identifier("UUID", &uuid)],
            "status": status,
            "type": concept(self.store, "invoice-type", "contribution"),
            "recipient": { "reference": head(contract)? },
            "date": text_at(contract, "issued"),
        }));
        if let Some(issuer) = issuer {
            push_member(
                &mut invoice,
                "issuer",
                from_json(json!({ "reference": issuer })),
            );
        }
        push_member(&mut invoice, "lineItem", array(vec![line]));
        push_member(&mut invoice, "totalNet", net.clone());
        push_member(&mut invoice, "totalGross", net.clone());
        Some(invoice)
    }

    /// An invoice that is paid in full is balanced.
    pub(super) fn payment_balances(&mut self, notice: &Tree) {
        if self.omits(Effect::PaymentBalances) {
            return;
        }
        let id = text_at(notice, "request.reference").and_then(|it| id_in(it, Invoice));
        let Some(id) = id.map(str::to_owned) else {
            return;
        };
        if open_balance(self.store, &id).is_some_and(|open| open <= Decimal::ZERO) {
            self.change(Invoice, &id, |invoice| {
                set(invoice, "status", string("balanced"))
            });
        }
    }
}

/// What is still to be paid on an invoice.
pub(in crate::reference) fn open_balance(store: &Store, id: &str) -> Option<Decimal> {
    let total = decimal(store.resource(Invoice, id)?, "totalGross.value")?;
    let reference = format!("Invoice/{id}");
    let paid = store
        .resources(PaymentNotice)
        .filter(|notice| notice.str("status") == Some("active"))
        .filter(|notice| text_at(notice, "request.reference") == Some(&reference))
        .filter_map(|notice| decimal(notice, "amount.value"))
        .fold(Decimal::ZERO, Decimal::saturating_add);
    Some(total.saturating_sub(paid))
}
