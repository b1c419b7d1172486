//! Scenarios that are use cases to [`Flow`]s: what each step came to.

use crate::report::flow::{Flow, FlowStep, Standing};
use crate::result::{CheckResult, RunResult, ScenarioResult, StepResult, Verdict};
use crate::wording::count;

/// The checks that say whether a step did what it is there for; all others say how well.
const ACTS: &[&str] = &[
    "create-status",
    "update-status",
    "read-status",
    "search-status",
    "found",
    "precondition",
    "search-finds",
    "becomes-final",
    "notified",
];

/// The use cases of a run.
pub(super) fn flows(run: &RunResult) -> Vec<Flow> {
    let workflows = run.scenarios.iter().filter(|scenario| scenario.workflow);
    workflows.map(flow).collect()
}

fn flow(scenario: &ScenarioResult) -> Flow {
    let steps: Vec<FlowStep> = scenario.steps.iter().map(step).collect();
    let reached = steps
        .iter()
        .position(|step| !step.standing.goes_on())
        .unwrap_or(steps.len());
    let blocked_by = steps.get(reached).map(|step| match &step.because {
        Some(because) => format!("{}: {because}", step.title),
        None => step.title.clone(),
    });
    let mut flow = Flow {
        suite: scenario.suite.clone(),
        id: scenario.id.clone(),
        title: scenario.title.clone(),
        summary: String::new(),
        reached: u32::try_from(reached).unwrap_or(u32::MAX),
        blocked_by,
        steps,
    };
    flow.summary = summary(&flow);
    flow
}

fn summary(flow: &Flow) -> String {
    let all = flow.steps.len();
    let flaws: u32 = flow.steps.iter().map(|step| step.flaws).sum();
    let with_flaws = match flaws {
        0 => String::new(),
        flaws => format!(", with {}", count(flaws as usize, "deviation")),
    };
    let reached = flow.reached as usize;
    let in_other_form = match flow.in_other_form() {
        0 => String::new(),
        other => format!(", {other} only in the server's own form"),
    };
    if flow.is_whole() {
        let steps = count(all, "step");
        return format!("works from end to end: {steps}{in_other_form}{with_flaws}");
    }
    if flow.done() == 0 {
        return format!("nothing of {} was done", count(all, "step"));
    }
    let stood_in = flow
        .steps
        .iter()
        .filter(|step| step.standing == Standing::StoodIn)
        .count();
    let mut words = format!("{} of {} done", flow.done(), count(all, "step"));
    if reached < all {
        words.push_str(&format!(", blocked at step {}", reached + 1));
    }
    words.push_str(&in_other_form);
    if stood_in > 0 {
        words.push_str(&format!(", {stood_in} replaced by existing data"));
    }
    format!("{words}{with_flaws}")
}

fn step(result: &StepResult) -> FlowStep {
    let (standing, because) = standing(result);
    let flaws = result
        .checks
        .iter()
        .filter(|check| is_flaw(check.settled()))
        .count();
    FlowStep {
        id: result.id.clone(),
        title: result.title.clone(),
        standing,
        because,
        flaws: u32::try_from(flaws).unwrap_or(u32::MAX),
    }
}

fn is_flaw(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Warning | Verdict::Fail | Verdict::Error)
}

fn standing(result: &StepResult) -> (Standing, Option<String>) {
    let failed = result
        .checks
        .iter()
        .filter(|check| ACTS.contains(&check.check.as_str()))
        .find(|check| is_flaw(check.settled()));
    // Data that is missing, an answer that is not there yet: nobody is blamed, and nothing is done.
    let waits = |check: &&CheckResult| {
        matches!(check.check.as_str(), "precondition" | "becomes-final")
            && check.settled() == Verdict::Skip
    };
    let missing = result.checks.iter().find(waits);
    let because = failed.or(missing).and_then(why);
    if let Some(stood_in) = &result.stood_in {
        let words = match because {
            Some(because) => format!("{because}; went on with {stood_in}"),
            None => format!("went on with {stood_in}"),
        };
        return (Standing::StoodIn, Some(words));
    }
    if let Some(form) = &result.form {
        let words = match because {
            Some(because) => format!("{because}; taken with {form}"),
            None => format!("taken with {form}"),
        };
        return (Standing::InOtherForm, Some(words));
    }
    if failed.is_some() {
        return (Standing::Failed, because);
    }
    let acts = || {
        let checks = result.checks.iter();
        checks.filter(|check| ACTS.contains(&check.check.as_str()))
    };
    let skipped = |check: &CheckResult| check.settled() == Verdict::Skip;
    if acts().next().is_some() && acts().all(skipped) {
        let because = acts().find_map(|check| check.reason.clone());
        return (Standing::LeftOut, because);
    }
    match because {
        Some(because) => (Standing::LeftOut, Some(because)),
        None => (Standing::Done, None),
    }
}

fn why(check: &CheckResult) -> Option<String> {
    let finding = check.findings.first();
    finding
        .map(|observed| observed.finding.message.clone())
        .or_else(|| check.reason.clone())
}
