//! The constraints that hold for every element, resource and extension, judged natively: they are
//! evaluated at each node of each resource, and their FHIRPath would cost more than all the rest.

use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words};

/// `ele-1`: all elements have a value or children; `id` alone is no content (R4 2.24.0).
pub fn check_content(at: &At<'_>, sink: &mut Sink) {
    let item = at.place.item;
    let has_value = item.node.is_some_and(|node| !node.is_object());
    let has_children = item
        .object()
        .is_some_and(|object| object.members().iter().any(|member| member.name != "id"));
    if !has_value && !has_children {
        at.report_with(
            sink,
            Rule::Invariant,
            Severity::Error,
            || {
                Words::new(
                    format!("{} breaks `ele-1`", at.subject()),
                    "a value or child elements",
                    "neither",
                )
                .hint("leave out elements that have no content")
            },
            |finding| finding.constraint = Some("ele-1".to_owned()),
        );
    }
}

/// `ext-1`: an extension has a value or extensions, not both (R4 2.5).
pub fn check_extension_content(at: &At<'_>, sink: &mut Sink) {
    let Some(object) = at.place.item.object() else {
        return;
    };
    let has_extensions = object.get("extension").is_some();
    let has_value = object.members().iter().any(|member| {
        let name = member.name.strip_prefix('_').unwrap_or(&member.name);
        name.len() > 5 && name.starts_with("value")
    });
    if has_extensions == has_value {
        at.report_with(
            sink,
            Rule::Invariant,
            Severity::Error,
            || {
                Words::new(
                    format!("{} breaks `ext-1`", at.subject()),
                    "either a value or nested extensions",
                    if has_value { "both" } else { "neither" },
                )
            },
            |finding| finding.constraint = Some("ext-1".to_owned()),
        );
    }
}
