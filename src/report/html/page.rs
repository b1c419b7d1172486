//! What the page shows, in the order in which it shows it. Each piece is plain data; the words
//! around it stand in the template.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::detail::Detail;
use crate::finding::Cause;
use crate::report::finding_group::FindingGroup;
use crate::report::model::{
    Report, ReportedCheck, ReportedScenario, ReportedStep, RequirementCoverage, VerdictCounts,
};
use crate::report::view::{self, Matrix};
use crate::result::Verdict;

/// Findings named on the first screen.
const TOP: usize = 5;
/// Everything the template needs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct Page<'a> {
    report: &'a Report,
    outcome: &'static str,
    tiles: Vec<Tile>,
    matrix: Matrix,
    top: Vec<Row<'a>>,
    causes: Vec<CauseSection<'a>>,
    types: Vec<&'a str>,
    interactions: Vec<&'a str>,
    suites: Vec<Suite<'a>>,
    latency: Vec<LatencyRow<'a>>,
    /// How much was left out to keep the page small.
    findings_left_out: usize,
    scenarios_left_out: usize,
}

/// A count on the first screen.
#[derive(Debug, Serialize)]
struct Tile {
    verdict: &'static str,
    label: &'static str,
    count: u32,
    /// Offset and width in the bar, of a thousand.
    offset: u32,
    width: u32,
}

/// Findings of one cause.
#[derive(Debug, Serialize)]
struct CauseSection<'a> {
    cause: Cause,
    name: &'static str,
    title: &'static str,
    meaning: &'static str,
    findings: Vec<Row<'a>>,
    count: usize,
    occurrences: u32,
}

/// A finding with what is derived from it.
#[derive(Debug, Clone, Serialize)]
struct Row<'a> {
    group: &'a FindingGroup,
    grade: &'static str,
    about: String,
    requirements: Vec<&'a RequirementCoverage>,
    excerpt: Vec<ExcerptLine<'a>>,
    /// Whether anything but the line is shown, and whether request and response are.
    detailed: bool,
    full: bool,
}

#[derive(Debug, Clone, Serialize)]
struct ExcerptLine<'a> {
    text: &'a str,
    marked: bool,
}

#[derive(Debug, Serialize)]
struct Suite<'a> {
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

/// A row of the latency table; positions are of a thousand.
#[derive(Debug, Serialize)]
struct LatencyRow<'a> {
    name: &'a str,
    count: u32,
    p50: u64,
    p95: u64,
    max: u64,
    p50_at: u64,
    p95_at: u64,
    max_at: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, detail: &Detail) -> Self {
        let rows = rows(report, detail);
        let shown: HashSet<&str> = rows.iter().map(|row| row.group.id.as_str()).collect();
        let mut matrix = view::matrix(report);
        let of_types = matrix.rows.iter_mut().flat_map(|row| &mut row.cells);
        let of_server = matrix.server.iter_mut().map(|(_, cell)| cell);
        for cell in of_types.flatten().chain(of_server) {
            cell.finding.take_if(|id| !shown.contains(id.as_str()));
        }
        let (suites, scenarios_left_out) = suites(report, detail, &shown);
        Self {
            report,
            outcome: view::outcome(report),
            tiles: tiles(report),
            matrix,
            top: top(&rows),
            causes: causes(report, &rows),
            types: names(&rows, |row| row.group.subject.resource_type.as_deref()),
            interactions: names(&rows, |row| row.group.subject.interaction.as_deref()),
            suites,
            latency: latency(report),
            findings_left_out: report.findings.len() - rows.len(),
            scenarios_left_out,
        }
    }
}

fn top<'a>(rows: &[Row<'a>]) -> Vec<Row<'a>> {
    rows.iter()
        .filter(|row| row.group.verdict != Verdict::Pass)
        .take(TOP)
        .cloned()
        .collect()
}

/// The different values of a column, sorted.
fn names<'a>(rows: &[Row<'a>], name: impl Fn(&Row<'a>) -> Option<&'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = rows.iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn tiles(report: &Report) -> Vec<Tile> {
    let counts = &report.totals.checks;
    let total = counts.total().max(1);
    let mut before = 0;
    [
        ("fail", "failed", counts.fail),
        ("error", "in error", counts.error),
        ("warning", "with warnings", counts.warning),
        ("pass", "passed", counts.pass),
        ("skip", "not tested", counts.skip),
    ]
    .into_iter()
    .map(|(verdict, label, count)| {
        let offset = before * 1000 / total;
        before += count;
        Tile {
            verdict,
            label,
            count,
            offset,
            width: before * 1000 / total - offset,
        }
    })
    .collect()
}

/// Findings in order of importance; where the page would get too large, the less important ones
/// give up their requests and responses first, then everything but their line, then the line.
fn rows<'a>(report: &'a Report, detail: &Detail) -> Vec<Row<'a>> {
    let requirements: HashMap<&str, &RequirementCoverage> = report
        .requirements
        .iter()
        .map(|requirement| (requirement.id.as_str(), requirement))
        .collect();
    report
        .findings
        .iter()
        .take(detail.findings)
        .enumerate()
        .map(|(index, group)| Row {
            group,
            grade: view::grade(group),
            about: view::about(&group.subject),
            requirements: group
                .requirements
                .iter()
                .filter_map(|id| requirements.get(id.as_str()).copied())
                .collect(),
            excerpt: excerpt(group),
            detailed: index < detail.detailed_findings,
            full: index < detail.full_findings,
        })
        .collect()
}

/// The lines of the excerpt; the one of the place starts with `> ` (see the builder of excerpts).
fn excerpt(group: &FindingGroup) -> Vec<ExcerptLine<'_>> {
    let lines = group.excerpt.as_deref().unwrap_or_default().lines();
    lines
        .map(|text| ExcerptLine {
            text,
            marked: text.starts_with("> "),
        })
        .collect()
}

fn causes<'a>(report: &'a Report, rows: &[Row<'a>]) -> Vec<CauseSection<'a>> {
    view::by_cause(report)
        .into_iter()
        .map(|(cause, groups)| {
            let (name, title, meaning) = words(cause);
            CauseSection {
                cause,
                name,
                title,
                meaning,
                count: groups.len(),
                occurrences: groups.iter().map(|group| group.count).sum(),
                findings: rows
                    .iter()
                    .filter(|row| row.group.cause == cause)
                    .cloned()
                    .collect(),
            }
        })
        .collect()
}

/// A word, a title and an explanation.
fn words(cause: Cause) -> (&'static str, &'static str, &'static str) {
    match cause {
        Cause::Server => (
            "Server",
            "The server",
            "It breaks a rule of FHIR R4, of HTTP or of the guide, and nothing points elsewhere.",
        ),
        Cause::Guide => (
            "Guide",
            "The implementation guide",
            "It contradicts itself or FHIR R4, so that no server can keep it. Shown once each; never fails a run.",
        ),
        Cause::Environment => (
            "Environment",
            "The environment",
            "Rights, missing data or the network, as a control request showed. What it prevented was not tested.",
        ),
        Cause::Data => (
            "Data",
            "The data",
            "The value came from data that is known to be faulty. It warns.",
        ),
    }
}

/// The suites, and how many scenarios were left out; the worst scenarios keep their details.
fn suites<'a>(
    report: &'a Report,
    detail: &Detail,
    shown: &HashSet<&str>,
) -> (Vec<Suite<'a>>, usize) {
    let mut worst: Vec<(Verdict, usize)> = report
        .suites
        .iter()
        .flat_map(|suite| &suite.scenarios)
        .enumerate()
        .map(|(index, scenario)| (scenario.verdict, index))
        .collect();
    worst.sort_by_key(|&(verdict, index)| (std::cmp::Reverse(verdict), index));
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
                counts: counts(suite.checks),
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

fn counts(counts: VerdictCounts) -> String {
    let parts = [
        (counts.fail, "failed"),
        (counts.error, "in error"),
        (counts.warning, "with warnings"),
        (counts.pass, "passed"),
        (counts.skip, "not tested"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    match words.is_empty() {
        true => "no checks".to_owned(),
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

fn latency(report: &Report) -> Vec<LatencyRow<'_>> {
    let longest = report.run.latency.values().map(|latency| latency.max).max();
    let longest = longest.unwrap_or(0).max(1);
    let at = |value: u64| value.saturating_mul(1000) / longest;
    report
        .run
        .latency
        .iter()
        .map(|(name, latency)| LatencyRow {
            name,
            count: latency.count,
            p50: latency.p50,
            p95: latency.p95,
            max: latency.max,
            p50_at: at(latency.p50),
            p95_at: at(latency.p95),
            max_at: at(latency.max),
        })
        .collect()
}
