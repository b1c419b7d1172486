//! Suites to plan: what will run, for which types, and what is left out and why.

use super::{Declared, ForEach, Scenario, Step, Suite};

/// Why a step that writes was left out.
const READ_MODE: &str = "the run is in read mode, and this step writes";
/// Why a search by POST, which writes nothing, was left out too.
pub(crate) const READ_MODE_POST: &str = "the run is in read mode, and a search by POST is no GET";

/// Whether the mode of the run left something out: it was never in the plan.
pub(crate) fn is_left_out_by_mode(reason: &str) -> bool {
    [READ_MODE, READ_MODE_POST].contains(&reason)
}

/// Whether a note of a step says so.
pub(crate) fn says_left_out_by_mode(note: &str) -> bool {
    let mut reasons = [READ_MODE, READ_MODE_POST].iter();
    reasons.any(|reason| note.ends_with(reason))
}

/// What will run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Id and title of each suite, in order.
    pub suites: Vec<(String, String)>,
    /// The scenarios, in order.
    pub scenarios: Vec<PlannedScenario>,
}

/// A scenario that will run, for one type where it is repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedScenario {
    /// Its suite.
    pub suite: String,
    /// Unique in the run.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// Words to select it by: its own, its suite's, and `reads` or `writes`.
    pub tags: Vec<String>,
    /// Whether it is a use case of the guide.
    pub workflow: bool,
    /// Its steps; each has its type.
    pub steps: Vec<PlannedStep>,
}

/// A step that will run, or why it will not.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStep {
    /// The step.
    pub step: Step,
    /// Why it is left out.
    pub skip: Option<String>,
    /// Whether the guide or the server promises its interaction.
    pub required: bool,
}

impl Plan {
    /// Lays out the suites for the types that are declared; in read mode nothing writes.
    #[must_use]
    pub fn new(suites: &[Suite], declared: &Declared, may_write: bool) -> Self {
        let mut plan = Self {
            suites: Vec::new(),
            scenarios: Vec::new(),
        };
        for suite in suites {
            plan.suites.push((suite.id.clone(), suite.title.clone()));
            for scenario in &suite.scenarios {
                match scenario.for_each {
                    None => plan
                        .scenarios
                        .push(planned(suite, scenario, None, declared, may_write)),
                    Some(ForEach::ResourceType) => {
                        for resource_type in declared.resource_types() {
                            let repeated =
                                planned(suite, scenario, Some(resource_type), declared, may_write);
                            plan.scenarios.push(repeated);
                        }
                    }
                }
            }
        }
        plan
    }

    /// Keeps the scenarios that `keep` says yes to.
    pub fn retain(&mut self, keep: impl Fn(&PlannedScenario) -> bool) {
        self.scenarios.retain(keep);
        let scenarios = &self.scenarios;
        self.suites
            .retain(|(id, _)| scenarios.iter().any(|scenario| &scenario.suite == id));
    }
}

fn planned(
    suite: &Suite,
    scenario: &Scenario,
    resource_type: Option<&str>,
    declared: &Declared,
    may_write: bool,
) -> PlannedScenario {
    let steps = scenario
        .steps
        .iter()
        .map(|step| {
            let mut step = step.clone();
            if step.resource_type.is_none() {
                step.resource_type = resource_type.map(str::to_owned);
            }
            let interaction = step.interaction();
            let required = match &step.resource_type {
                // R4 has no interaction for what a server sends by itself.
                Some(_) if interaction == "notification" => true,
                Some(resource_type) => declared.promises(resource_type, interaction),
                None => true,
            };
            let skip = (step.writes() && !may_write).then(|| READ_MODE.to_owned());
            PlannedStep {
                step,
                skip,
                required,
            }
        })
        .collect();
    let (id, title) = match resource_type {
        Some(resource_type) => (
            format!("{}-{}", scenario.id, kebab(resource_type)),
            format!("{}: {resource_type}", scenario.title),
        ),
        None => (scenario.id.clone(), scenario.title.clone()),
    };
    PlannedScenario {
        suite: suite.id.clone(),
        id,
        title,
        tags: tags(suite, scenario),
        workflow: scenario.workflow,
        steps,
    }
}

fn tags(suite: &Suite, scenario: &Scenario) -> Vec<String> {
    let writes = scenario.steps.iter().any(|step| step.action.writes());
    let given = suite.tags.iter().chain(&scenario.tags).cloned();
    let mut tags: Vec<String> = given.collect();
    tags.push(if writes { "writes" } else { "reads" }.to_owned());
    tags
}

fn kebab(resource_type: &str) -> String {
    let mut out = String::new();
    for (index, character) in resource_type.char_indices() {
        if index > 0 && character.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Definitions;
    use crate::suite::load::shipped;

    fn plan(may_write: bool) -> Plan {
        let definitions = Definitions::embedded();
        Plan::new(
            &shipped().expect("suites"),
            &Declared::by_guide(&definitions),
            may_write,
        )
    }

    #[test]
    fn a_repeated_scenario_has_one_copy_per_type() {
        let plan = plan(true);
        let copies: Vec<_> = plan
            .scenarios
            .iter()
            .filter(|scenario| scenario.id.starts_with("discover-"))
            .collect();
        assert_eq!(copies.len(), 20);
        assert!(
            copies
                .iter()
                .any(|scenario| scenario.id == "discover-coverage-eligibility-request")
        );
    }

    #[test]
    fn read_mode_leaves_out_what_writes_and_says_so() {
        let skipped = |plan: &Plan| {
            plan.scenarios
                .iter()
                .flat_map(|scenario| &scenario.steps)
                .filter(|step| step.skip.is_some())
                .count()
        };
        assert_eq!(skipped(&plan(true)), 0);
        let reading = plan(false);
        let writing = reading
            .scenarios
            .iter()
            .flat_map(|scenario| &scenario.steps)
            .filter(|step| step.step.writes())
            .count();
        assert!(writing > 1);
        assert_eq!(skipped(&reading), writing);
    }
}
