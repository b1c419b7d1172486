//! Questionnaire and QuestionnaireResponse: what a form asks for, held against what was answered,
//! and the rules about forms that R4 states in words.
//!
//! Interpretations: a response that is not `completed` or `amended` may lack answers. A condition
//! that cannot be decided (an answer of another type, `!=` where R4 is ambiguous) neither asks for
//! an item nor forbids it.

mod answer;
mod enable_when;
mod form;
mod limits;
mod options;
mod question;
mod response;
#[cfg(test)]
mod tests;

use super::lookup;
use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

pub(super) use form::check as check_form;

/// Holds a QuestionnaireResponse against its Questionnaire.
pub(super) fn check_response(at: &At<'_>, sink: &mut Sink) {
    let Some(canonical) = at.place.item.get("questionnaire").and_then(Node::as_str) else {
        return;
    };
    let known = at.walk.engine.definitions.questionnaire(canonical);
    let form = lookup::canonical(at, "Questionnaire", canonical)
        .or_else(|| known.as_deref().map(|known| &known.root));
    let Some(form) = form else {
        at.report(sink, Rule::Questionnaire, Severity::Warning, || {
            Words::new(
                format!("`questionnaire` of {}", at.subject()),
                "a Questionnaire that is known",
                quoted(canonical),
            )
            .hint("load it with --definitions; the answers were not held against it")
        });
        return;
    };
    response::check(form, at, sink);
}
