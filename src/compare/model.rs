//! What a comparison says: plain data, and the record from which every format is made.

use serde::{Deserialize, Serialize};

use crate::finding::Cause;
use crate::report::{Report, VerdictCounts};
use crate::result::{Level, Subject, Target, Verdict};

/// The version of the format of a comparison as JSON.
pub const FORMAT_VERSION: &str = "1.0";

crate::fhir::codes! {
    /// What the second report is to the first.
    Relation {
        /// A later release, or a later run of the same.
        Release = "release",
        /// An instance of the release: a country's.
        Instance = "instance",
    }
}

crate::fhir::codes! {
    /// What became of a finding. The order is the one in which they are shown.
    Change {
        /// Tested before without it.
        New = "new",
        /// Of an instance: the release was tested without it.
        Local = "local-deviation",
        /// A rule changed, and the finding came or got worse with it.
        RuleChanged = "rule-changed",
        /// Not tested before.
        NewlyTested = "newly-tested",
        /// There before, and now.
        Still = "still",
        /// Of an instance: the release has it too.
        Inherited = "inherited",
        /// There before, and its check was not tested now.
        NewlyUntested = "newly-untested",
        /// One side could not be tested the same way.
        NotComparable = "not-comparable",
        /// There before; tested now without it.
        Fixed = "fixed",
    }
}

crate::fhir::codes! {
    /// Why the two sides cannot be compared in one thing.
    WhyNotComparable {
        /// One run was allowed to write, the other was not.
        Mode = "mode",
        /// The user of one run may see or do less.
        Rights = "rights",
        /// One server has no data to test it on.
        Data = "data",
        /// Only one of the plans has the check: other suites, or another version of the program.
        Plan = "plan",
        /// The check could not be evaluated on one side.
        Error = "error",
    }
}

/// The comparison of two reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// [`FORMAT_VERSION`].
    pub format_version: String,
    /// What the second is to the first.
    pub relation: Relation,
    /// What changed, in one sentence.
    pub summary: String,
    /// The first report.
    pub old: Side,
    /// The second.
    pub new: Side,
    /// Ids of new failures: those that a release may not have.
    pub failing: Vec<String>,
    /// What became of each finding, the most important first.
    pub findings: Vec<ChangedFinding>,
    /// Checks that only one of the two runs tested, by reason.
    pub checks: Vec<ChangedCheck>,
    /// Requirements and packages that changed.
    pub rules: Vec<ChangedRule>,
    /// Whether both reports carry an observed surface.
    pub surface_compared: bool,
    /// What changed for systems that talk to the server, breaking changes first.
    pub surface: Vec<ChangedSurface>,
    /// Latency of what both runs sent.
    pub latency: Vec<ChangedLatency>,
}

/// One of the two reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// Its label.
    pub label: String,
    /// What was tested.
    pub target: Target,
    /// When its run started.
    pub started: String,
    /// Its exit code.
    pub exit_code: u8,
    /// How its checks ended.
    pub checks: VerdictCounts,
    /// Its findings that fail.
    pub failures: u32,
}

/// A finding, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedFinding {
    /// Its id, the same in both reports.
    pub id: String,
    /// What became of it.
    pub change: Change,
    /// The check that made it.
    pub check: String,
    /// What it is about.
    pub subject: Subject,
    /// The requirements that are broken.
    pub requirements: Vec<String>,
    /// How binding.
    pub level: Level,
    /// What is wrong: of the second report, else of the first.
    pub message: String,
    /// How bad it was, where it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_verdict: Option<Verdict>,
    /// How bad it is, where it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_verdict: Option<Verdict>,
    /// Whose fault it is, or was.
    pub cause: Cause,
    /// Whose fault it was, where that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_cause: Option<Cause>,
    /// How often it was seen before.
    pub old_count: u32,
    /// How often it is seen now.
    pub new_count: u32,
    /// Why the sides cannot be compared, where they cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_comparable: Option<WhyNotComparable>,
    /// Why it was not tested on one side, in the words of that report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ChangedFinding {
    /// How bad it is, or was.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.new_verdict.or(self.old_verdict)
    }

    /// Whether it asks for something to be done; what only informs does not.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.verdict() != Some(Verdict::Pass)
    }

    /// Whether it is a failure that was tested before and was not there.
    #[must_use]
    pub fn is_regression(&self) -> bool {
        matches!(self.change, Change::New | Change::Local)
            && self.new_verdict == Some(Verdict::Fail)
    }
}

/// Checks that only one run tested, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedCheck {
    /// [`Change::NewlyTested`] or [`Change::NewlyUntested`].
    pub change: Change,
    /// What kept it from being tested on the other side.
    pub why: WhyNotComparable,
    /// The same in the words of the report.
    pub reason: String,
    /// How many.
    pub count: u32,
    /// Which checks, without repeats.
    pub checks: Vec<String>,
    /// Which resource types, without repeats.
    pub resource_types: Vec<String>,
}

crate::fhir::codes! {
    /// What kind of rule changed.
    RuleKind {
        /// A package of profiles.
        Package = "package",
        /// A requirement.
        Requirement = "requirement",
        /// How the server speaks.
        Dialect = "dialect",
    }
}

/// A requirement, a package or a manner of speaking that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedRule {
    /// What kind.
    pub kind: RuleKind,
    /// Its id.
    pub id: String,
    /// What it was; absent where only the second report has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is; absent where only the first has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

crate::fhir::codes! {
    /// What a change of the surface means for a system that talks to the server; the worst first.
    Effect {
        /// What worked before does not now.
        Breaking = "breaking",
        /// It is otherwise, and whether that matters depends on the client.
        Changed = "changed",
        /// The server offers more.
        Additive = "additive",
        /// It was not seen now, perhaps because the data has none or it was not asked for.
        NoLongerSeen = "no-longer-seen",
        /// It was not seen before, perhaps because it was not asked for.
        NewlySeen = "newly-seen",
    }
}

crate::fhir::codes! {
    /// What of the surface changed.
    SurfaceKind {
        ResourceType = "resource-type",
        Interaction = "interaction",
        Parameter = "parameter",
        Status = "status",
        Element = "element",
        Value = "value",
        CodeSystem = "code-system",
        Extension = "extension",
        ErrorCode = "error-code",
    }
}

/// One change of the surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedSurface {
    /// What it means.
    pub effect: Effect,
    /// The resource type; `-` is the server as a whole.
    pub resource_type: String,
    /// What kind of thing.
    pub kind: SurfaceKind,
    /// Its name.
    pub name: String,
    /// How it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// How it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// Latency of one interaction on both sides, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedLatency {
    /// The interaction, such as `search-type Patient`.
    pub interaction: String,
    /// Median before.
    pub old_p50: u64,
    /// Median now.
    pub new_p50: u64,
    /// 95th percentile before.
    pub old_p95: u64,
    /// 95th percentile now.
    pub new_p95: u64,
    /// Whether it is worth a word: at least twice as slow or as fast, by a tenth of a second or
    /// more, over enough requests.
    pub notable: bool,
}

impl Side {
    /// A report as one side of a comparison.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let failures = report
            .findings
            .iter()
            .filter(|group| group.verdict == Verdict::Fail);
        Self {
            label: report.label.clone(),
            target: report.target.clone(),
            started: report.run.clock.started.clone(),
            exit_code: report.exit_code,
            checks: report.totals.checks,
            failures: failures.count() as u32,
        }
    }
}
