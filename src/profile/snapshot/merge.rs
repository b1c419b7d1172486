//! One element of a differential laid over the element it constrains.

use crate::fhir::{Constraint, ElementDefinition};

/// Everything the differential says replaces what the base said; constraints are added to
/// (R4 5.1.0.5: a profile can add constraints, never take one away).
pub(super) fn merge(element: &mut ElementDefinition, over: &ElementDefinition, url: &str) {
    replace(&mut element.slicing, &over.slicing);
    replace(&mut element.min, &over.min);
    replace(&mut element.max, &over.max);
    replace(&mut element.content_reference, &over.content_reference);
    replace(&mut element.max_length, &over.max_length);
    replace(&mut element.must_support, &over.must_support);
    replace(&mut element.binding, &over.binding);
    replace(&mut element.min_value, &over.min_value);
    replace(&mut element.max_value, &over.max_value);
    replace(&mut element.fixed, &over.fixed);
    replace(&mut element.pattern, &over.pattern);
    if !over.types.is_empty() {
        element.types.clone_from(&over.types);
    }
    if !over.representation.is_empty() {
        element.representation.clone_from(&over.representation);
    }
    element.slice_is_constraining |= over.slice_is_constraining;
    element.is_modifier |= over.is_modifier;
    element.is_summary |= over.is_summary;
    for constraint in &over.constraints {
        add_constraint(&mut element.constraints, constraint, url);
    }
}

fn replace<T: Clone>(own: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        own.clone_from(over);
    }
}

fn add_constraint(constraints: &mut Vec<Constraint>, constraint: &Constraint, url: &str) {
    let mut constraint = constraint.clone();
    constraint.source.get_or_insert_with(|| url.to_owned());
    match constraints
        .iter_mut()
        .find(|known| known.key == constraint.key)
    {
        Some(known) => *known = constraint,
        None => constraints.push(constraint),
    }
}
