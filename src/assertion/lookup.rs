//! Finding a conformance resource by its canonical URL near the resource that names it.

use super::reference;
use super::walk::At;
use crate::fhir::Canonical;
use crate::json::Node;

/// The resource of that type and canonical URL: contained (`#id`), in the Bundle, or known from
/// elsewhere.
pub(super) fn canonical<'w>(at: &At<'w>, type_name: &str, canonical: &str) -> Option<&'w Node<'w>> {
    let is_type = |node: &&Node<'_>| node.str("resourceType") == Some(type_name);
    if canonical.starts_with('#') {
        return reference::resolve(at.walk, canonical).filter(is_type);
    }
    let wanted = Canonical::parse(canonical);
    let fits = |node: &&Node<'_>| {
        node.str("url") == Some(wanted.url)
            && wanted
                .version
                .is_none_or(|version| node.str("version") == Some(version))
    };
    let entries = at.walk.bundle.and_then(|bundle| bundle.node.get("entry"));
    let mut resources = entries
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| entry.get("resource"));
    resources
        .find(|node| is_type(node) && fits(node))
        .or_else(|| reference::resolve(at.walk, canonical).filter(is_type))
}
