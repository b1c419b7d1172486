//! The element of a base type that a profile's element constrains: what it says is judged already
//! and need not be said again.

use std::sync::Arc;

use super::common::{element_name, type_name};
use crate::fhir::{Constraint, ElementDefinition, ElementType, Max, StructureDefinition};
use crate::package::Definitions;

/// One element in the snapshot of a type.
#[derive(Debug, Clone)]
pub(super) struct BaseElement {
    definition: Arc<StructureDefinition>,
    index: usize,
}

impl BaseElement {
    /// The root of a type.
    pub fn root(definitions: &Definitions, type_code: &str) -> Option<Self> {
        let definition = definitions.type_definition(type_code)?;
        let has_root = definition
            .snapshot
            .as_ref()
            .is_some_and(|elements| !elements.is_empty());
        has_root.then_some(Self {
            definition,
            index: 0,
        })
    }

    pub fn element(&self) -> &ElementDefinition {
        &self.elements()[self.index]
    }

    /// The type of its nodes, or the path of a backbone element; `None` for choices.
    pub fn node_path(&self) -> Option<&str> {
        let element = self.element();
        if let Some(reference) = &element.content_reference {
            return reference.rsplit('#').next();
        }
        match element.types.as_slice() {
            _ if self.index == 0 => Some(&element.path),
            [only] if matches!(only.code.as_str(), "BackboneElement" | "Element") => {
                Some(&element.path)
            }
            [only] => Some(type_name(element, &only.code)),
            _ => None,
        }
    }

    fn elements(&self) -> &[ElementDefinition] {
        self.definition.snapshot.as_deref().unwrap_or_default()
    }

    /// The child of that name, in this definition or in that of the element's type; `types` are
    /// those that the profile leaves.
    pub fn child(
        &self,
        definitions: &Definitions,
        name: &str,
        types: &[ElementType],
    ) -> Option<Self> {
        let element = self.element();
        let path = match &element.content_reference {
            Some(reference) => reference.rsplit('#').next().unwrap_or(reference),
            None => &element.path,
        };
        if let Some(found) = self.child_of(path, name) {
            return Some(found);
        }
        let types = if types.is_empty() {
            &element.types
        } else {
            types
        };
        let code = match types {
            [only] => type_name(element, &only.code),
            [] if self.index == 0 => return None,
            _ => "Element",
        };
        let root = Self::root(definitions, code)?;
        root.child_of(&root.element().path.clone(), name)
    }

    fn child_of(&self, path: &str, name: &str) -> Option<Self> {
        let index = self.elements().iter().position(|candidate| {
            candidate
                .path
                .rsplit_once('.')
                .is_some_and(|(parent, _)| parent == path)
                && candidate.slice_name.is_none()
                && is_named(&candidate.path, name)
        })?;
        Some(Self {
            index,
            definition: Arc::clone(&self.definition),
        })
    }

    /// Whether the element, or its type as a whole, states the constraint.
    pub fn states(&self, definitions: &Definitions, constraint: &Constraint) -> bool {
        // These two hold for every element, and are judged for every element.
        if matches!(constraint.key.as_str(), "ele-1" | "ext-1") {
            return true;
        }
        let same = |other: &Constraint| {
            other.key == constraint.key && other.expression == constraint.expression
        };
        self.element().constraints.iter().any(same)
            || self.element().types.iter().any(|element_type| {
                Self::root(definitions, &element_type.code)
                    .is_some_and(|root| root.element().constraints.iter().any(same))
            })
    }

    /// `min`.
    pub fn min(&self) -> u32 {
        self.element().min.unwrap_or(0)
    }

    /// `max`.
    pub fn max(&self) -> Max {
        self.element().max.unwrap_or(Max::Unbounded)
    }
}

/// Whether a path ends with the name, be it plain, a choice (`value[x]` for `value`), or a choice
/// by one of its types (`value[x]` for `valueQuantity`).
fn is_named(path: &str, name: &str) -> bool {
    let (own, is_choice) = element_name(path);
    own == name
        || is_choice
            && name
                .strip_prefix(own)
                .is_some_and(|suffix| crate::assertion::choice_type(suffix).is_some())
}
