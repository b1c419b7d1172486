//! What a CapabilityStatement of a guide means, whatever it says.

use std::sync::Arc;

use crate::fhir::{ElementDefinition, Max, StructureDefinition};
use crate::package::Definitions;

/// The profile that a URL means, be it canonical or the address of the page about the profile
/// (`StructureDefinition-{id}.html`).
pub(super) fn meant_profile(
    definitions: &Definitions,
    canonical: &str,
) -> Option<Arc<StructureDefinition>> {
    if let Some(found) = definitions.structure_definition(canonical) {
        return Some(found);
    }
    let (base, page) = canonical.rsplit_once('/')?;
    let id = page
        .strip_prefix("StructureDefinition-")?
        .strip_suffix(".html")?;
    definitions.structure_definition(&format!("{base}/StructureDefinition/{id}"))
}

/// Whether the guide has profiles on a type, and every one of them prohibits every element that a
/// search expression speaks of for that type.
pub(super) fn is_prohibited(definitions: &Definitions, type_name: &str, expression: &str) -> bool {
    let mut branches = expression
        .split('|')
        .map(str::trim)
        .filter(|branch| branch.split('.').next() == Some(type_name))
        .peekable();
    let profiles = definitions.profiles_of(type_name);
    let prohibits =
        |own: &ElementDefinition, path: &str| own.id == path && own.max == Some(Max::Count(0));
    branches.peek().is_some()
        && !profiles.is_empty()
        && branches.all(|path| {
            profiles.iter().all(|profile| {
                let mut elements = profile.differential.iter();
                elements.any(|own| prohibits(own, path))
            })
        })
}
