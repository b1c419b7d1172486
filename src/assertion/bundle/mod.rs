//! Bundle (R4 2.36): finding entries by what references say, and the rules about entries that R4
//! states in words.

mod document;
mod full_url;
mod index;
mod reach;
mod search_set;

use crate::fhir::codes;

use super::place::{Item, Place};
use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words};
use crate::json::Node;

pub use index::{BundleIndex, is_absolute, rest_base};

codes! {
    /// `Bundle.type`.
    BundleType {
        Document = "document",
        Message = "message",
        Transaction = "transaction",
        TransactionResponse = "transaction-response",
        Batch = "batch",
        BatchResponse = "batch-response",
        History = "history",
        Searchset = "searchset",
        Collection = "collection",
    }
}

/// Judges the entries of a Bundle as a whole.
pub fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(bundle) = at.place.item.node else {
        return;
    };
    let bundle_type = bundle.str("type").and_then(BundleType::from_code);
    let entries = bundle.get("entry").map(Node::entries).unwrap_or_default();
    if entries.is_empty()
        && let Some(first @ (BundleType::Document | BundleType::Message)) = bundle_type
    {
        at.report(sink, Rule::Bundle, Severity::Error, || {
            Words::new(
                at.subject(),
                format!("at least one entry in a {first}"),
                "none",
            )
        });
    }
    if bundle_type == Some(BundleType::Document) {
        reach::check(entries, at, sink);
    }
    for (index, entry) in entries.iter().enumerate() {
        let place = Place {
            parent: Some(at.place),
            name: "entry",
            index: Some(index as u32),
            choice: None,
            type_name: "BackboneElement",
            definition: "Bundle.entry",
            item: Item::of(entry),
        };
        let at = at.to(&place, "Bundle.entry");
        full_url::check(bundle_type, entry, &at, sink);
        if bundle_type == Some(BundleType::Searchset) {
            search_set::check(bundle, entry, &at, sink);
        }
        if index == 0 {
            document::check(bundle_type, entry, &at, sink);
        }
        if sink.settled() {
            return;
        }
    }
}
