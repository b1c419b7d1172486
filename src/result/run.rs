//! A run as a whole: what was tested, with what, and everything that was found.

use serde::{Deserialize, Serialize};

use super::{Level, ScenarioResult};
use crate::fhir::codes;
use crate::http::{Exchange, Load, Mode};
use crate::promises::PromiseRow;
use crate::surface::Surface;

codes! {
    /// Which server was tested.
    TargetKind {
        /// The built-in reference server.
        Embedded = "embedded",
        /// A server given by its address.
        Remote = "remote",
    }
}

/// Everything that a run found. Secrets and personal data are already replaced, in the exchanges
/// and in the findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// The label of the run: a release with an optional suffix, or `embedded`.
    pub label: String,
    /// What was tested.
    pub target: Target,
    /// The packages whose rules were applied.
    pub packages: Vec<PackageUse>,
    /// Why the run did not come to its end, in words that complete "the run stopped because";
    /// `None` where it did.
    pub stopped_because: Option<String>,
    /// What the reader has to know about the report as a whole, such as that it holds personal
    /// data.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Whether only some suites, scenarios or checks were asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub selected: bool,
    /// How the server speaks.
    pub dialect: Vec<DialectFact>,
    /// The suites of the plan, in its order, also those of which nothing ran.
    pub suites: Vec<PlannedSuite>,
    /// The scenarios of the plan, in its order.
    pub scenarios: Vec<ScenarioResult>,
    /// Statement and source of the requirements that the checks name; may be empty.
    pub requirements: Vec<Requirement>,
    /// The elements that the guide wants supported; the steps say which resources showed them.
    #[serde(default)]
    pub must_support: Vec<MustSupportResult>,
    /// Every request and what came of it.
    pub exchanges: Vec<Exchange>,
    /// Resources validated, each counted once.
    pub resources: u32,
    /// What is promised, and what became of it.
    #[serde(default)]
    pub promises: Vec<PromiseRow>,
    /// What a client can see of the interface.
    #[serde(default)]
    pub surface: Surface,
    /// Times and generated ids.
    pub clock: RunClock,
}

/// An element or slice that the guide wants supported; not shown is not demonstrated, no failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MustSupportResult {
    /// The profile, by canonical URL.
    pub profile: String,
    /// Id of the ElementDefinition, such as `Patient.identifier:Code`.
    pub element: String,
    /// Resources that have it, the first few.
    pub shown_by: Vec<String>,
}

/// What was tested, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Which server.
    pub kind: TargetKind,
    /// The FHIR base; `http://embedded/...` for the built-in server, whose port is arbitrary.
    pub base: String,
    /// What the run was allowed to do.
    pub mode: Mode,
    /// The release under test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// On whose word: `claimed by --release`, or where the server said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_source: Option<String>,
}

/// A package whose rules were applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageUse {
    /// Package id, such as `hl7.fhir.r4.core`.
    pub id: String,
    /// Package version.
    pub version: String,
    /// SHA-256 of the definitions as used, in hexadecimal.
    pub sha256: String,
}

/// One thing learned about how the server speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DialectFact {
    /// Stable name, such as `request-media-type`.
    pub name: String,
    /// What the server speaks, such as `application/json`.
    pub value: String,
    /// What R4 asks for, where the server deviates.
    pub expected: Option<String>,
    /// What the deviation means for the run: what it blocks, what went on in spite of it.
    pub effect: Option<String>,
    /// The check that reports the deviation as a finding.
    pub check: Option<String>,
}

/// A suite of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedSuite {
    /// Suite, such as `discover`.
    pub id: String,
    /// What it is about.
    pub title: String,
}

/// What a requirement says, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Requirement {
    /// Stable id, such as `READ-1.status`.
    pub id: String,
    /// How binding.
    pub level: Level,
    /// The statement, in one sentence.
    pub statement: String,
    /// R4 section, HTTP, page or artifact of the guide, or `ours`.
    pub source: String,
    /// Why no check covers it, where none can.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub untested: Option<String>,
}

impl From<&crate::requirement::Requirement> for Requirement {
    fn from(requirement: &crate::requirement::Requirement) -> Self {
        Self {
            id: requirement.id.clone(),
            level: requirement.level,
            statement: requirement.statement.clone(),
            source: requirement.source.clone(),
            untested: requirement.untested.clone(),
        }
    }
}

/// Times and generated ids: what differs between two runs on the same answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunClock {
    /// Random id of the run.
    pub id: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// What the run cost the server; reports of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    /// The base as it was called; differs from [`Target::base`] for the built-in server.
    pub base: String,
}
