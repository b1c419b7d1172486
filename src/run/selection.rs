//! What of a plan is run: filter, sample and shard; and, when it has run, which checks count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::possible;
use crate::check::catalog;
use crate::dialect;
use crate::filter::{Filter, FilterError, Key, Known, Subject};
use crate::package::Definitions;
use crate::requirement;
use crate::result::{CheckResult, Level, PlannedSuite, ScenarioResult};
use crate::shard::Shard;
use crate::suite::plan::{Plan, PlannedScenario, PlannedStep, is_left_out_by_mode};

/// RESTful interactions that steps may have (R4 value set restful-interaction, and ours).
const INTERACTIONS: &[&str] = &[
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history",
    "history-instance",
    "history-type",
    "history-system",
    "create",
    "search",
    "search-type",
    "search-system",
    "capabilities",
    "transaction",
    "batch",
    "operation",
];

/// What of a plan is run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Which scenarios and checks.
    pub filter: Option<Filter>,
    /// How many resources each reading step looks at, in place of what its file says.
    pub sample: Option<usize>,
    /// Which part of the scenarios.
    pub shard: Option<Shard>,
}

impl Selection {
    /// Whether nothing is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Holds the words of the filter to what there is.
    ///
    /// # Errors
    /// A word that names nothing.
    pub fn check(&self, plan: &Plan, definitions: &Definitions) -> Result<(), FilterError> {
        match &self.filter {
            Some(filter) => filter.check(&known(plan, definitions)),
            None => Ok(()),
        }
    }

    /// Leaves in a plan what is selected; returns the ids of all scenarios that are, in order,
    /// those of other shards included.
    pub fn apply(&self, plan: &mut Plan) -> Vec<String> {
        if let Some(filter) = &self.filter {
            plan.scenarios.retain(|scenario| selects(filter, scenario));
            for scenario in &mut plan.scenarios {
                leave_out_the_rest(filter, scenario);
            }
        }
        if let Some(sample) = self.sample {
            let steps = plan.scenarios.iter_mut().flat_map(|it| &mut it.steps);
            for planned in steps.filter(|planned| planned.step.sample.is_some()) {
                planned.step.sample = Some(sample);
            }
        }
        let ids = plan.scenarios.iter().map(|scenario| scenario.id.clone());
        let ids = ids.collect();
        if let Some(shard) = self.shard {
            let mut index = 0;
            plan.scenarios.retain(|_| {
                index += 1;
                shard.has(index - 1)
            });
        }
        ids
    }

    /// Whether the probe of the dialect, which every run starts with, is selected.
    #[must_use]
    pub fn has_probe(&self) -> bool {
        let Some(filter) = &self.filter else {
            return true;
        };
        let dialect = Planned {
            suite: dialect::SUITE,
            scenario: dialect::SUITE,
            tags: &[],
            step: None,
        };
        filter.selects(&dialect) != Some(false)
    }

    /// Leaves in a result the checks that are selected, and what holds them.
    pub(super) fn narrow(
        &self,
        scenarios: &mut Vec<ScenarioResult>,
        suites: &mut Vec<PlannedSuite>,
        places: &BTreeMap<String, Place>,
    ) {
        let Some(filter) = &self.filter else { return };
        for scenario in scenarios.iter_mut() {
            let of_scenario = (&scenario.suite, &scenario.id, places.get(&scenario.id));
            for step in &mut scenario.steps {
                let place = of_scenario.2;
                let (kept, others) = std::mem::take(&mut step.checks)
                    .into_iter()
                    .partition::<Vec<_>, _>(|check| {
                        let judged = Judged {
                            suite: of_scenario.0,
                            scenario: of_scenario.1,
                            tags: place.map_or(&[], |place| &place.tags),
                            of_step: place.and_then(|place| place.types.get(&step.id)),
                            check,
                        };
                        filter.selects(&judged) == Some(true)
                    });
                step.checks = kept;
                note_what_the_mode_leaves_out(&mut step.notes, &others);
            }
        }
        scenarios.retain(|scenario| {
            let mut steps = scenario.steps.iter();
            steps.any(|step| !step.checks.is_empty())
        });
        if self.shard.is_none() {
            leave_out_empty_suites(scenarios, suites);
        }
    }
}

/// Takes suites out of which nothing is left.
pub(crate) fn leave_out_empty_suites(scenarios: &[ScenarioResult], suites: &mut Vec<PlannedSuite>) {
    let has = |id: &str| scenarios.iter().any(|scenario| scenario.suite == id);
    suites.retain(|suite| has(&suite.id));
}

/// Where later steps of a scenario build on what the mode of the run left out, that is no gap,
/// whether or not the filter lets the checks stand that say so.
fn note_what_the_mode_leaves_out(notes: &mut Vec<String>, others: &[CheckResult]) {
    let reasons = others.iter().filter_map(|check| check.reason.as_ref());
    let by_mode = &mut reasons.filter(|reason| is_left_out_by_mode(reason));
    let Some(reason) = by_mode.next() else { return };
    if !notes.iter().any(|note| note.ends_with(reason)) {
        notes.push(reason.clone());
    }
}

/// What a plan says of a scenario, to hold a filter to its checks.
#[derive(Debug, Default)]
pub(super) struct Place {
    tags: Vec<String>,
    /// The types that its steps are about. A check of the whole server has none of its own.
    types: BTreeMap<String, String>,
}

/// The scenarios of a plan.
pub(super) fn places(plan: &Plan) -> BTreeMap<String, Place> {
    let scenarios = plan.scenarios.iter().map(|scenario| {
        let steps = scenario.steps.iter().map(|planned| &planned.step);
        let types = steps.filter_map(|step| Some((step.id.clone(), step.resource_type.clone()?)));
        let place = Place {
            tags: scenario.tags.clone(),
            types: types.collect(),
        };
        (scenario.id.clone(), place)
    });
    scenarios.collect()
}

fn selects(filter: &Filter, scenario: &PlannedScenario) -> bool {
    scenario
        .steps
        .iter()
        .any(|step| may_select(filter, scenario, step))
}

fn may_select(filter: &Filter, scenario: &PlannedScenario, step: &PlannedStep) -> bool {
    let planned = Planned {
        suite: &scenario.suite,
        scenario: &scenario.id,
        tags: &scenario.tags,
        step: Some(step),
    };
    filter.selects(&planned) != Some(false)
}

/// Steps after the last one that is selected need not run, unless they tidy up.
fn leave_out_the_rest(filter: &Filter, scenario: &mut PlannedScenario) {
    let last = scenario
        .steps
        .iter()
        .rposition(|step| may_select(filter, scenario, step));
    let Some(last) = last else { return };
    let mut index = 0;
    scenario.steps.retain(|planned| {
        index += 1;
        index <= last + 1 || planned.step.writes()
    });
}

/// A step before it runs. Which checks it will make depends on the answers.
struct Planned<'p> {
    suite: &'p str,
    scenario: &'p str,
    tags: &'p [String],
    step: Option<&'p PlannedStep>,
}

impl Subject for Planned<'_> {
    fn values(&self, key: Key) -> Option<Vec<&str>> {
        match key {
            Key::Suite => Some(vec![self.suite]),
            Key::Scenario => Some(vec![self.scenario]),
            Key::Tag => Some(self.tags.iter().map(String::as_str).collect()),
            Key::Type => {
                let step = self.step.map(|planned| &planned.step);
                Some(
                    step.and_then(|step| step.resource_type.as_deref())
                        .into_iter()
                        .collect(),
                )
            }
            // A step that creates also reads, and may search for what to go on with.
            Key::Interaction => match self.step {
                Some(planned) if planned.step.or_existing.is_none() => {
                    Some(vec![planned.step.interaction()])
                }
                _ => None,
            },
            Key::Check | Key::Requirement | Key::Level => None,
        }
    }

    fn possible(&self, key: Key) -> Option<Vec<&str>> {
        let step = &self.step?.step;
        match key {
            Key::Check => Some(possible::checks(step)),
            Key::Requirement => Some(possible::requirements(step)),
            Key::Level => {
                let of = possible::requirements(step).into_iter();
                let of = of.filter_map(requirement::get);
                Some(of.map(|it| it.level.code()).collect())
            }
            _ => None,
        }
    }
}

/// A check with its verdict.
struct Judged<'r> {
    suite: &'r str,
    scenario: &'r str,
    tags: &'r [String],
    /// The type that its step is about.
    of_step: Option<&'r String>,
    check: &'r CheckResult,
}

impl Subject for Judged<'_> {
    fn values(&self, key: Key) -> Option<Vec<&str>> {
        let subject = &self.check.subject;
        Some(match key {
            Key::Suite => vec![self.suite],
            Key::Scenario => vec![self.scenario],
            Key::Tag => self.tags.iter().map(String::as_str).collect(),
            Key::Type => {
                let types = subject.resource_type.iter().chain(self.of_step);
                types.map(String::as_str).collect()
            }
            Key::Interaction => subject.interaction.as_deref().into_iter().collect(),
            Key::Check => vec![&self.check.check],
            Key::Requirement => self.check.requirements.iter().map(String::as_str).collect(),
            Key::Level => vec![self.check.level.code()],
        })
    }
}

fn known(plan: &Plan, definitions: &Definitions) -> Known {
    let mut known = Known::default();
    let suites = plan.suites.iter().map(|(id, _)| id.as_str());
    known.add(Key::Suite, suites.chain([dialect::SUITE]));
    let scenarios = plan.scenarios.iter().map(|scenario| scenario.id.as_str());
    known.add(Key::Scenario, scenarios.chain([dialect::SUITE]));
    let tags = plan.scenarios.iter().flat_map(|scenario| &scenario.tags);
    known.add(
        Key::Tag,
        tags.map(String::as_str).chain(["reads", "writes"]),
    );
    known.add(Key::Type, definitions.resource_types());
    known.add(Key::Interaction, INTERACTIONS.iter().copied());
    known.add(Key::Check, catalog::all().iter().map(|check| check.id));
    known.add(Key::Check, [crate::check::expectation::EXPECTATION.id]);
    known.add(
        Key::Requirement,
        requirement::all().iter().map(|it| it.id.as_str()),
    );
    known.add(Key::Level, Level::ALL.iter().map(|level| level.code()));
    known
}

#[cfg(test)]
mod tests {
    use super::{Filter, Selection, Shard, places};
    use crate::package::Definitions;
    use crate::suite::Declared;
    use crate::suite::load::shipped;
    use crate::suite::plan::Plan;

    fn declared() -> Declared {
        Declared::by_guide(&Definitions::embedded())
    }

    fn plan() -> Plan {
        Plan::new(&shipped().expect("suites"), &declared(), true)
    }

    fn selected(filter: &str) -> Vec<String> {
        selection(filter).apply(&mut plan())
    }

    fn selection(filter: &str) -> Selection {
        Selection {
            filter: Some(Filter::parse(filter).expect("a filter")),
            ..Selection::default()
        }
    }

    #[test]
    fn a_filter_leaves_the_scenarios_that_can_have_such_checks() {
        assert_eq!(
            selected("suite = discover and type = Claim"),
            ["discover-claim"]
        );
        assert_eq!(selected("tag = smoke"), ["capability-statement"]);
        assert!(selected("suite = enrolment and tag = reads").is_empty());
        let reads = selected("requirement = READ-1.status");
        assert!(reads.contains(&"discover-claim".to_owned()), "{reads:?}");
        assert!(
            !reads.contains(&"guarded".to_owned()),
            "it makes no such check"
        );
        assert_eq!(selected("check = cors"), ["guarded"]);
        assert_eq!(selected("requirement = SEC-4.*"), ["guarded"]);
        let all = plan().scenarios.len();
        assert_eq!(selected("not check = cors").len(), all);
        assert!(selected("level = MAY").len() < all);
        assert!(
            places(&plan())["capability-statement"]
                .tags
                .contains(&"reads".to_owned())
        );
    }

    #[test]
    fn steps_after_the_last_selected_one_are_left_out() {
        let mut plan = plan();
        selection("suite = discover and type = Claim and interaction = search-type")
            .apply(&mut plan);
        assert_eq!(plan.scenarios.len(), 1);
        let steps = plan.scenarios[0].steps.iter();
        let steps: Vec<_> = steps.map(|it| it.step.interaction()).collect();
        assert_eq!(steps.last(), Some(&"search-type"));
    }

    #[test]
    fn a_word_that_names_nothing_is_a_mistake() {
        let mistake = |filter: &str| {
            let checked = selection(filter).check(&plan(), &Definitions::embedded());
            checked.expect_err("should be refused").to_string()
        };
        assert!(
            mistake("type = Pateint").contains(
                "column 8: expected a known type, found `Pateint`; did you mean `Patient`?"
            )
        );
        assert!(mistake("level = MUST").contains("found `MUST`"));
        assert!(mistake("suite = discover and check = raed-*").contains("no value fits"));
        let ok =
            selection("type = Patient or suite = dialect").check(&plan(), &Definitions::embedded());
        assert_eq!(ok, Ok(()));
    }

    #[test]
    fn shards_share_the_scenarios_out_and_leave_none() {
        let whole: Vec<String> = plan().scenarios.iter().map(|it| it.id.clone()).collect();
        let mut seen = Vec::new();
        for index in 1..=3 {
            let mut part = plan();
            let shard = Shard::new(index, 3).expect("a shard");
            let selection = Selection {
                shard: Some(shard),
                ..Selection::default()
            };
            assert_eq!(selection.apply(&mut part), whole, "all know the whole plan");
            seen.extend(part.scenarios.into_iter().map(|it| it.id));
        }
        assert_eq!(seen.len(), whole.len());
        assert!(whole.iter().all(|id| seen.contains(id)));
    }
}
