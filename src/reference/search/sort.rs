//! The order of matches (R4 3.1.1.5.3).

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use super::date::Interval;
use super::parameter::{self, Kind, Parameter};
use super::text::{fold, texts};
use crate::reference::resource_type::ResourceType;
use crate::reference::tree::{Tree, at};

/// One parameter to sort by.
#[derive(Debug)]
pub(super) struct SortKey {
    parameter: &'static Parameter,
    descending: bool,
}

/// What is compared; resources without it come last in either direction.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Moment(Timestamp),
    Amount(rust_decimal::Decimal),
    Text(String),
}

impl SortKey {
    /// Reads `name` or `-name`; `None` if the type has no such parameter.
    pub(super) fn read(resource_type: ResourceType, text: &str) -> Option<Self> {
        let (descending, code) = match text.strip_prefix('-') {
            Some(code) => (true, code),
            None => (false, text),
        };
        Some(Self {
            parameter: parameter::find(resource_type, code)?,
            descending,
        })
    }

    fn compare(&self, one: &Tree, other: &Tree) -> Ordering {
        match (self.rank(one), self.rank(other)) {
            (Some(one), Some(other)) if self.descending => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }
    }

    fn rank(&self, resource: &Tree) -> Option<Rank> {
        let ranks = self
            .parameter
            .paths
            .iter()
            .flat_map(|path| at(resource, path))
            .flat_map(|element| self.ranks(element));
        match self.descending {
            true => ranks.max(),
            false => ranks.min(),
        }
    }

    fn ranks(&self, element: &Tree) -> Vec<Rank> {
        match self.parameter.kind {
            Kind::Date => Interval::of(element)
                .map(|interval| match self.descending {
                    true => Rank::Moment(interval.end),
                    false => Rank::Moment(interval.start),
                })
                .into_iter()
                .collect(),
            Kind::Quantity => element
                .get("value")
                .and_then(Tree::primitive_text)
                .and_then(|text| text.parse().ok())
                .map(Rank::Amount)
                .into_iter()
                .collect(),
            Kind::String => texts(element)
                .into_iter()
                .map(fold)
                .map(Rank::Text)
                .collect(),
            _ => tokens(element),
        }
    }
}

fn tokens(element: &Tree) -> Vec<Rank> {
    let leaf = |element: &Tree| {
        ["code", "value", "reference"]
            .into_iter()
            .find_map(|name| element.str(name))
            .or_else(|| element.primitive_text())
            .map(|text| Rank::Text(text.to_owned()))
    };
    match element.get("coding") {
        Some(codings) => codings.entries_or_self().iter().filter_map(leaf).collect(),
        None => leaf(element).into_iter().collect(),
    }
}

/// Sorts by the first key, ties by the next; full ties stay in the order of the store.
pub(super) fn sort(resources: &mut [&Arc<Tree>], keys: &[SortKey]) {
    resources.sort_by(|one, other| {
        keys.iter()
            .map(|key| key.compare(one, other))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
}
