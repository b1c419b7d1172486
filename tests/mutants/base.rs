//! What R4 says of an element, and values of every type, for what a mutant puts in.

use std::sync::Arc;

use openimis_conformance::fhir::{ElementDefinition, Max, StructureDefinition};
use openimis_conformance::package::Definitions;
use serde_json::{Value, json};

use crate::place::{choice, is_choice};

/// R4 by itself.
pub struct Base {
    core: Definitions,
}

/// An element of R4.
#[derive(Debug, Clone)]
pub struct BaseElement {
    /// Where it is defined: the type's definition and the path in it.
    definition: Arc<StructureDefinition>,
    path: String,
    pub min: u32,
    /// Whether JSON writes an array.
    pub repeats: bool,
    pub types: Vec<String>,
    /// The types that a reference may point to.
    pub targets: Vec<String>,
    /// The type that the name chose, for `valueString`.
    chosen: Option<String>,
}

impl Base {
    pub fn new() -> Self {
        Self {
            core: Definitions::core(),
        }
    }

    /// The element at the end of these names, from a type on.
    pub fn element(&self, type_name: &str, names: &[&str]) -> Option<BaseElement> {
        let definition = self.core.type_definition(type_name)?;
        let mut own = self.made(&definition, type_name)?;
        for name in names {
            own = self.child(&own, name)?;
        }
        Some(own)
    }

    /// All properties that an object of that element may have.
    pub fn child(&self, parent: &BaseElement, name: &str) -> Option<BaseElement> {
        let direct = |name: &str| self.made(&parent.definition, &format!("{}.{name}", parent.path));
        if let Some(found) = direct(name) {
            return Some(found);
        }
        let elements = parent.definition.snapshot.as_ref()?;
        let choice_of = elements.iter().find_map(|own| {
            let last = own.path.strip_prefix(&format!("{}.", parent.path))?;
            let prefix = last.strip_suffix("[x]")?;
            (name == prefix || is_choice(prefix, name))
                .then(|| (prefix.to_owned(), own.path.clone()))
        });
        if let Some((prefix, path)) = choice_of {
            let mut found = self.made(&parent.definition, &path)?;
            let chosen = found
                .types
                .iter()
                .find(|own| choice(&prefix, own) == name)
                .cloned();
            if chosen.is_some() || name == prefix {
                found.chosen = chosen;
                return Some(found);
            }
        }
        // Into the type of the parent, where that is not a part of this definition.
        let type_name = parent.chosen.as_ref().or_else(|| parent.types.first())?;
        let definition = self.core.type_definition(type_name)?;
        if definition.type_name == parent.path {
            return None;
        }
        let root = self.made(&definition, type_name)?;
        self.child(&root, name)
    }

    fn made(&self, definition: &Arc<StructureDefinition>, path: &str) -> Option<BaseElement> {
        let elements = definition.snapshot.as_ref()?;
        let own = elements.iter().find(|own| own.path == path)?;
        if let Some(reference) = &own.content_reference {
            let mut found = self.made(definition, reference.trim_start_matches('#'))?;
            found.repeats = repeats(own);
            found.min = own.min.unwrap_or(0);
            return Some(found);
        }
        let types = own.types.iter();
        Some(BaseElement {
            definition: Arc::clone(definition),
            path: path.to_owned(),
            min: own.min.unwrap_or(0),
            repeats: repeats(own),
            types: types.clone().map(|own| own.code.clone()).collect(),
            targets: types
                .flat_map(|own| &own.target_profiles)
                .filter_map(|url| url.rsplit('/').next().map(str::to_owned))
                .collect(),
            chosen: None,
        })
    }

    /// A value for an element: its first type, or the type that its name chose.
    pub fn value(&self, element: &BaseElement) -> Value {
        let type_name = element.chosen.as_ref().or_else(|| element.types.first());
        match type_name.map(String::as_str) {
            Some("BackboneElement" | "Element") | None => self.object(element),
            Some("Reference") => {
                let target = element.targets.iter().find(|own| *own != "Resource");
                let target = target.map_or("Patient", String::as_str);
                json!({"reference": format!("{target}/1")})
            }
            Some(code) => sample(code),
        }
    }

    /// An object with all that it has to have, and at least something.
    fn object(&self, element: &BaseElement) -> Value {
        let prefix = format!("{}.", element.path);
        let elements = element.definition.snapshot.iter().flatten();
        let names = elements.filter_map(|own| own.path.strip_prefix(&prefix));
        let names: Vec<&str> = names.filter(|own| !own.contains('.')).collect();
        let mut out = serde_json::Map::new();
        for (index, name) in names.iter().enumerate() {
            let name = name.strip_suffix("[x]").unwrap_or(name);
            let Some(child) = self.child(element, name) else {
                continue;
            };
            let is_own = !matches!(name, "id" | "extension" | "modifierExtension");
            let is_last = index + 1 == names.len() && out.is_empty();
            if is_own && (child.min > 0 || is_last) {
                let property = match child.types.as_slice() {
                    [_] | [] => name.to_owned(),
                    [first, ..] => choice(name, first),
                };
                let value = self.value(&child);
                out.insert(property, if child.repeats { json!([value]) } else { value });
            }
        }
        Value::Object(out)
    }
}

fn repeats(own: &ElementDefinition) -> bool {
    own.base_max.or(own.max) != Some(Max::Count(1))
}

/// A value of a type.
pub fn sample(code: &str) -> Value {
    match code {
        "boolean" => json!(true),
        "integer" | "positiveInt" | "unsignedInt" => json!(7),
        "decimal" => json!(7.5),
        "date" => json!("2024-05-06"),
        "dateTime" => json!("2024-05-06"),
        "instant" => json!("2024-05-06T07:08:09Z"),
        "time" => json!("07:08:09"),
        "uri" | "url" | "canonical" => json!("http://example.org/x"),
        "oid" => json!("urn:oid:1.2.3"),
        "uuid" => json!("urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
        "base64Binary" => json!("aGVsbG8="),
        "code" | "id" | "string" | "markdown" => json!("x"),
        "Identifier" => json!({"value": "x"}),
        "CodeableConcept" => json!({"text": "x"}),
        "Coding" => json!({"system": "http://example.org/x", "code": "x"}),
        "Quantity" | "Age" | "Distance" | "Count" | "Duration" => {
            json!({"value": 7, "system": "http://unitsofmeasure.org", "code": "d"})
        }
        "Money" => json!({"value": 7, "currency": "EUR"}),
        "Period" => json!({"start": "2024-05-06"}),
        "Range" => json!({"low": {"value": 7}}),
        "Ratio" => json!({"numerator": {"value": 7}, "denominator": {"value": 8}}),
        "Reference" => json!({"reference": "Patient/1"}),
        "Annotation" => json!({"text": "x"}),
        "Attachment" => json!({"title": "x"}),
        "ContactPoint" => json!({"system": "phone", "value": "7"}),
        "ContactDetail" => json!({"name": "x"}),
        "HumanName" => json!({"family": "x"}),
        "Address" => json!({"city": "x"}),
        "UsageContext" => json!({
            "code": {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "age"},
            "valueCodeableConcept": {"text": "x"}
        }),
        "Timing" => json!({"event": ["2024-05-06"]}),
        "Dosage" => json!({"text": "x"}),
        "RelatedArtifact" => json!({"type": "documentation", "display": "x"}),
        "Signature" => json!({
            "type": [{"code": "x"}], "when": "2024-05-06T07:08:09Z", "who": {"reference": "Patient/1"}
        }),
        "Expression" => json!({"language": "text/fhirpath", "expression": "true"}),
        "Extension" => json!({"url": "http://example.org/x", "valueString": "x"}),
        "Narrative" => {
            json!({"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"})
        }
        "Meta" => json!({"versionId": "1"}),
        other => panic!("no sample of the type `{other}`"),
    }
}
