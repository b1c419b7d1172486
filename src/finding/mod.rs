//! What a check found: one rule broken at one place, with the words to mend it.
//!
//! A [`Finding`] is what `validate` prints and what a report is made of. Its severity and code are
//! those of `OperationOutcome.issue` (R4 2.36), so that it can be written as one.

mod cause;
mod issue_type;
mod rule;
mod words;

use serde::{Deserialize, Serialize};

pub use cause::{Cause, CauseRule};
pub use issue_type::{IssueType, Severity};
pub use rule::Rule;
pub use words::{Words, all_of, any_of, quoted};

/// One rule broken (or judged worth a word) at one place of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// `OperationOutcome.issue.code`.
    pub code: IssueType,
    /// The place: FHIRPath from the resource's root, with indices, such as
    /// `Patient.identifier[0].value`.
    pub expression: String,
    /// Line in the text, from 1, where it is known.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// The rule that was broken.
    pub rule: Rule,
    /// `url|version` of the profile or type that states the rule.
    pub profile: Option<String>,
    /// Id of the ElementDefinition, with slice names, such as `Patient.identifier:Code.value`.
    pub element: Option<String>,
    /// Key of the constraint, for [`Rule::Invariant`].
    pub constraint: Option<String>,
    /// Whose fault it is.
    pub cause: Cause,
    /// The rule by which the cause was decided.
    pub cause_rule: CauseRule,
    /// What was expected, then what was found; lower case, no final stop.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// What was expected, alone.
    pub expected: Option<String>,
    /// What was found, alone.
    pub actual: Option<String>,
}

impl Finding {
    /// A finding with the parts that every finding has; the rest is filled in by its maker.
    #[must_use]
    pub fn new(
        severity: Severity,
        rule: Rule,
        expression: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code: rule.issue_type(),
            expression: expression.into(),
            line: None,
            column: None,
            rule,
            profile: None,
            element: None,
            constraint: None,
            cause: Cause::Server,
            cause_rule: CauseRule::Default,
            message: message.into(),
            hint: None,
            expected: None,
            actual: None,
        }
    }

    /// Whether it makes a resource invalid.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Fatal | Severity::Error)
    }
}
