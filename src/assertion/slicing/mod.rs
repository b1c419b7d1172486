//! Slicing (R4 5.1.0.14): which slice each occurrence belongs to, what the slices ask for, and
//! what the rules say about occurrences that belong to none.
//!
//! Interpretation: where an occurrence matches several slices that ask for the same it goes to the
//! first that still needs one, then to the first with room, then to the first. Slices with the same
//! discriminator value (two extensions of one url) can be told apart in no other way. Where they ask
//! for different things it is in both, which is an error.

mod condition;
mod path;
mod report;
#[cfg(test)]
mod tests;

use super::rules::List;
use super::schema::Rules;
use super::sink::Sink;
use super::walk::At;
use crate::fhir::{Max, SlicingRules};

pub use condition::{Condition, Test};
pub use path::{Step, choice_type, parse};

/// The slices of one element.
#[derive(Debug)]
pub struct Slicing {
    /// `rules`.
    pub rules: SlicingRules,
    /// `ordered`.
    pub ordered: bool,
    /// Id of the sliced element.
    pub id: String,
    /// The slices, in the order of the profile.
    pub slices: Vec<Slice>,
    /// Why the slicing cannot be evaluated; then it is reported and not applied.
    pub fault: Option<String>,
}

/// One slice.
#[derive(Debug)]
pub struct Slice {
    /// `sliceName`.
    pub name: String,
    /// ElementDefinition id.
    pub id: String,
    /// `min`.
    pub min: u32,
    /// `max`.
    pub max: Max,
    /// What an occurrence must satisfy to belong to it.
    pub conditions: Vec<Condition>,
    /// What applies to each of its occurrences.
    pub each: Rules,
    /// The slice is sliced again.
    pub slicing: Option<Box<Slicing>>,
}

/// The slice that takes what no other takes (R4 5.1.0.14, closed slicing with a default).
const DEFAULT_SLICE: &str = "@default";

impl Slicing {
    /// Judges the occurrences.
    pub fn check(&self, list: &List<'_>, sink: &mut Sink) {
        if let Some(fault) = &self.fault {
            report::not_evaluated(self, list, fault, sink);
            return;
        }
        let owners = self.assign(list, sink);
        self.check_rules(list, &owners, sink);
        for (index, slice) in self.slices.iter().enumerate() {
            if sink.settled() {
                return;
            }
            let own: Vec<_> = list
                .occurrences
                .iter()
                .zip(&owners)
                .filter(|(_, owner)| owner.map(usize::from) == Some(index))
                .map(|(occurrence, _)| *occurrence)
                .collect();
            let list = List {
                at: list.at.to(list.at.place, &slice.id),
                occurrences: &own,
                ..*list
            };
            slice.check(&list, sink);
        }
    }

    /// The slice of each occurrence. No profile has as many slices as there are numbers of two bytes,
    /// and a hostile resource has an occurrence for every other byte.
    fn assign(&self, list: &List<'_>, sink: &mut Sink) -> Vec<Option<u16>> {
        let mut counts = vec![0u32; self.slices.len()];
        list.places()
            .map(|place| {
                let owner = self.owner(&list.at.to(&place, &self.id), &counts, sink)?;
                counts[owner] += 1;
                u16::try_from(owner).ok()
            })
            .collect()
    }

    fn owner(&self, at: &At<'_>, counts: &[u32], sink: &mut Sink) -> Option<usize> {
        let mut candidates = self
            .slices
            .iter()
            .enumerate()
            .filter(|(_, slice)| slice.name != DEFAULT_SLICE && slice.matches(at));
        let first = match candidates.next() {
            Some(first) => first,
            None => return self.slices.iter().position(|s| s.name == DEFAULT_SLICE),
        };
        let Some(second) = candidates.next() else {
            return Some(first.0);
        };
        let matching: Vec<_> = [first, second].into_iter().chain(candidates).collect();
        let slices: Vec<&Slice> = matching.iter().map(|(_, slice)| *slice).collect();
        report::several(self, &slices, at, sink);
        let needs = |(index, slice): &&(usize, &Slice)| counts[*index] < slice.min;
        let has_room = |(index, slice): &&(usize, &Slice)| match slice.max {
            Max::Count(max) => counts[*index] < max,
            Max::Unbounded => true,
        };
        matching
            .iter()
            .find(needs)
            .or_else(|| matching.iter().find(has_room))
            .or_else(|| matching.first())
            .map(|(index, _)| *index)
    }

    /// `rules` and `ordered`.
    fn check_rules(&self, list: &List<'_>, owners: &[Option<u16>], sink: &mut Sink) {
        let mut last = None;
        let mut unmatched = false;
        for (place, owner) in list.places().zip(owners) {
            let at = list.at.to(&place, &self.id);
            let Some(owner) = owner.map(usize::from) else {
                if self.rules == SlicingRules::Closed {
                    report::no_slice(self, &at, sink);
                }
                unmatched = true;
                continue;
            };
            if self.rules == SlicingRules::OpenAtEnd && unmatched {
                report::after_the_end(self, &self.slices[owner], &at, sink);
            }
            if self.ordered && last.is_some_and(|last| owner < last) {
                report::out_of_order(self, &self.slices[owner], &at, sink);
            }
            last = last.max(Some(owner));
        }
    }
}

impl Slice {
    /// Whether an occurrence belongs to it.
    #[must_use]
    pub fn matches(&self, at: &At<'_>) -> bool {
        self.conditions
            .iter()
            .all(|condition| condition.holds(at.walk, at.place))
    }

    fn check(&self, list: &List<'_>, sink: &mut Sink) {
        let count = list.occurrences.len();
        if count < self.min as usize {
            report::too_few(self, list, sink);
        }
        if let Max::Count(max) = self.max
            && let Some(extra) = list.place(max as usize)
        {
            report::too_many(self, list, &list.at.to(&extra, &self.id), max, sink);
        }
        for place in list.places() {
            self.each.check(&list.at.to(&place, &self.id), sink);
            if sink.settled() {
                return;
            }
        }
        if let Some(slicing) = &self.slicing {
            slicing.check(list, sink);
        }
    }
}
