//! One decision of the list.

use serde::{Deserialize, Serialize};

use super::{FaultKind, Quarantine, Repair};
use crate::fhir::codes;

codes! {
    /// What is done about a fault.
    Decision {
        /// The definition is read as it must have been meant.
        Repaired = "repaired",
        /// What the fault brings about is not held against a server.
        Quarantined = "quarantined",
    }
}

/// A decision on one or several faults of one kind.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Interpretation {
    /// Stable name, kebab-case.
    pub id: String,
    /// The kind of the faults.
    pub fault: FaultKind,
    /// Where the faults are.
    pub places: Vec<Place>,
    /// What is done.
    pub decision: Decision,
    /// How it is done, in words.
    pub how: String,
    /// Why this and nothing else.
    pub reason: String,
    /// What says so: a section of R4, a page or artifact of the guide.
    pub source: String,
    /// Changes to definitions. Empty where the general reading of R4 mends it, or where nothing
    /// reads the faulty part.
    #[serde(default)]
    pub repair: Vec<Repair>,
    /// The findings that are the guide's fault.
    #[serde(default)]
    pub quarantine: Vec<Quarantine>,
}

/// Where faults are; what is left out may be anything.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Canonical URL below that of the guide, such as `StructureDefinition/openimis-claim`, or the
    /// file name of an example.
    pub definition: String,
    /// Id of the ElementDefinition, or the place in an example.
    pub element: Option<String>,
    /// What tells the fault from others at the same element.
    pub detail: Option<String>,
}

/// How R4 is read where it leaves room, or contradicts itself.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Stable name, kebab-case.
    pub id: String,
    /// What we take it to say.
    pub reading: String,
    /// Why this and nothing else.
    pub reason: String,
    /// Where it is stated, or left out.
    pub source: String,
    /// Changes to definitions of R4.
    #[serde(default)]
    pub repair: Vec<Repair>,
    /// Expressions that show how FHIRPath is read.
    #[serde(default)]
    pub fhirpath: Vec<Shown>,
    /// The test that holds the reading, `file: function`.
    pub test: String,
}

/// An expression, and what it gives.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The expression; it needs no resource.
    pub expression: String,
    /// What it gives, as text joined by `, `.
    pub gives: String,
}
