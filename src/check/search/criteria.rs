//! Searching by a value that a resource has, and what has to come of it.

use super::answer::{Answer, Reply};
use super::forms::Form;
use super::parameter::Parameter;
use super::sample::Sample;
use super::sought::Sought;
use crate::check::Judgement;
use crate::check::validity::label;
use crate::fhir::SearchParameterType;
use crate::fhirpath::Model;
use crate::finding::Rule;

/// What a search was about, for words.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The parameter.
    pub parameter: &'a Parameter,
    /// What was asked for.
    pub sought: &'a Sought,
    /// The resource that has the value.
    pub id: &'a str,
    /// Where it comes from.
    pub sample: &'a Sample,
    /// Whether the answers hold pseudonyms, of which only equality can be told.
    pub pseudonyms: bool,
}

impl Asked<'_> {
    fn query(&self) -> String {
        let resource_type = &self.sample.resource_type;
        format!(
            "`{resource_type}?{}={}`",
            self.parameter.name,
            self.sought.query()
        )
    }

    /// Whether the values of the answer say whether they match: not where they are pseudonyms and
    /// more than equality counts.
    fn can_tell(&self) -> bool {
        let by_equality = !matches!(
            self.parameter.kind,
            SearchParameterType::String | SearchParameterType::Date
        );
        !self.pseudonyms || by_equality || self.parameter.name.starts_with('_')
    }

    fn label(&self) -> String {
        format!("{}/{}", self.sample.resource_type, self.id)
    }

    /// Holds that the resource is among the matches. `more`: further pages were not looked at.
    pub fn finds(&self, judgement: &mut Judgement, answers: &[Answer], more: bool) {
        let Some(first) = answers.first() else { return };
        let expected = format!("a searchset for {}", self.query());
        if first.expect_found(judgement, &expected).is_none() {
            return;
        }
        let found = answers.iter().filter_map(Answer::found);
        if found.clone().any(|found| found.has(self.id)) {
            return;
        }
        if more {
            judgement.skip(format!(
                "the resource that has the value is not among the first {} pages",
                answers.len()
            ));
            return;
        }
        let expected = format!("{} for {}, whose value it has", self.label(), self.query());
        judgement.broken_by(
            &first.exchange,
            Rule::SearchResult,
            "Bundle.entry",
            &expected,
            &first.describe(),
        );
        judgement.hint("search by the element that R4 names for the parameter, as it is written");
    }

    /// Holds that the resource is not among the matches.
    pub fn misses(&self, judgement: &mut Judgement, answer: &Answer) {
        // A server may refuse a value that it does not know: then nothing is found either. That it
        // breaks down over one is another check's.
        match &answer.reply {
            Reply::Refused(400..=499, _) => return judgement.saw_exchange(),
            Reply::Refused(500.., text) => {
                return judgement
                    .only_where(format!("the server breaks down over the value: {text}"));
            }
            _ => {}
        }
        let expected = format!("a searchset or a refusal for {}", self.query());
        let Some(found) = answer.expect_found(judgement, &expected) else {
            return;
        };
        if found.has(self.id) {
            let expected = format!("nothing of {} for {}", self.label(), self.query());
            judgement.broken_by(
                &answer.exchange,
                Rule::SearchResult,
                "Bundle.entry.resource",
                &expected,
                &format!(
                    "{}, which does not match{}",
                    self.label(),
                    self.ignored(answer)
                ),
            );
            judgement.hint("a parameter that a server does not support must not stand in its self link; one that it declares must select");
        }
    }

    /// Holds that every match has what was asked for; gives how many have something else.
    pub fn only(&self, judgement: &mut Judgement, answer: &Answer, model: &dyn Model) -> usize {
        let Some(found) = answer.found() else {
            return 0;
        };
        let mut strangers = 0;
        for resource in &found.matches {
            match self.parameter.values(model, resource) {
                Err(message) => judgement.error(message),
                // What is searched may be hidden; then there is nothing to hold it to.
                Ok(values) if values.is_empty() => {}
                Ok(values) => {
                    judgement.saw_resource();
                    if self.can_tell() && !self.sought.is_in(&values) {
                        strangers += 1;
                        let expected = format!("only matches of {}", self.query());
                        let found =
                            format!("{}, which is none{}", label(resource), self.ignored(answer));
                        judgement.broken_by(
                            &answer.exchange,
                            Rule::SearchResult,
                            "Bundle.entry.resource",
                            &expected,
                            &found,
                        );
                    }
                }
            }
        }
        judgement.hint("a parameter that a server does not support must not stand in its self link; one that it declares must select");
        strangers
    }

    /// What more there is to say where the parameter changed nothing.
    fn ignored(&self, answer: &Answer) -> String {
        match answer.found() {
            Some(found) if self.sample.is_all_in(found) => {
                format!(" (the parameter changes nothing: {})", found.describe())
            }
            _ => String::new(),
        }
    }
}

/// Holds one form to its answer. A refusal is no fault of a form that is optional.
pub fn judge_form(
    judgement: &mut Judgement,
    form: &Form,
    asked: Asked<'_>,
    answers: &[Answer],
    more: bool,
) {
    let Some(first) = answers.first() else { return };
    if form.optional
        && let Reply::Refused(400..=499, text) = &first.reply
    {
        judgement.skip(format!(
            "R4 leaves this form to the server, which refuses it: {text}"
        ));
        return;
    }
    if form.finds {
        asked.finds(judgement, answers, more);
    } else {
        asked.misses(judgement, first);
    }
}
