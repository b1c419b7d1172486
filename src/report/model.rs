//! `report.json`: the types behind it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fhir::codes;
use crate::finding::{Cause, CauseRule, IssueType, Severity};
use crate::result::{Evidence, Level, Subject, Verdict};

/// The version of the format that this program writes; older ones stay readable.
pub const FORMAT_VERSION: &str = "1.0";

/// A conformance report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`FORMAT_VERSION`] of the program that wrote it.
    pub format_version: String,
    /// The program.
    pub tool: Tool,
    /// The label of the run: a release with an optional suffix, or `embedded`.
    pub label: String,
    /// What was tested.
    pub target: TargetReport,
    /// The packages whose rules were applied.
    pub packages: Vec<PackageUse>,
    /// Whether the run came to its end; a partial report says so.
    pub complete: bool,
    /// The verdict over everything.
    pub verdict: Verdict,
    /// The exit code of the run: 0, 1, 3 or 4 (see README).
    pub exit_code: u8,
    /// The verdict in one sentence.
    pub summary: String,
    /// Counts.
    pub totals: Totals,
    /// How the server speaks, and where that deviates from R4.
    pub dialect: Vec<DialectFact>,
    /// Suites, in the order of the plan.
    pub suites: Vec<SuiteReport>,
    /// Findings, grouped by identity, most important first.
    pub findings: Vec<FindingGroup>,
    /// What was not tested, and why, grouped by reason.
    pub skipped: Vec<Skipped>,
    /// Everything that differs between two runs on the same answers: times, durations, ids.
    pub run: RunBlock,
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// `openimis-conformance`.
    pub name: String,
    /// Its version.
    pub version: String,
}

codes! {
    /// Which server was tested.
    TargetKind {
        /// The built-in reference server.
        Embedded = "embedded",
        /// A server given by its address.
        Remote = "remote",
    }
}

/// What was tested, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetReport {
    /// Which server.
    pub kind: TargetKind,
    /// The FHIR base; `http://embedded/...` for the built-in server, whose port is arbitrary.
    pub base: String,
    /// `read` or `write`.
    pub mode: String,
    /// The release under test, and on whose word.
    pub release: Option<String>,
    /// `claimed by --release`, or where the server said it.
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

/// Counts over checks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// All checks.
    pub checks: VerdictCounts,
    /// By suite, in the order of the plan.
    pub by_suite: BTreeMap<String, VerdictCounts>,
    /// By resource type; checks about none are under `-`.
    pub by_type: BTreeMap<String, VerdictCounts>,
    /// Requests sent.
    pub requests: u32,
    /// Resources validated.
    pub resources: u32,
}

/// How many checks ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerdictCounts {
    /// Passed.
    pub pass: u32,
    /// Broke a SHOULD, or a rule of ours.
    pub warning: u32,
    /// Broke a SHALL.
    pub fail: u32,
    /// Could not be evaluated.
    pub error: u32,
    /// Had nothing to look at.
    pub skip: u32,
}

impl VerdictCounts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Warning => &mut self.warning,
            Verdict::Fail => &mut self.fail,
            Verdict::Error => &mut self.error,
            Verdict::Skip => &mut self.skip,
        } += 1;
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.pass + self.warning + self.fail + self.error + self.skip
    }
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
    /// The finding that reports the deviation.
    pub finding: Option<String>,
}

/// A suite of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SuiteReport {
    /// Suite, such as `discover`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The worst of its scenarios.
    pub verdict: Verdict,
    /// Whether every SHALL of its plan was tested and held; one pass among skips is not green.
    pub green: bool,
    /// Why it is not green, in words.
    pub not_green_because: Vec<String>,
    /// Its scenarios.
    pub scenarios: Vec<ReportedScenario>,
}

/// A scenario of a suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedScenario {
    /// Unique in the run.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The worst of its steps.
    pub verdict: Verdict,
    /// Its steps.
    pub steps: Vec<ReportedStep>,
}

/// A step of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedStep {
    /// Unique in its scenario.
    pub id: String,
    /// What it does.
    pub title: String,
    /// The worst of its checks.
    pub verdict: Verdict,
    /// Exchanges, by id; `exchanges.ndjson` has them whole.
    pub exchanges: Vec<String>,
    /// Fallbacks, changes made to an example, choices of a profile.
    pub notes: Vec<String>,
    /// What was judged.
    pub checks: Vec<ReportedCheck>,
}

/// A check of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedCheck {
    /// The check, such as `read-status`.
    pub check: String,
    /// The requirements it covers.
    pub requirements: Vec<String>,
    /// How binding.
    pub level: Level,
    /// What it was about.
    pub subject: Subject,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it was skipped or could not be evaluated.
    pub reason: Option<String>,
    /// What it saw.
    pub evidence: Evidence,
    /// Ids of the [`FindingGroup`]s it belongs to.
    pub findings: Vec<String>,
}

/// All findings of one identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingGroup {
    /// Twelve hexadecimal digits of the SHA-256 over the identity (check, subject, rule, profile
    /// URL without version, element id, constraint key): the same on every server and release.
    pub id: String,
    /// The check that made it.
    pub check: String,
    /// The requirements that are broken.
    pub requirements: Vec<String>,
    /// How binding.
    pub level: Level,
    /// `fail`, `warning`, or `pass` for information.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: Subject,
    /// The rule of the resource or of the exchange that was broken.
    pub rule: String,
    /// `OperationOutcome.issue.severity`.
    pub severity: Severity,
    /// `OperationOutcome.issue.code`.
    pub code: IssueType,
    /// `url|version` of the profile.
    pub profile: Option<String>,
    /// Id of the ElementDefinition.
    pub element: Option<String>,
    /// Key of the constraint.
    pub constraint: Option<String>,
    /// Whose fault.
    pub cause: Cause,
    /// The rule that decided the cause.
    pub cause_rule: CauseRule,
    /// What is wrong, of the first occurrence.
    pub message: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found.
    pub actual: Option<String>,
    /// How to mend it.
    pub hint: Option<String>,
    /// How often it occurred.
    pub count: u32,
    /// The first occurrences, at most five.
    pub occurrences: Vec<Occurrence>,
    /// The request of the first occurrence as one line for a shell; the token is a variable.
    pub curl: Option<String>,
    /// The part of the response that shows it, redacted.
    pub excerpt: Option<String>,
}

/// One place where a finding was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    /// `scenario/step`.
    pub step: String,
    /// The exchange, by id.
    pub exchange: Option<String>,
    /// The resource, such as `Patient/123`.
    pub resource: Option<String>,
    /// FHIRPath of the place, with indices.
    pub expression: String,
    /// Line in the response body.
    pub line: Option<u32>,
    /// Column in the response body.
    pub column: Option<u32>,
    /// What was found there, redacted.
    pub actual: Option<String>,
}

/// Checks that had nothing to look at, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Why.
    pub reason: String,
    /// How many checks.
    pub count: u32,
    /// Which checks, without repeats.
    pub checks: Vec<String>,
}

/// The values that differ between two runs on the same answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunBlock {
    /// Random id of the run.
    pub id: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// The real base, where the report's one is a stand-in.
    pub base: String,
    /// Latency by interaction (`search-type Patient`), milliseconds.
    pub latency: BTreeMap<String, Latency>,
}

/// How long the exchanges of one interaction took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// Exchanges.
    pub count: u32,
    /// Median.
    pub p50: u64,
    /// 95th percentile.
    pub p95: u64,
    /// Slowest.
    pub max: u64,
}
