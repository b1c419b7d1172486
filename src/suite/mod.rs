//! Scenario files: what is asked of the server, in words that a domain expert can read and write.
//!
//! A file is one suite; a suite has scenarios; a scenario has steps that run in order. This module
//! reads them ([`load`]), fills in bodies ([`body`]) and lays out what will run ([`plan`]). It
//! sends nothing and judges nothing.

pub mod body;
mod check;
pub mod declared;
pub mod form;
pub mod load;
pub mod overlay;
pub mod plan;
pub mod probe;
pub mod template;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub use declared::Declared;
use probe::Probe;

/// Every code and UUID that these suites make in a run of that seed: what is known to be ours.
#[must_use]
pub fn made_values(suites: &[Suite], values: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for scenario in suites.iter().flat_map(|suite| &suite.scenarios) {
        let values = template::of_scenario(values, &scenario.id);
        let mut texts: Vec<String> = scenario.steps.iter().flat_map(check::texts).collect();
        if scenario.steps.iter().any(|step| step.probe.is_some()) {
            // Probes make codes of their own.
            texts.extend(('a'..='z').map(|letter| format!("{{{{new-code.{letter}}}}}")));
        }
        for text in texts {
            let names = template::names(&text);
            let of_run = names.into_iter().filter(|name| name.starts_with("new-"));
            made.extend(
                of_run.filter_map(|name| template::fill(&format!("{{{{{name}}}}}"), &values).ok()),
            );
        }
    }
    made
}

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
    /// Whether it runs only where it is asked for by name.
    #[serde(default)]
    pub by_name_only: bool,
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
    /// Whether it is a use case of the guide: the report says how far it got.
    #[serde(default)]
    pub workflow: bool,
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
    /// Replaces a resource by a changed one.
    Update,
    /// Deletes a resource.
    Delete,
    /// Opens a listener on this machine that the server can call.
    Listen,
    /// Waits for a call of the server.
    AwaitCall,
    /// Follows references of what earlier steps found.
    ResolveReferences,
    /// Finds resources that later steps take values from: of the type, or of some types.
    Sample,
    /// Searches by each parameter that is declared for the type.
    SearchDeclared,
    /// Tries the parameters that R4 defines for the type and nobody declares.
    SearchUndeclared,
    /// Searches with the parameters of every type, and those that shape the result.
    SearchFeatures,
    /// Searches that reach to other resources.
    SearchIncluded,
    /// Searches by POST, with what no server knows, and under strict handling.
    SearchProtocol,
    /// Asks for interactions that are declared, where that changes nothing.
    TryInteractions,
    /// Walks searches in pages of several sizes.
    PageSizes,
    /// Asks for a first page, to go on from later.
    PageBegin,
    /// Goes on from that page when a row was added.
    PageResume,
    /// Looks into the rules of HTTP that [`Step::probe`] names.
    Probe,
}

impl Action {
    /// Whether the step changes data on the server.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Update | Self::Delete | Self::Listen | Self::AwaitCall
        )
    }

    /// The RESTful interaction that the step uses (R4 value set restful-interaction).
    #[must_use]
    pub const fn interaction(self) -> &'static str {
        match self {
            Self::Capabilities => "capabilities",
            Self::Search
            | Self::Sample
            | Self::SearchDeclared
            | Self::SearchUndeclared
            | Self::SearchFeatures
            | Self::SearchIncluded
            | Self::SearchProtocol
            | Self::TryInteractions
            | Self::PageSizes
            | Self::PageBegin
            | Self::PageResume => "search-type",
            Self::Read | Self::ReadUnknown | Self::ResolveReferences => "read",
            Self::Create => "create",
            // The probe says; see [`Step::interaction`].
            Self::Probe => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Listen | Self::AwaitCall => "notification",
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
    /// What a probe looks into.
    pub probe: Option<Probe>,
    /// What to create, or to replace it by.
    pub body: Option<Body>,
    /// The type of the body that answers a create, where the guide wants another than the created.
    pub answers: Option<String>,
    /// The name by which the id of what is created is kept for later steps.
    pub created: Option<String>,
    /// Captures without which the step has nothing to start from.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Asks again until this holds.
    pub until: Option<Until>,
    /// The step whose resource this one must give back.
    pub round_trip: Option<String>,
    /// The same with one difference, which the server must refuse.
    #[serde(default)]
    pub twins: Vec<Twin>,
    /// What must hold of the answer.
    #[serde(default)]
    pub expect: Vec<Expectation>,
    /// FHIRPath that at least one resource of a search must satisfy for the search to have found
    /// what was looked for.
    pub find: Option<String>,
    /// Whether the search is for data to build on: that there is none is then no fault of the server.
    #[serde(default)]
    pub precondition: bool,
    /// The requirement that finding shows, where it is not the search's own, or that a read shows.
    pub requirement: Option<String>,
    /// The requirement that is shown by what comes back of what the step sends or reads back.
    pub keeps: Option<String>,
    /// FHIRPath by name: the first value is kept for later steps.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
    /// What to go on with where the step fails.
    pub or_existing: Option<Existing>,
}

impl Step {
    /// Whether it looks at everything that there is of a type.
    #[must_use]
    pub fn walks_over_all(&self) -> bool {
        self.action == Action::Search && self.pages == Pages::All && self.parameters.is_empty()
    }
}

impl Existing {
    /// The type that is searched or read.
    #[must_use]
    pub fn resource_type(&self) -> &str {
        let read = self.read.as_deref().and_then(|it| it.split('/').next());
        self.search.as_deref().or(read).unwrap_or_default()
    }
}

impl Step {
    /// What to go on with where the step fails, in the order in which it is looked for.
    pub fn existing(&self) -> impl Iterator<Item = &Existing> {
        let first = self.or_existing.as_ref();
        std::iter::successors(first, |existing| existing.otherwise.as_deref())
    }

    /// Whether the step changes data on the server.
    #[must_use]
    pub const fn writes(&self) -> bool {
        match self.probe {
            Some(probe) => probe.writes(),
            None => self.action.writes(),
        }
    }

    /// The RESTful interaction that the step uses.
    #[must_use]
    pub const fn interaction(&self) -> &'static str {
        match self.probe {
            Some(probe) => probe.interaction(),
            None => self.action.interaction(),
        }
    }
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

/// A body: an example of the guide, a fixture or an earlier answer, with changes.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Body {
    /// The example, such as `Patient/jane-doe`.
    pub example: Option<String>,
    /// A file of `fixtures/scenarios/bodies/`, or one beside the scenario file.
    pub fixture: Option<String>,
    /// The text of the fixture, once it is read.
    #[serde(skip)]
    pub fixture_text: Option<String>,
    /// The step whose answer it is.
    pub answer_of: Option<String>,
    /// The changes.
    #[serde(flatten)]
    pub changes: Changes,
}

/// Changes of a body; each names elements by FHIRPath.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Changes {
    /// New values by the element that they replace.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
    /// Members to add, by the element that gets them; to a list, entries are added.
    #[serde(default)]
    pub add: BTreeMap<String, serde_json::Value>,
    /// Elements to leave out.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// A negative twin: the body of its step with one difference. Where the step succeeded, the twin
/// must be refused, and leave nothing behind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Twin {
    /// Unique in its scenario.
    pub id: String,
    /// What is wrong with it, in words that complete "refused:".
    pub says: String,
    /// Whether it is sent before its step, because afterwards it would be refused for being there.
    #[serde(default)]
    pub first: bool,
    /// The difference; none means the same once more.
    #[serde(flatten)]
    pub changes: Changes,
    /// The requirement that it shows.
    pub requirement: String,
    /// The statuses of a right refusal.
    #[serde(default = "refusals")]
    pub status: Vec<u16>,
    /// Codes of the issue (R4 issue-type) that name the right reason.
    #[serde(default)]
    pub issue: Vec<String>,
    /// A part of the expression or text of the issue that names the element.
    pub element: Option<String>,
    /// Where something half-created would be found, where the identifier does not tell.
    pub leaves_no: Option<Trace>,
}

/// A search whose matches must not be there after a refusal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trace {
    /// The type to search.
    pub search: String,
    /// Search parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// FHIRPath that is true of what must not be there.
    pub find: String,
}

fn refusals() -> Vec<u16> {
    vec![400, 409, 412, 422]
}

/// When to stop asking.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Until {
    /// The rule in words.
    pub says: String,
    /// FHIRPath that is true of the answer that is final.
    pub fhirpath: String,
    /// The requirement that it shows.
    pub requirement: String,
    /// Seconds to go on asking at most.
    #[serde(default = "patience")]
    pub within: u64,
}

fn patience() -> u64 {
    5
}

/// Something that must hold of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// The rule in words.
    pub says: String,
    /// The rule: true where it holds; captures may stand in it.
    pub fhirpath: Option<String>,
    /// A profile of the guide, by id or canonical URL, that the answer must keep.
    pub profile: Option<String>,
    /// The requirement that it shows.
    pub requirement: String,
}

/// An existing resource to go on with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Existing {
    /// The type to search.
    pub search: Option<String>,
    /// What to read in place of that, such as `Patient/{{head}}`: a resource that points on.
    pub read: Option<String>,
    /// Search parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// FHIRPath by name, as in [`Step::capture`].
    pub capture: BTreeMap<String, String>,
    /// What to go on with where there is none of that.
    pub otherwise: Option<Box<Existing>>,
}
