//! A bounded sample of resources: of the scenario's type, or of a few types that have some.

use super::{Asking, of_server, subject};
use crate::check::search::{Sample, results};
use crate::check::{Judgement, catalog};
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::Step;

/// Types looked at where the step does not say how many.
const TYPES: usize = 4;
/// Resources that a type must have to be looked at among several.
const ENOUGH: usize = 2;

pub(super) async fn perform(scenario: &mut Scenario<'_>, step: &Step) -> StepOutcome {
    match &step.resource_type {
        Some(resource_type) => of_type(scenario, resource_type).await,
        None => of_some_types(scenario, step.sample.unwrap_or(TYPES)).await,
    }
}

async fn of_type(scenario: &mut Scenario<'_>, resource_type: &str) -> StepOutcome {
    let mut asking = Asking::new(scenario);
    let answer = asking.search(resource_type, &[]).await;
    let sample = Sample::of(resource_type, &answer);
    // That the search itself works is judged where everything is walked.
    let outcome = asking.finish(Vec::new());
    scenario.samples.extend(sample);
    outcome
}

async fn of_some_types(scenario: &mut Scenario<'_>, wanted: usize) -> StepOutcome {
    let declared = &scenario.session.declared;
    let types: Vec<String> = declared
        .resource_types()
        .filter(|name| declared.promises(name, "search-type"))
        .map(str::to_owned)
        .collect();
    let mut judgements: [Judgement; 2] = [
        of_server(&catalog::SEARCH_SELF, ""),
        of_server(&catalog::SEARCH_MODE, ""),
    ];
    let mut samples = Vec::new();
    let mut asking = Asking::new(scenario);
    for resource_type in &types {
        if samples.len() == wanted {
            break;
        }
        let answer = asking.search(resource_type, &[]).await;
        results::self_link(&mut judgements[0], &answer);
        results::modes(&mut judgements[1], &answer);
        let sample = Sample::of(resource_type, &answer);
        samples.extend(sample.filter(|sample| sample.resources.len() >= ENOUGH));
    }
    for judgement in &mut judgements {
        judgement.unseen("no search gave a searchset with matches");
    }
    let outcome = asking.finish(judgements.into());
    scenario.samples.extend(samples);
    outcome
}

/// What checks of a parameter of a type are about.
pub(super) fn of_parameter(
    check: &'static crate::check::Check,
    sample_type: &str,
    name: &str,
) -> Judgement {
    Judgement::new(check, &subject(Some(sample_type), name))
}
