//! Bounds on answers: `maxLength`, and the extensions of R4 for occurrences, values, lengths,
//! formats, attachments and references.

use std::cmp::Ordering;

use super::question::{ItemType, Question};
use super::response::{fault, warn};
use crate::assertion::reference;
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::assertion::{attachment, range};
use crate::finding::{Words, any_of, quoted};
use crate::json::Node;

/// Bounds on quantities come from the guide for structured data capture; R4's own are for numbers
/// and dates only.
const QUANTITY_BOUNDS: [(&str, Ordering); 2] = [
    (
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minQuantity",
        Ordering::Less,
    ),
    (
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity",
        Ordering::Greater,
    ),
];

fn number(value: Option<&Node<'_>>) -> Option<usize> {
    value?.primitive_text()?.parse().ok()
}

/// `questionnaire-minOccurs` and `questionnaire-maxOccurs`: items of a group, answers of a question.
pub(super) fn check_occurs(
    question: &Question<'_>,
    count: usize,
    is_partial: bool,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let least = number(question.extension("questionnaire-minOccurs"));
    let most = number(question.extension("questionnaire-maxOccurs"));
    let expected = match (least, most) {
        (Some(least), _) if count > 0 && count < least && !is_partial => {
            format!("at least {least}")
        }
        (_, Some(most)) if count > most => format!("at most {most}"),
        _ => return,
    };
    fault(at, sink, || {
        Words::new(
            format!(
                "{} in answer to {}",
                at.subject(),
                quoted(question.link_id())
            ),
            expected,
            count,
        )
    });
}

/// Bounds on the value of one answer.
pub(super) fn check_value(question: &Question<'_>, kind: ItemType, at: &At<'_>, sink: &mut Sink) {
    let Some(value) = at.place.item.node else {
        return;
    };
    match kind {
        ItemType::Attachment => check_attachment(question, value, at, sink),
        ItemType::Reference => check_reference(question, value, at, sink),
        ItemType::Quantity => check_quantity(question, value, at, sink),
        _ => {
            if let Some(text) = value.as_str() {
                check_text(question, text, at, sink);
            }
            check_decimals(question, value, at, sink);
            for (name, outside) in [
                ("minValue", Ordering::Less),
                ("maxValue", Ordering::Greater),
            ] {
                check_bound(question.extension(name), outside, value, at, sink);
            }
        }
    }
}

fn check_bound(
    bound: Option<&Node<'_>>,
    outside: Ordering,
    value: &Node<'_>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let Some(bound) = bound else { return };
    if range::compare(value, bound) != Some(outside) {
        return;
    }
    fault(at, sink, || {
        let word = if outside == Ordering::Less {
            "least"
        } else {
            "most"
        };
        Words::new(
            at.subject(),
            format!("at {word} {}", bound.to_json()),
            value.to_json(),
        )
    });
}

fn check_text(question: &Question<'_>, text: &str, at: &At<'_>, sink: &mut Sink) {
    let length = text.chars().count();
    let least = number(question.extension("minLength"));
    let most = number(question.node.get("maxLength"));
    if let Some(least) = least.filter(|least| length < *least) {
        fault(at, sink, || {
            Words::new(at.subject(), format!("at least {least} characters"), length)
        });
    }
    if let Some(most) = most.filter(|most| length > *most) {
        fault(at, sink, || {
            Words::new(at.subject(), format!("at most {most} characters"), length)
        });
    }
    let Some(pattern) = question.extension("regex").and_then(Node::as_str) else {
        return;
    };
    // A pattern that this engine does not know says nothing.
    let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
    if whole.is_ok_and(|whole| !whole.is_match(text)) {
        fault(at, sink, || {
            let words = Words::new(
                at.subject(),
                format!("a text like {}", quoted(pattern)),
                quoted(text),
            );
            match question.extension("entryFormat").and_then(Node::as_str) {
                Some(format) => words.hint(format!("the question asks for {}", quoted(format))),
                None => words,
            }
        });
    }
}

fn check_decimals(question: &Question<'_>, value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let (Some(most), Some(digits)) = (
        number(question.extension("maxDecimalPlaces")),
        value.primitive_text().filter(|_| value.as_str().is_none()),
    ) else {
        return;
    };
    let places = digits.split_once('.').map_or(0, |(_, fraction)| {
        fraction.bytes().take_while(u8::is_ascii_digit).count()
    });
    if places > most {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("at most {most} decimal places"),
                quoted(digits),
            )
        });
    }
}

fn check_quantity(question: &Question<'_>, value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    for (url, outside) in QUANTITY_BOUNDS {
        let Some(bound) = question.extension_at(url) else {
            continue;
        };
        check_bound(Some(bound), outside, value, at, sink);
        if value.get("value").is_some() && range::compare(value, bound).is_none() {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    format!(
                        "a quantity whose unit can be compared with {}",
                        bound.to_json()
                    ),
                    value.to_json(),
                )
            });
        }
    }
    check_unit(question, value, at, sink);
}

/// `questionnaire-unitOption` and `questionnaire-unitValueSet`: the units to choose from.
fn check_unit(question: &Question<'_>, value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let units: Vec<&Node<'_>> = question.extensions("questionnaire-unitOption").collect();
    let unit = |node: &Node<'_>| {
        (
            node.str("system").map(str::to_owned),
            node.str("code").map(str::to_owned),
        )
    };
    if !units.is_empty() && !units.iter().any(|option| unit(option) == unit(value)) {
        fault(at, sink, || {
            let codes: Vec<&str> = units.iter().filter_map(|unit| unit.str("code")).collect();
            Words::new(
                format!("the unit of {}", at.subject()),
                any_of(&codes),
                value
                    .str("code")
                    .or_else(|| value.str("unit"))
                    .map_or("none".to_owned(), quoted),
            )
        });
    }
    let value_set = question
        .extension("questionnaire-unitValueSet")
        .and_then(Node::as_str);
    let (Some(value_set), Some(code)) = (value_set, value.str("code")) else {
        return;
    };
    let members = at.walk.engine.terminology.members(value_set);
    if members.coding(value.str("system"), code).is_no() {
        fault(at, sink, || {
            Words::new(
                format!("the unit of {}", at.subject()),
                format!("a code of value set {}", quoted(value_set)),
                quoted(code),
            )
        });
    }
}

fn check_attachment(question: &Question<'_>, value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let types: Vec<&str> = question
        .extensions("mimeType")
        .filter_map(Node::as_str)
        .collect();
    match value.str("contentType") {
        None if !types.is_empty() => fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("`contentType` {}", any_of(&types)),
                "none",
            )
        }),
        Some(found) if !types.is_empty() && !types.contains(&found) => fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("`contentType` {}", any_of(&types)),
                quoted(found),
            )
        }),
        _ => {}
    }
    let most = question
        .extension("maxSize")
        .and_then(Node::primitive_text)
        .and_then(|text| text.parse::<f64>().ok());
    let size =
        attachment::size(value).or_else(|| value.get("size")?.primitive_text()?.parse().ok());
    if let (Some(most), Some(size)) = (most, size)
        && size as f64 > most
    {
        fault(at, sink, || {
            Words::new(at.subject(), format!("at most {most} bytes"), size)
        });
    }
}

fn check_reference(question: &Question<'_>, value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let allowed: Vec<&str> = question
        .extensions("questionnaire-referenceResource")
        .filter_map(Node::as_str)
        .collect();
    if allowed.is_empty() {
        return;
    }
    let literal = value.str("reference");
    let target = literal.and_then(|literal| reference::resolve(at.walk, literal));
    let found = target
        .and_then(|target| target.str("resourceType"))
        .or_else(|| literal.and_then(reference::type_in))
        .or_else(|| value.str("type"));
    match found {
        Some(found) if allowed.contains(&found) => {}
        Some(found) => fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("a reference to {}", any_of(&allowed)),
                format!("one to {}", quoted(found)),
            )
        }),
        None => warn(at, sink, || {
            Words::new(
                at.subject(),
                format!("a reference to {}", any_of(&allowed)),
                "one whose type cannot be seen",
            )
        }),
    }
}
