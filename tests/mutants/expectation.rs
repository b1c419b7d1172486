//! What a mutant must bring about.

use openimis_conformance::finding::{Finding, Rule, Severity};
use serde_json::Value;

/// A resource changed in one way.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Id of the profile or extension whose constraint is broken.
    pub profile: String,
    /// The constraint: element id and kind.
    pub constraint: Constraint,
    /// What was done to which file.
    pub what: String,
    pub resource: Value,
    /// One of these has to be found.
    pub expected: Vec<Expected>,
}

/// One constraint that a differential adds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Constraint {
    pub profile: String,
    pub element: String,
    pub kind: String,
}

/// A finding: its rule and its place without indices and types of choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Any rule, if empty.
    pub rules: Vec<Rule>,
    pub place: String,
    /// Whether a place within is as good.
    pub within: bool,
}

impl Expected {
    pub fn new(rules: &[Rule], place: String) -> Self {
        Self {
            rules: rules.to_vec(),
            place,
            within: false,
        }
    }

    /// Any error at a place or within it.
    pub fn within(place: String) -> Self {
        Self {
            rules: Vec::new(),
            place,
            within: true,
        }
    }

    /// Whether a finding is the expected one.
    pub fn is_met_by(&self, finding: &Finding) -> bool {
        matches!(finding.severity, Severity::Error | Severity::Fatal)
            && (self.rules.is_empty() || self.rules.contains(&finding.rule))
            && is_same_place(&self.place, &finding.expression, self.within)
    }
}

/// Findings write choices as FHIRPath does, JSON with the type: `value` is `valueString`.
fn is_same_place(place: &str, expression: &str, within: bool) -> bool {
    let mut found = plain(expression);
    let mut wanted: Vec<String> = place.split('.').map(str::to_owned).collect();
    // `ofType(...)` is part of a choice's expression.
    found.retain(|own| !own.starts_with("ofType("));
    wanted.retain(|own| !own.starts_with("ofType("));
    (found.len() == wanted.len() || (within && found.len() > wanted.len()))
        && found.iter().zip(&wanted).all(|(found, wanted)| {
            found == wanted
                || crate::place::is_choice(found, wanted)
                || crate::place::is_choice(wanted, found)
        })
}

fn plain(expression: &str) -> Vec<String> {
    let mut out = String::new();
    let mut inside = false;
    for letter in expression.chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    out.split('.').map(str::to_owned).collect()
}
