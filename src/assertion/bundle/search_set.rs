//! Entries of a searchset (R4 3.1.1.5): matches have an identity, outcomes are OperationOutcomes.

use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::fhir::StructureKind;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// Judges one entry.
pub(super) fn check(bundle: &Node<'_>, entry: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let Some(resource) = entry.get("resource") else {
        return;
    };
    let type_name = resource.str("resourceType").unwrap_or_default();
    let mode = entry.get("search").and_then(|search| search.str("mode"));
    if mode == Some("outcome") && type_name != "OperationOutcome" {
        at.report(sink, Rule::Bundle, Severity::Error, || {
            Words::new(
                at.subject(),
                "an OperationOutcome, since `search.mode` is `outcome`",
                quoted(type_name),
            )
        });
    }
    if mode == Some("match")
        && let Some(searched) = searched(bundle)
        && searched != type_name
        && is_type(searched, at)
    {
        at.report(sink, Rule::Bundle, Severity::Error, || {
            Words::new(
                at.subject(),
                format!(
                    "a match of type {}, which was searched for",
                    quoted(searched)
                ),
                quoted(type_name),
            )
        });
    }
    // An outcome is about the search, and is found nowhere else.
    if type_name != "OperationOutcome" && resource.get("id").is_none() {
        at.report(sink, Rule::Bundle, Severity::Error, || {
            Words::new(
                at.subject(),
                "`resource.id`, since the resource was found on a server",
                "none",
            )
        });
    }
}

/// The type in the link `self`, `[base]/Type?…`.
fn searched<'b>(bundle: &'b Node<'b>) -> Option<&'b str> {
    let links = bundle.get("link")?.entries();
    let own = links
        .iter()
        .find(|link| link.str("relation") == Some("self"))?;
    let (path, _) = own.str("url")?.split_once('?')?;
    path.trim_end_matches('/').rsplit('/').next()
}

fn is_type(name: &str, at: &At<'_>) -> bool {
    let schema = at.walk.engine.registry.find_loose(name);
    schema.is_some_and(|schema| schema.kind == StructureKind::Resource && !schema.is_abstract)
}
