//! PaymentNotice: what is paid.

use rust_decimal::Decimal;

use super::Context;
use super::reference::id_of;
use crate::reference::flow::open_balance;
use crate::reference::guide::decimal;
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::resource_type::ResourceType::Invoice;
use crate::reference::tree::{Tree, text_at};

/// More than nothing, in the invoice's currency, and no more than is open.
pub(super) fn within_balance(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let id = resource
        .get("request")
        .and_then(|request| id_of(context, request, Invoice));
    let invoice = id
        .as_ref()
        .and_then(|id| context.store.resource(Invoice, id));
    let (Some(id), Some(invoice)) = (&id, invoice) else {
        let text = "a payment is for an invoice";
        return vec![Issue::new(IssueCode::Required, text).at("PaymentNotice.request")];
    };
    // The notice that is looked at again has its share of the balance already.
    if context.id.is_some() {
        return Vec::new();
    }
    let mut issues = Vec::new();
    let currency = text_at(invoice, "totalGross.currency");
    if text_at(resource, "amount.currency") != currency {
        let text = format!("the invoice is in {}", currency.unwrap_or("no currency"));
        issues.push(Issue::new(IssueCode::BusinessRule, text).at("PaymentNotice.amount.currency"));
    }
    let open = match invoice.str("status") {
        Some("issued") => open_balance(context.store, id).unwrap_or_default(),
        _ => Decimal::ZERO,
    };
    let amount = decimal(resource, "amount.value").unwrap_or_default();
    if amount <= Decimal::ZERO || amount > open {
        let text = format!("{open} is open on the invoice, {amount} cannot be paid");
        issues.push(Issue::new(IssueCode::BusinessRule, text).at("PaymentNotice.amount"));
    }
    issues
}
