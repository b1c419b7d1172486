//! What a report says of known failures, baseline, acceptance criteria, and whether they let the
//! run through: plain data. [`crate::gate`] decides it.

use serde::{Deserialize, Serialize};

use crate::fhir::codes;

/// What decided the exit code beside the checks, where anything did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GateReport {
    /// Whether the run is let through.
    pub passed: bool,
    /// Why, in a sentence.
    pub summary: String,
    /// What fails a run, such as `SHALL:server`.
    pub fail_on: Vec<String>,
    /// Ids of the findings that fail it: neither known nor in the baseline.
    pub failing: Vec<String>,
    /// The known failures, in the order of their file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_failures: Option<Vec<KnownFailureReport>>,
    /// The baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineReport>,
    /// The acceptance criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<AcceptanceReport>,
}

/// That a finding is known, as the finding itself shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// Why it is accepted for now.
    pub reason: String,
    /// Where it is followed up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The role or team that owns it.
    pub owner: String,
    /// The last day on which it counts as known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

codes! {
    /// What became of an entry that says that something is known, waived or excused.
    EntryState {
        /// It applies to something in this run.
        Matched = "matched",
        /// It would apply, and its day has passed: what it is about counts.
        Expired = "expired",
        /// What it is about was tested, and held: the entry can go.
        Passing = "passing",
        /// What it is about was planned, and not tested.
        Untested = "untested",
        /// Nothing in this run is what it is about.
        Stale = "stale",
    }
}

/// One known failure of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownFailureReport {
    /// What it is about, such as `check read-status, type Patient`.
    pub about: String,
    /// Reason, ticket, owner and expiry.
    #[serde(flatten)]
    pub known: Known,
    /// What became of it.
    pub state: EntryState,
    /// The findings that it is about, by id.
    pub findings: Vec<String>,
}

/// The findings of this run beside those of an earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BaselineReport {
    /// The label of the earlier report.
    pub label: String,
    /// When its run started.
    pub started: String,
    /// Findings that fail now and did not then, by id.
    pub new: Vec<String>,
    /// Findings that fail now as then.
    pub still: Vec<String>,
    /// Findings that failed then, whose check was tested now and held.
    pub fixed: Vec<String>,
    /// Findings that failed then, whose check was not tested now.
    pub untested: Vec<String>,
}

/// What came of the acceptance criteria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptanceReport {
    /// The name of the criteria.
    pub title: String,
    /// Whether they are met.
    pub met: bool,
    /// What is missing, a sentence each.
    pub not_met_because: Vec<String>,
    /// Ids of the findings that block.
    pub blocking: Vec<String>,
    /// Waivers of findings, in the order of the file.
    pub waivers: Vec<WaiverReport>,
    /// Excuses of what was not tested, in the order of the file.
    pub excuses: Vec<WaiverReport>,
}

/// One waiver or excuse of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaiverReport {
    /// What it is about.
    pub about: String,
    /// The role that answers for it.
    pub role: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// What became of it.
    pub state: EntryState,
    /// The findings that it waives, by id.
    pub findings: Vec<String>,
    /// How many checks it excuses from having been tested.
    pub checks: u32,
}
