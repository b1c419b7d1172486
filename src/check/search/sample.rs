//! Resources of a type that a search without criteria gave: values for searches come from them.

use super::answer::{Answer, Found};
use crate::json::Node;

/// Resources of one type.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The type.
    pub resource_type: String,
    /// Those with an id, in the order in which they came.
    pub resources: Vec<Node<'static>>,
    /// `total` of the search.
    pub total: Option<u64>,
    /// Whether these are all there are.
    pub whole: bool,
}

impl Sample {
    /// The matches of an answer, if it is a searchset.
    #[must_use]
    pub fn of(resource_type: &str, answer: &Answer) -> Option<Self> {
        let found = answer.found()?;
        let of_type = |node: &&Node<'_>| {
            node.str("id").is_some() && node.str("resourceType") == Some(resource_type)
        };
        Some(Self {
            resource_type: resource_type.to_owned(),
            resources: found.matches.iter().filter(of_type).cloned().collect(),
            total: found.total,
            whole: found.next.is_none(),
        })
    }

    /// The resource of that id.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<&Node<'static>> {
        self.resources.iter().find(|own| own.str("id") == Some(id))
    }

    /// The id of the resource at that place.
    #[must_use]
    pub fn id(&self, index: usize) -> Option<&str> {
        self.resources.get(index)?.str("id")
    }

    /// How many there are, if it is known.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        if self.whole {
            return Some(self.resources.len() as u64);
        }
        self.total
    }

    /// Whether an answer holds what a search without criteria gives: nothing was left out.
    #[must_use]
    pub fn is_all_in(&self, found: &Found) -> bool {
        let ids = found.ids();
        let own: Vec<&str> = self
            .resources
            .iter()
            .filter_map(|own| own.str("id"))
            .collect();
        ids.len() >= own.len().min(2) && own.iter().zip(&ids).all(|(one, other)| one == other)
    }
}
