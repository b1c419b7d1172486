//! Profiles: from a StructureDefinition to what its elements demand.
//!
//! Deliberately not here: the judgement of instances.

pub mod snapshot;
