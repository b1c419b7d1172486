//! FHIRPath in definitions can be read.

use super::fault;
use crate::assertion::{At, Sink};
use crate::fhirpath::Expression;
use crate::finding::{Words, quoted};
use crate::json::Node;

/// Judges the member of a node that holds FHIRPath.
pub(super) fn check(name: &str, at: &At<'_>, sink: &mut Sink) {
    let Some(text) = at.place.item.get(name).and_then(Node::as_str) else {
        return;
    };
    if let Err(error) = Expression::parse(text) {
        fault(at, sink, || {
            Words::new(
                format!("`{name}` of {}", at.subject()),
                "FHIRPath",
                format!("{}: {error}", quoted(text)),
            )
        });
    }
}
