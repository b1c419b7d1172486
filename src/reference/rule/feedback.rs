//! Communication: the answers to the questions after a claim.

use super::Context;
use crate::reference::flow::{QUESTIONS, open_request};
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::tree::{Tree, at, text_at};

/// Five answers: each question once, yes or no, and a mark from 0 to 5 for the last.
pub(super) fn answers(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let payload = at(resource, "payload");
    let mut issues = Vec::new();
    for question in QUESTIONS {
        let given: Vec<_> = payload
            .iter()
            .filter(|part| {
                text_at(part, "extension.valueCodeableConcept.coding.code") == Some(question)
            })
            .collect();
        if given.len() != 1 {
            let text = format!(
                "`{question}` is to be answered once, found {} answers",
                given.len()
            );
            issues.push(Issue::new(IssueCode::Required, text).at("Communication.payload"));
        }
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
    if payload.len() > QUESTIONS.len() {
        let text = format!("there are {} questions", QUESTIONS.len());
        issues.push(Issue::new(IssueCode::Structure, text).at("Communication.payload"));
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
