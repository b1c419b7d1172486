//! Parameters of every type: `_id` with AND, OR and escapes, and those that shape the result. They
//! are one server's habits and not one type's, so a few types are enough and a finding is about
//! the server.

use super::{Asking, of_server, without_sample};
use crate::check::search::results::{self, Effect};
use crate::check::search::subset::{self, Subset};
use crate::check::search::{Answer, Parameter, Sample};
use crate::check::{Check, Judgement, catalog};
use crate::finding::Rule;
use crate::runner::scenario::{Scenario, StepOutcome};

/// A well-formed id that no server has.
const UNKNOWN_ID: &str = "5d1f0c9a-7be4-4d1e-9f53-0a6f2c8be711";

/// The checks of this step, with the parameter that each is about.
const CHECKS: [(&Check, &str); 20] = [
    (&catalog::SEARCH_EMPTY, "_id"),
    (&catalog::SEARCH_OR, "_id"),
    (&catalog::SEARCH_AND, "_id"),
    (&catalog::SEARCH_ESCAPE, "_id"),
    (&catalog::SEARCH_COUNT, "_count"),
    (&catalog::SEARCH_COUNT_ZERO, "_count"),
    (&catalog::SEARCH_SUMMARY_COUNT, "_summary"),
    (&catalog::SEARCH_TOTAL_ACCURATE, "_total"),
    (&catalog::SEARCH_TOTAL_HINT, "_total"),
    (&catalog::SEARCH_SUMMARY_TRUE, "_summary"),
    (&catalog::SEARCH_SUMMARY_TEXT, "_summary"),
    (&catalog::SEARCH_SUMMARY_DATA, "_summary"),
    (&catalog::SEARCH_SUMMARY_FALSE, "_summary"),
    (&catalog::SEARCH_ELEMENTS, "_elements"),
    (&catalog::SEARCH_SUBSET_MANDATORY, ""),
    (&catalog::SEARCH_SUBSETTED, ""),
    (&catalog::SEARCH_SORT, "_sort"),
    (&catalog::SEARCH_SELF_HONEST, ""),
    (&catalog::SEARCH_SELF_RESULT, ""),
    (&catalog::NO_SERVER_ERROR, ""),
];

pub(super) async fn perform(scenario: &mut Scenario<'_>) -> StepOutcome {
    let samples = scenario.samples.clone();
    if samples.is_empty() {
        return without_sample(&CHECKS.map(|(check, _)| check));
    }
    let mut asking = Asking::new(scenario);
    let mut judged = Judged::new();
    for sample in &samples {
        judged.criteria(&mut asking, sample).await;
        judged.sizes(&mut asking, sample).await;
        judged.subsets(&mut asking, sample).await;
        judged.order(&mut asking, sample).await;
    }
    for exchange in &asking.exchanges {
        let judgement = judged.of(&catalog::NO_SERVER_ERROR);
        crate::check::exchange::no_server_error(judgement, exchange);
    }
    asking.finish(judged.finish())
}

struct Judged(Vec<(&'static Check, Judgement)>);

impl Judged {
    fn new() -> Self {
        let judge = |(check, parameter)| (check, of_server(check, parameter));
        Self(CHECKS.into_iter().map(judge).collect())
    }

    fn of(&mut self, check: &'static Check) -> &mut Judgement {
        let place = self.0.iter().position(|(own, _)| own.id == check.id);
        let place = place.unwrap_or_else(|| {
            self.0.push((check, of_server(check, "")));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    fn finish(self) -> Vec<Judgement> {
        let mut judgements: Vec<Judgement> =
            self.0.into_iter().map(|(_, judgement)| judgement).collect();
        for judgement in &mut judgements {
            judgement.only_where("no resource that was found gave an occasion");
        }
        judgements
    }

    /// `_id` alone, twice, with two values and with an escaped comma.
    async fn criteria(&mut self, asking: &mut Asking<'_, '_>, sample: &Sample) {
        let (Some(one), Some(other)) = (sample.id(0), sample.id(1)) else {
            return;
        };
        let resource_type = &sample.resource_type;
        let answer = asking.search(resource_type, &[("_id", UNKNOWN_ID)]).await;
        let ignored = answer.found().is_some_and(|found| found.has(one));
        if ignored {
            let reason = "`_id` is ignored, so that nothing can be made to match nothing or two";
            for check in [
                &catalog::SEARCH_EMPTY,
                &catalog::SEARCH_OR,
                &catalog::SEARCH_AND,
                &catalog::SEARCH_ESCAPE,
            ] {
                self.of(check).skip(reason);
            }
            results::self_is_honest(self.of(&catalog::SEARCH_SELF_HONEST), &answer, "_id");
            return;
        }
        empty(self.of(&catalog::SEARCH_EMPTY), &answer);
        let both = format!("{one},{other}");
        let answer = asking.search(resource_type, &[("_id", &both)]).await;
        expect_ids(
            self.of(&catalog::SEARCH_OR),
            &answer,
            &[one, other],
            "`_id=a,b`",
        );
        let answer = asking
            .search(resource_type, &[("_id", one), ("_id", other)])
            .await;
        expect_ids(self.of(&catalog::SEARCH_AND), &answer, &[], "`_id=a&_id=b`");
        let escaped = format!("{one}\\,{other}");
        let answer = asking.search(resource_type, &[("_id", &escaped)]).await;
        // A server may refuse a value that can be no id.
        if !super::parameters::is_refusal(&answer) {
            expect_ids(
                self.of(&catalog::SEARCH_ESCAPE),
                &answer,
                &[],
                r"`_id=a\,b`",
            );
        }
    }

    /// `_count`, `_summary=count` and `_total`.
    async fn sizes(&mut self, asking: &mut Asking<'_, '_>, sample: &Sample) {
        let resource_type = &sample.resource_type;
        let answer = asking.search(resource_type, &[("_count", "1")]).await;
        results::count(self.of(&catalog::SEARCH_COUNT), &answer, sample, 1);
        let answer = asking.search(resource_type, &[("_count", "0")]).await;
        results::only_total(self.of(&catalog::SEARCH_COUNT_ZERO), &answer, sample);
        let answer = asking.search(resource_type, &[("_summary", "count")]).await;
        match answer.found() {
            Some(found) if found.matches.is_empty() => {
                results::only_total(self.of(&catalog::SEARCH_SUMMARY_COUNT), &answer, sample);
            }
            _ => self.left_out(&catalog::SEARCH_SUMMARY_COUNT, "_summary", &answer),
        }
        let answer = asking
            .search(resource_type, &[("_total", "accurate")])
            .await;
        results::accurate_total(self.of(&catalog::SEARCH_TOTAL_ACCURATE), &answer, sample);
        let answer = asking.search(resource_type, &[("_total", "none")]).await;
        let judgement = self.of(&catalog::SEARCH_TOTAL_HINT);
        answer.expect_found(judgement, "a searchset for `_total=none`");
    }

    /// `_summary` and `_elements`.
    async fn subsets(&mut self, asking: &mut Asking<'_, '_>, sample: &Sample) {
        let session = asking.scenario.session;
        for (check, part) in [
            (&catalog::SEARCH_SUMMARY_TRUE, Some(Subset::Summary)),
            (&catalog::SEARCH_SUMMARY_TEXT, Some(Subset::Text)),
            (&catalog::SEARCH_SUMMARY_DATA, Some(Subset::Data)),
            (&catalog::SEARCH_SUMMARY_FALSE, Some(Subset::Whole)),
            (&catalog::SEARCH_ELEMENTS, an_element(sample)),
        ] {
            let Some(part) = part else { continue };
            let (name, value) = part.parameter();
            let answer = asking.search(&sample.resource_type, &[(name, value)]).await;
            let leaves_out = subset::could_leave_out(&session.definitions, sample, &part);
            match subset::effect(&answer, sample) {
                Effect::Ignored if leaves_out => self.left_out(check, name, &answer),
                Effect::Unknown => self.left_out(check, name, &answer),
                Effect::Ignored | Effect::Used => {
                    let mut content = std::mem::replace(self.of(check), of_server(check, name));
                    let mut tag = std::mem::replace(
                        self.of(&catalog::SEARCH_SUBSETTED),
                        of_server(&catalog::SEARCH_SUBSETTED, ""),
                    );
                    subset::judge(
                        (
                            &mut content,
                            self.of(&catalog::SEARCH_SUBSET_MANDATORY),
                            &mut tag,
                        ),
                        &answer,
                        sample,
                        &part,
                        &session.definitions,
                    );
                    *self.of(check) = content;
                    *self.of(&catalog::SEARCH_SUBSETTED) = tag;
                    if leaves_out {
                        let judgement = self.of(&catalog::SEARCH_SELF_RESULT);
                        results::self_names(judgement, &answer, name);
                    }
                }
            }
        }
    }

    /// `_sort`, up and down, by the first parameter whose values differ.
    async fn order(&mut self, asking: &mut Asking<'_, '_>, sample: &Sample) {
        let session = asking.scenario.session;
        let Some(declared) = session.declared.of(&sample.resource_type) else {
            return;
        };
        let parameters = declared
            .parameters
            .iter()
            .filter_map(|(name, declared)| Parameter::new(name, declared).ok());
        let Some(parameter) = to_sort_by(parameters, sample, &session.model) else {
            return;
        };
        let down = format!("-{}", parameter.name);
        let resource_type = &sample.resource_type;
        let up = asking
            .search(resource_type, &[("_sort", &parameter.name)])
            .await;
        let down = asking.search(resource_type, &[("_sort", &down)]).await;
        let judgement = self.of(&catalog::SEARCH_SORT);
        match results::sorted(judgement, &parameter, session.model.as_ref(), &up, &down) {
            Some(Effect::Ignored) => {
                judgement.broken_by(
                    &down.exchange,
                    Rule::SearchResult,
                    "Bundle.entry",
                    &format!(
                        "another order for `_sort=-{0}` than for `_sort={0}`",
                        parameter.name
                    ),
                    "the same",
                );
                results::self_is_honest(self.of(&catalog::SEARCH_SELF_HONEST), &down, "_sort");
            }
            Some(Effect::Used) => {
                results::self_names(self.of(&catalog::SEARCH_SELF_RESULT), &up, "_sort");
            }
            Some(Effect::Unknown) | None => {}
        }
    }

    /// A parameter that R4 leaves to the server, and that it leaves out: no fault, unless the self
    /// link says that it was used.
    fn left_out(&mut self, check: &'static Check, name: &str, answer: &Answer) {
        let reason = format!(
            "R4 leaves `{name}` to the server, which answers without it: {}",
            answer.describe()
        );
        self.of(check).skip(reason);
        results::self_is_honest(self.of(&catalog::SEARCH_SELF_HONEST), answer, name);
    }
}

/// A search that nothing matches is answered with 200, without matches and with a total of none or
/// of zero.
fn empty(judgement: &mut Judgement, answer: &Answer) {
    let Some(found) = answer.expect_found(judgement, "an empty searchset") else {
        return;
    };
    if !found.matches.is_empty() || found.total.is_some_and(|total| total > 0) {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle",
            "no match, and a total of zero or none",
            &found.describe(),
        );
    }
}

fn expect_ids(judgement: &mut Judgement, answer: &Answer, ids: &[&str], query: &str) {
    let Some(found) = answer.expect_found(judgement, &format!("a searchset for {query}")) else {
        return;
    };
    let mut own = found.ids();
    let mut wanted = ids.to_vec();
    own.sort_unstable();
    wanted.sort_unstable();
    if own != wanted {
        let expected = match wanted.len() {
            0 => format!("no match for {query}"),
            count => format!("the {count} resources of {query}"),
        };
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.entry",
            &expected,
            &found.describe(),
        );
    }
}

/// An element that a resource of the sample has beside others that may go.
fn an_element(sample: &Sample) -> Option<Subset> {
    const NOT_ASKED_FOR: [&str; 7] = [
        "resourceType",
        "id",
        "meta",
        "text",
        "contained",
        "extension",
        "implicitRules",
    ];
    let first = sample.resources.first()?;
    let mut names = first.members().iter().map(|member| member.name.as_ref());
    let plain = |name: &&str| {
        !NOT_ASKED_FOR.contains(name)
            && !name.starts_with('_')
            && !name.contains(|character: char| character.is_ascii_uppercase())
    };
    Some(Subset::Elements(names.find(plain)?.to_owned()))
}

/// The first parameter by whose values the sample can be put in order; times first, since only
/// they have one order everywhere.
fn to_sort_by(
    parameters: impl Iterator<Item = Parameter>,
    sample: &Sample,
    model: &crate::fhirpath::DefinitionsModel,
) -> Option<Parameter> {
    let mut fit: Vec<Parameter> = parameters
        .filter(|parameter| {
            let mut seen: Vec<_> = sample
                .resources
                .iter()
                .filter_map(|resource| parameter.values(model, resource).ok())
                .filter(|values| !values.is_empty())
                .collect();
            seen.dedup();
            seen.len() > 1
        })
        .collect();
    fit.sort_by_key(|parameter| parameter.kind != crate::fhir::SearchParameterType::Date);
    fit.into_iter().next()
}
