//! Faults and decisions brought together: each fault needs one, each decision needs a fault.

use std::fmt::Write as _;

use serde::Serialize;

use super::Fault;
use crate::interpretation::{Decision, Interpretations, Place};
use crate::package::PackageIdentity;

/// What `guide check` found.
#[derive(Debug, Serialize)]
pub struct GuideReport {
    /// The package that was checked.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The faults, sorted by kind and place.
    pub faults: Vec<DecidedFault>,
    /// Decisions on faults that are not there any more.
    pub stale: Vec<StaleDecision>,
}

/// A fault and what is decided about it.
#[derive(Debug, Serialize)]
pub struct DecidedFault {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// Id of the decision; `None` where there is none.
    pub interpretation: Option<String>,
    /// What is done.
    pub decision: Option<Decision>,
    /// How it is done.
    pub how: Option<String>,
}

/// A place in the list of interpretations where there is no such fault.
#[derive(Debug, Serialize)]
pub struct StaleDecision {
    /// Id of the decision.
    pub interpretation: String,
    /// The place.
    pub place: Place,
}

impl GuideReport {
    /// Brings faults and decisions together. Decisions on another guide than the one that was
    /// checked are not asked for.
    #[must_use]
    pub fn new(package: &PackageIdentity, faults: Vec<Fault>, list: &Interpretations) -> Self {
        let mut stale = Vec::new();
        for own in &list.interpretations {
            for place in &own.places {
                let is_there = |fault: &Fault| fault.kind == own.fault && is_at(list, place, fault);
                if !faults.iter().any(is_there) {
                    stale.push(StaleDecision {
                        interpretation: own.id.clone(),
                        place: place.clone(),
                    });
                }
            }
        }
        let is_meant = faults
            .iter()
            .any(|own| own.definition.starts_with(&list.canonical));
        if !is_meant {
            stale.clear();
        }
        let faults = faults
            .into_iter()
            .map(|fault| decide(list, fault))
            .collect();
        Self {
            package: package.id.clone(),
            version: package.version.clone(),
            faults,
            stale,
        }
    }

    /// Whether every fault has a decision and every decision a fault.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.stale.is_empty() && self.faults.iter().all(|own| own.decision.is_some())
    }

    /// The report for people, grouped by decision; undecided faults come last.
    #[must_use]
    pub fn text(&self) -> String {
        let count = |wanted: Option<Decision>| {
            self.faults
                .iter()
                .filter(|own| own.decision == wanted)
                .count()
        };
        let mut out = format!(
            "{} {}: {} faults, {} repaired, {} quarantined, {} undecided\n",
            self.package,
            self.version,
            self.faults.len(),
            count(Some(Decision::Repaired)),
            count(Some(Decision::Quarantined)),
            count(None),
        );
        let mut groups: Vec<(&Option<String>, Vec<&DecidedFault>)> = Vec::new();
        for fault in self.faults.iter().filter(|own| own.decision.is_some()) {
            match groups
                .iter_mut()
                .find(|(id, _)| **id == fault.interpretation)
            {
                Some((_, group)) => group.push(fault),
                None => groups.push((&fault.interpretation, vec![fault])),
            }
        }
        for (id, group) in groups {
            let [first, ..] = group.as_slice() else {
                continue;
            };
            let decision = first.decision.map(Decision::code).unwrap_or_default();
            let id = id.as_deref().unwrap_or_default();
            let how = first.how.as_deref().unwrap_or_default();
            let _ = writeln!(out, "\n{}: {decision} ({id})\n  {how}", first.fault.kind);
            group.iter().for_each(|own| add_fault(own, &mut out));
        }
        if count(None) > 0 {
            out.push_str("\nno decision\n");
            let undecided = self.faults.iter().filter(|own| own.decision.is_none());
            undecided.for_each(|own| add_fault(own, &mut out));
        }
        for own in &self.stale {
            let element = own.place.element.as_deref().unwrap_or_default();
            let detail = own.place.detail.as_deref().unwrap_or_default();
            let place = [own.place.definition.as_str(), element, detail];
            let place = place.into_iter().filter(|part| !part.is_empty());
            let _ = writeln!(
                out,
                "\nno such fault: `{}` decides on {}; take it off the list",
                own.interpretation,
                place.collect::<Vec<_>>().join(" ")
            );
        }
        out
    }
}

fn add_fault(own: &DecidedFault, out: &mut String) {
    let fault = &own.fault;
    let definition = fault.definition.rsplit('/').next().unwrap_or_default();
    let element = fault.element.as_deref();
    let element = element.map(|own| format!(" {own}")).unwrap_or_default();
    let _ = writeln!(out, "  - {definition}{element}: {}", fault.message);
}

fn decide(list: &Interpretations, fault: Fault) -> DecidedFault {
    let mut decisions = list.interpretations.iter();
    let found = decisions.find(|own| {
        own.fault == fault.kind && own.places.iter().any(|place| is_at(list, place, &fault))
    });
    DecidedFault {
        interpretation: found.map(|own| own.id.clone()),
        decision: found.map(|own| own.decision),
        how: found.map(|own| own.how.clone()),
        fault,
    }
}

fn is_at(list: &Interpretations, place: &Place, fault: &Fault) -> bool {
    let same =
        |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    list.means(&place.definition, &fault.definition)
        && same(&place.element, &fault.element)
        && same(&place.detail, &fault.detail)
}
