//! Scenario files: what is asked of the server, in words that a domain expert can read and write.
//!
//! A file is one suite; a suite has scenarios; a scenario has steps that run in order. This module
//! reads them ([`load`]), fills in bodies ([`body`]) and lays out what will run ([`plan`]). It
//! sends nothing and judges nothing.

pub mod body;
pub mod load;
pub mod plan;
pub mod requests;
pub mod template;

use std::collections::BTreeMap;

use serde::Deserialize;

/// One file of scenarios.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Suite {
    /// Name of the suite, such as `enrolment`.
    #[serde(rename = "suite")]
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Words to select it by, for all its scenarios.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Its scenarios.
    pub scenarios: Vec<Scenario>,
}

/// Steps that belong together and run in order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scenario {
    /// Unique in the run.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// Words to select it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether it is repeated for each resource type of the guide.
    pub for_each: Option<ForEach>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// What a scenario is repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForEach {
    /// Each resource type that the guide or the server's CapabilityStatement names.
    ResourceType,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Reads the CapabilityStatement.
    Capabilities,
    /// Searches a type, one page or all.
    Search,
    /// Reads a bounded sample of what an earlier step found, or one target.
    Read,
    /// Reads an id that nobody has.
    ReadUnknown,
    /// Creates a resource.
    Create,
    /// Follows references of what earlier steps found.
    ResolveReferences,
}

impl Action {
    /// Whether the step changes data on the server.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::Create)
    }

    /// The RESTful interaction that the step uses (R4 value set restful-interaction).
    #[must_use]
    pub const fn interaction(self) -> &'static str {
        match self {
            Self::Capabilities => "capabilities",
            Self::Search => "search-type",
            Self::Read | Self::ReadUnknown | Self::ResolveReferences => "read",
            Self::Create => "create",
        }
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Unique in its scenario.
    pub id: String,
    /// What it does, in words.
    pub title: String,
    /// What it does.
    #[serde(rename = "do")]
    pub action: Action,
    /// The resource type; left out where the scenario is repeated for each.
    #[serde(rename = "type")]
    pub resource_type: Option<String>,
    /// Search parameters; values may hold captures.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// How many pages of a search to walk.
    #[serde(default)]
    pub pages: Pages,
    /// What to read, such as `Patient/{{patient}}`.
    pub target: Option<String>,
    /// How many resources to read or references to follow per element.
    pub sample: Option<usize>,
    /// What to create.
    pub body: Option<Body>,
    /// What must hold of the answer.
    #[serde(default)]
    pub expect: Vec<Expectation>,
    /// FHIRPath that at least one resource of a search must satisfy for the search to have found
    /// what was looked for.
    pub find: Option<String>,
    /// FHIRPath by name: the first value is kept for later steps.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
    /// What to go on with where the step fails.
    pub or_existing: Option<Existing>,
}

/// How many pages of a search to walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pages {
    /// The first one.
    #[default]
    First,
    /// All, up to the bound of the run.
    All,
}

/// A body shaped after an example of the guide.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Body {
    /// The example, such as `Patient/jane-doe`.
    pub example: String,
    /// New values by the FHIRPath of the element that they replace.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
    /// FHIRPath of elements to leave out.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// Something that must hold of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// The rule in words.
    pub says: String,
    /// The rule: true where it holds; captures may stand in it.
    pub fhirpath: String,
    /// The requirement that it shows.
    pub requirement: String,
}

/// An existing resource to go on with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Existing {
    /// The type to search.
    pub search: String,
    /// FHIRPath by name, as in [`Step::capture`].
    pub capture: BTreeMap<String, String>,
}
