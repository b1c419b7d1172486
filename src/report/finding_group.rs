//! Findings of one identity, as a report shows them.
//!
//! The name of the rule is text here: a report must stay readable when a later program no longer
//! knows the rule.

use serde::{Deserialize, Serialize};

use super::gate::Known;
use crate::finding::{Cause, CauseRule, IssueType, Severity};
use crate::result::{Level, Subject, Verdict};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Id of the ElementDefinition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// Key of the constraint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// Whose fault.
    pub cause: Cause,
    /// The rule that decided the cause.
    pub cause_rule: CauseRule,
    /// What is wrong, of the first occurrence.
    pub message: String,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// How often it occurred.
    pub count: u32,
    /// The first occurrences, at most five.
    pub occurrences: Vec<Occurrence>,
    /// The request of the first occurrence as one line for a shell; the token is a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curl: Option<String>,
    /// The part of the response that shows it, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// That it is a known failure, and why it is accepted for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// One place where a finding was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    /// `scenario/step`.
    pub step: String,
    /// The exchange, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// The resource, such as `Patient/123`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// FHIRPath of the place, with indices.
    pub expression: String,
    /// Line in the response body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in the response body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What was found there, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
}
