//! Narrative (R4 2.4.0): `txt-1` and `txt-2`. Both are the expression `htmlChecks()`, which answers
//! yes or no; a finding says what in the XHTML is wrong, and where.

use super::sink::Sink;
use super::walk::At;
use crate::fhirpath::xhtml::{self, NarrativeFaultKind};
use crate::finding::{Rule, Severity, Words};
use crate::json::Node;

/// Judges the `div` of a narrative.
pub(super) fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(text) = at.place.item.node.and_then(Node::as_str) else {
        return;
    };
    let Err(fault) = xhtml::check(text) else {
        return;
    };
    let (key, hint) = match fault.kind {
        NarrativeFaultKind::Empty => (
            "txt-2",
            "write text into the narrative, or leave it out".to_owned(),
        ),
        _ => {
            let before = text.get(..fault.offset).unwrap_or(text);
            let character = before.chars().count() + 1;
            (
                "txt-1",
                format!(
                    "mend character {character} of the text: a narrative is one `div` of well-formed XHTML with the elements and attributes of R4 2.4.0"
                ),
            )
        }
    };
    at.report_with(
        sink,
        Rule::Narrative,
        Severity::Error,
        || {
            let message = fault.message.trim_start_matches("expected ");
            let (expected, found) = message
                .split_once(", found ")
                .unwrap_or((message, "something else"));
            Words::new(at.subject(), expected, found).hint(hint)
        },
        |finding| finding.constraint = Some(key.to_owned()),
    );
}
