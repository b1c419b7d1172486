//! `Questionnaire.item.enableWhen`: whether a question is asked, given the answers to others.

use std::cmp::Ordering;

use super::question::{Question, chosen};
use crate::assertion::place::Place;
use crate::assertion::range;
use crate::fhir::codes;
use crate::json::Node;

codes! {
    /// `Questionnaire.item.enableWhen.operator`.
    Operator {
        Exists = "exists",
        Equals = "=",
        NotEquals = "!=",
        Greater = ">",
        Less = "<",
        GreaterOrEqual = ">=",
        LessOrEqual = "<=",
    }
}

/// Whether an item is enabled where it stands, or would stand: inside `holder`, at an offset into
/// the text. `None` where that cannot be decided.
pub(super) fn is_enabled(question: &Question<'_>, holder: &Place<'_>, offset: u32) -> Option<bool> {
    let conditions = question.list("enableWhen");
    let verdicts: Vec<Option<bool>> = conditions
        .iter()
        .map(|condition| holds(condition, holder, offset))
        .collect();
    match verdicts.as_slice() {
        [] => Some(true),
        [only] => *only,
        several => {
            let decisive = match question.node.str("enableBehavior") {
                Some("all") => false,
                Some("any") => true,
                // `que-12` reports it.
                _ => return None,
            };
            if several.contains(&Some(decisive)) {
                Some(decisive)
            } else if several.contains(&None) {
                None
            } else {
                Some(!decisive)
            }
        }
    }
}

fn holds(condition: &Node<'_>, holder: &Place<'_>, offset: u32) -> Option<bool> {
    let operator = Operator::from_code(condition.str("operator")?)?;
    let (expected_type, expected) = chosen(condition, "answer")?;
    let answers: Vec<(&str, &Node<'_>)> = find(condition.str("question")?, holder, offset)
        .map(values)
        .unwrap_or_default();
    if operator == Operator::Exists {
        return Some(expected.as_bool()? != answers.is_empty());
    }
    let same: Vec<Option<bool>> = answers
        .iter()
        .map(|(found_type, found)| {
            (*found_type == expected_type)
                .then(|| compares(operator, found, expected))
                .flatten()
        })
        .collect();
    if operator == Operator::NotEquals {
        // "at least one no answer" (R4): both readings have to agree.
        let (all, any) = (
            same.iter().all(|same| *same == Some(true)),
            same.contains(&Some(true)),
        );
        return (all == any && !same.contains(&None)).then_some(any);
    }
    if same.contains(&Some(true)) {
        Some(true)
    } else if same.contains(&None) {
        None
    } else {
        Some(false)
    }
}

/// Whether one answer stands in that relation to the value of the condition.
fn compares(operator: Operator, found: &Node<'_>, expected: &Node<'_>) -> Option<bool> {
    let order = || range::compare(found, expected);
    Some(match operator {
        Operator::Equals => equals(found, expected)?,
        Operator::NotEquals => !equals(found, expected)?,
        Operator::Greater => order()? == Ordering::Greater,
        Operator::Less => order()? == Ordering::Less,
        Operator::GreaterOrEqual => order()? != Ordering::Less,
        Operator::LessOrEqual => order()? != Ordering::Greater,
        Operator::Exists => return None,
    })
}

/// Whether two answers are the same; a Coding is its system and code.
fn equals(found: &Node<'_>, expected: &Node<'_>) -> Option<bool> {
    if expected.get("reference").is_some() {
        return Some(found.str("reference") == expected.str("reference"));
    }
    if expected.get("code").is_some() && expected.get("value").is_none() {
        let systems = (found.str("system"), expected.str("system"));
        let same_code = found.str("code") == expected.str("code");
        return match systems {
            (Some(found), Some(expected)) => Some(same_code && found == expected),
            // One of them says less than the other.
            (Some(_), None) | (None, Some(_)) if same_code => None,
            _ => Some(same_code),
        };
    }
    if expected.is_object() || found.as_str().is_none() {
        return match (found.primitive_text(), expected.primitive_text()) {
            (Some(found), Some(expected)) if found == expected => Some(true),
            (Some("true" | "false"), _) => Some(false),
            _ => range::compare(found, expected).map(Ordering::is_eq),
        };
    }
    Some(found.as_str() == expected.as_str())
}

/// The values of the answers of an item.
fn values<'r>(item: &'r Node<'r>) -> Vec<(&'static str, &'r Node<'r>)> {
    let answers = item.get("answer").map(Node::entries_or_self);
    answers
        .unwrap_or_default()
        .iter()
        .filter_map(|answer| chosen(answer, "value"))
        .collect()
}

/// The occurrence of a question that a condition is about: an ancestor, or else the nearest one
/// before, or else the first one after, in the innermost group that has one.
fn find<'r>(link_id: &str, holder: &Place<'r>, offset: u32) -> Option<&'r Node<'r>> {
    for scope in holder.outwards() {
        let node = scope.item.node?;
        if node.str("linkId") == Some(link_id) {
            return Some(node);
        }
        let mut found = Vec::new();
        collect(node, link_id, &mut found);
        let before = found.iter().rev().find(|node| node.offset < offset);
        if let Some(nearest) = before.or_else(|| found.first()) {
            return Some(nearest);
        }
        if node.get("resourceType").is_some() {
            return None;
        }
    }
    None
}

fn collect<'r>(holder: &'r Node<'r>, link_id: &str, out: &mut Vec<&'r Node<'r>>) {
    for name in ["item", "answer"] {
        let below = holder.get(name).map(Node::entries_or_self);
        for node in below.unwrap_or_default() {
            if name == "item" && node.str("linkId") == Some(link_id) {
                out.push(node);
            }
            collect(node, link_id, out);
        }
    }
}

/// Whether an item of a response, or one below it, has an answer.
pub(super) fn is_answered(item: &Node<'_>) -> bool {
    item.get("answer")
        .is_some_and(|a| !a.entries_or_self().is_empty())
        || item
            .get("item")
            .map(Node::entries_or_self)
            .unwrap_or_default()
            .iter()
            .any(is_answered)
}
