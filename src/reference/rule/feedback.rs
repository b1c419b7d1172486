//! Communication: the answers to the questions after a claim.

use super::Context;
use crate::reference::flow::{QUESTIONS, open_request};
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::tree::{Tree, at, text_at};

/// What was answered to a question.
fn given<'r>(resource: &'r Tree, question: &str) -> Vec<&'r Tree> {
    let of = |part: &&Tree| {
        text_at(part, "extension.valueCodeableConcept.coding.code") == Some(question)
    };
    at(resource, "payload").into_iter().filter(of).collect()
}

/// Five answers, each question once.
pub(super) fn complete(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    for question in QUESTIONS {
        let answers = given(resource, question).len();
        if answers != 1 {
            let text = format!("`{question}` is to be answered once, found {answers} answers");
            issues.push(Issue::new(IssueCode::Required, text).at("Communication.payload"));
        }
    }
    if at(resource, "payload").len() > QUESTIONS.len() {
        let text = format!("there are {} questions", QUESTIONS.len());
        issues.push(Issue::new(IssueCode::Structure, text).at("Communication.payload"));
    }
    issues
}

/// Yes or no, and a mark from 0 to 5 for the last question.
pub(super) fn answers(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    for question in QUESTIONS {
        let given = given(resource, question);
        for answer in given.iter().filter_map(|part| part.str("contentString")) {
            let fits = match question {
                "Asessment" => matches!(answer, "0" | "1" | "2" | "3" | "4" | "5"),
                _ => matches!(answer, "yes" | "no"),
            };
            if !fits {
                let text = format!("`{answer}` is no answer to `{question}`");
                let place = "Communication.payload.content";
                issues.push(Issue::new(IssueCode::Value, text).at(place));
            }
        }
    }
    issues
}

/// The claim has a question that is open, or is already answered by this resource.
pub(super) fn once(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let about = text_at(resource, "about.reference").unwrap_or_default();
    let about = about.strip_prefix(context.base).unwrap_or(about);
    if context.id.is_some() || open_request(context.store, about).is_some() {
        return Vec::new();
    }
    let text = "no feedback is asked for, or it was given already";
    vec![Issue::new(IssueCode::Conflict, text).at("Communication.about")]
}
