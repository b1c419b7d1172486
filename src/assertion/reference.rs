//! Reference (R4 2.3): what it points to, of which type, and where that may stand.

use super::bundle::is_absolute;
use super::place::{Item, Place};
use super::registry::SchemaRef;
use super::sink::Sink;
use super::types;
use super::walk::{At, Walk};
use crate::fhir::{StructureKind, codes};
use crate::finding::{Rule, Severity, Words, any_of, quoted};
use crate::json::Node;

codes! {
    /// `ElementDefinition.type.aggregation`: where the target of a reference stands.
    Aggregation {
        Contained = "contained",
        Referenced = "referenced",
        Bundled = "bundled",
    }
}

codes! {
    /// `ElementDefinition.type.versioning`.
    Versioning {
        Either = "either",
        Independent = "independent",
        Specific = "specific",
    }
}

/// What a reference may point to.
#[derive(Debug)]
pub struct Targets {
    /// Types and, for each, the profiles of which one is asked for; any target if empty.
    pub types: Vec<TargetType>,
    /// Where the target may stand; anywhere if empty.
    pub aggregation: Vec<Aggregation>,
    /// Whether the reference names a version.
    pub versioning: Option<Versioning>,
    /// The types that the element allows in the base, which reports those itself.
    pub check_types: bool,
}

/// One allowed type.
#[derive(Debug)]
pub struct TargetType {
    /// Resource type; `Resource` is any.
    pub name: String,
    /// Profiles of which one is asked for.
    pub profiles: Vec<SchemaRef>,
    /// Whether the bare type is allowed too.
    pub is_bare: bool,
}

impl Targets {
    /// Judges a Reference.
    pub fn check(&self, at: &At<'_>, sink: &mut Sink) {
        if at.place.type_name != "Reference" {
            return;
        }
        let item = at.place.item;
        let literal = item.get("reference").and_then(|node| node.as_str());
        let resolved = literal.and_then(|literal| resolve(at.walk, literal));
        if self.check_types {
            self.check_type(at, literal, resolved, sink);
        }
        if let Some(node) = resolved {
            let is_contained = literal.is_some_and(|literal| literal.starts_with('#'));
            self.check_profile(at, node, is_contained, sink);
        }
        if let Some(literal) = literal {
            self.check_aggregation(at, literal, resolved, sink);
            self.check_versioning(at, literal, sink);
        }
    }

    fn check_type(
        &self,
        at: &At<'_>,
        literal: Option<&str>,
        resolved: Option<&Node<'_>>,
        sink: &mut Sink,
    ) {
        let stated = at.place.item.get("type").and_then(|node| node.as_str());
        let Some(found) = type_referred_to(literal, resolved).or(stated) else {
            return;
        };
        // An address whose last part only looks like a type says nothing.
        if self.allows(found) || !is_resource_type(at, found) {
            return;
        }
        at.report(sink, Rule::ReferenceTarget, Severity::Error, || {
            let names: Vec<&str> = self.types.iter().map(|t| t.name.as_str()).collect();
            Words::new(
                at.subject(),
                format!("a reference to {}", any_of(&names)),
                format!("one to {}", quoted(found)),
            )
        });
    }

    fn allows(&self, found: &str) -> bool {
        self.types.is_empty()
            || self
                .types
                .iter()
                .any(|target| target.name == found || target.name == "Resource")
    }

    fn check_profile(&self, at: &At<'_>, node: &Node<'_>, is_contained: bool, sink: &mut Sink) {
        let Some(found) = node.str("resourceType") else {
            return;
        };
        let fitting: Vec<&TargetType> = self
            .types
            .iter()
            .filter(|target| target.name == found || target.name == "Resource")
            .collect();
        let mut profiles = fitting.iter().flat_map(|target| &target.profiles);
        if fitting.is_empty() || fitting.iter().any(|target| target.is_bare) {
            return;
        }
        let place = Place::root(found, Item::of(node));
        let walk = at.walk.into_resource(node, is_contained);
        if profiles.any(|profile| types::conforms(&walk, &place, *profile)) {
            return;
        }
        let registry = &at.walk.engine.registry;
        at.report(sink, Rule::ReferenceTarget, Severity::Error, || {
            let urls: Vec<&str> = fitting
                .iter()
                .flat_map(|target| &target.profiles)
                .map(|profile| registry.canonical(*profile))
                .collect();
            Words::new(
                at.subject(),
                format!("a target that conforms to {}", any_of(&urls)),
                format!("a {} that does not", quoted(found)),
            )
            .hint("validate the target against the profile to see what it misses")
        });
    }

    fn check_aggregation(
        &self,
        at: &At<'_>,
        literal: &str,
        resolved: Option<&Node<'_>>,
        sink: &mut Sink,
    ) {
        if self.aggregation.is_empty() {
            return;
        }
        let found = if literal.starts_with('#') {
            Aggregation::Contained
        } else if resolved.is_some() && at.walk.bundle.is_some() {
            Aggregation::Bundled
        } else {
            Aggregation::Referenced
        };
        if self.aggregation.contains(&found) {
            return;
        }
        // What is in the Bundle is also referenced (R4 2.30.8: aggregation modes may overlap).
        if found == Aggregation::Bundled && self.aggregation.contains(&Aggregation::Referenced) {
            return;
        }
        at.report(sink, Rule::ReferenceTarget, Severity::Error, || {
            let modes: Vec<&str> = self.aggregation.iter().map(|mode| mode.code()).collect();
            Words::new(
                at.subject(),
                format!("a target that is {}", any_of(&modes)),
                format!("one that is {}", quoted(found.code())),
            )
        });
    }

    fn check_versioning(&self, at: &At<'_>, literal: &str, sink: &mut Sink) {
        let has_version = literal.contains("/_history/");
        let expected = match self.versioning {
            Some(Versioning::Specific) if !has_version => "a reference to a version",
            Some(Versioning::Independent) if has_version => "a reference without a version",
            _ => return,
        };
        at.report(sink, Rule::ReferenceTarget, Severity::Error, || {
            Words::new(at.subject(), expected, quoted(literal))
        });
    }
}

/// `type` names a type of R4, by its name alone, and the one that is referred to (R4 2.3.0.1:
/// absolute URLs are for logical models).
pub fn check_type(at: &At<'_>, sink: &mut Sink) {
    let get = |name: &str| at.place.item.get(name).and_then(Node::as_str);
    let Some(stated) = get("type") else {
        return;
    };
    let literal = get("reference");
    let resolved = literal.and_then(|literal| resolve(at.walk, literal));
    let referred = type_referred_to(literal, resolved).filter(|name| is_resource_type(at, name));
    let expected = match referred {
        Some(found) if found == stated => return,
        Some(found) => format!("{}, the type that is referred to", quoted(found)),
        None if is_resource_type(at, stated) => return,
        None => "the name of a resource type of R4".to_owned(),
    };
    at.report(sink, Rule::ReferenceTarget, Severity::Error, || {
        Words::new(
            format!("`type` of {}", at.subject()),
            expected,
            quoted(stated),
        )
    });
}

/// The type of the target that was found, or the one that the text of the reference names.
fn type_referred_to<'r>(
    literal: Option<&'r str>,
    resolved: Option<&'r Node<'_>>,
) -> Option<&'r str> {
    let from_target = resolved.and_then(|node| node.str("resourceType"));
    from_target.or(literal.and_then(type_in))
}

/// Whether it is the name, and not the URL, of a resource type.
fn is_resource_type(at: &At<'_>, name: &str) -> bool {
    !name.contains([':', '/'])
        && at
            .walk
            .engine
            .registry
            .find_loose(name)
            .is_some_and(|schema| schema.kind == StructureKind::Resource && !schema.is_profile)
}

/// A relative reference names a type and an id (R4 2.3.0.1), perhaps with a version. Conditional
/// references (`Patient?identifier=...`) belong into transactions.
pub fn check_form(at: &At<'_>, sink: &mut Sink) {
    let Some(literal) = at.place.item.get("reference").and_then(|n| n.as_str()) else {
        return;
    };
    if literal.is_empty()
        || literal.starts_with('#')
        || literal.contains('?')
        || is_absolute(literal)
        || is_type_and_id(literal)
    {
        return;
    }
    at.report(sink, Rule::ReferenceTarget, Severity::Error, || {
        Words::new(
            format!("`reference` of {}", at.subject()),
            "`Type/id`, an absolute URL, or `#` and the id of a contained resource",
            quoted(literal),
        )
    });
}

fn is_type_and_id(literal: &str) -> bool {
    let mut parts = literal.split('/');
    let is_type = parts.next().is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let is_id = |id: &str| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    let has_id = parts.next().is_some_and(is_id);
    let version = match (parts.next(), parts.next(), parts.next()) {
        (None, None, None) => true,
        (Some("_history"), Some(version), None) => is_id(version),
        _ => false,
    };
    is_type && has_id && version
}

/// `ref-1`: a reference to a contained resource finds it (R4 2.3).
pub fn check_contained(at: &At<'_>, sink: &mut Sink) {
    let Some(literal) = at.place.item.get("reference").and_then(|n| n.as_str()) else {
        return;
    };
    // `#` alone is the container itself.
    let Some(id) = literal.strip_prefix('#').filter(|id| !id.is_empty()) else {
        return;
    };
    let walk = at.walk;
    if walk.memo.contained(walk.root_resource, id).is_some() {
        return;
    }
    at.report_with(
        sink,
        Rule::Invariant,
        Severity::Error,
        || {
            Words::new(
                format!("{} breaks `ref-1`", at.subject()),
                format!("a contained resource with id {}", quoted(id)),
                "none",
            )
        },
        |finding| finding.constraint = Some("ref-1".to_owned()),
    );
}

/// The resource that a literal reference points to: contained, in the Bundle, or known from
/// elsewhere.
#[must_use]
pub fn resolve<'w>(walk: &Walk<'w>, literal: &str) -> Option<&'w Node<'w>> {
    if let Some(id) = literal.strip_prefix('#') {
        return if id.is_empty() {
            Some(walk.root_resource)
        } else {
            walk.memo.contained(walk.root_resource, id)
        };
    }
    if let Some(bundle) = walk.bundle
        && let Some(found) = bundle.index.resolve(literal, bundle.full_url)
    {
        return Some(found);
    }
    walk.known.and_then(|known| known.resource(literal))
}

/// As [`resolve`], of a Reference, or of a primitive that holds the text of one (canonical, uri).
#[must_use]
pub fn resolve_item<'w>(walk: &Walk<'w>, item: Item<'w>) -> Option<&'w Node<'w>> {
    let literal = match item.get("reference") {
        Some(node) => node.as_str()?,
        None => item.text()?,
    };
    resolve(walk, literal)
}

/// The resource type that the text of a reference names: `Type/id`, alone or after a base.
#[must_use]
pub fn type_in(literal: &str) -> Option<&str> {
    let literal = literal.split('?').next().unwrap_or(literal);
    let literal = literal.split("/_history/").next().unwrap_or(literal);
    if is_absolute(literal) && !literal.starts_with("http") {
        return None;
    }
    let (rest, id) = literal.rsplit_once('/')?;
    let type_name = rest.rsplit('/').next()?;
    let is_type = type_name.starts_with(|first: char| first.is_ascii_uppercase())
        && type_name.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_type && !id.is_empty()).then_some(type_name)
}

#[cfg(test)]
mod tests {
    use super::{is_type_and_id, type_in};

    #[test]
    fn relative_references_have_a_type_and_an_id() {
        for good in ["Patient/1", "Patient/a-b.c/_history/2"] {
            assert!(is_type_and_id(good), "{good}");
        }
        for bad in [
            "joe-doe",
            "patient/1",
            "Patient/",
            "Patient/1/2",
            "Patient/a_b",
        ] {
            assert!(!is_type_and_id(bad), "{bad}");
        }
    }

    #[test]
    fn the_type_is_read_from_the_reference() {
        assert_eq!(type_in("Patient/1"), Some("Patient"));
        assert_eq!(
            type_in("http://a.org/fhir/Patient/1/_history/2"),
            Some("Patient")
        );
        assert_eq!(type_in("urn:uuid:1"), None);
        assert_eq!(type_in("#a"), None);
        assert_eq!(type_in("joe-doe"), None);
        assert_eq!(type_in("http://a.org/fhir/Patient?identifier=1"), None);
    }
}
