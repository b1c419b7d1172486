//! Conformance resources as instances (R4 chapter 5): what a StructureDefinition, SearchParameter,
//! CapabilityStatement, CodeSystem, ValueSet or ConceptMap says has to agree with itself and with what it names. The
//! constraints of R4 are judged with all others; here is what R4 says in words.
//!
//! Deliberately not here: whether a guide makes sense as a whole (`guide::check`).

mod capability_statement;
mod code_system;
mod concept_map;
mod elements;
mod expression;
mod extension;
mod path;
mod search_parameter;
mod slicing;
mod structure;
#[cfg(test)]
mod tests;
mod value_set;

use super::Validator;
use crate::assertion::{At, Sink};
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// Judges a resource, if it is one that defines something.
pub(super) fn check(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    let Some(node) = at.place.item.node else {
        return;
    };
    check_url(node, at, sink);
    match node.str("resourceType") {
        Some("StructureDefinition") => structure::check(validator, node, at, sink),
        Some("CapabilityStatement") => capability_statement::check(validator, at, sink),
        Some("SearchParameter") => search_parameter::check(validator, at, sink),
        Some("CodeSystem") => code_system::check(validator, node, at, sink),
        Some("ValueSet") => value_set::check(validator, at, sink),
        Some("ConceptMap") => concept_map::check(validator, at, sink),
        _ => {}
    }
}

/// `url` of a conformance resource is its canonical URL, which is absolute (R4 2.3.0.2); those of
/// other resources are addresses.
fn check_url(node: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let Some(url) = node.str("url").filter(|_| node.get("status").is_some()) else {
        return;
    };
    if url.contains(':') || at.place.name == "contained" {
        return;
    }
    fault(at, sink, || {
        Words::new(
            format!("`url` of {}", at.subject()),
            "an absolute URI",
            quoted(url),
        )
    });
}

/// The text of a member of the node.
fn text<'w>(at: &At<'w>, name: &str) -> Option<&'w str> {
    at.place.item.get(name).and_then(Node::as_str)
}

/// An error of the definition.
fn fault(at: &At<'_>, sink: &mut Sink, words: impl FnOnce() -> Words) {
    at.report(sink, Rule::Definition, Severity::Error, words);
}

/// A doubt about the definition.
fn warn(at: &At<'_>, sink: &mut Sink, words: impl FnOnce() -> Words) {
    at.report(sink, Rule::Definition, Severity::Warning, words);
}
