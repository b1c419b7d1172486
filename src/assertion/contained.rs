//! The rules about contained resources that R4 states as constraints of DomainResource (`dom-2` to
//! `dom-5`), judged natively: their FHIRPath walks the whole resource for each contained one.

use std::collections::HashSet;

use super::place::{Item, Place};
use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::{Node, Value};

/// `dom-2` to `dom-5` on a resource that is not contained itself.
pub fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(resource) = at.place.item.node else {
        return;
    };
    let Some(contained) = resource.get("contained") else {
        return;
    };
    let mut references = HashSet::new();
    collect_references(resource, &mut references);
    for (index, inner) in contained.entries().iter().enumerate() {
        let place = Place {
            parent: Some(at.place),
            name: "contained",
            index: Some(index as u32),
            choice: None,
            type_name: inner.str("resourceType").unwrap_or("Resource"),
            definition: "DomainResource.contained",
            item: Item::of(inner),
        };
        let at = at.to(&place, at.id);
        if inner.get("contained").is_some() {
            report(
                &at,
                "dom-2",
                "no contained resources in a contained one",
                "some",
                sink,
            );
        }
        check_meta(&at, inner, sink);
        check_referenced(&at, inner, &references, sink);
    }
}

fn check_meta(at: &At<'_>, inner: &Node<'_>, sink: &mut Sink) {
    let Some(meta) = inner.get("meta") else {
        return;
    };
    let versioned = meta.get("versionId").is_some() || meta.get("lastUpdated").is_some();
    if versioned {
        let expected = "neither `meta.versionId` nor `meta.lastUpdated` in a contained resource";
        report(at, "dom-4", expected, "one of them", sink);
    }
    if meta.get("security").is_some() {
        let expected = "no `meta.security` in a contained resource";
        report(at, "dom-5", expected, "it", sink);
    }
}

/// `dom-3`: a contained resource is referred to from elsewhere in the resource, or refers to the
/// resource that contains it.
fn check_referenced(at: &At<'_>, inner: &Node<'_>, references: &HashSet<&str>, sink: &mut Sink) {
    let is_referenced = inner.str("id").is_some_and(|id| references.contains(id));
    let mut own = HashSet::new();
    collect_references(inner, &mut own);
    if !is_referenced && !own.contains("") {
        let expected = "a reference to the contained resource from elsewhere in the resource";
        let found = inner.str("id").map_or_else(
            || "none, since it has no id".to_owned(),
            |id| format!("none to {}", quoted(&format!("#{id}"))),
        );
        report(at, "dom-3", expected, &found, sink);
    }
}

fn report(at: &At<'_>, key: &str, expected: &str, found: &str, sink: &mut Sink) {
    at.report_with(
        sink,
        Rule::Contained,
        Severity::Error,
        || Words::new(format!("{} breaks `{key}`", at.subject()), expected, found),
        |finding| {
            finding.code = crate::finding::IssueType::Invariant;
            finding.constraint = Some(key.to_owned());
        },
    );
}

/// The fragments that references, canonicals and uris below a node point to.
fn collect_references<'w>(node: &'w Node<'w>, out: &mut HashSet<&'w str>) {
    match &node.value {
        Value::Object(members) => {
            for member in members {
                if let Some(fragment) = member.value.as_str().and_then(|t| t.strip_prefix('#')) {
                    out.insert(fragment);
                } else {
                    collect_references(&member.value, out);
                }
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                if let Some(fragment) = entry.as_str().and_then(|text| text.strip_prefix('#')) {
                    out.insert(fragment);
                } else {
                    collect_references(entry, out);
                }
            }
        }
        _ => {}
    }
}
