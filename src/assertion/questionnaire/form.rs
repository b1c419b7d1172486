//! A Questionnaire by itself: the conditions of its items name questions that can have been asked.

use crate::assertion::place::Place;
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// Judges a Questionnaire.
pub(in crate::assertion) fn check(at: &At<'_>, sink: &mut Sink) {
    let Some(form) = at.place.item.node else {
        return;
    };
    check_items(form, at, sink);
}

fn check_items(form: &Node<'_>, holder: &At<'_>, sink: &mut Sink) {
    for item in holder.place.children("item", "BackboneElement") {
        let at = holder.to(&item, "Questionnaire.item");
        check_behaviour(&at, sink);
        for condition in item.children("enableWhen", "BackboneElement") {
            let at = at.to(&condition, "Questionnaire.item.enableWhen");
            check_condition(form, &item, &at, sink);
        }
        check_items(form, &at, sink);
    }
}

/// `que-12`: several conditions need `enableBehavior`. R4's expression speaks of more than two, its
/// words and the description of the element of more than one.
fn check_behaviour(at: &At<'_>, sink: &mut Sink) {
    let count = at
        .place
        .item
        .get("enableWhen")
        .map_or(0, |list| list.entries().len());
    if count != 2 || at.place.item.get("enableBehavior").is_some() {
        return;
    }
    at.report_with(
        sink,
        Rule::Invariant,
        Severity::Error,
        || {
            Words::new(
                format!("{} breaks `que-12`", at.subject()),
                "`enableBehavior`, since there are two `enableWhen`",
                "none",
            )
        },
        |finding| finding.constraint = Some("que-12".to_owned()),
    );
}

/// `enableWhen.question` is another item, not below the one that depends on it, and no display or
/// group that never has an answer.
fn check_condition(form: &Node<'_>, item: &Place<'_>, at: &At<'_>, sink: &mut Sink) {
    let question = at.place.item.get("question").and_then(Node::as_str);
    let (Some(question), Some(own)) = (question, item.item.node) else {
        return;
    };
    let Some(target) = find(form, question) else {
        fault(
            at,
            "the `linkId` of an item of the Questionnaire",
            question,
            sink,
        );
        return;
    };
    if std::ptr::eq(target, own) {
        fault(
            at,
            "another item than the one that is enabled",
            question,
            sink,
        );
    } else if find(own, question).is_some() {
        fault(
            at,
            "an item that is not below the one that is enabled",
            question,
            sink,
        );
    } else if target.offset > own.offset {
        at.report(sink, Rule::Questionnaire, Severity::Warning, || {
            Words::new(
                format!("`question` of {}", at.subject()),
                "an item before the one that is enabled",
                format!("{}, which comes after it", quoted(question)),
            )
        });
    }
}

fn fault(at: &At<'_>, expected: &str, question: &str, sink: &mut Sink) {
    at.report(sink, Rule::Questionnaire, Severity::Error, || {
        Words::new(
            format!("`question` of {}", at.subject()),
            expected,
            quoted(question),
        )
    });
}

fn find<'q>(holder: &'q Node<'q>, link_id: &str) -> Option<&'q Node<'q>> {
    let items = holder.get("item").map(Node::entries).unwrap_or_default();
    items.iter().find_map(|item| {
        if item.str("linkId") == Some(link_id) {
            Some(item)
        } else {
            find(item, link_id)
        }
    })
}
