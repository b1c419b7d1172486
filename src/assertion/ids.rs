//! Ids of elements and contained resources are unique in the resource around them (R4 2.24.0.1,
//! 2.3.0.6).

use std::collections::HashSet;

use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::{Node, Value};

/// Judges the ids below a resource, its own and those of contained resources apart.
pub(super) fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(resource) = at.place.item.node else {
        return;
    };
    // Snapshot and differential have the same ids; those of ElementDefinitions have rules of their own.
    let is_definition = resource.str("resourceType") == Some("StructureDefinition");
    let mut seen = HashSet::new();
    for member in resource.members().iter().filter(|_| !is_definition) {
        if member.name != "contained" && member.name != "id" {
            collect(&member.value, at, &mut seen, sink);
        }
    }
    let contained = resource
        .get("contained")
        .map(Node::entries)
        .unwrap_or_default();
    let mut seen = HashSet::new();
    for id in contained.iter().filter_map(|inner| inner.get("id")) {
        repeated(id, "contained resources", at, &mut seen, sink);
    }
}

fn collect<'w>(node: &'w Node<'w>, at: &At<'_>, seen: &mut HashSet<&'w str>, sink: &mut Sink) {
    match &node.value {
        Value::Array(entries) => {
            for entry in entries {
                collect(entry, at, seen, sink);
            }
        }
        // A resource inside another has ids of its own.
        Value::Object(members) if node.get("resourceType").is_none() => {
            for member in members {
                if member.name == "id" && member.value.as_str().is_some() {
                    repeated(&member.value, "elements", at, seen, sink);
                } else {
                    collect(&member.value, at, seen, sink);
                }
            }
        }
        _ => {}
    }
}

fn repeated<'w>(
    id: &'w Node<'w>,
    of: &str,
    at: &At<'_>,
    seen: &mut HashSet<&'w str>,
    sink: &mut Sink,
) {
    let Some(text) = id.as_str() else { return };
    if seen.insert(text) {
        return;
    }
    at.report(sink, Rule::Contained, Severity::Error, || {
        Words::new(
            at.subject(),
            format!("ids of {of} that are unique in the resource"),
            format!("{} twice", quoted(text)),
        )
    });
}
