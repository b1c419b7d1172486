//! The codes of value sets that can be listed: every code of complete code systems, and lists.

use std::collections::BTreeSet;

use crate::fhir::{CodeSystem, CodeSystemContent, ConceptSet};
use crate::package::Definitions;

/// How deep value sets may include others.
const MAX_DEPTH: usize = 8;

/// System and code.
pub type Code = (String, String);

/// All codes of a value set; `None` if they cannot be listed.
pub fn codes(definitions: &Definitions, value_set: &str) -> Option<BTreeSet<Code>> {
    all(definitions, value_set, 0)
}

fn all(definitions: &Definitions, value_set: &str, depth: usize) -> Option<BTreeSet<Code>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let value_set = definitions.value_set(value_set)?;
    let compose = value_set.compose.as_ref()?;
    let mut codes = BTreeSet::new();
    for set in &compose.include {
        codes.extend(of_set(definitions, set, depth)?);
    }
    for set in &compose.exclude {
        for code in of_set(definitions, set, depth)? {
            codes.remove(&code);
        }
    }
    Some(codes)
}

fn of_set(definitions: &Definitions, set: &ConceptSet, depth: usize) -> Option<BTreeSet<Code>> {
    if !set.filters.is_empty() {
        return None;
    }
    let mut parts: Vec<BTreeSet<Code>> = Vec::new();
    if let Some(system) = &set.system {
        let named: Vec<&str> = match set.concepts.as_slice() {
            [] => return with_whole(definitions, set, depth, system),
            listed => listed.iter().map(|own| own.code.as_str()).collect(),
        };
        let listed = named
            .into_iter()
            .map(|code| (system.clone(), code.to_owned()));
        parts.push(listed.collect());
    }
    for value_set in &set.value_sets {
        parts.push(all(definitions, value_set, depth + 1)?);
    }
    intersection(parts)
}

fn with_whole(
    definitions: &Definitions,
    set: &ConceptSet,
    depth: usize,
    system: &str,
) -> Option<BTreeSet<Code>> {
    let found = complete(definitions, system)?;
    let concepts = found.concepts.iter();
    let mut parts = vec![
        concepts
            .map(|own| (system.to_owned(), own.code.clone()))
            .collect(),
    ];
    for value_set in &set.value_sets {
        parts.push(all(definitions, value_set, depth + 1)?);
    }
    intersection(parts)
}

fn intersection(parts: Vec<BTreeSet<Code>>) -> Option<BTreeSet<Code>> {
    parts
        .into_iter()
        .reduce(|a, b| a.intersection(&b).cloned().collect())
}

/// A code system of which all codes are known.
pub fn complete(definitions: &Definitions, system: &str) -> Option<std::sync::Arc<CodeSystem>> {
    let found = definitions.code_system(system)?;
    (found.content == CodeSystemContent::Complete).then_some(found)
}
