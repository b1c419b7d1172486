//! Codes as they stand in instances, and what holds for a Coding whatever it is bound to: its code
//! is one of its system, and its display belongs to its code (R4 Coding.code, Coding.display).

use super::bundle::is_absolute;
use super::place::Place;
use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words, any_of, quoted};
use crate::json::Node;
use crate::terminology::{CodeCheck, Display};

/// A code as it stands in an instance.
#[derive(Debug, Clone, Copy)]
pub struct Coded<'w> {
    /// `system`.
    pub system: Option<&'w str>,
    /// `code`, or the value of a primitive.
    pub code: Option<&'w str>,
    /// Whether the type has no place for a system: `code`, `string`, `uri`.
    pub is_bare: bool,
}

/// Whether a binding says something about the node: by its type (R4 4.1.5), and not where another
/// kind of JSON value stands, which is reported already.
#[must_use]
pub fn is_bindable(place: &Place<'_>) -> bool {
    let Some(node) = place.item.node else {
        return false;
    };
    match place.type_name {
        "code" | "string" | "uri" | "canonical" | "url" | "oid" => {
            node.as_str().is_some_and(|text| !text.is_empty())
        }
        "Coding" | "CodeableConcept" | "Quantity" | "Age" | "Count" | "Distance" | "Duration"
        | "Money" => node.is_object(),
        _ => false,
    }
}

/// The codes of a node: one of a primitive, Coding or Quantity, any number of a CodeableConcept.
pub fn codes<'w>(place: &Place<'w>) -> impl Iterator<Item = Coded<'w>> + use<'w> {
    let node = place.item.node;
    let codings = node.and_then(|node| node.get("coding"));
    let (own, codings) = match (node, codings) {
        (_, Some(codings)) => (None, codings.entries_or_self()),
        (Some(node), None) if place.type_name != "CodeableConcept" => (Some(coded(node)), &[][..]),
        _ => (None, &[][..]),
    };
    own.into_iter().chain(codings.iter().map(coded))
}

fn coded<'w>(node: &'w Node<'w>) -> Coded<'w> {
    match node.as_str() {
        Some(text) => Coded {
            system: None,
            code: Some(text),
            is_bare: true,
        },
        None => Coded {
            system: node.str("system"),
            code: node.str("code"),
            is_bare: false,
        },
    }
}

/// The codes of a node as a message shows them.
#[must_use]
pub fn shown(place: &Place<'_>) -> String {
    let shown: Vec<String> = codes(place)
        .map(|coded| {
            let code = coded.code.unwrap_or_default();
            match coded.system {
                Some(system) => format!("{} of system {}", quoted(code), quoted(system)),
                None => quoted(code),
            }
        })
        .collect();
    if shown.is_empty() {
        "no code".to_owned()
    } else {
        shown.join(", ")
    }
}

/// A code system is named by an absolute URI (R4 Coding.system).
fn check_system(system: Option<&str>, at: &At<'_>, sink: &mut Sink) {
    let Some(system) = system.filter(|system| !is_absolute(system)) else {
        return;
    };
    at.report(sink, Rule::PrimitiveFormat, Severity::Error, || {
        Words::new(
            format!("`system` of {}", at.subject()),
            "the absolute URI of a code system",
            quoted(system),
        )
    });
}

/// Judges the unit of a Quantity by its own system.
pub fn check_unit(at: &At<'_>, sink: &mut Sink) {
    let get = |name: &str| at.place.item.get(name).and_then(Node::as_str);
    check_system(get("system"), at, sink);
    let (Some(system), Some(code)) = (get("system"), get("code")) else {
        return;
    };
    if let CodeCheck::Invalid(reason) = at.walk.engine.terminology.code(system, code) {
        at.report(sink, Rule::Binding, Severity::Error, || {
            Words::new(
                at.subject(),
                format!("a unit of system {}", quoted(system)),
                quoted(code),
            )
            .hint(reason)
        });
    }
}

/// Judges a Coding by its own system.
pub fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(node) = at.place.item.node else {
        return;
    };
    check_system(node.str("system"), at, sink);
    let (Some(system), Some(code)) = (node.str("system"), node.str("code")) else {
        return;
    };
    let terminology = &at.walk.engine.terminology;
    match terminology.code(system, code) {
        CodeCheck::Invalid(reason) => {
            at.report(sink, Rule::Binding, Severity::Error, || {
                Words::new(
                    at.subject(),
                    format!("a code of system {}", quoted(system)),
                    quoted(code),
                )
                .hint(reason)
            });
        }
        CodeCheck::Valid => {
            if let Some(display) = node.str("display")
                && let Display::Wrong { expected } = terminology.display(system, code, display)
            {
                at.report(sink, Rule::Display, Severity::Warning, || {
                    Words::new(
                        format!("`display` of {}", at.subject()),
                        any_of(&expected),
                        quoted(display),
                    )
                    .hint(format!(
                        "that is what the code `{code}` means in its system"
                    ))
                });
            }
        }
        CodeCheck::Unknown(_) => {}
    }
}
