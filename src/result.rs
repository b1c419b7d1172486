//! What a run found, as plain data: scenarios, steps and checks with their verdicts.

use serde::{Deserialize, Serialize};

use crate::fhir::codes;
use crate::finding::Finding;

codes! {
    /// How a check, step, scenario or run ended: the words of TestReport (R4 5.13). The order is
    /// the one by which a group takes the worst of its children; a skip counts only where all
    /// children were skipped.
    Verdict {
        Skip = "skip",
        Pass = "pass",
        Warning = "warning",
        Fail = "fail",
        Error = "error",
    }
}

codes! {
    /// The conformance verb of a requirement.
    Level {
        Shall = "SHALL",
        Should = "SHOULD",
        May = "MAY",
    }
}

/// One scenario of one suite, replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioResult {
    /// Suite, such as `discover`.
    pub suite: String,
    /// Scenario, unique in the run, such as `discover-patient`.
    pub id: String,
    /// What it shows, in words.
    pub title: String,
    /// The worst of its steps.
    pub verdict: Verdict,
    /// Its steps, in order.
    pub steps: Vec<StepResult>,
}

/// One step of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepResult {
    /// Unique in its scenario.
    pub id: String,
    /// What it does, in words.
    pub title: String,
    /// The worst of its checks.
    pub verdict: Verdict,
    /// Ids of the exchanges it made, in order.
    pub exchanges: Vec<String>,
    /// What was judged.
    pub checks: Vec<CheckResult>,
    /// What the reader should know: fallbacks, changes made to an example, choices of a profile.
    pub notes: Vec<String>,
}

/// One check of one step: a requirement held against what the server did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// The check, such as `read-status`.
    pub check: String,
    /// The requirements it covers, such as `READ-1.status`.
    pub requirements: Vec<String>,
    /// How binding the requirement is.
    pub level: Level,
    /// What it was about.
    pub subject: Subject,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it was skipped, or why it could not be evaluated.
    pub reason: Option<String>,
    /// What it saw; a pass that saw nothing is no pass.
    pub evidence: Evidence,
    /// The findings it made, with the exchange each was made in.
    pub findings: Vec<Observed>,
}

/// A finding and where it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    /// The exchange, by id.
    pub exchange: Option<String>,
    /// The resource, such as `Patient/123`, where one was judged.
    pub resource: Option<String>,
    /// The finding.
    pub finding: Finding,
}

/// What a check is about: part of a finding's identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Resource type.
    pub resource_type: Option<String>,
    /// RESTful interaction, such as `search-type` (R4 value set restful-interaction).
    pub interaction: Option<String>,
    /// Search parameter.
    pub search_parameter: Option<String>,
}

/// What a check saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Exchanges it looked at.
    pub requests: u32,
    /// Resources it judged.
    pub resources: u32,
}

impl Verdict {
    /// The worst of several, by the documented order; nothing at all is a skip.
    #[must_use]
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::Skip)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn a_group_is_as_bad_as_its_worst_and_skipped_only_if_all_are() {
        assert_eq!(
            Verdict::worst([Verdict::Pass, Verdict::Warning, Verdict::Skip]),
            Verdict::Warning
        );
        assert_eq!(
            Verdict::worst([Verdict::Fail, Verdict::Error]),
            Verdict::Error
        );
        assert_eq!(
            Verdict::worst([Verdict::Skip, Verdict::Pass]),
            Verdict::Pass
        );
        assert_eq!(
            Verdict::worst([Verdict::Skip, Verdict::Skip]),
            Verdict::Skip
        );
        assert_eq!(Verdict::worst([]), Verdict::Skip);
    }
}
