//! Steps of the suites `search` and `paging`: a few searches each, with values taken from the
//! server's own resources.

mod features;
mod included;
mod offered;
mod paging;
mod parameters;
mod protocol;
mod sample;
mod undeclared;

use super::scenario::{Scenario, StepOutcome};
use crate::check::search::Answer;
use crate::check::{Check, Judgement};
use crate::http::{Exchange, Outcome, RequestSpec, percent_encoded};
use crate::result::Subject;
use crate::suite::Action;
use crate::suite::plan::PlannedStep;

/// Carries out a step of these suites.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let step = &planned.step;
    match step.action {
        Action::Sample => sample::perform(scenario, step).await,
        Action::SearchDeclared => parameters::perform(scenario).await,
        Action::SearchUndeclared => undeclared::perform(scenario).await,
        Action::SearchFeatures => features::perform(scenario).await,
        Action::SearchIncluded => included::perform(scenario).await,
        Action::SearchProtocol => protocol::perform(scenario).await,
        Action::TryInteractions => offered::perform(scenario, step).await,
        Action::PageSizes => paging::sizes(scenario).await,
        Action::PageBegin => paging::begin(scenario, planned).await,
        Action::PageResume => paging::resume(scenario, planned).await,
        _ => StepOutcome::default(),
    }
}

/// What a check of a search is about; without a type where it is about the server as a whole.
fn subject(resource_type: Option<&str>, parameter: &str) -> Subject {
    Subject {
        resource_type: resource_type.map(str::to_owned),
        interaction: Some(Action::Search.interaction().to_owned()),
        search_parameter: (!parameter.is_empty()).then(|| parameter.to_owned()),
    }
}

/// A check about the server as a whole.
fn of_server(check: &'static Check, parameter: &str) -> Judgement {
    Judgement::new(check, &subject(None, parameter))
}

/// Bytes of the bodies that one step keeps until its checks are made; later ones stand only in the
/// recording. A country's pages of a thousand would take hundreds of megabytes.
const MOST_KEPT: usize = 16 << 20;

/// Searches of one step: sent in the server's dialect, kept until the checks are made.
struct Asking<'a, 's> {
    scenario: &'a mut Scenario<'s>,
    exchanges: Vec<Exchange>,
    /// Bytes of their bodies.
    kept: usize,
}

impl<'a, 's> Asking<'a, 's> {
    fn new(scenario: &'a mut Scenario<'s>) -> Self {
        Self {
            scenario,
            exchanges: Vec::new(),
            kept: 0,
        }
    }

    /// Searches a type.
    async fn search(&mut self, resource_type: &str, query: &[(&str, &str)]) -> Answer {
        let url = self.address(resource_type, query);
        self.get(&url).await
    }

    /// The address of a search.
    fn address(&self, resource_type: &str, query: &[(&str, &str)]) -> String {
        let address = self.scenario.session.dialect.type_address(resource_type);
        with_query(&address, query)
    }

    /// Asks for an address.
    async fn get(&mut self, url: &str) -> Answer {
        let exchange = self.scenario.get(url).await;
        self.answer(exchange)
    }

    /// Sends a request that is not a plain GET.
    async fn send(&mut self, spec: RequestSpec) -> Answer {
        let exchange = self.scenario.send(spec).await;
        self.answer(exchange)
    }

    fn answer(&mut self, mut exchange: Exchange) -> Answer {
        let answer = Answer::of(&exchange);
        if let Outcome::Response(response) = &mut exchange.outcome {
            match self.kept + response.body.len() {
                kept if kept <= MOST_KEPT => self.kept = kept,
                _ => response.body = String::new(),
            }
        }
        self.exchanges.push(exchange);
        answer
    }

    /// Follows next links up to so many pages or until `enough`; gives the answers, and whether
    /// there are more.
    async fn walk(
        &mut self,
        first: Answer,
        pages: usize,
        enough: impl Fn(&Answer) -> bool,
    ) -> (Vec<Answer>, bool) {
        let mut answers = vec![first];
        loop {
            let last = &answers[answers.len() - 1];
            let next = last.found().and_then(|found| found.next.clone());
            match next {
                None => return (answers, false),
                Some(_) if enough(last) => return (answers, false),
                Some(_) if answers.len() >= pages => return (answers, true),
                Some(next) => {
                    let answer = self.get(&next).await;
                    answers.push(answer);
                }
            }
        }
    }

    /// Keeps the exchanges that the checks cite.
    fn finish(self, judgements: Vec<Judgement>) -> StepOutcome {
        for exchange in self.exchanges {
            self.scenario.keep_for(exchange, &judgements);
        }
        StepOutcome {
            judgements,
            notes: Vec::new(),
        }
    }
}

/// An address with a query, percent-encoded.
fn with_query(address: &str, query: &[(&str, &str)]) -> String {
    if query.is_empty() {
        return address.to_owned();
    }
    let pair = |(name, value): &(&str, &str)| {
        format!("{}={}", percent_encoded(name), percent_encoded(value))
    };
    let pairs: Vec<String> = query.iter().map(pair).collect();
    format!("{address}?{}", pairs.join("&"))
}

/// A step that has no sample to take values from.
fn without_sample(checks: &[&'static Check]) -> StepOutcome {
    let judgements = checks.iter().map(|check| {
        let mut judgement = of_server(check, "");
        judgement.skip("no type of the server has two resources that can be found by a search");
        judgement
    });
    StepOutcome {
        judgements: judgements.collect(),
        notes: Vec::new(),
    }
}
