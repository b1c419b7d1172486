//! The items of a QuestionnaireResponse against those of its Questionnaire: known, in order,
//! nested alike, enabled, as many as may be.

use super::question::{ItemType, Question};
use super::{answer, enable_when, limits};
use crate::assertion::place::Place;
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// Ids of the elements that findings are about.
const ITEM: &str = "QuestionnaireResponse.item";
const ANSWER: &str = "QuestionnaireResponse.item.answer";

/// One response held against one form.
struct Response<'r> {
    form: &'r Node<'r>,
    /// Whether answers may still be missing.
    is_partial: bool,
}

/// Judges a response.
pub(super) fn check(form: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let status = at.place.item.get("status").and_then(Node::as_str);
    let response = Response {
        form,
        is_partial: !matches!(status, Some("completed" | "amended")),
    };
    check_authored(form, at, sink);
    response.check_items(form, at, sink);
}

/// The form is in use when it is answered (`Questionnaire.effectivePeriod`).
fn check_authored(form: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let authored = at.place.item.get("authored");
    let (Some(authored), Some(period)) = (authored, form.get("effectivePeriod")) else {
        return;
    };
    for (name, outside) in [
        ("start", std::cmp::Ordering::Less),
        ("end", std::cmp::Ordering::Greater),
    ] {
        let Some(bound) = period.get(name) else {
            continue;
        };
        if crate::assertion::range::compare(authored, bound) == Some(outside) {
            warn(at, sink, || {
                Words::new(
                    format!("`authored` of {}", at.subject()),
                    format!(
                        "a time inside of `effectivePeriod` of the Questionnaire, whose `{name}` is {}",
                        bound.to_json()
                    ),
                    authored.to_json(),
                )
            });
        }
    }
}

impl<'r> Response<'r> {
    /// The items inside of a response, a group or an answer.
    fn check_items(&self, definition: &'r Node<'r>, holder: &At<'_>, sink: &mut Sink) {
        let questions = Question::all(definition, self.form);
        let items = holder.place.children("item", "BackboneElement");
        let mut last = 0;
        for item in &items {
            let at = holder.to(item, ITEM);
            let Some(link_id) = link_id(item) else {
                continue;
            };
            match questions.iter().position(|q| q.link_id() == link_id) {
                Some(index) if index < last => out_of_order(link_id, &at, sink),
                Some(index) => last = index,
                None => self.not_here(link_id, &at, sink),
            }
        }
        for question in &questions {
            let own: Vec<&Place<'_>> = items
                .iter()
                .filter(|item| link_id(item) == Some(question.link_id()))
                .collect();
            self.check_question(question, &own, holder, sink);
            if sink.settled() {
                return;
            }
        }
    }

    /// An item that the form does not have at this place.
    fn not_here(&self, link_id: &str, at: &At<'_>, sink: &mut Sink) {
        let is_elsewhere = exists(self.form, link_id);
        fault(at, sink, || {
            Words::new(
                format!("`linkId` of {}", at.subject()),
                if is_elsewhere {
                    "an item at its place in the Questionnaire"
                } else {
                    "an item of the Questionnaire"
                },
                if is_elsewhere {
                    format!("{}, which the Questionnaire has elsewhere", quoted(link_id))
                } else {
                    format!("{}, which it does not have", quoted(link_id))
                },
            )
            .hint("items are nested as in the Questionnaire: those below a question stand in its `answer`")
        });
    }

    /// All occurrences of one item of the form.
    fn check_question(
        &self,
        question: &Question<'r>,
        own: &[&Place<'_>],
        holder: &At<'_>,
        sink: &mut Sink,
    ) {
        let here = own.first().map_or(u32::MAX, |place| place.item.offset());
        let enabled = enable_when::is_enabled(question, holder.place, here);
        if own.is_empty() {
            if question.is_required() && enabled == Some(true) {
                self.missing(question, holder, sink);
            }
            return;
        }
        if enabled == Some(false) {
            for item in own {
                if item.item.node.is_some_and(enable_when::is_answered) {
                    not_enabled(question, &holder.to(item, ITEM), sink);
                }
            }
            return;
        }
        if let (Some(second), false) = (own.get(1), question.repeats()) {
            fault(&holder.to(second, ITEM), sink, || {
                Words::new(
                    format!("`{}`", second.expression()),
                    format!(
                        "one item {}, since it does not repeat",
                        quoted(question.link_id())
                    ),
                    own.len(),
                )
            });
        }
        if question.kind() == Some(ItemType::Group) {
            let at = holder.to(own[own.len() - 1], ITEM);
            limits::check_occurs(question, own.len(), self.is_partial, &at, sink);
        }
        for item in own {
            self.check_item(question, enabled, &holder.to(item, ITEM), sink);
        }
    }

    /// A required item has no answer.
    fn missing(&self, question: &Question<'_>, at: &At<'_>, sink: &mut Sink) {
        let severity = if self.is_partial {
            Severity::Information
        } else {
            Severity::Error
        };
        at.report(sink, Rule::Questionnaire, severity, || {
            Words::new(
                at.subject(),
                format!(
                    "an answer to {}, which is required",
                    quoted(question.link_id())
                ),
                "none",
            )
            .hint("a response that is not finished has the status `in-progress`")
        });
    }

    /// One occurrence.
    fn check_item(
        &self,
        question: &Question<'r>,
        enabled: Option<bool>,
        at: &At<'_>,
        sink: &mut Sink,
    ) {
        check_text(question, at, sink);
        let answers = at.place.children("answer", "BackboneElement");
        let has_items = at.place.item.get("item").is_some();
        match question.kind() {
            None => {}
            Some(ItemType::Display) if !answers.is_empty() || has_items => {
                takes_none(question, "neither answers nor items", at, sink);
            }
            Some(ItemType::Display) => {}
            Some(ItemType::Group) => {
                if !answers.is_empty() {
                    takes_none(question, "no answer", at, sink);
                }
                if question.is_required() && !has_items && !self.is_partial {
                    fault(at, sink, || {
                        Words::new(
                            at.subject(),
                            "an item in the group, which is required",
                            "none",
                        )
                    });
                }
                self.check_items(question.node, at, sink);
            }
            Some(ItemType::Question) if !answers.is_empty() => {
                takes_none(question, "no answer, as the type is abstract", at, sink);
            }
            Some(_) => self.check_answers(question, enabled, &answers, at, sink),
        }
    }

    fn check_answers(
        &self,
        question: &Question<'r>,
        enabled: Option<bool>,
        answers: &[Place<'_>],
        at: &At<'_>,
        sink: &mut Sink,
    ) {
        if at.place.item.get("item").is_some() {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    "items below a question inside of its `answer`",
                    "`item` beside it",
                )
                .hint("only a group has `item`; a question has `answer.item`")
            });
        }
        if answers.is_empty() && question.is_required() && enabled == Some(true) {
            self.missing(question, at, sink);
        }
        if answers.len() > 1 && !question.repeats() {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    format!(
                        "one answer to {}, since it does not repeat",
                        quoted(question.link_id())
                    ),
                    answers.len(),
                )
            });
        }
        limits::check_occurs(question, answers.len(), self.is_partial, at, sink);
        for place in answers {
            let at = at.to(place, ANSWER);
            answer::check(question, answers.len(), &at, sink);
            self.check_items(question.node, &at, sink);
        }
    }
}

fn link_id<'p>(item: &Place<'p>) -> Option<&'p str> {
    item.item.get("linkId").and_then(Node::as_str)
}

/// Whether the form has such an item anywhere.
fn exists(holder: &Node<'_>, link_id: &str) -> bool {
    let items = holder.get("item").map(Node::entries).unwrap_or_default();
    items
        .iter()
        .any(|item| item.str("linkId") == Some(link_id) || exists(item, link_id))
}

/// R4 QuestionnaireResponse.item.text: the text that was shown, which the form gives.
fn check_text(question: &Question<'_>, at: &At<'_>, sink: &mut Sink) {
    let found = at.place.item.get("text").and_then(Node::as_str);
    let (Some(found), Some(expected)) = (found, question.node.str("text")) else {
        return;
    };
    let translations = question.translations("text");
    if found != expected && !translations.contains(&found) {
        fault(at, sink, || {
            Words::new(
                format!("`text` of {}", at.subject()),
                quoted(expected),
                quoted(found),
            )
            .hint("the text is that of the item in the Questionnaire")
        });
    }
}

fn out_of_order(link_id: &str, at: &At<'_>, sink: &mut Sink) {
    fault(at, sink, || {
        Words::new(
            at.subject(),
            "the items in the order of the Questionnaire",
            format!("{} behind one that follows it there", quoted(link_id)),
        )
    });
}

fn not_enabled(question: &Question<'_>, at: &At<'_>, sink: &mut Sink) {
    fault(at, sink, || {
        Words::new(
            at.subject(),
            format!(
                "no answer, since `enableWhen` of {} does not hold",
                quoted(question.link_id())
            ),
            "one",
        )
        .hint("leave out what is not asked, or answer so that it is")
    });
}

fn takes_none(question: &Question<'_>, expected: &str, at: &At<'_>, sink: &mut Sink) {
    fault(at, sink, || {
        let kind = question.node.str("type").unwrap_or_default();
        Words::new(
            at.subject(),
            format!("{expected} in an item of type {}", quoted(kind)),
            "some",
        )
    });
}

/// An error about an answer.
pub(super) fn fault(at: &At<'_>, sink: &mut Sink, words: impl FnOnce() -> Words) {
    at.report(sink, Rule::Questionnaire, Severity::Error, words);
}

/// A warning about an answer.
pub(super) fn warn(at: &At<'_>, sink: &mut Sink, words: impl FnOnce() -> Words) {
    at.report(sink, Rule::Questionnaire, Severity::Warning, words);
}
