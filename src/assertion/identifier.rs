//! Identifier (R4 2.24.0.12): its system is an absolute URI, and a value that is a URI is one.

use super::bundle::is_absolute;
use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// The system of identifiers that are URIs.
const URI: &str = "urn:ietf:rfc:3986";

/// Judges an Identifier.
pub(super) fn check(at: &At<'_>, sink: &mut Sink) {
    let get = |name: &str| at.place.item.get(name).and_then(Node::as_str);
    if let Some(system) = get("system")
        && !is_absolute(system)
    {
        at.report(sink, Rule::PrimitiveFormat, Severity::Error, || {
            Words::new(
                format!("`system` of {}", at.subject()),
                "an absolute URI",
                quoted(system),
            )
            .hint("an identifier is unique in a system that is known everywhere")
        });
    }
    let (Some(URI), Some(value)) = (get("system"), get("value")) else {
        return;
    };
    if is_absolute(value) {
        return;
    }
    at.report(sink, Rule::PrimitiveFormat, Severity::Error, || {
        Words::new(
            format!("`value` of {}", at.subject()),
            format!(
                "a full URI such as `urn:uuid:…`, since `system` is {}",
                quoted(URI)
            ),
            quoted(value),
        )
    });
}
