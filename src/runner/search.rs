//! A search step: one page or all of them.

use std::collections::BTreeMap;

use super::scenario::{Scenario, StepOutcome};
use super::step::{subject, unmet};
use crate::check::page::{AfterPage, SearchJudge};
use crate::check::{Judgement, catalog};
use crate::finding::{Finding, Rule, Severity};
use crate::http::{Exchange, percent_encoded};
use crate::json::Node;
use crate::result::Subject;
use crate::suite::plan::PlannedStep;
use crate::suite::{Pages, Step};

/// Ids kept of one search for later reads.
const KEPT_IDS: usize = 100;

/// Carries out a search step.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let step = &planned.step;
    let subject = subject(step);
    let resource_type = step.resource_type.clone().unwrap_or_default();
    if let Some(reason) = unmet(scenario, step) {
        return skipped(&subject, &reason);
    }
    let url = match address(scenario, step, &resource_type) {
        Ok(url) => url,
        Err(missing) => return skipped(&subject, &missing),
    };
    let find = match step
        .find
        .as_deref()
        .map(|find| scenario.fill(find))
        .transpose()
    {
        Ok(find) => find,
        Err(missing) => return skipped(&subject, &missing.to_string()),
    };
    let session = scenario.session;
    let mut judge = SearchJudge::new(
        &session.validator,
        &resource_type,
        &subject,
        planned.required,
    );
    if step.walks_over_all() {
        judge.walks_over_all();
    }
    let mut looking = Looking::new(find, step, &subject);
    let mut notes = Vec::new();
    let all = url.clone();
    let mut address = url;
    let mut pages = 0;
    let ended = loop {
        let exchange = scenario.get(&address).await;
        pages += 1;
        let after = page(scenario, &mut judge, &mut looking, &exchange);
        let broke_down = exchange.status().is_some_and(|status| status >= 500);
        if let Some(document) = exchange
            .response()
            .and_then(|response| crate::json::read(&response.body).ok())
        {
            notes.extend(scenario.capture(&step.capture, &document.root));
        }
        looking.searched(&exchange);
        let cited = judge.cites(&exchange.id) || looking.cites(&exchange.id) || pages == 1;
        scenario.keep(exchange, cited);
        match after {
            AfterPage::End => break Ok(()),
            AfterPage::Broken if broke_down && planned.required => {
                // What stands on the pages before was judged already.
                let is_new = pages == 1;
                let rows = super::one_by_one::perform(scenario, &all, |scenario, exchange| {
                    if is_new {
                        page(scenario, &mut judge, &mut looking, &exchange);
                    }
                    let cited = judge.cites(&exchange.id) || looking.cites(&exchange.id);
                    scenario.keep(exchange, cited);
                })
                .await;
                if let Some(words) = rows.words() {
                    judge.explain(&words);
                }
                break Err("a page of the search was answered with a server error".to_owned());
            }
            AfterPage::Stale => {
                break Err(
                    "the walk ended: three pages in a row had no match that is new".to_owned(),
                );
            }
            AfterPage::Broken => break Err("the walk through the pages broke off".to_owned()),
            AfterPage::Next(_) if step.pages == Pages::First => {
                judge.asks_for_one_page();
                break Err("only the first page was asked for".to_owned());
            }
            AfterPage::Next(_) if pages >= session.limits.pages => {
                break Err(format!(
                    "the walk stopped after {pages} pages, the bound of the run"
                ));
            }
            AfterPage::Next(next) => address = next,
        }
    };
    if ended.is_ok() && pages > 1 {
        notes.push(format!("walked {pages} pages, {} matches", judge.matches()));
    }
    judge.end(ended);
    let (mut judgements, choices) = judge.finish();
    notes.extend(choices);
    judgements.extend(looking.finish());
    StepOutcome { judgements, notes }
}

/// Judges a page, and keeps of its matches what later steps need.
fn page(
    scenario: &mut Scenario<'_>,
    judge: &mut SearchJudge<'_>,
    looking: &mut Looking,
    exchange: &Exchange,
) -> AfterPage {
    let session = scenario.session;
    let (found, references) = (&mut scenario.found, &mut scenario.references);
    let shown = &mut scenario.shown;
    judge.page(exchange, |_, resource| {
        session
            .must_support
            .see(&session.validator, resource, shown);
        looking.see(&session.model, &exchange.id, resource);
        references.collect(&session.definitions, resource);
        if let (Some(id), Some(found_type), true) = (
            resource.str("id"),
            resource.str("resourceType"),
            found.len() < KEPT_IDS,
        ) {
            found.push((found_type.to_owned(), id.to_owned()));
        }
    })
}

fn address(scenario: &Scenario<'_>, step: &Step, resource_type: &str) -> Result<String, String> {
    address_of(scenario, resource_type, &step.parameters)
}

/// The address of a search with these parameters.
pub(super) fn address_of(
    scenario: &Scenario<'_>,
    resource_type: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<String, String> {
    let mut url = scenario.session.dialect.type_address(resource_type);
    for (index, (name, value)) in parameters.iter().enumerate() {
        let value = scenario
            .fill(value)
            .map_err(|missing| missing.to_string())?;
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(&format!("{name}={}", percent_encoded(&value)));
    }
    Ok(url)
}

fn skipped(subject: &Subject, reason: &str) -> StepOutcome {
    let mut judgement = Judgement::new(&catalog::SEARCH_STATUS, subject);
    judgement.skip(reason);
    StepOutcome {
        judgements: vec![judgement],
        notes: Vec::new(),
    }
}

/// The `find` of a step: what at least one match must satisfy, and every match where the search
/// had parameters.
struct Looking {
    find: Option<String>,
    finds: Judgement,
    only: Option<Judgement>,
    hits: usize,
    seen: usize,
    first_exchange: Option<String>,
    /// What a workflow looks for, in words: there it is a finding that there is no match at all.
    wanted: Option<String>,
    /// Whether what is looked for is data to build on.
    is_precondition: bool,
}

impl Looking {
    fn new(find: Option<String>, step: &Step, subject: &Subject) -> Self {
        let by_parameter = !step.parameters.is_empty();
        let finds = match &step.requirement {
            _ if step.precondition => Judgement::new(&catalog::PRECONDITION, subject),
            // The search serves the workflow: what is not among the matches is missing.
            Some(id) => Judgement::new(&catalog::FOUND, subject).of_requirement(id),
            None if by_parameter => Judgement::new(&catalog::SEARCH_FINDS, subject),
            None => Judgement::new(&catalog::FOUND, subject),
        };
        let is_test_of_parameter = by_parameter && step.requirement.is_none() && !step.precondition;
        Self {
            find,
            finds,
            only: is_test_of_parameter.then(|| Judgement::new(&catalog::SEARCH_ONLY, subject)),
            hits: 0,
            seen: 0,
            first_exchange: None,
            is_precondition: step.precondition,
            wanted: (step.requirement.is_some() || step.precondition).then(|| step.title.clone()),
        }
    }

    fn see(
        &mut self,
        model: &crate::fhirpath::DefinitionsModel,
        exchange: &str,
        resource: &Node<'_>,
    ) {
        let Some(find) = &self.find else { return };
        self.first_exchange
            .get_or_insert_with(|| exchange.to_owned());
        self.seen += 1;
        match crate::check::expectation::is_true(model, find, resource) {
            Ok(true) => self.hits += 1,
            Ok(false) => {
                if let Some(only) = &mut self.only {
                    let label = crate::check::validity::label(resource);
                    only.broken_by(
                        exchange,
                        Rule::SearchResult,
                        "Bundle.entry.resource",
                        "only matches of the parameter",
                        &format!("{label}, which does not match"),
                    );
                    only.hint(
                        "a parameter that the server ignores must not stand in the self link",
                    );
                }
            }
            Err(message) => self.finds.error(message),
        }
        self.finds.saw_resource();
        if let Some(only) = &mut self.only {
            only.saw_resource();
        }
    }

    /// Notes a page that came.
    fn searched(&mut self, exchange: &Exchange) {
        if self.wanted.is_some() && exchange.status() == Some(200) {
            self.first_exchange
                .get_or_insert_with(|| exchange.id.clone());
            self.finds.saw_exchange();
        }
    }

    fn cites(&self, exchange: &str) -> bool {
        self.only.as_ref().is_some_and(|only| only.cites(exchange))
    }

    fn finish(mut self) -> Vec<Judgement> {
        if self.find.is_none() {
            return Vec::new();
        }
        if self.hits == 0 && self.is_precondition {
            let title = self.wanted.as_deref().unwrap_or("data to build on");
            self.finds
                .skip(format!("the server has none of it: {title}"));
            return vec![self.finds];
        }
        if let (0, Some(exchange)) = (self.hits, &self.first_exchange) {
            let expected = match &self.wanted {
                Some(title) => format!("what the step looks for ({title})"),
                None => "a match that has the value looked for".to_owned(),
            };
            let actual = format!("none among {}", crate::wording::count(self.seen, "match"));
            let message = format!("expected {expected}, found {actual}");
            let mut finding =
                Finding::new(Severity::Error, Rule::SearchResult, "Bundle.entry", message);
            // A scenario may look for several things of a type: each is a finding of its own.
            finding.constraint.clone_from(&self.wanted);
            finding.expected = Some(expected);
            finding.actual = Some(actual);
            self.finds.find(exchange, None, finding);
        }
        self.finds.unseen("the search gave no match to look at");
        if let Some(only) = &mut self.only {
            only.unseen("the search gave no match to look at");
        }
        [Some(self.finds), self.only]
            .into_iter()
            .flatten()
            .collect()
    }
}
