//! `answerOption` and `answerValueSet`: the answers that a question offers.

use super::question::{ItemType, Question, chosen, is_exclusive};
use super::response::{fault, warn};
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::fhir::ValueSet;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;
use crate::terminology::Membership;

/// Judges the value of an answer, one of `count`.
pub(super) fn check(
    question: &Question<'_>,
    kind: ItemType,
    count: usize,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let Some(value) = at.place.item.node else {
        return;
    };
    let type_name = at.place.type_name;
    let options = question.list("answerOption");
    // An open choice may be answered with a text of its own.
    let is_open = kind == ItemType::OpenChoice && type_name == "string";
    if !options.is_empty() {
        let of_type: Vec<&Node<'_>> = options
            .iter()
            .filter(|option| chosen(option, "value").is_some_and(|(found, _)| found == type_name))
            .collect();
        let matching = of_type
            .iter()
            .find(|option| chosen(option, "value").is_some_and(|(_, own)| same(own, value)));
        match matching {
            Some(option) if count > 1 && is_exclusive(option) => not_alone(value, at, sink),
            Some(_) => {}
            None if is_open => {}
            None => no_option(of_type.is_empty(), value, at, sink),
        }
    }
    if let Some(canonical) = question.node.str("answerValueSet")
        && !is_open
    {
        check_value_set(question, canonical, value, at, sink);
    }
}

/// Whether an answer is an option: a Coding by system and code, a Reference by its text.
fn same(option: &Node<'_>, value: &Node<'_>) -> bool {
    if !option.is_object() {
        return option.primitive_text() == value.primitive_text();
    }
    if option.get("reference").is_some() {
        return option.str("reference") == value.str("reference");
    }
    option.str("code") == value.str("code") && option.str("system") == value.str("system")
}

fn shown(value: &Node<'_>) -> String {
    match (value.str("code"), value.str("system")) {
        (Some(code), Some(system)) => format!("{} of system {}", quoted(code), quoted(system)),
        (Some(code), None) => quoted(code),
        _ => quoted(&value.to_json()),
    }
}

fn not_alone(value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    fault(at, sink, || {
        Words::new(
            at.subject(),
            format!(
                "no other answer beside {}, which is an exclusive option",
                shown(value)
            ),
            "several",
        )
    });
}

fn no_option(is_wrong_type: bool, value: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    fault(at, sink, || {
        let expected = if is_wrong_type {
            format!(
                "one of the options, of which none has the type {}",
                quoted(at.place.type_name)
            )
        } else {
            "one of the options of the question".to_owned()
        };
        Words::new(at.subject(), expected, shown(value))
    });
}

fn check_value_set(
    question: &Question<'_>,
    canonical: &str,
    value: &Node<'_>,
    at: &At<'_>,
    sink: &mut Sink,
) {
    let terminology = &at.walk.engine.terminology;
    let membership = |system: Option<&str>, code: &str, is_bare: bool| {
        let members = match canonical.strip_prefix('#') {
            Some(id) => terminology.members_of(&contained(question.form, id)?),
            None if is_bare => return Some(terminology.membership(canonical, None, code)),
            None => return Some(terminology.members(canonical).coding(system, code)),
        };
        Some(if is_bare {
            members.membership(None, code)
        } else {
            members.coding(system, code)
        })
    };
    let found = match (at.place.type_name, value.as_str(), value.str("code")) {
        ("Coding", _, Some(code)) => membership(value.str("system"), code, false),
        ("string", Some(text), _) => membership(None, text, true),
        _ => return,
    };
    let words = |hint: String| {
        Words::new(
            at.subject(),
            format!("an answer from value set {}", quoted(canonical)),
            shown(value),
        )
        .hint(hint)
    };
    match found {
        Some(Membership::Yes) => {}
        Some(Membership::No(reason)) => fault(at, sink, || words(reason.to_string())),
        Some(Membership::Unknown(reason)) => {
            at.report(sink, Rule::Questionnaire, Severity::Information, || {
                words(reason.to_string())
            });
        }
        None => warn(at, sink, || {
            words("the Questionnaire does not contain that value set".to_owned())
        }),
    }
}

/// A value set that the form contains.
fn contained(form: &Node<'_>, id: &str) -> Option<ValueSet> {
    let resources = form.get("contained")?.entries();
    let found = resources
        .iter()
        .find(|resource| resource.str("id") == Some(id))?;
    ValueSet::contained(found)
}
