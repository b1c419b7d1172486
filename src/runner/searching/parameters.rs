//! Each parameter that the guide or the server declares for a type: does it find what has the
//! value, and nothing else?

use super::Asking;
use super::sample::of_parameter;
use crate::check::exchange::no_server_error;
use crate::check::search::criteria::{Asked, judge_form};
use crate::check::search::forms::{forms, plain};
use crate::check::search::moment::Prefix;
use crate::check::search::sought::near_miss;
use crate::check::search::value::Value;
use crate::check::search::{Answer, Parameter, Reply, Sample, Sought, results};
use crate::check::{Judgement, catalog};
use crate::finding::Rule;
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::declared::DeclaredParameter;

/// Pages looked at for the resource that has the value.
const PAGES: usize = 5;
/// Values of a resource that are tried until one works.
const VALUES: usize = 3;
/// A time after every write and one before.
const FUTURE: &str = "2200-01-01T00:00:00Z";
const PAST: &str = "1900-01-01T00:00:00Z";

pub(super) async fn perform(scenario: &mut Scenario<'_>) -> StepOutcome {
    let Some(sample) = scenario.samples.last().cloned() else {
        return StepOutcome::default();
    };
    let declared: Vec<(String, DeclaredParameter)> = scenario
        .session
        .declared
        .of(&sample.resource_type)
        .map(|own| own.parameters.clone().into_iter().collect())
        .unwrap_or_default();
    let mut asking = Asking::new(scenario);
    let mut judgements = Vec::new();
    for (name, declared) in &declared {
        let mut trial = Trial::new(&sample, name);
        trial.run(&mut asking, declared).await;
        judgements.extend(trial.into_judgements());
    }
    asking.finish(judgements)
}

/// The checks of one parameter.
struct Trial<'s> {
    sample: &'s Sample,
    name: &'s str,
    finds: Judgement,
    only: Judgement,
    miss: Judgement,
    self_used: Judgement,
    no_server_error: Judgement,
    forms: Vec<Judgement>,
}

impl<'s> Trial<'s> {
    fn new(sample: &'s Sample, name: &'s str) -> Self {
        let judge = |check| of_parameter(check, &sample.resource_type, name);
        Self {
            sample,
            name,
            finds: judge(&catalog::SEARCH_FINDS),
            only: judge(&catalog::SEARCH_ONLY),
            miss: judge(&catalog::SEARCH_MISS),
            self_used: judge(&catalog::SEARCH_SELF_USED),
            no_server_error: judge(&catalog::NO_SERVER_ERROR),
            forms: Vec::new(),
        }
    }

    async fn run(&mut self, asking: &mut Asking<'_, '_>, declared: &DeclaredParameter) {
        let parameter = match Parameter::new(self.name, declared) {
            Ok(parameter) => parameter,
            Err(reason) => return self.skip(&reason),
        };
        let picked = self.pick(asking, &parameter);
        if picked.is_empty() {
            if self.name == "_lastUpdated" {
                return self.nothing_outside_of_time(asking).await;
            }
            return self.skip("no resource that was found has a value for the parameter");
        }
        for (id, value, sought) in &picked {
            let asked = Asked {
                parameter: &parameter,
                sought,
                id,
                sample: self.sample,
                pseudonyms: asking.scenario.session.client.is_playback(),
            };
            if self.find(asking, asked).await {
                return self.what_works(asking, asked, value).await;
            }
        }
        // A search that does not answer as it should may still break down over what nobody has.
        if let Some(sought) = picked.first().and_then(|(_, value, _)| near_miss(value)) {
            self.ask(asking, &sought).await;
        }
        self.miss
            .only_where("the parameter does not find what it should already");
    }

    /// A near miss and the other forms, of a value by which the parameter works.
    async fn what_works(&mut self, asking: &mut Asking<'_, '_>, asked: Asked<'_>, value: &Value) {
        if let Some(sought) = near_miss(value) {
            let answer = self.ask(asking, &sought).await;
            let asked = Asked {
                sought: &sought,
                ..asked
            };
            asked.misses(&mut self.miss, &answer);
            // Only what was shown to select has to stand in the self link.
            if !self.miss.is_broken() {
                results::self_names(&mut self.self_used, &answer, self.name);
            }
        }
        if !self.miss.is_broken() {
            self.other_forms(asking, asked, value).await;
        }
    }

    /// A resource, some values of it, and how to ask for each; of texts one with accents first.
    fn pick(
        &mut self,
        asking: &Asking<'_, '_>,
        parameter: &Parameter,
    ) -> Vec<(String, Value, Sought)> {
        let model = asking.scenario.model();
        let mut picked: Vec<(String, Value, Sought)> = Vec::new();
        for resource in &self.sample.resources {
            let values = match parameter.values(model, resource) {
                Ok(values) => values,
                Err(message) => {
                    self.finds.error(message);
                    return Vec::new();
                }
            };
            let id = resource.str("id").unwrap_or_default();
            let mut fitting: Vec<_> = values
                .into_iter()
                .filter_map(|value| {
                    let sought = plain(&value)?;
                    Some((id.to_owned(), value, sought))
                })
                .collect();
            fitting.sort_by_key(|(_, value, _)| is_plain(value));
            fitting.truncate(VALUES);
            let Some((_, first, _)) = fitting.first() else {
                continue;
            };
            if picked
                .first()
                .is_none_or(|own| is_plain(&own.1) && !is_plain(first))
            {
                picked = fitting;
            }
        }
        picked
    }

    /// Asks for a value that need not be known, and notes whether the server broke down over it.
    async fn ask(&mut self, asking: &mut Asking<'_, '_>, sought: &Sought) -> Answer {
        let answer = self.ask_for_known(asking, sought).await;
        if let Some(exchange) = asking.exchanges.last() {
            no_server_error(&mut self.no_server_error, exchange);
        }
        answer
    }

    /// Asks for a value that has to be found; that the server broke down is said by that check.
    async fn ask_for_known(&mut self, asking: &mut Asking<'_, '_>, sought: &Sought) -> Answer {
        let query = sought.query();
        let resource_type = &self.sample.resource_type;
        asking.search(resource_type, &[(self.name, &query)]).await
    }

    /// The same with its spaces as `+`, as forms are written.
    async fn ask_by_plus(&mut self, asking: &mut Asking<'_, '_>, sought: &Sought) -> Answer {
        let query = sought.query();
        let url = asking.address(&self.sample.resource_type, &[(self.name, &query)]);
        asking.get(&url.replace("%20", "+")).await
    }

    /// The plain search; true where it found the resource and nothing else.
    async fn find(&mut self, asking: &mut Asking<'_, '_>, asked: Asked<'_>) -> bool {
        let first = self.ask_for_known(asking, asked.sought).await;
        let (answers, more) = asking
            .walk(first, PAGES, |answer| {
                answer.found().is_some_and(|found| found.has(asked.id))
            })
            .await;
        asked.finds(&mut self.finds, &answers, more);
        let mut strangers = 0;
        for answer in &answers {
            strangers += asked.only(&mut self.only, answer, asking.scenario.model());
        }
        strangers == 0 && !self.finds.is_broken() && answers[0].found().is_some()
    }

    async fn other_forms(&mut self, asking: &mut Asking<'_, '_>, asked: Asked<'_>, value: &Value) {
        let base = asking.scenario.session.client.base().to_string();
        let mut judgements: Vec<(&'static str, Judgement)> = Vec::new();
        for form in forms(value, &base) {
            let first = match form.by_plus {
                true => self.ask_by_plus(asking, &form.sought).await,
                false => self.ask(asking, &form.sought).await,
            };
            let (answers, more) = asking
                .walk(first, PAGES, |answer| {
                    answer.found().is_some_and(|found| found.has(asked.id))
                })
                .await;
            let place = judgements
                .iter()
                .position(|(id, _)| *id == form.check.id)
                .unwrap_or_else(|| {
                    let judgement = of_parameter(form.check, &self.sample.resource_type, self.name);
                    judgements.push((form.check.id, judgement));
                    judgements.len() - 1
                });
            let judgement = &mut judgements[place].1;
            let asked = Asked {
                sought: &form.sought,
                ..asked
            };
            judge_form(judgement, &form, asked, &answers, more);
            if form.finds {
                for answer in &answers {
                    asked.only(judgement, answer, asking.scenario.model());
                }
            }
        }
        self.forms
            .extend(judgements.into_iter().map(|(_, judgement)| judgement));
    }

    /// Where resources do not tell when they changed: nothing changed in 2200, nor before 1900.
    async fn nothing_outside_of_time(&mut self, asking: &mut Asking<'_, '_>) {
        for (prefix, text) in [
            (Prefix::GreaterOrEqual, FUTURE),
            (Prefix::LessOrEqual, PAST),
        ] {
            let Some(sought) = Sought::date(prefix, text) else {
                continue;
            };
            let answer = self.ask_for_known(asking, &sought).await;
            let query = sought.query();
            let Some(found) = answer.found() else {
                let expected = format!("a searchset for `{}={query}`", self.name);
                let _ = answer.expect_found(&mut self.finds, &expected);
                continue;
            };
            // Where nothing is, nothing can be found by mistake.
            if self.sample.resources.is_empty() {
                continue;
            }
            self.only.saw_exchange();
            if !found.matches.is_empty() {
                self.only.broken_by(
                    &answer.exchange,
                    Rule::SearchResult,
                    "Bundle.entry",
                    &format!(
                        "nothing for `{}={query}`: no resource changed then",
                        self.name
                    ),
                    &found.describe(),
                );
            }
        }
        self.skip("no resource that was found has a `meta.lastUpdated`");
    }

    fn skip(&mut self, reason: &str) {
        for judgement in [&mut self.finds, &mut self.only, &mut self.miss] {
            judgement.only_where(reason);
        }
    }

    fn into_judgements(mut self) -> Vec<Judgement> {
        self.self_used
            .only_where("the server gives no self link, or the parameter did not work");
        self.only.only_where("the search gave no match to look at");
        self.no_server_error.only_where("no other value was tried");
        let mut judgements = vec![
            self.finds,
            self.only,
            self.miss,
            self.self_used,
            self.no_server_error,
        ];
        judgements.extend(self.forms);
        judgements
    }
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Text(text) if !text.is_ascii())
}

/// Whether an answer is a refusal.
pub(super) fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.reply, Reply::Refused(400..=499, _))
}
