//! The guide's code systems, as the package in the program defines them: openIMIS serves them too,
//! and the enrolment flow reads them.

use serde_json::{Map, Value, json};

use crate::fhir::CodeSystem;
use crate::package::Definitions;
use crate::reference::tree::{Tree, from_json};

const GUIDE: &str = "openimis.fhir.r4";

/// One resource for each, with the last part of its URL as id.
pub(super) fn resources() -> Vec<Tree> {
    let definitions = Definitions::embedded();
    definitions
        .code_systems()
        .filter(|(_, package)| *package == GUIDE)
        .filter_map(|(url, _)| definitions.code_system(url))
        .map(|code_system| from_json(resource(&code_system)))
        .collect()
}

fn resource(code_system: &CodeSystem) -> Value {
    let id = code_system.url.rsplit('/').next().unwrap_or_default();
    let concepts: Vec<Value> = code_system.concepts.iter().map(concept).collect();
    json!({
        "resourceType": "CodeSystem",
        "id": id,
        "url": code_system.url,
        "version": code_system.version.as_deref().unwrap_or("1.0.0"),
        "name": code_system.name,
        "status": "active",
        "content": code_system.content.code(),
        "count": concepts.len(),
        "concept": concepts,
    })
}

fn concept(concept: &crate::fhir::Concept) -> Value {
    let mut members = Map::new();
    members.insert("code".to_owned(), json!(concept.code));
    if let Some(display) = &concept.display {
        members.insert("display".to_owned(), json!(display));
    }
    Value::Object(members)
}
