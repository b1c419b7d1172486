//! `report.json`: the types behind it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding_group::FindingGroup;
use super::flow::Flow;
use super::gate::GateReport;
use crate::promises::PromiseRow;
use crate::result::{
    Evidence, Level, MustSupportResult, PackageUse, RunClock, Subject, Target, Verdict,
};
use crate::surface::Surface;

/// The version of the format that this program writes; older ones stay readable.
pub const FORMAT_VERSION: &str = "1.1";

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
    pub target: Target,
    /// The packages whose rules were applied.
    pub packages: Vec<PackageUse>,
    /// Whether the run came to its end; a partial report says so.
    pub complete: bool,
    /// Why it is partial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_because: Option<String>,
    /// What the reader has to know about the report as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Whether only some suites, scenarios or checks were asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub selected: bool,
    /// The verdict over everything.
    pub verdict: Verdict,
    /// The exit code of the run: 0, 1, 3 or 4 (see README).
    pub exit_code: u8,
    /// The verdict in one sentence.
    pub summary: String,
    /// Counts.
    pub totals: Totals,
    /// How the server speaks, and where that deviates from R4.
    pub dialect: Vec<ReportedDialect>,
    /// Suites, in the order of the plan.
    pub suites: Vec<SuiteReport>,
    /// Findings, grouped by identity, most important first.
    pub findings: Vec<FindingGroup>,
    /// The requirements that are known or that checks name, in order of their ids: tested or not,
    /// and why.
    pub requirements: Vec<RequirementCoverage>,
    /// The guide's use cases: how far each got, what blocked it, and what was still proven.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// Must-support elements: shown by which resources, or not demonstrated.
    #[serde(default)]
    pub must_support: Vec<MustSupportResult>,
    /// What was not tested, and why, grouped by reason.
    pub skipped: Vec<Skipped>,
    /// What decided the exit code beside the checks: known failures, a baseline, acceptance
    /// criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateReport>,
    /// Interactions and search parameters of each type: who declares them, and what was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<PromiseRow>,
    /// What a client can see of the interface, right or wrong; since version 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
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

/// Counts over checks; those of a suite stand in [`SuiteReport::checks`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// All checks.
    pub checks: VerdictCounts,
    /// By resource type; checks about none are under `-`.
    pub by_type: BTreeMap<String, VerdictCounts>,
    /// Requests sent.
    pub requests: u32,
    /// Resources validated.
    pub resources: u32,
    /// Checks that failed and then passed when the same was asked once more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub flaky: u32,
}

/// Whether there is nothing to tell.
#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(count: &u32) -> bool {
    *count == 0
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
pub struct ReportedDialect {
    /// Stable name, such as `request-media-type`.
    pub name: String,
    /// What the server speaks, such as `application/json`.
    pub value: String,
    /// What R4 asks for, where the server deviates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What the deviation means for the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// How many checks were judged in spite of the deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks_after: Option<u32>,
    /// Ids of the [`FindingGroup`]s that report the deviation.
    pub findings: Vec<String>,
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
    /// How its checks ended.
    pub checks: VerdictCounts,
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
    /// Whether it applies only where the server gives an occasion; then one that had none is no
    /// gap as long as another of the same requirement had one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conditional: bool,
    /// What it was about.
    pub subject: Subject,
    /// How it ended.
    pub verdict: Verdict,
    /// Whether it failed and then passed when the same was asked once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// Why it was skipped or could not be evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it saw.
    pub evidence: Evidence,
    /// Ids of the [`FindingGroup`]s it belongs to.
    pub findings: Vec<String>,
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
    /// Which resource types, without repeats.
    pub resource_types: Vec<String>,
}

/// One requirement, over the whole run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequirementCoverage {
    /// Stable id, such as `READ-1.status`.
    pub id: String,
    /// What it says, where the run knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The most binding level under which a check covers it.
    pub level: Level,
    /// The worst of its checks; `skip` where it was not tested.
    pub verdict: Verdict,
    /// How the checks that cover it ended.
    pub checks: VerdictCounts,
    /// Why some or all of them were not tested, without repeats.
    pub not_tested_because: Vec<String>,
}

/// The values that differ between two runs on the same answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunBlock {
    /// Times and generated ids.
    #[serde(flatten)]
    pub clock: RunClock,
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
