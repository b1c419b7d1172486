//! Findings that are the guide's fault.

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Rule};

/// Which findings are meant; what is left out may be anything.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// The profile against which the resource was held, below the canonical URL of the guide.
    pub profile: String,
    /// `rule`.
    pub rule: Rule,
    /// The place, without indices, such as `Medication.amount`.
    pub path: Option<String>,
    /// `constraint`.
    pub constraint: Option<String>,
    /// Id of the ElementDefinition.
    pub element: Option<String>,
    /// What the message quotes, such as a code.
    pub quotes: Option<String>,
}

impl Quarantine {
    pub(super) fn matches(&self, finding: &Finding) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let quotes = |text: &String| {
            ["`", "\""]
                .iter()
                .any(|mark| finding.message.contains(&format!("{mark}{text}{mark}")))
        };
        self.rule == finding.rule
            && same(&self.constraint, finding.constraint.as_deref())
            && same(&self.element, finding.element.as_deref())
            && same(&self.path, Some(&without_indices(&finding.expression)))
            && self.quotes.as_ref().is_none_or(quotes)
    }
}

/// `Patient.name[0].given[1]` as `Patient.name.given`.
pub(crate) fn without_indices(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut inside = false;
    for letter in expression.chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out
}
