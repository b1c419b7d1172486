//! `Bundle.entry.fullUrl`: absolute, there where R4 asks for it, and in agreement with the id of
//! the resource.

use super::{BundleType, is_absolute, rest_base};
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::fhir::StructureKind;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// Judges one entry.
pub(super) fn check(
    bundle_type: Option<BundleType>,
    entry: &Node<'_>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let resource = entry.get("resource");
    let Some(full_url) = entry.str("fullUrl") else {
        if resource.is_some() {
            check_missing(bundle_type, at, sink);
        }
        return;
    };
    if !is_absolute(full_url) {
        at.report(sink, Rule::Bundle, Severity::Error, || {
            Words::new(
                format!("`fullUrl` of {}", at.subject()),
                "an absolute URL",
                quoted(full_url),
            )
        });
        return;
    }
    if let Some(resource) = resource {
        check_agreement(bundle_type, full_url, resource, at, sink);
    }
}

/// R4 Bundle.entry.fullUrl: it "shall have a value" except for what has no identity yet (in
/// transactions and batches) or never gets one (an OperationOutcome about a search).
fn check_missing(bundle_type: Option<BundleType>, at: &At<'_>, sink: &mut Sink) {
    let is_optional = matches!(
        bundle_type,
        None | Some(
            BundleType::Transaction
                | BundleType::TransactionResponse
                | BundleType::Batch
                | BundleType::BatchResponse
        )
    );
    let resource = at.place.item.get("resource");
    let type_name = resource.and_then(|resource| resource.str("resourceType"));
    if is_optional || matches!(type_name, Some("OperationOutcome" | "Parameters")) {
        return;
    }
    at.report(sink, Rule::Bundle, Severity::Error, || {
        Words::new(at.subject(), "`fullUrl`", "none")
            .hint("except in transactions and batches an entry names its resource by `fullUrl`")
    });
}

/// A resource that has an address on a server has an id; one that is yet to be created has neither.
fn check_id(bundle_type: Option<BundleType>, full_url: &str, at: &At<'_>, sink: &mut Sink) {
    if matches!(
        bundle_type,
        None | Some(BundleType::Transaction | BundleType::Batch | BundleType::Searchset)
    ) {
        return;
    }
    at.report(sink, Rule::Bundle, Severity::Error, || {
        Words::new(
            at.subject(),
            format!("`resource.id`, since `fullUrl` is {}", quoted(full_url)),
            "none",
        )
    });
}

/// An address of a server ends with the type and id of the resource.
fn check_agreement(
    bundle_type: Option<BundleType>,
    full_url: &str,
    resource: &Node<'_>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let Some(type_name) = resource.str("resourceType") else {
        return;
    };
    let Some(base) = rest_base(full_url) else {
        return;
    };
    let tail = &full_url[base.len()..];
    let names_a_type = |tail: &str| {
        let name = tail.split('/').next().unwrap_or_default();
        at.walk
            .engine
            .registry
            .find_loose(name)
            .is_some_and(|schema| schema.kind == StructureKind::Resource)
    };
    let Some(id) = resource.str("id") else {
        if names_a_type(tail) {
            check_id(bundle_type, full_url, at, sink);
        }
        return;
    };
    let wanted = format!("{type_name}/{id}");
    // An address that only looks like `[base]/Type/id` may be anything.
    if tail == wanted || !names_a_type(tail) {
        return;
    }
    at.report(sink, Rule::Bundle, Severity::Error, || {
        Words::new(
            format!("`fullUrl` of {}", at.subject()),
            format!("an address that ends with {}", quoted(&wanted)),
            quoted(full_url),
        )
        .hint("the full URL of an entry names the same type and id as its resource")
    });
}
