//! CodeSystem (R4 4.8): counts, supplements, and properties that concepts are given.

use std::collections::HashMap;

use super::{fault, text};
use crate::assertion::{At, Place, Sink};
use crate::fhir::CodeSystemContent;
use crate::finding::{Words, quoted};
use crate::json::Node;
use crate::validator::Validator;

/// Judges a CodeSystem.
pub(super) fn check(validator: &Validator, node: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let content = text(at, "content").and_then(CodeSystemContent::from_code);
    check_count(node, content, at, sink);
    check_supplement(validator, content, at, sink);
    let properties: HashMap<&str, &str> = node
        .get("property")
        .map(Node::entries_or_self)
        .unwrap_or_default()
        .iter()
        .filter_map(|property| Some((property.str("code")?, property.str("type")?)))
        .collect();
    for concept in at.place.children("concept", "BackboneElement") {
        check_concept(&properties, &concept, at, sink);
    }
}

/// `count` is the number of concepts, where all of them are there.
fn check_count(node: &Node<'_>, content: Option<CodeSystemContent>, at: &At<'_>, sink: &mut Sink) {
    let found = concepts(node);
    let stated = node.get("count").and_then(Node::primitive_text);
    if content == Some(CodeSystemContent::NotPresent) && found > 0 {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                "no concepts, since `content` is `not-present`",
                found,
            )
        });
    }
    if let Some(stated) = stated
        && content == Some(CodeSystemContent::Complete)
        && stated.parse() != Ok(found)
    {
        fault(at, sink, || {
            Words::new(
                format!("`count` of {}", at.subject()),
                format!("{found}, the number of concepts"),
                stated,
            )
        });
    }
}

fn concepts(node: &Node<'_>) -> usize {
    let below = node.get("concept").map(Node::entries_or_self);
    let below = below.unwrap_or_default();
    below.len() + below.iter().map(concepts).sum::<usize>()
}

/// A supplement says what it supplements, and adds no codes (R4 4.8.7).
fn check_supplement(
    validator: &Validator,
    content: Option<CodeSystemContent>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let is_supplement = content == Some(CodeSystemContent::Supplement);
    let Some(url) = text(at, "supplements") else {
        if is_supplement {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    "`supplements`, since `content` is `supplement`",
                    "none",
                )
            });
        }
        return;
    };
    if !is_supplement {
        fault(at, sink, || {
            Words::new(
                format!("`content` of {}", at.subject()),
                "`supplement`, since there is `supplements`",
                quoted(text(at, "content").unwrap_or_default()),
            )
        });
        return;
    }
    for concept in at.place.children("concept", "BackboneElement") {
        let Some(code) = concept.item.get("code").and_then(Node::as_str) else {
            continue;
        };
        if let crate::terminology::CodeCheck::Invalid(reason) =
            validator.terminology().code(url, code)
        {
            fault(&at.to(&concept, "CodeSystem.concept"), sink, || {
                Words::new(
                    format!("`{}`", concept.expression()),
                    format!("a code of {}", quoted(url)),
                    quoted(code),
                )
                .hint(reason)
            });
        }
    }
}

/// The value of a property has the type that the system gives it.
fn check_concept(
    properties: &HashMap<&str, &str>,
    concept: &Place<'_>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    for property in concept.children("property", "BackboneElement") {
        let at = at.to(&property, "CodeSystem.concept.property");
        let (Some(code), Some(value)) = (text(&at, "code"), property.chosen("value")) else {
            continue;
        };
        match properties.get(code) {
            Some(kind) if *kind != value.type_name => fault(&at, sink, || {
                Words::new(
                    at.subject(),
                    format!("a value of type {}", quoted(kind)),
                    format!("type {}", quoted(value.type_name)),
                )
            }),
            _ => {}
        }
    }
    for below in concept.children("concept", "BackboneElement") {
        check_concept(properties, &below, at, sink);
    }
}
