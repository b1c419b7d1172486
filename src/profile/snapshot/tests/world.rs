//! The small types that the tests build on, and how to look at a snapshot of them.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::{DefinitionSource, SnapshotError, generate};
use crate::fhir::{ElementDefinition, StructureDefinition};

/// A world of a few types: Element, Extension, string, Coding, Concept (with repeating codings)
/// and the resource Thing.
#[derive(Default)]
pub(super) struct World(pub(super) HashMap<String, Arc<StructureDefinition>>);

impl DefinitionSource for World {
    fn structure_definition(&self, canonical: &str) -> Option<Arc<StructureDefinition>> {
        self.0.get(canonical).cloned()
    }

    fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>> {
        self.0.get(name).cloned()
    }
}

pub(super) fn definition(json: &str) -> StructureDefinition {
    let document = crate::json::read(json).expect("the test's JSON is valid");
    StructureDefinition::from_node(&document.root).expect("the test's definition is one")
}

pub(super) fn type_of(name: &str, base: &str, elements: &str) -> StructureDefinition {
    let base = if base.is_empty() {
        String::new()
    } else {
        format!(r#""baseDefinition":"{base}","derivation":"specialization","#)
    };
    definition(&format!(
        r#"{{"resourceType":"StructureDefinition","url":"{name}","kind":"complex-type","type":"{name}",
           {base}"differential":{{"element":[{elements}]}}}}"#
    ))
}

pub(super) fn profile(
    url: &str,
    type_name: &str,
    base: &str,
    elements: &str,
) -> StructureDefinition {
    definition(&format!(
        r#"{{"resourceType":"StructureDefinition","url":"{url}","kind":"complex-type","type":"{type_name}",
           "baseDefinition":"{base}","derivation":"constraint","differential":{{"element":[{elements}]}}}}"#
    ))
}

pub(super) fn element(path: &str, min: u32, max: &str, types: &str) -> String {
    let types: Vec<String> = types
        .split_whitespace()
        .map(|code| format!(r#"{{"code":"{code}"}}"#))
        .collect();
    format!(
        r#"{{"id":"{path}","path":"{path}","min":{min},"max":"{max}","type":[{}]}}"#,
        types.join(",")
    )
}

pub(super) fn world() -> World {
    let list = |elements: &[String]| elements.join(",");
    let ele_1 = r#"{"id":"Element","path":"Element","constraint":[
        {"key":"ele-1","severity":"error","expression":"hasValue() or children().count() > id.count()"}]}"#;
    let types = [
        type_of(
            "Element",
            "",
            &list(&[
                ele_1.to_owned(),
                element("Element.id", 0, "1", "string"),
                element("Element.extension", 0, "*", "Extension"),
            ]),
        ),
        type_of(
            "Extension",
            "Element",
            &list(&[
                element("Extension.url", 1, "1", "string"),
                element("Extension.value[x]", 0, "1", "string Coding"),
            ]),
        ),
        type_of("string", "Element", ""),
        type_of(
            "Coding",
            "Element",
            &list(&[
                element("Coding.system", 0, "1", "string"),
                element("Coding.code", 0, "1", "string"),
            ]),
        ),
        type_of(
            "Concept",
            "Element",
            &list(&[
                element("Concept.coding", 0, "*", "Coding"),
                element("Concept.text", 0, "1", "string"),
            ]),
        ),
        type_of(
            "Thing",
            "Element",
            &list(&[
                element("Thing.kind", 0, "*", "Concept"),
                element("Thing.value[x]", 0, "1", "string Coding Concept"),
                element("Thing.part", 0, "*", "Element"),
                element("Thing.part.name", 1, "1", "string"),
                r##"{"id":"Thing.part.part","path":"Thing.part.part","min":0,"max":"*",
                    "contentReference":"#Thing.part"}"##
                    .to_owned(),
            ]),
        ),
    ];
    let named = types
        .into_iter()
        .map(|own| (own.url.clone(), Arc::new(own)));
    World(named.collect())
}

pub(super) fn snapshot(elements: &str) -> Result<Vec<ElementDefinition>, SnapshotError> {
    generate(&profile("P", "Thing", "Thing", elements), &world())
}

pub(super) fn ids(elements: &[ElementDefinition]) -> Vec<&str> {
    elements.iter().map(|element| element.id.as_str()).collect()
}

pub(super) fn find<'e>(elements: &'e [ElementDefinition], id: &str) -> &'e ElementDefinition {
    let found = elements.iter().find(|element| element.id == id);
    found.unwrap_or_else(|| panic!("no {id} in {:?}", ids(elements)))
}
