//! Searches that reach to other resources: `_include`, `_revinclude`, chained parameters, `_has`
//! and compartments. R4 leaves them to the server, so what is not declared is tried once and left
//! alone where it is not offered.

use super::{Asking, of_server, with_query, without_sample};
use crate::check::search::results::{self, Effect};
use crate::check::search::sought::near_miss;
use crate::check::search::value::{Value, relative};
use crate::check::search::{Answer, Parameter, Sample};
use crate::check::{Check, Judgement, catalog};
use crate::fhir::SearchParameterType;
use crate::finding::Rule;
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::declared::DeclaredParameter;

const CHECKS: [&Check; 9] = [
    &catalog::SEARCH_INCLUDE,
    &catalog::SEARCH_REVINCLUDE,
    &catalog::SEARCH_INCLUDE_MODE,
    &catalog::SEARCH_INCLUDE_TOTAL,
    &catalog::SEARCH_INCLUDE_ONCE,
    &catalog::SEARCH_CHAIN,
    &catalog::SEARCH_HAS,
    &catalog::SEARCH_COMPARTMENT,
    &catalog::SEARCH_SELF_HONEST,
];

/// A reference between two resources of the server, by a parameter.
struct Edge {
    /// Where it comes from.
    from: Sample,
    from_id: String,
    /// The parameter of that type.
    parameter: String,
    /// `Type/id` of where it leads.
    to: String,
    /// Whether the server declares to include by it.
    declared: (bool, bool),
}

pub(super) async fn perform(scenario: &mut Scenario<'_>) -> StepOutcome {
    let samples = scenario.samples.clone();
    let Some(edge) = edge(scenario, &samples) else {
        return without_sample(&CHECKS);
    };
    let Some((to_type, to_id)) = edge.to.split_once('/') else {
        return without_sample(&CHECKS);
    };
    let mut asking = Asking::new(scenario);
    let mut judgements: Vec<Judgement> = CHECKS.iter().map(|check| of_server(check, "")).collect();
    let from_type = &edge.from.resource_type;
    let join = format!("{from_type}:{}", edge.parameter);
    if let [
        include,
        rev_include,
        mode,
        total,
        once,
        chain,
        has,
        compartment,
        honest,
    ] = judgements.as_mut_slice()
    {
        let query = [("_id", edge.from_id.as_str()), ("_include", &join)];
        let answer = asking.search(from_type, &query).await;
        let effect = results::included((mode, total, once), &answer, &edge.from, "_include");
        offered(
            include,
            honest,
            "_include",
            &answer,
            effect,
            edge.declared.0,
        );

        let target = asking.search(to_type, &[("_id", to_id)]).await;
        if let Some(sample) = Sample::of(to_type, &target) {
            let query = [("_id", to_id), ("_revinclude", join.as_str())];
            let answer = asking.search(to_type, &query).await;
            let effect = results::included((mode, total, once), &answer, &sample, "_revinclude");
            offered(
                rev_include,
                honest,
                "_revinclude",
                &answer,
                effect,
                edge.declared.1,
            );
        }

        let name = format!("{}._id", edge.parameter);
        let asked = (name.as_str(), to_id, "chained parameters");
        reach(
            &mut asking,
            (chain, honest),
            &edge.from,
            asked,
            &edge.from_id,
        )
        .await;
        let name = format!("_has:{from_type}:{}:_id", edge.parameter);
        if let Some(sample) = Sample::of(to_type, &asking.search(to_type, &[]).await) {
            let asked = (name.as_str(), edge.from_id.as_str(), "`_has`");
            reach(&mut asking, (has, honest), &sample, asked, to_id).await;
        }
        in_compartment(&mut asking, compartment, &edge, to_type, to_id).await;
        for judgement in [mode, total, once] {
            judgement.only_where("the server includes nothing");
        }
        honest.only_where("the server gives no self link, or uses what it was asked");
    }
    asking.finish(judgements)
}

/// A reference from a sample that a parameter follows: one that the server declares to include by,
/// and one to a Patient, whose compartment can be looked into, before others.
fn edge(scenario: &Scenario<'_>, samples: &[Sample]) -> Option<Edge> {
    let session = scenario.session;
    let mut edges = Vec::new();
    for sample in samples {
        for defined in session.definitions.search_parameters(&sample.resource_type) {
            let declared = DeclaredParameter {
                kind: Some(defined.kind),
                expression: defined.expression.clone(),
                ..DeclaredParameter::default()
            };
            if defined.kind == SearchParameterType::Reference
                && let Ok(parameter) = Parameter::new(&defined.code, &declared)
                && let Some((from_id, to)) = leads_to(&parameter, sample, &session.model)
            {
                let join = format!("{}:{}", sample.resource_type, defined.code);
                let own = session.declared.of(&sample.resource_type);
                let target = session
                    .declared
                    .of(to.split('/').next().unwrap_or_default());
                edges.push(Edge {
                    from: sample.clone(),
                    from_id,
                    parameter: defined.code.clone(),
                    to,
                    declared: (
                        own.is_some_and(|own| own.includes.contains(&join)),
                        target.is_some_and(|own| own.rev_includes.contains(&join)),
                    ),
                });
            }
        }
    }
    let rank = |edge: &Edge| (edge.declared, edge.to.starts_with("Patient/"));
    // Of equals the first: `max_by_key` would take the last.
    edges.into_iter().rev().max_by_key(rank)
}

fn leads_to(
    parameter: &Parameter,
    sample: &Sample,
    model: &crate::fhirpath::DefinitionsModel,
) -> Option<(String, String)> {
    sample.resources.iter().find_map(|resource| {
        let values = parameter.values(model, resource).ok()?;
        let to = values.iter().find_map(|value| match value {
            Value::Reference(text) if relative(text).split('/').count() == 2 => {
                Some(relative(text).to_owned())
            }
            _ => None,
        })?;
        Some((resource.str("id")?.to_owned(), to))
    })
}

/// Judges whether something came along, where the server declares that it does.
fn offered(
    judgement: &mut Judgement,
    honest: &mut Judgement,
    name: &str,
    answer: &Answer,
    effect: Effect,
    declared: bool,
) {
    match effect {
        Effect::Used => judgement.saw_exchange(),
        Effect::Ignored | Effect::Unknown if declared => {
            judgement.saw_exchange();
            judgement.broken_by(
                &answer.exchange,
                Rule::SearchResult,
                "Bundle.entry",
                &format!("what `{name}` asks for: the server declares it"),
                &answer.describe(),
            );
        }
        Effect::Ignored | Effect::Unknown => {
            judgement.skip(format!(
                "R4 leaves `{name}` to the server, which answers without it: {}",
                answer.describe()
            ));
            results::self_is_honest(honest, answer, name);
        }
    }
}

/// A criterion that reaches to another resource: offered where another value finds the resource no
/// more, and then the right value has to find it.
async fn reach(
    asking: &mut Asking<'_, '_>,
    (judgement, honest): (&mut Judgement, &mut Judgement),
    sample: &Sample,
    (name, value, what): (&str, &str, &str),
    id: &str,
) {
    let other = near_miss(&Value::Reference(value.to_owned()))
        .map(|sought| sought.query())
        .unwrap_or_default();
    let answer = asking
        .search(&sample.resource_type, &[(name, &other)])
        .await;
    let not_offered = match answer.found() {
        None => true,
        Some(found) if sample.is_all_in(found) && !found.matches.is_empty() => {
            results::self_is_honest(honest, &answer, name);
            true
        }
        Some(_) => false,
    };
    if not_offered {
        judgement.skip(format!(
            "R4 leaves {what} to the server, which answers without: {}",
            answer.describe()
        ));
        return;
    }
    let answer = asking.search(&sample.resource_type, &[(name, value)]).await;
    let expected = format!("a searchset for `{name}={value}`");
    let Some(found) = answer.expect_found(judgement, &expected) else {
        return;
    };
    if !found.has(id) && found.next.is_none() {
        judgement.broken_by(
            &answer.exchange,
            Rule::SearchResult,
            "Bundle.entry",
            &format!("{}/{id} for `{name}={value}`", sample.resource_type),
            &found.describe(),
        );
    }
}

/// The compartment of a Patient: what is in it refers to that Patient.
async fn in_compartment(
    asking: &mut Asking<'_, '_>,
    judgement: &mut Judgement,
    edge: &Edge,
    to_type: &str,
    to_id: &str,
) {
    if to_type != "Patient" {
        judgement.skip("no reference to a Patient was found to look into a compartment by");
        return;
    }
    let session = asking.scenario.session;
    let whole = session.dialect.instance_address(to_type, to_id);
    let address = format!(
        "{}/{}",
        whole.trim_end_matches('/'),
        session.dialect.type_address(&edge.from.resource_type)
    );
    let answer = asking.get(&with_query(&address, &[])).await;
    let Some(found) = answer.found() else {
        judgement.skip(format!(
            "R4 leaves compartments to the server, which offers none: {}",
            answer.describe()
        ));
        return;
    };
    judgement.saw_exchange();
    let to = format!("{to_type}/{to_id}");
    for resource in &found.matches {
        if !resource.to_json().contains(&to) {
            judgement.broken_by(
                &answer.exchange,
                Rule::SearchResult,
                "Bundle.entry.resource",
                &format!("only what refers to {to}"),
                &crate::check::validity::label(resource),
            );
        }
    }
}
