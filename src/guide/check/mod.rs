//! `guide check`: does a guide agree with itself and with R4?
//!
//! Each fault is found by a rule that holds for any guide. What is to be done about it is decided
//! elsewhere, in the list of interpretations.

mod canonicals;
mod capability;
mod cardinality;
mod context;
mod decided;
mod decision;
mod discriminator;
mod enumeration;
mod existence;
mod fault;
mod path;
mod satisfiable;
mod subject;
mod terminology;
mod values;

use crate::package::Definitions;

pub use crate::interpretation::FaultKind;
pub use decided::{DecidedFault, GuideReport, StaleDecision};
pub use fault::Fault;
use subject::{Guide, Profile};

/// A rule that a guide is held to.
type Rule = fn(&Guide<'_>, &mut Vec<Fault>);

/// Every rule.
const RULES: &[Rule] = &[
    context::expressions,
    context::uses,
    discriminator::check,
    cardinality::check,
    satisfiable::check,
    values::check,
    terminology::value_sets,
    terminology::patterns,
    terminology::slices,
    terminology::code_systems,
    canonicals::check,
    capability::check,
];

/// All faults of one package, sorted, without repeats.
#[must_use]
pub fn check(definitions: &Definitions, package: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let guide = Guide::new(definitions, package, &mut faults);
    for rule in RULES {
        rule(&guide, &mut faults);
    }
    faults.sort();
    faults.dedup();
    faults
}
