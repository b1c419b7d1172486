//! How a search is asked for and refused: by POST, with parameters, modifiers, queries and values
//! that the server cannot know.

use super::parameters::is_refusal;
use super::{Asking, of_server, without_sample};
use crate::check::exchange::no_server_error;
use crate::check::search::{Answer, Sample, results};
use crate::check::{Check, Judgement, catalog};
use crate::finding::Rule;
use crate::http::{Method, Mode, RequestSpec};
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::plan::READ_MODE_POST;

/// What no server knows.
const UNKNOWN: &str = "conformance-unknown";

const CHECKS: [&Check; 9] = [
    &catalog::SEARCH_POST,
    &catalog::SEARCH_UNKNOWN,
    &catalog::SEARCH_SELF_HONEST,
    &catalog::SEARCH_STRICT,
    &catalog::SEARCH_LENIENT,
    &catalog::SEARCH_MODIFIER,
    &catalog::SEARCH_QUERY,
    &catalog::SEARCH_INVALID,
    &catalog::NO_SERVER_ERROR,
];

pub(super) async fn perform(scenario: &mut Scenario<'_>) -> StepOutcome {
    let samples = scenario.samples.clone();
    if samples.is_empty() {
        return without_sample(&CHECKS);
    }
    let mut asking = Asking::new(scenario);
    let mut judgements: Vec<Judgement> = CHECKS
        .iter()
        .map(|check| of_server(check, parameter_of(check)))
        .collect();
    for sample in &samples {
        if let [
            post,
            unknown,
            honest,
            strict,
            lenient,
            modifier,
            query,
            invalid,
            _,
        ] = judgements.as_mut_slice()
        {
            by_post(&mut asking, post, sample).await;
            unknown_parameter(&mut asking, (unknown, honest, strict, lenient), sample).await;
            refused(
                &mut asking,
                modifier,
                sample,
                ("_id:conformance", "a", "a modifier that nobody knows"),
            )
            .await;
            refused(
                &mut asking,
                query,
                sample,
                ("_query", UNKNOWN, "a `_query` that nobody knows"),
            )
            .await;
            refused(
                &mut asking,
                invalid,
                sample,
                (
                    "_lastUpdated",
                    "not-a-date",
                    "a `_lastUpdated` that is no date",
                ),
            )
            .await;
        }
    }
    if let Some(last) = judgements.last_mut() {
        for exchange in &asking.exchanges {
            no_server_error(last, exchange);
        }
    }
    asking.finish(judgements)
}

fn parameter_of(check: &Check) -> &'static str {
    match check.id {
        "search-modifier" => "_id",
        "search-query" => "_query",
        "search-invalid" => "_lastUpdated",
        _ => "",
    }
}

/// The same search by GET and by POST finds the same.
async fn by_post(asking: &mut Asking<'_, '_>, judgement: &mut Judgement, sample: &Sample) {
    let session = asking.scenario.session;
    if session.client.mode() == Mode::Read {
        judgement.skip(READ_MODE_POST);
        return;
    }
    let form = format!("_id={}", sample.id(0).unwrap_or_default());
    let address = session
        .dialect
        .instance_address(&sample.resource_type, "_search");
    let spec = RequestSpec::new(asking.scenario.next_id(), Method::Post, address)
        .header("accept", session.dialect.accept)
        .body("application/x-www-form-urlencoded", form.clone());
    let by_post = asking.send(spec).await;
    let by_get = asking
        .search(
            &sample.resource_type,
            &[("_id", sample.id(0).unwrap_or_default())],
        )
        .await;
    let expected = format!(
        "the searchset of `{}?{form}` for a POST",
        sample.resource_type
    );
    let Some(found) = by_post.expect_found(judgement, &expected) else {
        judgement.hint("a server that offers search answers it by POST to `[type]/_search` too");
        return;
    };
    if let Some(wanted) = by_get.found()
        && wanted.ids() != found.ids()
    {
        judgement.broken_by(
            &by_post.exchange,
            Rule::SearchResult,
            "Bundle.entry",
            &format!("{} as by GET", wanted.describe()),
            &found.describe(),
        );
    }
}

/// A parameter that nobody knows is left out; under strict handling the search is refused.
async fn unknown_parameter(
    asking: &mut Asking<'_, '_>,
    judgements: (
        &mut Judgement,
        &mut Judgement,
        &mut Judgement,
        &mut Judgement,
    ),
    sample: &Sample,
) {
    let (unknown, honest, strict, lenient) = judgements;
    let query = [(UNKNOWN, "1")];
    let answer = asking.search(&sample.resource_type, &query).await;
    same_as_without(unknown, &answer, sample);
    results::self_is_honest(honest, &answer, UNKNOWN);
    let answer = preferring(asking, sample, "handling=strict").await;
    if is_refusal(&answer) {
        strict.saw_exchange();
    } else if answer.status().is_some() {
        strict.saw_exchange();
        strict.broken_by(
            &answer.exchange,
            Rule::Status,
            "http.status",
            "a refusal (4xx) of an unknown parameter under `Prefer: handling=strict`",
            &answer.describe(),
        );
    } else {
        answer.expect_found(strict, "an answer");
    }
    let answer = preferring(asking, sample, "handling=lenient").await;
    same_as_without(lenient, &answer, sample);
}

async fn preferring(asking: &mut Asking<'_, '_>, sample: &Sample, preference: &str) -> Answer {
    let address = asking.address(&sample.resource_type, &[(UNKNOWN, "1")]);
    let spec = RequestSpec::get(asking.scenario.next_id(), address)
        .header("accept", asking.scenario.session.dialect.accept)
        .header("prefer", preference);
    asking.send(spec).await
}

fn same_as_without(judgement: &mut Judgement, answer: &Answer, sample: &Sample) {
    let expected = "the searchset that comes without the unknown parameter";
    let Some(found) = answer.expect_found(judgement, expected) else {
        return;
    };
    if !sample.is_all_in(found) {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.entry",
            expected,
            &found.describe(),
        );
    }
}

/// A search that has to be refused with 4xx.
async fn refused(
    asking: &mut Asking<'_, '_>,
    judgement: &mut Judgement,
    sample: &Sample,
    (name, value, what): (&str, &str, &str),
) {
    let answer = asking.search(&sample.resource_type, &[(name, value)]).await;
    match answer.status() {
        // A refusal with 5xx is none of the client's fault; that it fails is another check's.
        Some(400..) => judgement.saw_exchange(),
        Some(_) => {
            judgement.saw_exchange();
            judgement.broken_by(
                &answer.exchange,
                Rule::Status,
                "http.status",
                &format!("a refusal (4xx) of {what}"),
                &answer.describe(),
            );
            judgement.hint("what a server does not understand it must not answer as if it did");
        }
        None => {
            answer.expect_found(judgement, "an answer");
        }
    }
}
