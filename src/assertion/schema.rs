//! A StructureDefinition after compilation: a tree of assertions.
//!
//! A type (derivation `specialization`) becomes a whole schema: its [`Structure`] knows every
//! child, so unknown elements are found here and nowhere else. A profile (derivation `constraint`)
//! becomes a sparse one: only what it says beyond its base type. Both judge the same node, so a
//! rule of the base is never reported twice.

use super::Assertion;
use super::extension::ExtensionUse;
use super::names::NameTable;
use super::primitive::Primitive;
use super::registry::SchemaRef;
use crate::fhir::{Max, StructureKind};

/// A compiled StructureDefinition.
#[derive(Debug)]
pub struct Schema {
    /// `url`.
    pub url: String,
    /// `url|version`.
    pub versioned_url: String,
    /// The type that is defined or constrained.
    pub type_name: String,
    /// `kind`.
    pub kind: StructureKind,
    /// `abstract`.
    pub is_abstract: bool,
    /// Whether it constrains a type instead of defining one.
    pub is_profile: bool,
    /// The types it specialises, nearest first, such as `DomainResource`, `Resource`.
    pub lineage: Vec<String>,
    /// What applies to the node itself.
    pub root: Rules,
    /// The backbone elements of a type; contentReference makes them reachable from several places.
    pub parts: Vec<Rules>,
    /// Why a part of the definition could not be compiled; reported where the schema is used.
    pub faults: Vec<String>,
    /// The primitive type it defines or constrains, if it is one.
    pub primitive: Option<Primitive>,
    /// Where the extension that it defines may stand.
    pub extension: Option<ExtensionUse>,
}

/// What applies to one node.
#[derive(Debug, Default)]
pub struct Rules {
    /// ElementDefinition id, with slice names.
    pub id: String,
    /// ElementDefinition path.
    pub path: String,
    /// Assertions on the node.
    pub checks: Vec<Assertion>,
    /// The complete list of children: of types only.
    pub structure: Option<Structure>,
    /// Children that have rules of their own: of profiles only.
    pub members: Vec<Member>,
}

/// A child element that a profile constrains.
#[derive(Debug)]
pub struct Member {
    /// Name without `[x]`.
    pub name: String,
    /// Whether the element is a choice of types.
    pub is_choice: bool,
    /// The JSON properties it can be written as, with their types.
    pub types: Vec<MemberType>,
    /// Assertions on all occurrences together: cardinality, slicing, allowed types.
    pub list: Vec<Assertion>,
    /// What applies to each occurrence.
    pub each: Rules,
}

/// One JSON property of an element.
#[derive(Debug, Clone)]
pub struct MemberType {
    /// Property name, such as `valueQuantity`.
    pub property: String,
    /// Type name, such as `Quantity`.
    pub type_name: String,
}

/// The complete list of the children of a type or backbone element.
#[derive(Debug, Default)]
pub struct Structure {
    /// JSON property names to children.
    pub table: NameTable,
    /// The children, in the order of the definition.
    pub children: Vec<Child>,
    /// Indices of the children with `min` above 0.
    pub required: Vec<u16>,
    /// Whether `resourceType` belongs here.
    pub is_resource: bool,
}

/// One child of a [`Structure`].
#[derive(Debug)]
pub struct Child {
    /// Name without `[x]`.
    pub name: String,
    /// ElementDefinition id.
    pub id: String,
    /// ElementDefinition path.
    pub path: String,
    /// `min`.
    pub min: u32,
    /// `max`.
    pub max: Max,
    /// Whether JSON writes an array.
    pub is_array: bool,
    /// Whether the element is a choice of types.
    pub is_choice: bool,
    /// Its types.
    pub types: Vec<ChildType>,
    /// Assertions on each occurrence, besides those of its type.
    pub checks: Vec<Assertion>,
}

/// One type of a [`Child`].
#[derive(Debug)]
pub struct ChildType {
    /// JSON property name.
    pub property: String,
    /// Type name.
    pub type_name: String,
    /// What judges a value of it.
    pub kind: ChildKind,
}

/// What judges a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildKind {
    /// A primitive: format here, `id` and `extension` by the schema of Element.
    Primitive(Primitive),
    /// The schema of a data type.
    Type(SchemaRef),
    /// A backbone element: an entry of [`Schema::parts`].
    Part(u16),
    /// A resource of any type.
    Resource,
}
