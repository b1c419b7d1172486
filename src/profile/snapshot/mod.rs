//! Snapshots: a differential laid over its base, whatever the base is and whichever form the
//! differential has (R4 5.3.0.4 and 5.1.0.5).
//!
//! Both become trees, which are walked together. A differential that walks into an element
//! unfolds it, from the profile its type names, from the type, or from the element that a
//! contentReference points to. Slices begin as copies of what they slice.
//!
//! Deliberately not here: whether a differential is *allowed* to say what it says. A cardinality
//! that is wider than its base is taken at its word; the checks of a guide report it.

mod address;
mod apply;
mod choice;
mod differential;
mod error;
mod generator;
mod merge;
#[cfg(test)]
mod tests;
mod tree;
mod unfold;

use std::sync::Arc;

use crate::fhir::{ElementDefinition, StructureDefinition};
use crate::package::Definitions;

pub use error::SnapshotError;

/// Where bases, types and profiles are looked up.
pub trait DefinitionSource {
    /// The definition of a canonical URL, with or without `|version`.
    fn structure_definition(&self, canonical: &str) -> Option<Arc<StructureDefinition>>;

    /// The definition of a type, such as `Patient` or `CodeableConcept`.
    fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>>;
}

impl DefinitionSource for Definitions {
    fn structure_definition(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        Self::structure_definition(self, canonical)
    }

    fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>> {
        Self::type_definition(self, name)
    }
}

/// The snapshot of a definition, from its differential; a snapshot it came with is not read, those
/// of its bases and types are.
///
/// # Errors
/// Where the differential or a definition it builds on leaves open what is meant; see
/// [`SnapshotError`]. Never panics, and ends on any input: depth and size are bounded.
pub fn generate(
    definition: &StructureDefinition,
    definitions: &dyn DefinitionSource,
) -> Result<Vec<ElementDefinition>, SnapshotError> {
    let generator = generator::Generator::new(definitions);
    Ok(generator.generate(definition)?.into_elements())
}
