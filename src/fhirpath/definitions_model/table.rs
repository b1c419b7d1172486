//! The tables of one type, filled from the elements of its definitions.

use super::DefinitionsModel;
use crate::fhir::ElementDefinition;
use crate::fhirpath::model::{Property, TypeId, TypeKind};

/// The type itself, or one backbone element.
#[derive(Debug)]
pub(super) struct Part {
    /// The path below the type: empty for the type itself.
    pub(super) path: Box<str>,
    /// The name to FHIRPath: of the type, or `BackboneElement` or `Element`.
    pub(super) base: Option<TypeId>,
    /// Element names, sorted; choices without `[x]`.
    pub(super) elements: Vec<Box<str>>,
    /// JSON properties, sorted by name.
    pub(super) properties: Vec<(Box<str>, Property)>,
}

/// Fills the tables of one type.
pub(super) struct Builder<'m> {
    pub(super) model: &'m DefinitionsModel,
    pub(super) root: u16,
    pub(super) parts: Vec<Part>,
}

impl Builder<'_> {
    pub(super) fn add(&mut self, element: &ElementDefinition, type_name: &str) {
        // `Patient.contact.name` is the element `name` of the part `contact`.
        let Some((_, path)) = element.path.split_once('.') else {
            return;
        };
        // Slices are no elements of their own.
        if element.slice_name.is_some() {
            return;
        }
        // The value of a primitive is no element of JSON; to FHIRPath it is the element itself.
        if path == "value" && TypeKind::of_primitive(type_name).is_some() {
            return;
        }
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let Some(parent) = self.index(parent) else {
            return;
        };
        if let Some(choice) = name.strip_suffix("[x]") {
            for element_type in &element.types {
                let property = format!("{choice}{}", capitalised(&element_type.code));
                let type_id = self.type_id(&element_type.code);
                self.insert(
                    parent,
                    choice,
                    &property,
                    type_id,
                    u8::try_from(choice.len()).ok(),
                );
            }
            return;
        }
        let type_id = self.type_of(element, path, type_name);
        self.insert(parent, name, name, type_id, None);
    }

    fn type_of(&mut self, element: &ElementDefinition, path: &str, type_name: &str) -> TypeId {
        // The id of a resource is of type id, although R4 declares it as a string of XML
        // attributes (R4 2.26.3.1).
        if path == "id" && self.model.kind_of(type_name) == Some(TypeKind::Resource) {
            return self.type_id("id");
        }
        if let Some(reference) = &element.content_reference {
            let target = reference.rsplit_once('#').map_or("", |(_, target)| target);
            let path = target.split_once('.').map_or("", |(_, path)| path);
            return match self.index(path) {
                Some(index) => self.part_id(index),
                None => TypeId::UNKNOWN,
            };
        }
        match element.types.first().map(|found| found.code.as_str()) {
            Some(code @ ("BackboneElement" | "Element")) => {
                let index = match self.index(path) {
                    Some(index) => index,
                    None => {
                        let base = self.model.intern(code);
                        self.parts.push(Part::new(path, base));
                        self.parts.len() - 1
                    }
                };
                self.part_id(index)
            }
            Some(code) => self.type_id(code),
            None => TypeId::UNKNOWN,
        }
    }

    fn type_id(&self, code: &str) -> TypeId {
        // Values of primitives are System types, which nothing navigates into.
        let code = match code.rsplit_once("fhirpath/System.") {
            Some((_, "String")) => "string",
            Some((_, "Boolean")) => "boolean",
            Some((_, "Integer")) => "integer",
            Some((_, "Decimal")) => "decimal",
            Some((_, "Date")) => "date",
            Some((_, "DateTime")) => "dateTime",
            Some((_, "Time")) => "time",
            _ => code,
        };
        self.model.intern(code).unwrap_or(TypeId::UNKNOWN)
    }

    fn index(&self, path: &str) -> Option<usize> {
        self.parts.iter().position(|part| &*part.path == path)
    }

    fn part_id(&self, index: usize) -> TypeId {
        match u16::try_from(index) {
            Ok(index) => TypeId::new(self.root, index, TypeKind::Complex),
            Err(_) => TypeId::UNKNOWN,
        }
    }

    fn insert(
        &mut self,
        parent: usize,
        element: &str,
        property: &str,
        type_id: TypeId,
        choice: Option<u8>,
    ) {
        let Some(part) = self.parts.get_mut(parent) else {
            return;
        };
        if !part.elements.iter().any(|known| &**known == element) {
            part.elements.push(element.into());
        }
        let entry = Property { type_id, choice };
        match part
            .properties
            .iter_mut()
            .find(|(name, _)| &**name == property)
        {
            Some((_, known)) => *known = entry,
            None => part.properties.push((property.into(), entry)),
        }
    }
}

impl Part {
    pub(super) fn new(path: &str, base: Option<TypeId>) -> Self {
        Self {
            path: path.into(),
            base,
            elements: Vec::new(),
            properties: Vec::new(),
        }
    }

    pub(super) fn sort(&mut self) {
        self.elements.sort_unstable();
        self.properties
            .sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    }
}

fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(characters)
        .collect()
}
