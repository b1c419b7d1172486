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

use crate::assertion::{Registry, Schema};
use crate::fhir::{Derivation, ElementDefinition, StructureDefinition};
use crate::package::Definitions;

/// Compiles the definition of a canonical URL; `None` where there is none.
#[must_use]
pub fn compile(canonical: &str, definitions: &Definitions, registry: &Registry) -> Option<Schema> {
    let definition = definitions.structure_definition(canonical)?;
    let compiler = common::Compiler {
        definitions,
        registry,
        definition: &definition,
    };
    if definition.derivation != Some(Derivation::Constraint) {
        return Some(base::compile(&compiler));
    }
    Some(match elements(definitions, &definition) {
        Ok(elements) => overlay::compile(&compiler, &elements),
        Err(fault) => {
            let mut schema = compiler.schema(true);
            schema.faults.push(fault);
            schema
        }
    })
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
