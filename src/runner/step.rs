//! What each action of a step does; the longer ones have files of their own.

use super::scenario::{Scenario, StepOutcome};
use crate::check::read::unknown;
use crate::check::{Judgement, catalog};
use crate::json::Document;
use crate::result::Subject;
use crate::suite::plan::PlannedStep;
use crate::suite::{Action, Expectation, Step};

/// An id that no server has: well-formed, and random once.
const UNKNOWN_ID: &str = "5d1f0c9a-7be4-4d1e-9f53-0a6f2c8be711";

/// Carries one step out.
pub(super) async fn perform(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    match planned.step.action {
        Action::Capabilities => super::capabilities::perform(scenario, &planned.step).await,
        Action::Search => {
            let mut outcome = super::search::perform(scenario, planned).await;
            super::existing::go_on(scenario, &planned.step, &mut outcome).await;
            outcome
        }
        Action::Read => super::read::perform(scenario, planned).await,
        Action::ReadUnknown => read_unknown(scenario, planned).await,
        Action::Create => super::create::perform(scenario, planned).await,
        Action::Update => super::update::perform(scenario, planned).await,
        Action::Delete => super::update::delete(scenario, planned).await,
        Action::Listen => super::listen::perform(scenario, planned).await,
        Action::AwaitCall => super::listen::await_call(scenario, planned).await,
        Action::ResolveReferences => super::references::perform(scenario, &planned.step).await,
        Action::Sample
        | Action::SearchDeclared
        | Action::SearchUndeclared
        | Action::SearchFeatures
        | Action::SearchIncluded
        | Action::SearchProtocol
        | Action::TryInteractions
        | Action::PageSizes
        | Action::PageBegin
        | Action::PageResume => super::searching::perform(scenario, planned).await,
        Action::Probe => super::probe::perform(scenario, planned).await,
    }
}

/// What the step's checks are about.
pub(super) fn subject(step: &Step) -> Subject {
    Subject {
        resource_type: step.resource_type.clone(),
        interaction: Some(step.interaction().to_owned()),
        search_parameter: (!step.parameters.is_empty()).then(|| {
            step.parameters
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join(",")
        }),
    }
}

async fn read_unknown(scenario: &mut Scenario<'_>, planned: &PlannedStep) -> StepOutcome {
    let subject = subject(&planned.step);
    let resource_type = planned.step.resource_type.clone().unwrap_or_default();
    if !planned.required {
        let mut judgement = Judgement::new(&catalog::READ_UNKNOWN, &subject);
        judgement.skip("neither the guide nor the server declares a read of this type");
        return StepOutcome {
            judgements: vec![judgement],
            notes: Vec::new(),
        };
    }
    let url = scenario
        .session
        .dialect
        .instance_address(&resource_type, UNKNOWN_ID);
    let exchange = scenario.get(&url).await;
    let judgements = unknown(&exchange, &subject);
    scenario.keep_for(exchange, &judgements);
    StepOutcome {
        judgements,
        notes: Vec::new(),
    }
}

/// Holds the expectations of a step to a resource.
pub(super) fn expectations(
    scenario: &Scenario<'_>,
    expect: &[Expectation],
    exchange: &str,
    document: &Document<'_>,
    subject: &Subject,
) -> Vec<Judgement> {
    expect
        .iter()
        .map(|expectation| expect_one(scenario, expectation, exchange, document, subject))
        .collect()
}

fn expect_one(
    scenario: &Scenario<'_>,
    expectation: &Expectation,
    exchange: &str,
    document: &Document<'_>,
    subject: &Subject,
) -> Judgement {
    use crate::check::expectation::{judge, judge_profile};
    if let Some(profile) = &expectation.profile {
        let validator = &scenario.session.validator;
        return judge_profile(validator, expectation, profile, exchange, document, subject);
    }
    match scenario.fill(expectation.fhirpath.as_deref().unwrap_or_default()) {
        Ok(filled) => judge(
            scenario.model(),
            expectation,
            &filled,
            exchange,
            &document.root,
            subject,
        ),
        Err(missing) => skipped(expectation, subject, &missing.to_string()),
    }
}

/// Why a step has nothing to start from.
pub(super) fn unmet(scenario: &Scenario<'_>, step: &Step) -> Option<String> {
    let missing = step
        .needs
        .iter()
        .find(|name| !scenario.values.contains_key(*name))?;
    Some(format!("it needs `{missing}`, and no earlier step gave it"))
}

/// The expectations of a step that had no answer to hold them to.
pub(super) fn skipped_expectations(
    expect: &[Expectation],
    subject: &Subject,
    reason: &str,
) -> Vec<Judgement> {
    expect
        .iter()
        .map(|expectation| skipped(expectation, subject, reason))
        .collect()
}

fn skipped(expectation: &Expectation, subject: &Subject, reason: &str) -> Judgement {
    let mut judgement = Judgement::new(&crate::check::expectation::EXPECTATION, subject)
        .of_requirement(&expectation.requirement);
    judgement.skip(reason);
    judgement
}
