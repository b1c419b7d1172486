//! What FHIR says an element is: the type behind each JSON property, by the definitions of R4.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::fhir::{ElementDefinition, StructureDefinition};
use crate::package::Definitions;

/// What stands at a place of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Elements of this definition below this path.
    Complex {
        /// Name of the definition: a resource type or a datatype.
        definition: Arc<str>,
        /// Path inside the definition, such as `Patient.contact`.
        path: String,
    },
    /// A value of this primitive type.
    Primitive(String),
    /// Any resource.
    Resource,
    /// FHIR does not know it.
    Unknown,
}

/// The elements of types, read when first asked for.
pub(super) struct Elements {
    definitions: Definitions,
    types: Mutex<HashMap<String, Option<Arc<Type>>>>,
}

/// Each path of a type, and what stands there.
type Type = HashMap<String, Kind>;

impl Elements {
    pub(super) fn new(definitions: Definitions) -> Self {
        Self {
            definitions,
            types: Mutex::default(),
        }
    }

    /// A resource or datatype by its name.
    pub(super) fn named(&self, name: &str) -> Kind {
        match self.elements(name) {
            Some(_) => Kind::Complex {
                definition: name.into(),
                path: name.to_owned(),
            },
            None => Kind::Unknown,
        }
    }

    /// What a property of an element is.
    pub(super) fn property(&self, of: &Kind, name: &str) -> Kind {
        let Kind::Complex { definition, path } = of else {
            return Kind::Unknown;
        };
        let elements = self.elements(definition);
        let found = elements.and_then(|elements| elements.get(&format!("{path}.{name}")).cloned());
        match found {
            // A datatype or an element like another one: its own properties are asked for next.
            Some(Kind::Complex { definition, path }) if path.is_empty() => self.named(&definition),
            Some(kind) => kind,
            None => Kind::Unknown,
        }
    }

    fn elements(&self, name: &str) -> Option<Arc<Type>> {
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = types.get(name) {
            return known.clone();
        }
        let definition = self.definitions.type_definition(name);
        let read = definition.map(|definition| Arc::new(read(&definition)));
        types.insert(name.to_owned(), read.clone());
        read
    }
}

fn read(definition: &StructureDefinition) -> Type {
    let name: Arc<str> = definition.type_name.as_str().into();
    let elements = definition
        .snapshot
        .as_deref()
        .unwrap_or(&definition.differential);
    let mut all = HashMap::new();
    for element in elements {
        match element.path.strip_suffix("[x]") {
            None => {
                all.insert(element.path.clone(), kind(element, &name));
            }
            Some(base) => {
                for choice in &element.types {
                    let path = format!("{base}{}", capitalised(&choice.code));
                    all.insert(path, typed(&choice.code));
                }
            }
        }
    }
    all
}

fn kind(element: &ElementDefinition, definition: &Arc<str>) -> Kind {
    if let Some(reference) = &element.content_reference {
        let path = reference.rsplit('#').next().unwrap_or_default();
        return Kind::Complex {
            definition: Arc::clone(definition),
            path: path.to_owned(),
        };
    }
    match element.types.first().map(|kind| kind.code.as_str()) {
        Some("BackboneElement" | "Element") => Kind::Complex {
            definition: Arc::clone(definition),
            path: element.path.clone(),
        },
        Some("Resource") => Kind::Resource,
        Some(code) => typed(code),
        None => Kind::Unknown,
    }
}

/// A type by its code: primitives are written in lower case (R4 2.24.0.1).
fn typed(code: &str) -> Kind {
    if let Some(system) = code.strip_prefix("http://hl7.org/fhirpath/System.") {
        return Kind::Primitive(system.to_lowercase());
    }
    if code.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Kind::Primitive(code.to_owned());
    }
    Kind::Complex {
        definition: code.into(),
        path: String::new(),
    }
}

fn capitalised(code: &str) -> String {
    let mut characters = code.chars();
    match characters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + characters.as_str(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Elements, Kind};
    use crate::package::Definitions;

    fn at(path: &[&str]) -> Kind {
        let elements = Elements::new(Definitions::core());
        let start = elements.named(path[0]);
        let kind = |kind: Kind, name: &&str| elements.property(&kind, name);
        path[1..].iter().fold(start, kind)
    }

    #[test]
    fn types_are_found_through_datatypes_choices_and_references() {
        let primitive = |code: &str| Kind::Primitive(code.to_owned());
        assert_eq!(at(&["Patient", "birthDate"]), primitive("date"));
        assert_eq!(
            at(&["Patient", "contact", "name", "family"]),
            primitive("string")
        );
        assert_eq!(at(&["Patient", "deceasedDateTime"]), primitive("dateTime"));
        assert_eq!(
            at(&["Patient", "extension", "valueAddress", "city"]),
            primitive("string")
        );
        assert_eq!(
            at(&["Bundle", "entry", "link", "relation"]),
            primitive("string")
        );
        assert_eq!(at(&["Bundle", "entry", "resource"]), Kind::Resource);
        assert_eq!(at(&["Patient", "contained"]), Kind::Resource);
        assert_eq!(at(&["Patient", "text", "div"]), primitive("xhtml"));
        assert_eq!(at(&["Patient", "nickname"]), Kind::Unknown);
        assert_eq!(at(&["Patience"]), Kind::Unknown);
    }
}
