//! Parameters that R4 defines for a type and nobody declares: tried once each, for the table of
//! what the server offers. There is nothing to judge: R4 leaves them to the server.

use super::Asking;
use super::parameters::is_refusal;
use super::sample::of_parameter;
use crate::check::catalog;
use crate::check::search::forms::plain;
use crate::check::search::sought::near_miss;
use crate::check::search::{Answer, Parameter, Sample, Sought};
use crate::runner::scenario::{Scenario, StepOutcome};
use crate::suite::declared::DeclaredParameter;

/// Parameters tried of one type.
const TRIED: usize = 12;

pub(super) async fn perform(scenario: &mut Scenario<'_>) -> StepOutcome {
    let Some(sample) = scenario.samples.last().cloned() else {
        return StepOutcome::default();
    };
    let session = scenario.session;
    let declared = session.declared.of(&sample.resource_type);
    let known = |name: &str| declared.is_some_and(|own| own.parameters.contains_key(name));
    let candidates: Vec<Parameter> = session
        .definitions
        .search_parameters(&sample.resource_type)
        .iter()
        .filter(|own| !known(&own.code))
        .filter_map(|own| {
            let declared = DeclaredParameter {
                kind: Some(own.kind),
                expression: own.expression.clone(),
                ..DeclaredParameter::default()
            };
            Parameter::new(&own.code, &declared).ok()
        })
        .collect();
    let mut asking = Asking::new(scenario);
    let mut judgements = Vec::new();
    for parameter in candidates {
        if judgements.len() == TRIED {
            break;
        }
        if let Some(answer) = try_once(&mut asking, &sample, &parameter).await {
            let resource_type = &sample.resource_type;
            let mut judgement =
                of_parameter(&catalog::SEARCH_OFFERED, resource_type, &parameter.name);
            match answer {
                Tried::Offered => judgement.saw_exchange(),
                Tried::LeftOut(answer) => judgement.skip(format!(
                    "nobody declares the parameter, and the server answers without it: {answer}"
                )),
            }
            judgements.push(judgement);
        }
    }
    asking.finish(judgements)
}

/// What became of a parameter.
enum Tried {
    /// It selects.
    Offered,
    /// It does not, or the search was refused; what came, in words.
    LeftOut(String),
}

/// Whether a parameter selects: it does not find the resource by another value, and finds it, and
/// nothing else, by its own. `None` where no resource has a value.
async fn try_once(
    asking: &mut Asking<'_, '_>,
    sample: &Sample,
    parameter: &Parameter,
) -> Option<Tried> {
    let model = asking.scenario.model();
    let (id, sought, miss) = sample.resources.iter().find_map(|resource| {
        let values = parameter.values(model, resource).ok()?;
        values.iter().find_map(|value| {
            Some((
                resource.str("id")?.to_owned(),
                plain(value)?,
                near_miss(value)?,
            ))
        })
    })?;
    let answer = ask(asking, sample, parameter, &miss).await;
    let ignored = answer.found().is_some_and(|found| found.has(&id));
    if ignored || (answer.found().is_none() && !is_refusal(&answer) && answer.status() != Some(500))
    {
        return Some(Tried::LeftOut(described(&answer)));
    }
    let answer = ask(asking, sample, parameter, &sought).await;
    let Some(found) = answer.found() else {
        return Some(Tried::LeftOut(described(&answer)));
    };
    // That it selects is shown: what it selects beside the resource is no matter here.
    Some(match found.has(&id) {
        true => Tried::Offered,
        false => Tried::LeftOut(described(&answer)),
    })
}

/// What came without the numbers, so that the same reason is counted once.
fn described(answer: &Answer) -> String {
    match answer.status() {
        Some(200) => "its results are the same".to_owned(),
        Some(status) => format!("status {status}"),
        None => answer.describe(),
    }
}

async fn ask(
    asking: &mut Asking<'_, '_>,
    sample: &Sample,
    parameter: &Parameter,
    sought: &Sought,
) -> Answer {
    let query = sought.query();
    asking
        .search(&sample.resource_type, &[(&parameter.name, &query)])
        .await
}
