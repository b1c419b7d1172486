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
mod instances;
mod path;
mod satisfiable;
mod subject;
mod terminology;
mod values;

use crate::package::{Definitions, PackageFiles};

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
    instances::definitions,
    instances::examples,
    instances::references,
];

/// All faults of one package, sorted, without repeats. `files` are those of the package.
#[must_use]
pub fn check(definitions: &Definitions, package: &str, files: &PackageFiles) -> Vec<Fault> {
    let mut faults = Vec::new();
    let guide = Guide::new(definitions, package, files, &mut faults);
    for rule in RULES {
        rule(&guide, &mut faults);
    }
    faults.sort();
    // The same fault at several places of a list is one.
    faults.dedup_by(|a, b| {
        let place = |own: &Fault| {
            (
                own.kind,
                own.definition.clone(),
                own.element.clone(),
                own.detail.clone(),
            )
        };
        place(a) == place(b)
    });
    faults
}
