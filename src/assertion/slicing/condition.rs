//! What a discriminator asks of an occurrence, derived from the slice's own elements.

use super::path::{Step, Target, TypeOf, select};
use crate::assertion::binding::Bound;
use crate::assertion::fixed::Given;
use crate::assertion::place::Place;
use crate::assertion::registry::SchemaRef;
use crate::assertion::types;
use crate::assertion::walk::Walk;
use crate::fhir::DiscriminatorType;
use crate::finding::{any_of, quoted};

/// One discriminator of one slice.
#[derive(Debug)]
pub struct Condition {
    /// `discriminator.type`.
    pub kind: DiscriminatorType,
    /// `discriminator.path`, as written.
    pub path: String,
    /// The way to the nodes that decide.
    pub steps: Vec<Step>,
    /// What they must be; any one of them is enough.
    pub test: Test,
}

/// What a node must be.
#[derive(Debug)]
pub enum Test {
    /// All of these values, each below the node at the end of the path by the steps given.
    Values(Vec<(Vec<Step>, Given)>),
    /// A code of a value set with a required binding.
    Bound(Bound),
    /// Present, or absent.
    Exists(bool),
    /// Of one of these types.
    Types(Vec<String>),
    /// Conforming to one of these profiles.
    Conforms(Vec<SchemaRef>),
}

impl Condition {
    /// Whether an occurrence satisfies it.
    #[must_use]
    pub fn holds(&self, walk: &Walk<'_>, place: &Place<'_>) -> bool {
        if self.steps.is_empty()
            && let Test::Types(types) = &self.test
        {
            return types.iter().any(|name| is_type(place, name));
        }
        let targets = select(walk, place, &self.steps);
        match &self.test {
            Test::Exists(wanted) => targets.is_empty() != *wanted,
            Test::Values(values) => values.iter().all(|(steps, given)| {
                targets.iter().any(|target| {
                    let place = place_of(place, target);
                    select(walk, &place, steps)
                        .iter()
                        .any(|target| target.item.node.is_some_and(|node| given.matches(node)))
                })
            }),
            Test::Bound(bound) => targets
                .iter()
                .any(|target| bound.admits(walk, &place_of(place, target))),
            Test::Types(types) => targets.iter().any(|target| match target.type_of {
                TypeOf::Named(found) => types.iter().any(|name| name == found),
                TypeOf::Unknown => true,
            }),
            Test::Conforms(profiles) => targets.iter().any(|target| {
                profiles
                    .iter()
                    .any(|profile| types::conforms(walk, &place_of(place, target), *profile))
            }),
        }
    }

    /// Whether it asks for a profile.
    #[must_use]
    pub const fn is_about_profiles(&self) -> bool {
        matches!(self.test, Test::Conforms(_))
    }

    /// What it asks for, for the message about an occurrence that matches no slice.
    #[must_use]
    pub fn expectation(&self, canonical: impl Fn(SchemaRef) -> String) -> String {
        let path = quoted(&self.path);
        match &self.test {
            Test::Exists(true) => format!("{path} to be present"),
            Test::Exists(false) => format!("{path} to be absent"),
            Test::Values(values) => {
                let values: Vec<_> = values
                    .iter()
                    .map(|(_, given)| given.value.to_json())
                    .collect();
                format!("{path} {}", values.join(" and "))
            }
            Test::Bound(bound) => format!("{path} from {}", quoted(&bound.set.canonical)),
            Test::Types(types) => format!("{path} of type {}", any_of(types)),
            Test::Conforms(profiles) => {
                let urls: Vec<_> = profiles.iter().map(|profile| canonical(*profile)).collect();
                format!("{path} conforming to {}", any_of(&urls))
            }
        }
    }

    /// What an occurrence has there instead.
    #[must_use]
    pub fn found(&self, walk: &Walk<'_>, place: &Place<'_>) -> String {
        let targets = select(walk, place, &self.steps);
        let shown: Vec<String> = targets
            .iter()
            .map(|target| match (&self.test, target.type_of) {
                (Test::Types(_), TypeOf::Named(name)) => format!("type `{name}`"),
                _ => target
                    .item
                    .node
                    .map_or_else(|| "no value".to_owned(), |node| quoted(&node.to_json())),
            })
            .collect();
        match shown.as_slice() {
            [] => "nothing".to_owned(),
            [only] => only.clone(),
            several => several.join(", "),
        }
    }
}

fn is_type(place: &Place<'_>, name: &str) -> bool {
    place.type_name == name
        || place
            .item
            .node
            .and_then(|node| node.str("resourceType"))
            .is_some_and(|found| found == name)
}

/// A place for a node that a path leads to; only its node and type are ever looked at.
fn place_of<'w>(place: &Place<'w>, target: &Target<'w>) -> Place<'w> {
    Place {
        item: target.item,
        type_name: match target.type_of {
            TypeOf::Named(name) => name,
            TypeOf::Unknown => "",
        },
        ..*place
    }
}
