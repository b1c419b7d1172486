//! The observed surface: what a client of the server can see of its interface, whether or not the
//! guide allows it.
//!
//! A report carries it, so that two releases can be compared by what they do to the systems that
//! talk to them. It holds names and counts only: no value of a resource, no id, nothing of a
//! person. Deliberately not here: judging; [`crate::compare`] says what a change means.

mod collect;
mod merge;
mod name;
mod request;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use collect::Collector;

/// What was seen of the interface, by resource type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Surface {
    /// By resource type; `-` is the server as a whole.
    pub types: BTreeMap<String, TypeSurface>,
    /// Whether something was left out because there was too much of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// What was seen of one resource type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeSurface {
    /// By interaction (R4 value set restful-interaction).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub interactions: BTreeMap<String, Answers>,
    /// By search parameter, modifier included.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Answers>,
    /// Resources of the type that were looked at, each as often as it was sent.
    #[serde(default)]
    pub resources: u32,
    /// By path without indices, such as `Patient.name.family`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub elements: BTreeMap<String, ElementSurface>,
    /// URLs of extensions, each with the number of resources that have it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, u32>,
    /// `OperationOutcome.issue.code` of refusals.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub errors: BTreeSet<String>,
}

/// How requests of one kind were answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answers {
    /// The HTTP statuses.
    pub statuses: BTreeSet<u16>,
}

/// One element, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ElementSurface {
    /// How many resources have it.
    pub resources: u32,
    /// The kinds of JSON value.
    pub kinds: BTreeSet<Kind>,
    /// Code systems of a coding at this path.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub systems: BTreeSet<String>,
}

crate::fhir::codes! {
    /// The kind of a JSON value.
    Kind {
        Text = "string",
        Number = "number",
        Boolean = "boolean",
        Object = "object",
        Array = "array",
        Null = "null",
    }
}

impl Answers {
    /// Whether at least one request succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.statuses
            .iter()
            .any(|status| (200..300).contains(status))
    }
}

impl Surface {
    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }
}
