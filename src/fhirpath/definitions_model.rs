//! The [`Model`] of FHIR definitions: each type is read from its StructureDefinition when it is
//! first met, into a small sorted table.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::model::{Model, Property, TypeId, TypeKind};
use crate::fhir::{ElementDefinition, StructureDefinition, StructureKind};
use crate::package::Definitions;

/// The most types one model can hold; R4 has some 210, guides add a few logical models.
const CAPACITY: usize = 2048;

/// Longer chains of base definitions are loops.
const LONGEST_CHAIN: usize = 16;

/// Where the definitions of types are found.
pub trait TypeDefinitions: Send + Sync {
    /// The definition of a type by its name, such as `Patient` or `string`.
    fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>>;

    /// The definition of a canonical URL.
    fn structure_definition(&self, url: &str) -> Option<Arc<StructureDefinition>>;
}

impl TypeDefinitions for Definitions {
    fn type_definition(&self, name: &str) -> Option<Arc<StructureDefinition>> {
        Self::type_definition(self, name)
    }

    fn structure_definition(&self, url: &str) -> Option<Arc<StructureDefinition>> {
        Self::structure_definition(self, url)
    }
}

/// The types of a set of definitions. Share one per set: it fills as types are met.
pub struct DefinitionsModel {
    definitions: Box<dyn TypeDefinitions>,
    ids: RwLock<HashMap<Box<str>, Option<TypeId>>>,
    types: Box<[OnceLock<Option<TypeTable>>]>,
    names: Box<[OnceLock<Box<str>>]>,
}

/// A type, and the backbone elements inside it.
#[derive(Debug)]
struct TypeTable {
    base: Option<TypeId>,
    parts: Vec<Part>,
}

/// The type itself, or one backbone element.
#[derive(Debug)]
struct Part {
    /// The path below the type: empty for the type itself.
    path: Box<str>,
    /// The name to FHIRPath: of the type, or `BackboneElement` or `Element`.
    base: Option<TypeId>,
    /// Element names, sorted; choices without `[x]`.
    elements: Vec<Box<str>>,
    /// JSON properties, sorted by name.
    properties: Vec<(Box<str>, Property)>,
}

impl std::fmt::Debug for DefinitionsModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self
            .names
            .iter()
            .filter(|name| name.get().is_some())
            .count();
        write!(formatter, "DefinitionsModel({known} types met)")
    }
}

impl DefinitionsModel {
    /// The model of these definitions.
    #[must_use]
    pub fn new(definitions: impl TypeDefinitions + 'static) -> Self {
        Self {
            definitions: Box::new(definitions),
            ids: RwLock::new(HashMap::new()),
            types: (0..CAPACITY).map(|_| OnceLock::new()).collect(),
            names: (0..CAPACITY).map(|_| OnceLock::new()).collect(),
        }
    }

    fn intern(&self, name: &str) -> Option<TypeId> {
        let known = |ids: &HashMap<Box<str>, Option<TypeId>>| ids.get(name).copied();
        let read = self.ids.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = known(&read) {
            return id;
        }
        drop(read);
        let kind = self.kind_of(name);
        let mut ids = self.ids.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = known(&ids) {
            return id;
        }
        let root = ids.values().flatten().count();
        let id = kind
            .filter(|_| root < CAPACITY)
            .and_then(|kind| Some(TypeId::new(u16::try_from(root).ok()?, 0, kind)));
        if let Some(id) = id
            && let Some(slot) = self.names.get(usize::from(id.root()))
        {
            slot.get_or_init(|| name.into());
        }
        ids.insert(name.into(), id);
        id
    }

    fn kind_of(&self, name: &str) -> Option<TypeKind> {
        if let Some(kind) = TypeKind::of_primitive(name).or_else(|| of_datatype(name)) {
            return Some(kind);
        }
        let definition = self.definition(name)?;
        Some(match definition.kind {
            StructureKind::Resource => TypeKind::Resource,
            StructureKind::PrimitiveType => TypeKind::String,
            StructureKind::ComplexType | StructureKind::Logical => {
                if self
                    .chain(name)
                    .any(|definition| definition.type_name == "Quantity")
                {
                    TypeKind::Quantity
                } else {
                    TypeKind::Complex
                }
            }
        })
    }

    fn definition(&self, name: &str) -> Option<Arc<StructureDefinition>> {
        self.definitions
            .type_definition(name)
            .filter(|definition| definition.type_name == name || name.contains(':'))
    }

    /// The definition of a type and those it specialises, nearest first.
    fn chain(&self, name: &str) -> impl Iterator<Item = Arc<StructureDefinition>> {
        std::iter::successors(self.definition(name), |definition| {
            self.definitions
                .structure_definition(definition.base_definition.as_deref()?)
        })
        .take(LONGEST_CHAIN)
    }

    fn table(&self, type_id: TypeId) -> Option<&TypeTable> {
        self.types
            .get(usize::from(type_id.root()))?
            .get_or_init(|| {
                let name = self.names.get(usize::from(type_id.root()))?.get()?;
                self.build(name)
            })
            .as_ref()
    }

    fn part(&self, type_id: TypeId) -> Option<&Part> {
        self.table(type_id)?.parts.get(usize::from(type_id.part()))
    }

    /// Reads a type and everything it inherits. Elements of a snapshot are the whole type; a
    /// differential is completed from the base definitions.
    fn build(&self, name: &str) -> Option<TypeTable> {
        let root = self.intern(name)?.root();
        let mut chain: Vec<_> = self.chain(name).collect();
        if let Some(complete) = chain
            .iter()
            .position(|definition| definition.snapshot.is_some())
        {
            chain.truncate(complete + 1);
        }
        let base = self
            .chain(name)
            .nth(1)
            .and_then(|definition| self.intern(&definition.type_name));
        let mut builder = Builder {
            model: self,
            root,
            parts: Vec::new(),
        };
        builder.parts.push(Part::new("", base));
        for definition in chain.iter().rev() {
            let elements = definition
                .snapshot
                .as_ref()
                .unwrap_or(&definition.differential);
            for element in elements {
                builder.add(element, &definition.type_name);
            }
        }
        let mut parts = builder.parts;
        for part in &mut parts {
            part.sort();
        }
        Some(TypeTable { base, parts })
    }
}

/// Fills the tables of one type.
struct Builder<'m> {
    model: &'m DefinitionsModel,
    root: u16,
    parts: Vec<Part>,
}

impl Builder<'_> {
    fn add(&mut self, element: &ElementDefinition, type_name: &str) {
        // `Patient.contact.name` is the element `name` of the part `contact`.
        let Some((_, path)) = element.path.split_once('.') else {
            return;
        };
        // Slices are no elements of their own.
        if element.slice_name.is_some() {
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
                self.insert(parent, choice, &property, type_id, true);
            }
            return;
        }
        let type_id = self.type_of(element, path, type_name);
        self.insert(parent, name, name, type_id, false);
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
        is_choice: bool,
    ) {
        let Some(part) = self.parts.get_mut(parent) else {
            return;
        };
        if !part.elements.iter().any(|known| &**known == element) {
            part.elements.push(element.into());
        }
        let entry = Property { type_id, is_choice };
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
    fn new(path: &str, base: Option<TypeId>) -> Self {
        Self {
            path: path.into(),
            base,
            elements: Vec::new(),
            properties: Vec::new(),
        }
    }

    fn sort(&mut self) {
        self.elements.sort_unstable();
        self.properties
            .sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    }
}

/// The kind of the datatypes of R4 (2.24), which is told without reading their definitions: a
/// resource names many of them and has few.
fn of_datatype(name: &str) -> Option<TypeKind> {
    Some(match name {
        "Quantity" | "Age" | "Count" | "Distance" | "Duration" | "MoneyQuantity"
        | "SimpleQuantity" => TypeKind::Quantity,
        "Resource" | "DomainResource" => TypeKind::Resource,
        "Element"
        | "BackboneElement"
        | "Address"
        | "Annotation"
        | "Attachment"
        | "CodeableConcept"
        | "Coding"
        | "ContactDetail"
        | "ContactPoint"
        | "Contributor"
        | "DataRequirement"
        | "Dosage"
        | "ElementDefinition"
        | "Expression"
        | "Extension"
        | "HumanName"
        | "Identifier"
        | "MarketingStatus"
        | "Meta"
        | "Money"
        | "Narrative"
        | "ParameterDefinition"
        | "Period"
        | "Population"
        | "ProdCharacteristic"
        | "ProductShelfLife"
        | "Range"
        | "Ratio"
        | "Reference"
        | "RelatedArtifact"
        | "SampledData"
        | "Signature"
        | "SubstanceAmount"
        | "Timing"
        | "TriggerDefinition"
        | "UsageContext" => TypeKind::Complex,
        _ => return None,
    })
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

impl Model for DefinitionsModel {
    fn type_named(&self, name: &str) -> Option<TypeId> {
        self.intern(name)
    }

    fn name(&self, type_id: TypeId) -> &str {
        if type_id.part() > 0 {
            let base = self.part(type_id).and_then(|part| part.base);
            return base.map_or("BackboneElement", |base| self.name(base));
        }
        self.names
            .get(usize::from(type_id.root()))
            .and_then(OnceLock::get)
            .map_or("Element", |name| name)
    }

    fn base(&self, type_id: TypeId) -> Option<TypeId> {
        if type_id.part() > 0 {
            return self.part(type_id)?.base;
        }
        self.table(type_id)?.base
    }

    fn property(&self, type_id: TypeId, name: &str) -> Option<Property> {
        let properties = &self.part(type_id)?.properties;
        let at = properties
            .binary_search_by(|(known, _)| (**known).cmp(name))
            .ok()?;
        properties.get(at).map(|(_, property)| *property)
    }

    fn has_element(&self, type_id: TypeId, name: &str) -> bool {
        self.part(type_id).is_some_and(|part| {
            part.elements
                .binary_search_by(|known| (**known).cmp(name))
                .is_ok()
        })
    }
}
