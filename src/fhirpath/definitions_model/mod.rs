//! The [`Model`] of FHIR definitions: each type is read from its StructureDefinition when it is
//! first met, into a small sorted table.

mod table;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::model::{Model, Property, TypeId, TypeKind};
use crate::fhir::{StructureDefinition, StructureKind};
use crate::package::Definitions;
use table::{Builder, Part};

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

    /// The type that a canonical URL defines. R4's own types have their name at its end.
    fn type_of_url(&self, url: &str) -> Option<TypeId> {
        match url.strip_prefix("http://hl7.org/fhir/StructureDefinition/") {
            Some(name) => self.intern(name),
            None => self.intern(&self.definitions.structure_definition(url)?.type_name),
        }
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
        // A definition with a snapshot says all; its bases need not be read then.
        let mut chain: Vec<Arc<StructureDefinition>> = Vec::new();
        for definition in self.chain(name) {
            let is_complete = definition.snapshot.is_some();
            chain.push(definition);
            if is_complete {
                break;
            }
        }
        let base = chain
            .first()
            .and_then(|definition| definition.base_definition.as_deref())
            .and_then(|url| self.type_of_url(url));
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

    fn element_types(&self, type_id: TypeId, name: &str) -> Vec<TypeId> {
        let Some(part) = self.part(type_id) else {
            return Vec::new();
        };
        let is_form = |property: &str, choice: Option<u8>| match choice {
            Some(length) => property.get(..usize::from(length)) == Some(name),
            None => property == name,
        };
        let properties = part.properties.iter();
        properties
            .filter(|(property, found)| is_form(property, found.choice))
            .map(|(_, found)| found.type_id)
            .collect()
    }

    fn has_element(&self, type_id: TypeId, name: &str) -> bool {
        self.part(type_id).is_some_and(|part| {
            part.elements
                .binary_search_by(|known| (**known).cmp(name))
                .is_ok()
        })
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
