//! StructureDefinition to [`Schema`](crate::assertion::Schema): the walk over ElementDefinitions
//! and the one list of rules.
//!
//! Types (`base`) become complete structures. Profiles (`overlay`) are read from their snapshot
//! and reduced to what they say beyond the type they constrain.

mod base;
mod base_element;
mod common;
mod discriminator;
mod extension;
mod overlay;
pub mod snapshot;
mod tree;

use std::borrow::Cow;
use std::sync::Arc;

use crate::assertion::{Registry, Schema};
use crate::fhir::{Canonical, Derivation, ElementDefinition, StructureDefinition};
use crate::interpretation::Interpretations;
use crate::package::Definitions;

/// Compiles the definition of a canonical URL; `None` where there is none.
#[must_use]
pub fn compile(canonical: &str, definitions: &Definitions, registry: &Registry) -> Option<Schema> {
    let definition = definition(definitions, canonical)?;
    let compiler = common::Compiler {
        definitions,
        registry,
        definition: &definition,
    };
    if !is_profile(definitions, &definition) {
        return Some(base::compile(&compiler));
    }
    let fragment = Canonical::parse(canonical).fragment;
    Some(match elements(definitions, &definition) {
        Ok(elements) => overlay::compile(&compiler, &elements, fragment),
        Err(fault) => {
            let mut schema = compiler.schema(true);
            schema.faults.push(fault);
            schema
        }
    })
}

/// A definition as it is to be read: repaired where the list of interpretations says so.
fn definition(definitions: &Definitions, canonical: &str) -> Option<Arc<StructureDefinition>> {
    let definition = definitions.structure_definition(canonical)?;
    Some(Interpretations::embedded().repair(definition))
}

/// Whether a definition constrains a type that another one defines, whatever it calls itself.
fn is_profile(definitions: &Definitions, definition: &StructureDefinition) -> bool {
    definition.derivation == Some(Derivation::Constraint)
        || definitions
            .type_definition(&definition.type_name)
            .is_some_and(|type_definition| type_definition.url != definition.url)
}

/// The elements of a definition: its own snapshot, or one made from its differential.
fn elements<'d>(
    definitions: &Definitions,
    definition: &'d StructureDefinition,
) -> Result<Cow<'d, [ElementDefinition]>, String> {
    match &definition.snapshot {
        Some(elements) => Ok(Cow::Borrowed(elements)),
        None => snapshot::generate(definition, definitions)
            .map(Cow::Owned)
            .map_err(|error| error.to_string()),
    }
}
