//! FHIRPath in definitions can be read.

use super::fault;
use crate::assertion::{At, Sink};
use crate::fhirpath::{Expression, Model, SemanticFaultKind, TypeId};
use crate::finding::{Words, quoted};
use crate::json::Node;

/// Judges the member of a node that holds FHIRPath on a focus of these types; no types mean that
/// nothing is known of the focus.
pub(super) fn check(name: &str, focus: &[TypeId], at: &At<'_>, sink: &mut Sink) {
    let Some(text) = at.place.item.get(name).and_then(Node::as_str) else {
        return;
    };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            fault(at, sink, || {
                Words::new(
                    format!("`{name}` of {}", at.subject()),
                    "FHIRPath",
                    format!("{}: {error}", quoted(text)),
                )
            });
            return;
        }
    };
    let model = at.walk.engine.evaluator.model();
    for wrong in expression.check(model, focus) {
        if wrong.kind == SemanticFaultKind::UnknownElement {
            fault(at, sink, || {
                Words::new(
                    format!("`{name}` of {}", at.subject()),
                    "FHIRPath that can mean something",
                    format!("{}: {}", quoted(text), wrong.message),
                )
            });
        }
    }
}

/// The types of those names; none where one of them is not known.
pub(super) fn types<'n>(names: impl Iterator<Item = &'n str>, at: &At<'_>) -> Vec<TypeId> {
    let model = at.walk.engine.evaluator.model();
    names
        .map(|name| match name.contains('.') {
            true => model.type_at(name),
            false => model.type_named(name),
        })
        .collect::<Option<Vec<_>>>()
        .unwrap_or_default()
}
