//! One answer: its type, and that it is one of the options.

use super::question::Question;
use super::response::fault;
use super::{limits, options};
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::finding::{Words, any_of, quoted};

/// Judges an answer among `count` of one item.
pub(super) fn check(question: &Question<'_>, count: usize, at: &At<'_>, sink: &mut Sink) {
    let (Some(kind), Some(value)) = (question.kind(), at.place.chosen("value")) else {
        return;
    };
    let at = at.to(&value, "QuestionnaireResponse.item.answer.value[x]");
    let allowed = kind.answers();
    if !allowed.contains(&value.type_name) {
        fault(&at, sink, || {
            Words::new(
                at.subject(),
                format!(
                    "an answer of type {} to a question of type {}",
                    any_of(allowed),
                    quoted(kind.code())
                ),
                format!("type {}", quoted(value.type_name)),
            )
        });
        return;
    }
    options::check(question, kind, count, &at, sink);
    limits::check_value(question, kind, &at, sink);
}
