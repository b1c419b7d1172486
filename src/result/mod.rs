//! What a run found, as plain data: scenarios, steps and checks with their verdicts.
//!
//! Only [`CheckResult`] carries a verdict; steps, scenarios and runs take the worst of what they
//! hold, so that no two of them can disagree. Nothing here looks at a server or writes a file.

mod run;

use serde::{Deserialize, Serialize};

use crate::fhir::codes;
use crate::finding::{Cause, Finding, Severity};

pub use run::{
    DialectFact, MustSupportResult, PackageUse, PlannedSuite, Requirement, RunClock, RunResult,
    Target, TargetKind,
};

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
    /// Whether it is a use case of the guide, whose progress the report shows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub workflow: bool,
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
    /// Ids of the exchanges it made, in order.
    pub exchanges: Vec<String>,
    /// What was judged.
    pub checks: Vec<CheckResult>,
    /// What it went on with where it failed: an existing resource, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood_in: Option<String>,
    /// In what other form than the guide's the server took what it sent, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Must-support elements that its answers showed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<MustSupportResult>,
    /// How what was sent came about: the example that it is shaped after and the changes made to
    /// it. Nothing of it comes from the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preparation: Vec<String>,
    /// What the reader should know of the answers: fallbacks, choices of a profile.
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
    /// Whether it applies only where the server gives an occasion, such as a second page; then one
    /// that had none is no gap as long as another of the same requirement had one.
    #[serde(default)]
    pub conditional: bool,
    /// Whether it failed and then passed when the same was asked once more: it warns, and is
    /// counted apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
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
    /// How many more of the same identity were seen and not kept.
    #[serde(default)]
    pub repeats: u32,
}

/// What a check is about: part of a finding's identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Resource type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// RESTful interaction, such as `search-type` (R4 value set restful-interaction).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<String>,
    /// Search parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
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

    /// What one finding makes of its check: the one place where severity, cause and level meet.
    ///
    /// Only a broken SHALL of the server fails. A fault of the guide, or of data that a seed
    /// lists, warns. What a control request showed to be the environment's leaves the check
    /// untested. Information leaves the verdict alone.
    #[must_use]
    pub fn of_finding(finding: &Finding, level: Level) -> Self {
        match (finding.severity, finding.cause) {
            (Severity::Information, _) => Self::Pass,
            (_, Cause::Environment) => Self::Skip,
            (_, Cause::Guide | Cause::Data) | (Severity::Warning, _) => Self::Warning,
            (Severity::Fatal | Severity::Error, Cause::Server) => match level {
                Level::Shall => Self::Fail,
                Level::Should | Level::May => Self::Warning,
            },
        }
    }

    /// What a check came to: the worst of its findings; a pass needs evidence.
    #[must_use]
    pub fn of_check(level: Level, evidence: Evidence, findings: &[Observed]) -> Self {
        if findings.is_empty() {
            return if evidence.is_empty() {
                Self::Skip
            } else {
                Self::Pass
            };
        }
        Self::worst(
            findings
                .iter()
                .map(|observed| Self::of_finding(&observed.finding, level)),
        )
    }
}

impl Evidence {
    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.requests == 0 && self.resources == 0
    }
}

impl CheckResult {
    /// The verdict that stands: what the check was given, unless its findings or its evidence say
    /// otherwise. A pass without evidence is a skip; a finding outweighs a skip.
    #[must_use]
    pub fn settled(&self) -> Verdict {
        match self.verdict {
            _ if self.flaky => Verdict::Warning,
            Verdict::Error => Verdict::Error,
            // A failure without a finding is a mistake in the check; it must not turn into a pass.
            verdict if verdict != Verdict::Pass && self.findings.is_empty() => verdict,
            _ => Verdict::of_check(self.level, self.evidence, &self.findings),
        }
    }

    /// The verdict on one of several requirements: as the check ended, but of its findings only
    /// those count that break it, at the level of the requirement.
    #[must_use]
    pub fn settled_of(&self, level: Level, breaks: impl Fn(&Finding) -> bool) -> Verdict {
        let settled = self.settled();
        let by_findings = matches!(settled, Verdict::Warning | Verdict::Fail);
        if self.flaky || !by_findings || self.findings.is_empty() {
            return settled;
        }
        let own = self.findings.iter().map(|observed| &observed.finding);
        let own = own.filter(|finding| breaks(finding));
        let worst = own.map(|finding| Verdict::of_finding(finding, level)).max();
        worst.unwrap_or(match self.evidence.is_empty() {
            true => Verdict::Skip,
            false => Verdict::Pass,
        })
    }
}

impl StepResult {
    /// The worst of its checks.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::worst(self.checks.iter().map(CheckResult::settled))
    }
}

impl ScenarioResult {
    /// The worst of its steps.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::worst(self.steps.iter().map(StepResult::verdict))
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckResult, Evidence, Level, Observed, Subject, Verdict};
    use crate::finding::{Cause, Finding, Rule, Severity};

    fn check(verdict: Verdict, evidence: Evidence, findings: Vec<Finding>) -> CheckResult {
        let observed = |finding| Observed {
            exchange: None,
            resource: None,
            finding,
            repeats: 0,
        };
        CheckResult {
            check: "read-status".to_owned(),
            requirements: Vec::new(),
            level: Level::Shall,
            conditional: false,
            flaky: false,
            subject: Subject::default(),
            verdict,
            reason: None,
            evidence,
            findings: findings.into_iter().map(observed).collect(),
        }
    }

    fn broken(severity: Severity, cause: Cause) -> Finding {
        let mut finding = Finding::new(severity, Rule::Cardinality, "Patient", "missing");
        finding.cause = cause;
        finding
    }

    #[test]
    fn a_pass_without_evidence_is_a_skip() {
        let nothing = check(Verdict::Pass, Evidence::default(), Vec::new());
        assert_eq!(nothing.settled(), Verdict::Skip);
    }

    #[test]
    fn only_the_server_breaking_a_shall_fails() {
        let server = broken(Severity::Error, Cause::Server);
        assert_eq!(Verdict::of_finding(&server, Level::Shall), Verdict::Fail);
        assert_eq!(
            Verdict::of_finding(&server, Level::Should),
            Verdict::Warning
        );
        let guide = broken(Severity::Error, Cause::Guide);
        assert_eq!(Verdict::of_finding(&guide, Level::Shall), Verdict::Warning);
        let environment = broken(Severity::Error, Cause::Environment);
        assert_eq!(
            Verdict::of_finding(&environment, Level::Shall),
            Verdict::Skip
        );
        let unknown = broken(Severity::Information, Cause::Server);
        assert_eq!(Verdict::of_finding(&unknown, Level::Shall), Verdict::Pass);
    }

    #[test]
    fn a_check_cannot_fail_for_the_guide_nor_hide_a_finding_behind_a_skip() {
        let seen = Evidence {
            requests: 1,
            resources: 1,
        };
        let guide = vec![broken(Severity::Error, Cause::Guide)];
        assert_eq!(
            check(Verdict::Fail, seen, guide).settled(),
            Verdict::Warning
        );
        let server = vec![broken(Severity::Error, Cause::Server)];
        assert_eq!(check(Verdict::Skip, seen, server).settled(), Verdict::Fail);
    }

    #[test]
    fn what_is_flaky_warns_whatever_it_found() {
        let seen = Evidence {
            requests: 1,
            resources: 0,
        };
        let found = vec![broken(Severity::Error, Cause::Server)];
        let mut flaky = check(Verdict::Fail, seen, found);
        flaky.flaky = true;
        assert_eq!(flaky.settled(), Verdict::Warning);
        flaky.verdict = Verdict::Error;
        flaky.findings.clear();
        assert_eq!(flaky.settled(), Verdict::Warning);
    }

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
