//! `constraint`: FHIRPath that has to hold at a node.
//!
//! Interpretations: an expression that yields nothing is kept (R4 leaves it open); one that cannot
//! be evaluated is a warning that says so, never a verdict on the resource. Constraints marked as
//! best practice give information only.

use super::place::Place;
use super::sink::Sink;
use super::walk::At;
use crate::fhir::{Constraint, ConstraintSeverity};
use crate::finding::{Rule, Severity, Words, quoted};

/// What FHIRPath needs besides the resource.
#[derive(Debug, Default)]
pub struct Evaluator {}

/// One compiled constraint.
#[derive(Debug)]
pub struct Invariant {
    /// `key`.
    pub key: String,
    /// `severity`.
    pub severity: ConstraintSeverity,
    /// Whether the definition calls it best practice.
    pub best_practice: bool,
    /// The rule in words.
    pub human: Option<String>,
}

/// A FHIRPath expression that selects where an extension may stand.
#[derive(Debug)]
pub struct Selector {}

impl Evaluator {
    /// x
    pub fn new(_d: crate::package::Definitions) -> Self { Self {} }
}
impl Invariant {
    /// x
    pub fn compile(_c: &Constraint) -> Option<Result<Self, String>> { None }
    /// Judges a node.
    pub fn check(&self, _at: &At<'_>, _sink: &mut Sink) {}
}

impl Selector {
    /// x
    pub fn compile(_c: &str) -> Option<Self> { None }
    /// Whether the expression, evaluated on the resource, selects the node.
    #[must_use]
    pub fn selects(&self, _holder: &Place<'_>, _at: &At<'_>) -> bool {
        true
    }
}
