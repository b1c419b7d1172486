//! `type` of an element that a profile narrows: which types of a choice are left, and which
//! profiles a value has to conform to.

use super::place::Place;
use super::registry::SchemaRef;
use super::rules::List;
use super::sink::Sink;
use super::walk::{At, Walk};
use crate::finding::{Rule, Severity, Words, any_of, quoted};

/// The types that a profile leaves to a choice element.
#[derive(Debug)]
pub struct AllowedTypes {
    /// Type names.
    pub names: Vec<String>,
}

impl AllowedTypes {
    /// Judges the occurrences.
    pub fn check(&self, list: &List<'_>, sink: &mut Sink) {
        for place in list.places() {
            if !self.names.iter().any(|name| name == place.type_name) {
                let at = list.at.to(&place, list.at.id);
                at.report(sink, Rule::ChoiceType, Severity::Error, || {
                    Words::new(
                        at.subject(),
                        format!("a value of type {}", any_of(&self.names)),
                        format!("type {}", quoted(place.type_name)),
                    )
                });
            }
        }
    }
}

/// `type.profile`: the value conforms to at least one of these.
#[derive(Debug)]
pub struct Conforms {
    /// Type that the profiles are for.
    pub type_name: String,
    /// The profiles.
    pub profiles: Vec<SchemaRef>,
}

impl Conforms {
    /// Judges a node.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        if !self.applies(at.place) {
            return;
        }
        match self.profiles.as_slice() {
            [] => {}
            [only] => check_profile(at, *only, sink),
            several => check_any(at, several, sink),
        }
    }

    fn applies(&self, place: &Place<'_>) -> bool {
        self.type_name == place.type_name
            || self.type_name == "Resource"
            || self.type_name == "DomainResource"
            || place
                .item
                .node
                .and_then(|node| node.str("resourceType"))
                .is_some_and(|name| name == self.type_name)
    }
}

/// Holds a node against one profile; its findings are the caller's.
pub fn check_profile(at: &At<'_>, profile: SchemaRef, sink: &mut Sink) {
    let registry = &at.walk.engine.registry;
    let Some(schema) = registry.get(profile) else {
        at.report(sink, Rule::ProfileUnknown, Severity::Warning, || {
            Words::new(
                at.subject(),
                "a profile that is known",
                quoted(registry.canonical(profile)),
            )
            .hint("load the package that defines it with --package or --definitions")
        });
        return;
    };
    let inner = At {
        schema,
        id: &schema.root.id,
        ..*at
    };
    schema.check_node(&inner, sink);
}

/// Whether a node conforms to a profile; unknown profiles are conformed to.
#[must_use]
pub fn conforms(walk: &Walk<'_>, place: &Place<'_>, profile: SchemaRef) -> bool {
    let (Some(schema), Some(node)) = (
        walk.engine.registry.get(profile),
        place.item.node.or(place.item.sibling),
    ) else {
        return true;
    };
    walk.memo.conforms(node, profile, || {
        let mut probe = Sink::probe();
        let at = At {
            walk,
            schema,
            id: &schema.root.id,
            place,
        };
        schema.check_node(&at, &mut probe);
        !probe.failed()
    })
}

fn check_any(at: &At<'_>, profiles: &[SchemaRef], sink: &mut Sink) {
    if profiles
        .iter()
        .any(|profile| conforms(at.walk, at.place, *profile))
    {
        return;
    }
    let registry = &at.walk.engine.registry;
    at.report(sink, Rule::ProfileMismatch, Severity::Error, || {
        let urls: Vec<&str> = profiles
            .iter()
            .map(|profile| registry.canonical(*profile))
            .collect();
        Words::new(
            at.subject(),
            format!("a value that conforms to {}", any_of(&urls)),
            "one that conforms to none of them",
        )
    });
    // What each of them misses, so that the nearest can be mended.
    for profile in profiles {
        check_profile(at, *profile, sink);
    }
}
