//! The FHIR R4 definitions this program reads, each from a JSON tree: only the elements that
//! decide a verdict, under FHIR's own names.
//!
//! Deliberately not here: instances (they stay in their JSON tree) and prose (definitions,
//! narrative, mappings). Reading is lenient: an element that is missing or malformed is left out,
//! because a broken definition is reported by the checks of the guide, not by the reader.

mod canonical;
mod capability_statement;
mod code_system;
mod element_definition;
mod knowledge;
mod read;
mod search_parameter;
mod structure_definition;
mod value_set;

pub use canonical::Canonical;
pub use capability_statement::{
    CapabilityInteraction, CapabilityOperation, CapabilityResource, CapabilityRest,
    CapabilitySearchParam, CapabilitySecurity, CapabilityStatement, CapabilityStatementKind,
    ConditionalDeleteStatus, ConditionalReadStatus, Expectation, ResourceVersionPolicy,
    RestfulCapabilityMode, RestfulInteraction,
};
pub use code_system::{CodeSystem, CodeSystemContent, Concept, HierarchyMeaning};
pub use element_definition::{
    BindingStrength, Constraint, ConstraintSeverity, Discriminator, DiscriminatorType,
    ElementBinding, ElementDefinition, ElementType, Max, Slicing, SlicingRules, TypedValue,
};
pub use knowledge::{Measure, Questionnaire};
pub use search_parameter::{SearchParameter, SearchParameterType};
pub use structure_definition::{
    Derivation, ExtensionContext, ExtensionContextType, StructureDefinition, StructureKind,
};
pub use value_set::{Compose, ConceptReference, ConceptSet, ConceptSetFilter, Expansion, ValueSet};

pub(crate) use read::codes;
