//! What the page shows, in the order in which it shows it. Each piece is plain data; the words
//! around it stand in the template.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::detail::Detail;
use super::scenarios::{self, Suite};
use crate::finding::Cause;
use crate::report::finding_group::FindingGroup;
use crate::report::model::{Report, RequirementCoverage};
use crate::report::promised::{self, Promised};
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
    promised: Vec<Promised>,
    /// How many statements there are, and how many were tested.
    coverage: (usize, usize),
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
        let (suites, scenarios_left_out) = scenarios::suites(report, detail, &shown);
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
            promised: promised::promised(report),
            coverage: promised::coverage(report),
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
