//! The scenarios of the page: how far each flow got, and its checks.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::detail::Detail;
use crate::report::language::Language;
use crate::report::model::{Report, ReportedCheck, ReportedScenario, ReportedStep, VerdictCounts};
use crate::report::view;
use crate::result::Verdict;

#[derive(Debug, Serialize)]
pub(super) struct Suite<'a> {
    id: &'a str,
    title: &'a str,
    verdict: Verdict,
    green: bool,
    not_green_because: &'a [String],
    counts: String,
    scenarios: Vec<Scenario<'a>>,
}

#[derive(Debug, Serialize)]
struct Scenario<'a> {
    id: &'a str,
    title: &'a str,
    verdict: Verdict,
    /// Whether the checks of its steps are shown.
    detailed: bool,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    step: &'a str,
    title: &'a str,
    verdict: Verdict,
    notes: &'a [String],
    exchanges: &'a [String],
    /// Checks that passed, by name.
    passed: String,
    /// The others, equal ones once.
    lines: Vec<CheckLine<'a>>,
}

#[derive(Debug, Serialize)]
struct CheckLine<'a> {
    check: &'a str,
    about: String,
    verdict: Verdict,
    reason: Option<&'a str>,
    findings: Vec<&'a str>,
    count: u32,
}

/// The suites, and how many scenarios were left out; the worst scenarios keep their details.
pub(super) fn suites<'a>(
    report: &'a Report,
    detail: &Detail,
    shown: &HashSet<&str>,
    language: Language,
) -> (Vec<Suite<'a>>, usize) {
    let mut worst: Vec<(Verdict, usize)> = report
        .suites
        .iter()
        .flat_map(|suite| &suite.scenarios)
        .enumerate()
        .map(|(index, scenario)| (scenario.verdict, index))
        .collect();
    worst.sort_by_key(|&(verdict, index)| (Reverse(verdict), index));
    let rank: HashMap<usize, usize> = worst
        .iter()
        .enumerate()
        .map(|(rank, &(_, index))| (index, rank))
        .collect();
    let left_out = worst.len().saturating_sub(detail.scenarios);
    let mut index = 0;
    let suites = report
        .suites
        .iter()
        .map(|suite| {
            let mut scenarios = Vec::new();
            for scenario in &suite.scenarios {
                let rank = rank.get(&index).copied().unwrap_or(index);
                index += 1;
                if rank < detail.scenarios {
                    let detailed = rank < detail.detailed_scenarios;
                    scenarios.push(self::scenario(scenario, detailed, shown));
                }
            }
            Suite {
                id: &suite.id,
                title: &suite.title,
                verdict: suite.verdict,
                green: suite.green,
                not_green_because: &suite.not_green_because,
                counts: counts(suite.checks, language),
                scenarios,
            }
        })
        .collect();
    (suites, left_out)
}

fn scenario<'a>(
    scenario: &'a ReportedScenario,
    detailed: bool,
    shown: &HashSet<&str>,
) -> Scenario<'a> {
    Scenario {
        id: &scenario.id,
        title: &scenario.title,
        verdict: scenario.verdict,
        detailed,
        steps: scenario.steps.iter().map(|it| step(it, shown)).collect(),
    }
}

fn counts(counts: VerdictCounts, language: Language) -> String {
    let parts = [
        (counts.fail, language.text("failed")),
        (counts.error, language.text("in error")),
        (counts.warning, language.text("with warnings")),
        (counts.pass, language.text("passed")),
        (counts.skip, language.text("not tested")),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    match words.is_empty() {
        true => language.text("no checks").into_owned(),
        false => words.join(", "),
    }
}

fn step<'a>(step: &'a ReportedStep, shown: &HashSet<&str>) -> Step<'a> {
    let mut passed: Vec<(&str, u32)> = Vec::new();
    let mut lines: Vec<CheckLine<'_>> = Vec::new();
    for check in &step.checks {
        if check.verdict == Verdict::Pass && check.findings.is_empty() {
            match passed.iter_mut().find(|(name, _)| *name == check.check) {
                Some((_, count)) => *count += 1,
                None => passed.push((&check.check, 1)),
            }
            continue;
        }
        let line = check_line(check, shown);
        match lines.last_mut() {
            Some(last) if last.is_like(&line) => last.count += 1,
            _ => lines.push(line),
        }
    }
    let passed: Vec<String> = passed
        .into_iter()
        .map(|(name, count)| match count {
            1 => name.to_owned(),
            count => format!("{name} ({count})"),
        })
        .collect();
    Step {
        step: &step.id,
        title: &step.title,
        verdict: step.verdict,
        notes: &step.notes,
        exchanges: &step.exchanges,
        passed: passed.join(", "),
        lines,
    }
}

fn check_line<'a>(check: &'a ReportedCheck, shown: &HashSet<&str>) -> CheckLine<'a> {
    CheckLine {
        check: &check.check,
        about: view::about(&check.subject),
        verdict: check.verdict,
        reason: check.reason.as_deref(),
        findings: check
            .findings
            .iter()
            .map(String::as_str)
            .filter(|id| shown.contains(id))
            .collect(),
        count: 1,
    }
}

impl CheckLine<'_> {
    fn is_like(&self, other: &Self) -> bool {
        (
            self.check,
            &self.about,
            self.verdict,
            self.reason,
            &self.findings,
        ) == (
            other.check,
            &other.about,
            other.verdict,
            other.reason,
            &other.findings,
        )
    }
}
