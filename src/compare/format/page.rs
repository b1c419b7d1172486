//! What the pages show, as plain data; the words around it stand in the templates.

use serde::Serialize;

use super::words;
use crate::compare::verdict;
use crate::compare::{
    Change, ChangedLatency, ChangedRule, Comparison, Effect, Overview, OverviewRow, Side,
};
use crate::report::{Language, VerdictCounts, about, outcome_of};
use crate::result::Verdict;

/// One comparison.
#[derive(Debug, Serialize)]
pub(super) struct ComparisonPage<'c> {
    old: &'c Side,
    new: &'c Side,
    failing: usize,
    breaking: usize,
    verdict: String,
    summary: String,
    changes: Vec<Changes<'c>>,
    checks: Vec<Checks<'c>>,
    rules: &'c [ChangedRule],
    surface_compared: bool,
    surface: Vec<Surface>,
    latency: Vec<&'c ChangedLatency>,
}

/// Findings of one change.
#[derive(Debug, Serialize)]
struct Changes<'c> {
    change: Change,
    heading: String,
    meaning: String,
    findings: Vec<Finding<'c>>,
}

#[derive(Debug, Serialize)]
struct Finding<'c> {
    id: &'c str,
    verdict: &'static str,
    about: String,
    message: String,
    cause: &'static str,
    old_cause: Option<&'static str>,
    old_count: u32,
    new_count: u32,
    why: Option<String>,
    reason: Option<String>,
    requirements: &'c [String],
}

#[derive(Debug, Serialize)]
struct Checks<'c> {
    newly_tested: bool,
    count: u32,
    reason: String,
    checks: &'c [String],
    resource_types: &'c [String],
}

/// Changes of the surface with one effect.
#[derive(Debug, Serialize)]
struct Surface {
    effect: Effect,
    name: String,
    changes: Vec<[String; 5]>,
}

impl<'c> ComparisonPage<'c> {
    pub(super) fn new(comparison: &'c Comparison, language: Language) -> Self {
        let changes = Change::ALL.iter();
        let notable = comparison.latency.iter().filter(|latency| latency.notable);
        Self {
            old: &comparison.old,
            new: &comparison.new,
            failing: comparison.failing.len(),
            breaking: verdict::breaking(comparison),
            verdict: verdict::words(comparison, language),
            summary: language.sentence(&comparison.summary),
            changes: changes
                .map(|&change| Changes::of(comparison, change, language))
                .filter(|changes| !changes.findings.is_empty())
                .collect(),
            checks: checks(comparison, language),
            rules: &comparison.rules,
            surface_compared: comparison.surface_compared,
            surface: surface(comparison, language),
            latency: notable.collect(),
        }
    }
}

impl<'c> Changes<'c> {
    fn of(comparison: &'c Comparison, change: Change, language: Language) -> Self {
        let findings = comparison.findings.iter();
        let of_change = findings.filter(|finding| finding.change == change && finding.asks());
        Self {
            change,
            heading: words::heading(change, language),
            meaning: words::meaning(change, language),
            findings: of_change
                .map(|finding| Finding {
                    id: &finding.id,
                    verdict: finding.verdict().map_or("", Verdict::code),
                    about: language.text(&about(&finding.subject)).into_owned(),
                    message: language.sentence(&finding.message),
                    cause: finding.cause.code(),
                    old_cause: finding.old_cause.map(crate::finding::Cause::code),
                    old_count: finding.old_count,
                    new_count: finding.new_count,
                    why: finding.not_comparable.map(|why| words::why(why, language)),
                    reason: finding
                        .reason
                        .as_deref()
                        .map(|text| language.sentence(text)),
                    requirements: &finding.requirements,
                })
                .collect(),
        }
    }
}

fn checks(comparison: &Comparison, language: Language) -> Vec<Checks<'_>> {
    let checks = comparison.checks.iter();
    checks
        .map(|checks| Checks {
            newly_tested: checks.change == Change::NewlyTested,
            count: checks.count,
            reason: language.sentence(&checks.reason),
            checks: &checks.checks,
            resource_types: &checks.resource_types,
        })
        .collect()
}

fn surface(comparison: &Comparison, language: Language) -> Vec<Surface> {
    let of_effect = |&effect: &Effect| {
        let changes = comparison.surface.iter();
        let of_effect = changes.filter(|change| change.effect == effect);
        let text = |side: &Option<String>| side.clone().unwrap_or_default();
        Surface {
            effect,
            name: words::effect(effect, language),
            changes: of_effect
                .map(|change| {
                    [
                        change.resource_type.clone(),
                        words::kind(change.kind, language),
                        change.name.clone(),
                        text(&change.old),
                        text(&change.new),
                    ]
                })
                .collect(),
        }
    };
    let effects = Effect::ALL.iter().map(of_effect);
    effects
        .filter(|surface| !surface.changes.is_empty())
        .collect()
}

/// Reports side by side.
#[derive(Debug, Serialize)]
pub(super) struct IndexPage<'o> {
    reports: Vec<Column<'o>>,
    steps: Vec<Step<'o>>,
    rows: &'o [OverviewRow],
    chart: Vec<Bar<'o>>,
    chart_width: usize,
}

#[derive(Debug, Serialize)]
struct Column<'o> {
    side: &'o Side,
    outcome: String,
    /// Where the report lies, relative to the page.
    folder: Option<&'o str>,
}

/// What came with a report since the one before it.
#[derive(Debug, Serialize)]
struct Step<'o> {
    old: &'o str,
    new: &'o str,
    verdict: String,
    failing: usize,
    breaking: usize,
    fixed: usize,
    /// Whether no other step brought more new failures, or as many and more that breaks others.
    worst: bool,
}

fn steps(comparisons: &[Comparison], language: Language) -> Vec<Step<'_>> {
    let weight = |comparison: &Comparison| {
        let breaking = verdict::breaking(comparison);
        (comparison.failing.len(), breaking)
    };
    let worst = comparisons.iter().map(weight).max();
    let fixed = |comparison: &Comparison| {
        let findings = comparison.findings.iter();
        let fixed = findings.filter(|finding| finding.change == Change::Fixed);
        fixed
            .filter(|finding| finding.verdict() == Some(Verdict::Fail))
            .count()
    };
    let step = |comparison| -> Step<'_> {
        let comparison: &Comparison = comparison;
        Step {
            old: &comparison.old.label,
            new: &comparison.new.label,
            verdict: verdict::words(comparison, language),
            failing: comparison.failing.len(),
            breaking: verdict::breaking(comparison),
            fixed: fixed(comparison),
            worst: Some(weight(comparison)) == worst && weight(comparison) > (0, 0),
        }
    };
    comparisons.iter().map(step).collect()
}

/// A bar of the chart, from the bottom up; heights are of 200.
#[derive(Debug, Serialize)]
struct Bar<'o> {
    label: &'o str,
    x: usize,
    failures: u32,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    verdict: &'static str,
    y: u32,
    height: u32,
    count: u32,
}

/// Pixels for one bar and the space beside it.
const BAR: usize = 90;
const HEIGHT: u32 = 200;

impl<'o> IndexPage<'o> {
    pub(super) fn new(
        overview: &'o Overview,
        folders: &'o [String],
        comparisons: &'o [Comparison],
        language: Language,
    ) -> Self {
        let most = overview.reports.iter().map(|side| side.checks.total());
        let most = most.max().unwrap_or(1).max(1);
        let columns = overview.reports.iter().enumerate();
        let bars = overview.reports.iter().enumerate();
        Self {
            reports: columns
                .map(|(index, side)| Column {
                    side,
                    outcome: language
                        .text(outcome_of(side.exit_code, &side.checks))
                        .into_owned(),
                    folder: folders.get(index).map(String::as_str),
                })
                .collect(),
            steps: steps(comparisons, language),
            rows: &overview.rows,
            chart: bars
                .map(|(index, side)| Bar {
                    label: &side.label,
                    x: index * BAR,
                    failures: side.failures,
                    parts: parts(&side.checks, most),
                })
                .collect(),
            chart_width: overview.reports.len() * BAR,
        }
    }
}

fn parts(checks: &VerdictCounts, most: u32) -> Vec<Part> {
    let mut below = 0;
    let counts = [
        ("fail", checks.fail),
        ("error", checks.error),
        ("warning", checks.warning),
        ("pass", checks.pass),
        ("skip", checks.skip),
    ];
    let mut parts = Vec::new();
    for (verdict, count) in counts {
        let at = |count: u32| HEIGHT * count / most;
        let (bottom, top) = (at(below), at(below + count));
        below += count;
        if top > bottom {
            parts.push(Part {
                verdict,
                y: HEIGHT - top,
                height: top - bottom,
                count,
            });
        }
    }
    parts
}
