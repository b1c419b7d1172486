//! What the page shows, in the order in which it shows it. Each piece is plain data; the words
//! around it stand in the template.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::detail::Detail;
use super::scenarios::{self, Suite};
use crate::finding::Cause;
use crate::report::finding_group::FindingGroup;
use crate::report::language::Language;
use crate::report::model::{Report, RequirementCoverage};
use crate::report::promised::{self, Promised};
use crate::report::text::cut;
use crate::report::view::{self, Matrix};
use crate::result::{Level, Verdict};

/// Findings named on the first screen.
const TOP: usize = 3;
/// Characters of their messages.
const SHORT: usize = 120;

/// Everything the template needs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct Contents<'a> {
    outcome: String,
    tiles: Vec<Tile>,
    matrix: Matrix,
    top: Vec<Row<'a>>,
    /// The request of the most important finding that has one.
    again: Option<&'a str>,
    /// When the run started, for people.
    started: String,
    /// Ids of the findings that the page shows.
    shown: Vec<&'a str>,
    causes: Vec<CauseSection<'a>>,
    types: Vec<&'a str>,
    interactions: Vec<&'a str>,
    suites: Vec<Suite<'a>>,
    coverage: Vec<Coverage>,
    latency: Vec<LatencyRow<'a>>,
    promised: Vec<Promised>,
    load: Option<String>,
    /// How much was left out to keep the page small.
    findings_left_out: usize,
    scenarios_left_out: usize,
}

/// A count on the first screen.
#[derive(Debug, Serialize)]
struct Tile {
    verdict: &'static str,
    label: String,
    count: u32,
    /// Offset and width in the bar, of a thousand.
    offset: u32,
    width: u32,
}

/// Findings of one cause.
#[derive(Debug, Serialize)]
struct CauseSection<'a> {
    cause: Cause,
    name: String,
    title: String,
    meaning: String,
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
    /// The message, short enough for a list.
    short: String,
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

/// Requirements of one level.
#[derive(Debug, Serialize)]
struct Coverage {
    level: Level,
    all: u32,
    tested: u32,
    held: u32,
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

impl<'a> Contents<'a> {
    pub(super) fn new(report: &'a Report, detail: &Detail, language: Language) -> Self {
        let rows = rows(report, detail, language);
        let shown: HashSet<&str> = rows.iter().map(|row| row.group.id.as_str()).collect();
        let mut matrix = view::matrix(report, language);
        let of_types = matrix.rows.iter_mut().flat_map(|row| &mut row.cells);
        let of_server = matrix.server.iter_mut().map(|(_, cell)| cell);
        for cell in of_types.flatten().chain(of_server) {
            cell.finding.take_if(|id| !shown.contains(id.as_str()));
        }
        let (suites, scenarios_left_out) = scenarios::suites(report, detail, &shown, language);
        Self {
            outcome: language.text(view::outcome(report)).into_owned(),
            tiles: tiles(report, language),
            matrix,
            top: top(&rows),
            again: rows.iter().find_map(|row| row.group.curl.as_deref()),
            started: started(report),
            causes: causes(report, &rows, language),
            types: names(&rows, |row| row.group.subject.resource_type.as_deref()),
            interactions: names(&rows, |row| row.group.subject.interaction.as_deref()),
            suites,
            coverage: coverage(report),
            latency: latency(report),
            promised: promised::promised(report),
            load: (report.run.clock.load.as_ref()).map(|load| view::load(load, language)),
            shown: rows.iter().map(|row| row.group.id.as_str()).collect(),
            findings_left_out: report.findings.len() - rows.len(),
            scenarios_left_out,
        }
    }
}

/// A message in which the addresses of profiles, value sets and systems are their names alone.
fn short(message: &str) -> String {
    let parts: Vec<&str> = message
        .split('`')
        .map(|part| match part.contains("://") && !part.contains(' ') {
            true => part
                .rsplit('/')
                .find(|name| !name.is_empty())
                .unwrap_or(part),
            false => part,
        })
        .collect();
    parts.join("`")
}

/// `2026-11-22 05:27 UTC`.
fn started(report: &Report) -> String {
    let started = report.run.clock.started.as_str();
    match (started.get(..10), started.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => started.to_owned(),
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

fn tiles(report: &Report, language: Language) -> Vec<Tile> {
    let counts = &report.totals.checks;
    let total = counts.total().max(1);
    let mut before = 0;
    [
        ("fail", language.text("failed"), counts.fail),
        ("error", language.text("in error"), counts.error),
        ("warning", language.text("with warnings"), counts.warning),
        ("pass", language.text("passed"), counts.pass),
        ("skip", language.text("not tested"), counts.skip),
    ]
    .into_iter()
    .map(|(verdict, label, count)| {
        let offset = before * 1000 / total;
        before += count;
        Tile {
            verdict,
            label: label.into_owned(),
            count,
            offset,
            width: before * 1000 / total - offset,
        }
    })
    .collect()
}

/// Findings in order of importance; where the page would get too large, the less important ones
/// give up their requests and responses first, then everything but their line, then the line.
fn rows<'a>(report: &'a Report, detail: &Detail, language: Language) -> Vec<Row<'a>> {
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
            about: language.text(&view::about(&group.subject)).into_owned(),
            short: cut(&short(&group.message), SHORT),
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

fn causes<'a>(report: &'a Report, rows: &[Row<'a>], language: Language) -> Vec<CauseSection<'a>> {
    view::by_cause(report)
        .into_iter()
        .map(|(cause, groups)| {
            let [name, title, meaning] = words(cause, language);
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
fn words(cause: Cause, language: Language) -> [String; 3] {
    let texts = match cause {
        Cause::Server => [
            language.text("Server"),
            language.text("The server"),
            language.text("It breaks a rule of FHIR R4, of HTTP or of the guide, and nothing points elsewhere."),
        ],
        Cause::Guide => [
            language.text("Guide"),
            language.text("The implementation guide"),
            language.text("It contradicts itself or FHIR R4, so that no server can keep it. Shown once each; never fails a run."),
        ],
        Cause::Environment => [
            language.text("Environment"),
            language.text("The environment"),
            language.text("Rights, missing data or the network, as a control request showed. What it prevented was not tested."),
        ],
        Cause::Data => [
            language.text("Data"),
            language.text("The data"),
            language.text("The value came from data that is known to be faulty. It warns."),
        ],
    };
    texts.map(Cow::into_owned)
}

/// How far the requirements of each level were tested.
fn coverage(report: &Report) -> Vec<Coverage> {
    let of_level = |&level: &Level| {
        let requirements = report.requirements.iter();
        let mut coverage = Coverage {
            level,
            all: 0,
            tested: 0,
            held: 0,
        };
        for requirement in requirements.filter(|requirement| requirement.level == level) {
            coverage.all += 1;
            match requirement.verdict {
                Verdict::Skip | Verdict::Error => {}
                Verdict::Pass => {
                    coverage.tested += 1;
                    coverage.held += 1;
                }
                Verdict::Warning | Verdict::Fail => coverage.tested += 1,
            }
        }
        coverage
    };
    let levels = Level::ALL.iter().map(of_level);
    levels.filter(|coverage| coverage.all > 0).collect()
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
