//! The list of interpretations: what is decided about each fault that the guide has of its own.
//!
//! A fault is found by a general rule (`guide check`) and decided on here: repaired, so that a
//! definition is read as it must have been meant, or quarantined, so that what breaks it is the
//! guide's fault and never the server's. The list is data, one entry for each decision; a fault
//! without a decision and a decision without a fault are both errors of `guide check`.
//!
//! Deliberately not here: how faults are found, and what a quarantine does to a verdict.

mod entry;
mod fault_kind;
mod quarantine;
mod repair;

use std::sync::{Arc, LazyLock};

use crate::fhir::{StructureDefinition, ValueSet};
use crate::finding::Finding;

pub use entry::{Decision, Interpretation, Place, Reading, Shown};
pub use fault_kind::FaultKind;
pub use quarantine::Quarantine;
pub(crate) use quarantine::without_indices;
pub use repair::{Change, Edit, Repair};

/// The list that is in the program, for the openIMIS guide.
const EMBEDDED: &str = include_str!("../../interpretations/openimis.fhir.r4.json");

static INTERPRETATIONS: LazyLock<Interpretations> = LazyLock::new(|| {
    // A test reads the list, so that this cannot come to pass in a program that was released.
    Interpretations::read(EMBEDDED).unwrap_or_default()
});

/// The decisions on the faults of a guide.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interpretations {
    /// The canonical base of the guide: what the places of the list are relative to.
    pub canonical: String,
    /// The decisions on faults of the guide.
    pub interpretations: Vec<Interpretation>,
    /// Where R4 itself leaves room or is faulty, and how it is read.
    #[serde(default)]
    pub readings: Vec<Reading>,
}

impl Interpretations {
    /// The list that is in the program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &INTERPRETATIONS
    }

    /// Reads a list.
    ///
    /// # Errors
    /// If the text is not a list of the form described in `docs/interpretations.md`.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The definition as it is to be read: the same, where nothing in it is repaired.
    #[must_use]
    pub fn repair(&self, definition: Arc<StructureDefinition>) -> Arc<StructureDefinition> {
        let mut repaired = definition;
        for repair in self.repairs_of(&repaired.url.clone()) {
            repair.apply(&mut repaired);
        }
        repaired
    }

    /// The value set as it is to be read: the same, where nothing in it is repaired.
    #[must_use]
    pub fn repair_value_set(&self, value_set: Arc<ValueSet>) -> Arc<ValueSet> {
        let mut repaired = value_set;
        for repair in self.repairs_of(&repaired.url.clone()) {
            repair.apply_to_value_set(&mut repaired);
        }
        repaired
    }

    /// The decision by which a finding is the guide's fault, if there is one. `profiles` are the
    /// canonical URLs of those that the resource was held against.
    #[must_use]
    pub fn quarantine(&self, finding: &Finding, profiles: &[&str]) -> Option<&Interpretation> {
        self.interpretations.iter().find(|own| {
            own.quarantine.iter().any(|own| {
                let applied = |profile: &&str| self.means(&own.profile, profile);
                profiles.iter().any(applied) && own.matches(finding)
            })
        })
    }

    /// Whether a place of the list means this definition.
    #[must_use]
    pub fn means(&self, place: &str, definition: &str) -> bool {
        is_tail(&self.canonical, place, definition)
    }

    fn repairs_of(&self, url: &str) -> impl Iterator<Item = &Repair> {
        let of_guide = self.interpretations.iter().flat_map(|own| &own.repair);
        let repairs = of_guide.chain(self.readings.iter().flat_map(|own| &own.repair));
        repairs.filter(move |own| self.means(&own.definition, url))
    }
}

/// Whether `canonical/tail` is the URL; the version of the URL does not matter.
fn is_tail(canonical: &str, tail: &str, url: &str) -> bool {
    let url = url.split('|').next().unwrap_or(url);
    let rest = url
        .strip_prefix(canonical)
        .and_then(|rest| rest.strip_prefix('/'));
    url == tail || rest == Some(tail)
}

#[cfg(test)]
mod tests;
