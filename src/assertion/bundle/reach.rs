//! Documents (R4 3.3.1): every entry belongs to what the Composition says, by references from it
//! or, as a Provenance does, to what it refers to.

use std::collections::HashMap;

use crate::assertion::place::{Item, Place};
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::{Node, Value};

/// Judges the entries behind the first.
pub(super) fn check(entries: &[Node<'_>], at: &At<'_>, sink: &mut Sink) {
    let Some(bundle) = at.walk.bundle.filter(|_| entries.len() > 1) else {
        return;
    };
    let numbers: HashMap<usize, usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((address(entry.get("resource")?), index)))
        .collect();
    let mut links: Vec<Vec<usize>> = vec![Vec::new(); entries.len()];
    for (from, entry) in entries.iter().enumerate() {
        let Some(resource) = entry.get("resource") else {
            continue;
        };
        let mut references = Vec::new();
        collect(resource, &mut references);
        for reference in references {
            let found = bundle.index.resolve(reference, entry.str("fullUrl"));
            if let Some(to) = found.and_then(|node| numbers.get(&address(node))) {
                links[from].push(*to);
                links[*to].push(from);
            }
        }
    }
    let reached = reach(&links);
    for (index, entry) in entries.iter().enumerate() {
        if !reached[index] && entry.get("resource").is_some() {
            orphan(index, entry, at, sink);
        }
    }
}

fn address(node: &Node<'_>) -> usize {
    std::ptr::from_ref(node).addr()
}

fn reach(links: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; links.len()];
    let mut open = vec![0];
    while let Some(next) = open.pop() {
        if !std::mem::replace(&mut reached[next], true) {
            open.extend(links[next].iter().copied());
        }
    }
    reached
}

fn collect<'w>(node: &'w Node<'w>, out: &mut Vec<&'w str>) {
    match &node.value {
        Value::Object(members) => {
            for member in members {
                match member.value.as_str() {
                    Some(text) if member.name == "reference" => out.push(text),
                    _ => collect(&member.value, out),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, out)),
        _ => {}
    }
}

fn orphan(index: usize, entry: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
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
    at.report(sink, Rule::Bundle, Severity::Error, || {
        Words::new(
            at.subject(),
            "an entry that the Composition leads to by references",
            quoted(entry.str("fullUrl").unwrap_or_default()),
        )
        .hint("a document has what its Composition refers to, and nothing else")
    });
}
