//! Groups, populations and stratifiers of a report, found in the measure by their codes.

use super::fault;
use crate::assertion::place::Place;
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// The entries of a property.
pub(super) fn entries<'m>(node: &'m Node<'m>, name: &str) -> &'m [Node<'m>] {
    node.get(name)
        .map(Node::entries_or_self)
        .unwrap_or_default()
}

/// The entry of the measure that each entry of the report is about. What the measure does not have
/// is reported, and what comes twice.
pub(super) fn assign(
    name: &str,
    defined: &[Node<'_>],
    found: &[Place<'_>],
    at: &At<'_>,
    sink: &mut Sink,
) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = Vec::new();
    for place in found {
        let own = place.item.get("code");
        let at = at.to(place, at.id);
        let owner = match own {
            // A lone entry needs no code to be told from others.
            None if defined.len() == 1 && found.len() == 1 => Some(0),
            None => {
                if defined.len() > 1 {
                    at.report(sink, Rule::Measure, Severity::Warning, || {
                        Words::new(
                            at.subject(),
                            format!("a `code` that tells which {name} of the Measure it is"),
                            "none",
                        )
                    });
                }
                None
            }
            Some(own) => match position(defined, own) {
                Some(owner) => Some(owner),
                None if is_lone_uncoded(defined, found) => Some(0),
                None => {
                    unknown(name, own, &at, sink);
                    None
                }
            },
        };
        if owner.is_some() && owners.contains(&owner) {
            fault(&at, sink, || {
                Words::new(
                    at.subject(),
                    format!("one {name} for each of the Measure"),
                    format!(
                        "a second one of code {}",
                        own.map_or_else(String::new, shown)
                    ),
                )
            });
        }
        owners.push(owner);
    }
    owners
}

/// The measure has one entry without a code, and the report one.
fn is_lone_uncoded(defined: &[Node<'_>], found: &[Place<'_>]) -> bool {
    matches!(defined, [only] if only.get("code").is_none()) && found.len() == 1
}

fn unknown(name: &str, own: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    fault(at, sink, || {
        Words::new(
            format!("`code` of {}", at.subject()),
            format!("a {name} of the Measure"),
            format!("{}, which it does not have", shown(own)),
        )
    });
}

/// Entries of the measure that a complete report leaves out.
pub(super) fn report_missing(
    name: &str,
    defined: &[Node<'_>],
    owners: &[Option<usize>],
    at: &At<'_>,
    sink: &mut Sink,
) {
    for (index, entry) in defined.iter().enumerate() {
        let Some(code) = entry.get("code").filter(|_| !owners.contains(&Some(index))) else {
            continue;
        };
        fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("a {name} for {} of the Measure", shown(code)),
                "none",
            )
        });
    }
}

fn position(defined: &[Node<'_>], code: &Node<'_>) -> Option<usize> {
    defined
        .iter()
        .position(|entry| entry.get("code").is_some_and(|own| same(own, code)))
}

/// Whether two concepts share a coding, or, where they have none, their text. The report's
/// stratifier has a list of concepts (R4 MeasureReport.group.stratifier.code).
fn same(defined: &Node<'_>, found: &Node<'_>) -> bool {
    found.entries_or_self().iter().any(|found| {
        let (mine, theirs) = (entries(defined, "coding"), entries(found, "coding"));
        if mine.is_empty() || theirs.is_empty() {
            return defined.str("text").is_some() && defined.str("text") == found.str("text");
        }
        let shares = |coding: &Node<'_>| {
            theirs.iter().any(|other| {
                coding.str("code") == other.str("code")
                    && coding.str("system") == other.str("system")
            })
        };
        mine.iter().any(shares)
    })
}

fn shown(code: &Node<'_>) -> String {
    let first = code.entries_or_self().first();
    let coding = first.and_then(|concept| entries(concept, "coding").first());
    let text = coding
        .and_then(|coding| coding.str("code"))
        .or_else(|| first?.str("text"));
    quoted(text.unwrap_or_default())
}
