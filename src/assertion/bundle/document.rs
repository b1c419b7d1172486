//! Documents and messages (R4 3.3.1, 3.4.1): what the first entry refers to is in the Bundle.

use super::BundleType;
use crate::assertion::place::{Item, Place};
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// The references of Composition whose targets a document includes.
const COMPOSITION: &[&[&str]] = &[
    &["subject"],
    &["encounter"],
    &["author"],
    &["attester", "party"],
    &["custodian"],
    &["event", "detail"],
];

/// Those of a section, besides its own sections.
const SECTION: &[&[&str]] = &[&["author"], &["focus"], &["entry"]];

/// Those of MessageHeader whose targets a message includes.
const MESSAGE_HEADER: &[&[&str]] = &[&["focus"]];

/// Judges the first entry.
pub(super) fn check(
    bundle_type: Option<BundleType>,
    entry: &Node<'_>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let Some(resource) = entry.get("resource") else {
        return;
    };
    let paths = match (bundle_type, resource.str("resourceType")) {
        (Some(BundleType::Document), Some("Composition")) => COMPOSITION,
        (Some(BundleType::Message), Some("MessageHeader")) => MESSAGE_HEADER,
        _ => return,
    };
    let place = Place {
        parent: Some(at.place),
        name: "resource",
        index: None,
        type_name: "Resource",
        definition: "Bundle.entry.resource",
        item: Item::of(resource),
        ..*at.place
    };
    let at = at.to(&place, "Bundle.entry.resource");
    for path in paths {
        follow(path, &at, entry.str("fullUrl"), sink);
    }
    sections(&at, entry.str("fullUrl"), sink);
}

/// The sections of a Composition, and theirs.
fn sections(at: &At<'_>, full_url: Option<&str>, sink: &mut Sink) {
    each(at, "section", &mut |at| {
        for path in SECTION {
            follow(path, at, full_url, sink);
        }
        sections(at, full_url, sink);
    });
}

fn follow(path: &[&str], at: &At<'_>, full_url: Option<&str>, sink: &mut Sink) {
    match path.split_first() {
        Some((name, rest)) => {
            each(at, name, &mut |at| follow(rest, at, full_url, sink));
        }
        None => check_reference(at, full_url, sink),
    }
}

/// Visits the values of a property.
fn each(at: &At<'_>, name: &str, visit: &mut dyn FnMut(&At<'_>)) {
    let Some(node) = at.place.item.get(name) else {
        return;
    };
    for (index, entry) in node.entries_or_self().iter().enumerate() {
        let place = Place {
            parent: Some(at.place),
            name,
            index: node.is_array().then_some(index as u32),
            type_name: "Reference",
            item: Item::of(entry),
            ..*at.place
        };
        visit(&at.to(&place, at.id));
    }
}

fn check_reference(at: &At<'_>, full_url: Option<&str>, sink: &mut Sink) {
    let literal = at.place.item.get("reference").and_then(Node::as_str);
    let (Some(literal), Some(bundle)) = (literal, at.walk.bundle) else {
        return;
    };
    if literal.starts_with('#') || bundle.index.resolve(literal, full_url).is_some() {
        return;
    }
    at.report(sink, Rule::ReferenceResolution, Severity::Error, || {
        Words::new(
            at.subject(),
            "a reference to an entry of the Bundle",
            format!("{}, which no entry has", quoted(literal)),
        )
        .hint("a relative reference is resolved with the base of the `fullUrl` of its own entry")
    });
}
