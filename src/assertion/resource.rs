//! A resource as a whole: its type, the profiles it is held against, and what surrounds it
//! (`contained`, a Bundle's entries, a parameter's resource).

use super::bundle::BundleIndex;
use super::ids;
use super::place::{Item, Place};
use super::schema::Schema;
use super::sink::Sink;
use super::types;
use super::walk::{At, BundleScope, Depth, Role, Walk};
use crate::fhir::StructureKind;
use crate::finding::{Finding, Rule, Severity, Words, quoted};

/// Judges the resource at the root of a document.
pub fn check_root(walk: &Walk<'_>, sink: &mut Sink) {
    let node = walk.resource;
    let name = node.str("resourceType").unwrap_or("Resource");
    let place = Place::root(name, Item::of(node));
    check(&walk.into_resource(node, false), &place, Role::Root, sink);
}

/// Judges a resource inside another.
pub fn check_nested(at: &At<'_>, sink: &mut Sink) {
    let Some(node) = at.place.item.node else {
        return;
    };
    if !node.is_object() {
        at.report(sink, Rule::JsonType, Severity::Error, || {
            Words::new(at.subject(), "a resource", node.kind())
        });
        return;
    }
    let outer = at.walk;
    let role = match at.place.name {
        "contained" => Role::Contained,
        "resource" if at.place.parent.is_some_and(|p| p.name == "entry") => Role::Entry,
        _ => Role::Part,
    };
    let full_url = at
        .place
        .parent
        .and_then(|entry| (role == Role::Entry).then(|| entry.item.get("fullUrl")?.as_str())?);
    let walk = Walk {
        bundle: outer.bundle.map(|bundle| BundleScope {
            full_url: full_url.or(bundle.full_url),
            ..bundle
        }),
        ..outer.into_resource(node, role == Role::Contained)
    };
    let place = Place {
        type_name: node.str("resourceType").unwrap_or("Resource"),
        definition: node.str("resourceType").unwrap_or("Resource"),
        ..*at.place
    };
    check(&walk, &place, role, sink);
}

fn check(walk: &Walk<'_>, place: &Place<'_>, role: Role, sink: &mut Sink) {
    let Some(schema) = type_of(walk, place, sink) else {
        return;
    };
    let index;
    let mut inner = *walk;
    if schema.type_name == "Bundle" {
        index = BundleIndex::new(walk.resource);
        inner.bundle = Some(BundleScope {
            index: &index,
            full_url: None,
            node: walk.resource,
        });
    }
    let at = At {
        walk: &inner,
        schema,
        id: &schema.root.id,
        place,
    };
    let before = sink.len();
    schema.root.check(&at, sink);
    if walk.depth == Depth::Structure || sink.settled() {
        return;
    }
    ids::check(&at, sink);
    if let Some(choice) = walk.choice {
        let profiles = choice.profiles(walk.resource, role, &at, sink);
        for profile in &profiles {
            types::check_profile(&at, *profile, sink);
        }
        choice.judge_definition(&at, sink);
        choice.settle(&profiles, sink.since(before));
    }
}

/// The schema of the resource's type; reported where there is none.
fn type_of<'w>(walk: &Walk<'w>, place: &Place<'_>, sink: &mut Sink) -> Option<&'w Schema> {
    let node = walk.resource;
    let fault = |expected: &str, found: String| {
        let mut finding = Finding::new(
            Severity::Error,
            Rule::ResourceType,
            place.expression(),
            String::new(),
        );
        let words = Words::new(format!("`{}`", place.expression()), expected, found);
        finding.message = words.message;
        finding.expected = Some(words.expected);
        finding.actual = Some(words.actual);
        finding
    };
    let Some(name) = node.get("resourceType") else {
        sink.push(true, node.offset, || {
            let found = if node.is_object() {
                "an object without it".to_owned()
            } else {
                node.kind().to_owned()
            };
            fault("a resource with `resourceType`", found)
        });
        return None;
    };
    let schema = name
        .as_str()
        .filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()))
        .and_then(|name| walk.engine.registry.find_loose(name))
        .filter(|schema| {
            schema.kind == StructureKind::Resource && !schema.is_abstract && !schema.is_profile
        });
    if schema.is_none() {
        sink.push(true, name.offset, || {
            let found = name
                .as_str()
                .map_or_else(|| name.kind().to_owned(), |name| format!("`{name}`"));
            fault("`resourceType` to name a resource type of R4", found)
        });
    }
    schema
}

impl Schema {
    /// Judges a node against a schema that its place does not imply: the type must be the
    /// schema's, and then a profile's own rules apply (those of the type are judged where the node
    /// stands).
    pub fn check_node(&self, at: &At<'_>, sink: &mut Sink) {
        if !self.accepts_type(at) {
            at.report(sink, Rule::ProfileMismatch, Severity::Error, || {
                let found = at.place.item.node.and_then(|n| n.str("resourceType"));
                Words::new(
                    at.subject(),
                    format!(
                        "type {} for profile {}",
                        quoted(&self.type_name),
                        quoted(&self.versioned_url)
                    ),
                    format!("type {}", quoted(found.unwrap_or(at.place.type_name))),
                )
            });
            return;
        }
        for fault in &self.faults {
            at.report(sink, Rule::ProfileUnknown, Severity::Warning, || {
                Words::new(
                    format!("profile {}", quoted(&self.versioned_url)),
                    "a definition that can be evaluated",
                    fault,
                )
            });
        }
        if self.is_profile {
            self.root.check(at, sink);
        }
    }

    fn accepts_type(&self, at: &At<'_>) -> bool {
        let general = |name: &str| matches!(name, "Resource" | "DomainResource" | "Element");
        if general(&self.type_name) {
            return true;
        }
        if self.kind == StructureKind::Resource {
            let found = at.place.item.node.and_then(|node| node.str("resourceType"));
            return found == Some(self.type_name.as_str());
        }
        let found = at.place.type_name;
        found.is_empty()
            || found == self.type_name
            || at
                .walk
                .engine
                .registry
                .find(found)
                .is_none_or(|schema| schema.lineage.contains(&self.type_name))
    }
}
