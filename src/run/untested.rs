//! Why a requirement that no check of a run names was not tested: its suite was not asked for, the
//! mode or the filter leaves its steps out, or what they build on gave no occasion.

use std::collections::{BTreeMap, BTreeSet};

use super::possible;
use crate::check::catalog;
use crate::requirement::guide;
use crate::result::{CheckResult, Requirement, ScenarioResult, StepResult, Verdict};
use crate::suite::plan::{Plan, PlannedScenario, PlannedStep, is_left_out_by_mode};
use crate::suite::{Declared, Suite};

/// Why nothing of a step counts that ran.
const FILTER: &str = "the filter of the run leaves it out";
/// Why a part of a run has no check of what another part has.
pub(crate) const ANOTHER_PART: &str = "another part of the run looks into it";
/// Forms and prefixes of values, which are tried where the plain value is understood.
const FORMS: &[&str] = &[
    "search-date-",
    "search-plus",
    "search-prefix-",
    "search-reference-",
    "search-string-",
    "search-token-",
];
const NO_OCCASION: &str = "no answer gave an occasion";
const NO_PARAMETER: &str = "no search parameter with such values found what it should: forms and prefixes are \
     tried only of one that does";

/// What a run could have looked into, and what it did.
pub(super) struct Reasons<'r> {
    /// Every suite that there is.
    pub(super) suites: &'r [Suite],
    /// Those that were asked for.
    pub(super) asked: &'r [Suite],
    /// Their plan, before anything was selected of it.
    pub(super) whole: &'r Plan,
    /// The scenarios that were selected of it, those of other parts of the run included.
    pub(super) planned: &'r [String],
    /// What of these was to be played here.
    pub(super) selected: &'r Plan,
    /// What was played, before the filter was held to its checks.
    pub(super) played: &'r [ScenarioResult],
}

/// Steps that could show a requirement.
type Showing<'p> = BTreeMap<String, Vec<(&'p PlannedScenario, &'p PlannedStep)>>;

impl Reasons<'_> {
    /// The reason for each of these that no check names.
    pub(super) fn of(
        &self,
        requirements: &[Requirement],
        declared: &Declared,
        may_write: bool,
    ) -> BTreeMap<String, String> {
        let others = self.suites.iter();
        let others = others.filter(|suite| self.asked.iter().all(|asked| asked.id != suite.id));
        let others: Vec<Suite> = others.cloned().collect();
        let elsewhere = Plan::new(&others, declared, may_write);
        let (selected, whole) = (
            showing(declared, self.selected),
            showing(declared, self.whole),
        );
        let elsewhere = showing(declared, &elsewhere);
        let made: BTreeSet<&str> = self
            .checks()
            .flat_map(|it| &it.requirements)
            .map(String::as_str)
            .collect();
        requirements
            .iter()
            .filter(|known| known.untested.is_none())
            .filter_map(|known| {
                let id = known.id.as_str();
                let reason = if made.contains(id) {
                    Some(FILTER.to_owned())
                } else if let Some(steps) = selected.get(id) {
                    self.of_steps(id, steps)
                } else if let Some(steps) = whole.get(id) {
                    Some(self.left_out(steps).to_owned())
                } else {
                    let steps = elsewhere.get(id)?;
                    Some(of_suites(&others, steps))
                };
                Some((id.to_owned(), reason?))
            })
            .collect()
    }

    fn checks(&self) -> impl Iterator<Item = &CheckResult> {
        let steps = self.played.iter().flat_map(|scenario| &scenario.steps);
        steps.flat_map(|step| &step.checks)
    }

    /// The reason of a step that ran, else the one for which none did. The same whatever the order,
    /// so that parts of a run say what the whole would.
    fn of_steps(&self, id: &str, steps: &[(&PlannedScenario, &PlannedStep)]) -> Option<String> {
        let ran = steps.iter().filter(|(_, planned)| planned.skip.is_none());
        let results = ran.filter_map(|(scenario, planned)| {
            let scenario = self.played.iter().find(|it| it.id == scenario.id)?;
            let steps = &mut scenario.steps.iter();
            let step = steps.find(|it| it.id == planned.step.id)?;
            Some(of_step(id, step))
        });
        let left_out = steps.iter().filter_map(|(_, planned)| planned.skip.clone());
        results.chain(left_out).reduce(better)
    }

    /// Whether another part of the run has it, or none.
    fn left_out(&self, steps: &[(&PlannedScenario, &PlannedStep)]) -> &'static str {
        let is_planned =
            |(scenario, _): &(&PlannedScenario, _)| self.planned.contains(&scenario.id);
        let is_here = |(scenario, _): &(&PlannedScenario, _)| {
            let mut scenarios = self.selected.scenarios.iter();
            scenarios.any(|here| here.id == scenario.id)
        };
        let is_elsewhere = steps.iter().any(|step| is_planned(step) && !is_here(step));
        if is_elsewhere { ANOTHER_PART } else { FILTER }
    }
}

/// Of two reasons for one requirement the one that says more: what happened, before what was never
/// to be, before what another part of the run has.
pub(crate) fn better(one: String, other: String) -> String {
    let rank = |reason: &str| (reason == ANOTHER_PART, is_left_out_by_mode(reason));
    let (left, right) = ((rank(&one), &one), (rank(&other), &other));
    if left <= right { one } else { other }
}

fn showing<'p>(declared: &Declared, plan: &'p Plan) -> Showing<'p> {
    let mut showing = Showing::new();
    for scenario in &plan.scenarios {
        for planned in &scenario.steps {
            let of_guide = guide::of_step(declared, &planned.step);
            let own = possible::requirements(&planned.step).into_iter();
            let ids: BTreeSet<String> = own.map(str::to_owned).chain(of_guide).collect();
            for id in ids {
                showing.entry(id).or_default().push((scenario, planned));
            }
        }
    }
    showing
}

/// Why a step that ran has no check of the requirement.
fn of_step(id: &str, step: &StepResult) -> String {
    if is_of_a_form(id) {
        return NO_PARAMETER.to_owned();
    }
    let checks = || step.checks.iter();
    if checks().all(|check| check.verdict == Verdict::Skip) {
        let mut reasons = checks().filter_map(|check| check.reason.clone());
        return reasons.next().unwrap_or_else(|| NO_OCCASION.to_owned());
    }
    let failed = checks().filter(|check| check.verdict >= Verdict::Warning);
    let failed: BTreeSet<&str> = failed.map(|check| check.check.as_str()).collect();
    let names: Vec<String> = failed.iter().map(|name| format!("`{name}`")).collect();
    match names.is_empty() {
        true => NO_OCCASION.to_owned(),
        false => format!(
            "no answer gave an occasion after {} failed",
            names.join(", ")
        ),
    }
}

fn is_of_a_form(id: &str) -> bool {
    let mut shown_by = catalog::all()
        .iter()
        .filter(|it| it.requirements.contains(&id));
    shown_by.any(|check| FORMS.iter().any(|form| check.id.starts_with(form)))
}

/// The suites that would have shown it.
fn of_suites(suites: &[Suite], steps: &[(&PlannedScenario, &PlannedStep)]) -> String {
    let shows = |suite: &&Suite| steps.iter().any(|(scenario, _)| scenario.suite == suite.id);
    let shown: Vec<&Suite> = suites.iter().filter(shows).collect();
    let names: Vec<&str> = shown.iter().map(|suite| suite.id.as_str()).collect();
    let names = names.join("`, `");
    match shown.iter().all(|suite| suite.by_name_only) {
        true => format!("suite `{names}` runs only where it is asked for by name"),
        false => format!("the run was asked for other suites than `{names}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Definitions;
    use crate::suite::load::shipped;

    /// How the server speaks: judged before the plan is made.
    const OF_THE_DIALECT: &[&str] = &[
        "CT-1.media-type",
        "CT-2.accept",
        "URL-1.plain",
        "SEC-1.login",
    ];

    #[test]
    fn some_step_shows_every_requirement() {
        let declared = Declared::by_guide(&Definitions::embedded());
        let plan = Plan::new(&shipped().expect("suites"), &declared, true);
        let shown = showing(&declared, &plan);
        let all = crate::requirement::all().iter();
        let open = all.filter(|known| known.untested.is_none());
        let missing: Vec<&str> = open
            .map(|known| known.id.as_str())
            .filter(|id| !shown.contains_key(*id))
            .collect();
        assert_eq!(missing, OF_THE_DIALECT);
    }
}
