//! Sets of items by equality, in nearly linear time: candidates are found by a hash that equal
//! items share.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::equality::items_equal;
use super::item::Item;
use super::model::Model;
use super::temporal::DateTime;
use super::value::Value;
use crate::json::{self, Node};

/// Fewer items than this are compared one by one.
const SMALL: usize = 12;

/// The different items seen, in order.
pub(super) struct Distinct<'m, 'a> {
    model: &'m dyn Model,
    items: Vec<Item<'a>>,
    by_hash: HashMap<u64, Vec<usize>>,
    work: u64,
}

impl<'m, 'a> Distinct<'m, 'a> {
    pub(super) fn new(model: &'m dyn Model) -> Self {
        Self {
            model,
            items: Vec::new(),
            by_hash: HashMap::new(),
            work: 0,
        }
    }

    pub(super) fn of(model: &'m dyn Model, items: &[Item<'a>]) -> Self {
        let mut set = Self::new(model);
        for item in items {
            set.insert(item);
        }
        set
    }

    /// Adds the item unless an equal one is there; whether it was added.
    pub(super) fn insert(&mut self, item: &Item<'a>) -> bool {
        if self.contains(item) {
            return false;
        }
        if self.items.len() == SMALL {
            for (index, known) in self.items.iter().enumerate() {
                self.by_hash.entry(hash(known)).or_default().push(index);
            }
        }
        if self.items.len() >= SMALL {
            let index = self.items.len();
            self.by_hash.entry(hash(item)).or_default().push(index);
        }
        self.items.push(item.clone());
        true
    }

    /// Whether an equal item is there.
    pub(super) fn contains(&mut self, item: &Item<'a>) -> bool {
        self.work += 1;
        if self.items.len() <= SMALL {
            return self
                .items
                .iter()
                .any(|known| items_equal(known, item, self.model) == Some(true));
        }
        let Some(candidates) = self.by_hash.get(&hash(item)) else {
            return false;
        };
        self.work += candidates.len() as u64;
        candidates.iter().any(|&index| {
            self.items
                .get(index)
                .is_some_and(|known| items_equal(known, item, self.model) == Some(true))
        })
    }

    /// How many items were looked for and compared since the last time, for the budget.
    pub(super) fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    pub(super) fn into_items(self) -> Vec<Item<'a>> {
        self.items
    }
}

/// Equal items have equal hashes.
fn hash(item: &Item<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match item.value() {
        Some(value) => hash_value(&value, &mut hasher),
        None => match item {
            Item::Element(element) => {
                if let Some(node) = element.node() {
                    hash_node(node).hash(&mut hasher);
                }
            }
            Item::Type(info) => info.name.hash(&mut hasher),
            Item::Value(_) => {}
        },
    }
    hasher.finish()
}

fn hash_value(value: &Value<'_>, hasher: &mut DefaultHasher) {
    match value {
        Value::Boolean(value) => value.hash(hasher),
        Value::Integer(_) | Value::Decimal(_) => {
            if let Some(value) = value.as_decimal() {
                value.normalize().hash(hasher);
            }
        }
        Value::String(text) => text.hash(hasher),
        Value::Date(date) => hash_moment(&DateTime::from(*date), hasher),
        Value::DateTime(moment) => hash_moment(moment, hasher),
        Value::Time(time) => (time.hour, time.minute, time.second).hash(hasher),
        // Equal quantities may have any units.
        Value::Quantity(_) => {}
    }
}

/// Equal moments are the same minute of UTC where they have an offset, and the same fields where
/// they have none.
fn hash_moment(moment: &DateTime, hasher: &mut DefaultHasher) {
    match moment.utc_minutes() {
        Some(minutes) => minutes.hash(hasher),
        None => (moment.date.year, moment.date.month, moment.date.day).hash(hasher),
    }
}

fn hash_node(node: &Node<'_>) -> u64 {
    match &node.value {
        // Texts may be moments in different offsets, numbers may have different zeros.
        json::Value::String(text) if text.starts_with(|first: char| first.is_ascii_digit()) => 1,
        json::Value::Number(_) => 2,
        json::Value::String(text) => hash_of(text),
        json::Value::Null => 3,
        json::Value::Boolean(value) => hash_of(value),
        json::Value::Array(entries) => entries.iter().fold(4, |sum: u64, entry| {
            sum.wrapping_mul(31).wrapping_add(hash_node(entry))
        }),
        // The order of members does not matter.
        json::Value::Object(members) => members.iter().fold(5, |sum: u64, member| {
            sum.wrapping_add(hash_of(&member.name).wrapping_mul(hash_node(&member.value) | 1))
        }),
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
