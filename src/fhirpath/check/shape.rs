//! What an expression may give: a set of types, and whether in a defined order.

use crate::fhirpath::model::TypeId;
use crate::fhirpath::value::SystemType;

/// One type that may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StaticType {
    /// A type of FHIR.
    Fhir(TypeId),
    /// A type of System.
    System(SystemType),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// The types that may be there; `None` where that is not known. An empty set is a place that
    /// is never reached, or an empty collection.
    pub(super) types: Option<Vec<StaticType>>,
    pub(super) is_ordered: bool,
}

impl Shape {
    /// Nothing is known.
    pub(super) const ANY: Self = Self {
        types: None,
        is_ordered: true,
    };

    pub(super) fn of(types: impl IntoIterator<Item = StaticType>) -> Self {
        Self {
            types: Some(types.into_iter().collect()),
            is_ordered: true,
        }
    }

    pub(super) fn system(system: SystemType) -> Self {
        Self::of([StaticType::System(system)])
    }

    /// Whether only System values may be there.
    pub(super) fn is_system(&self) -> bool {
        self.types.as_ref().is_some_and(|types| {
            types
                .iter()
                .all(|found| matches!(found, StaticType::System(_)))
        })
    }

    /// What may be there if it is one or the other.
    pub(super) fn or(self, other: Self) -> Self {
        let types = match (self.types, other.types) {
            (Some(mut mine), Some(theirs)) => {
                for found in theirs {
                    if !mine.contains(&found) {
                        mine.push(found);
                    }
                }
                Some(mine)
            }
            _ => None,
        };
        Self {
            types,
            is_ordered: self.is_ordered && other.is_ordered,
        }
    }
}
