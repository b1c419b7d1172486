//! What several formats show and none stores: the matrix of resource types by interactions, and
//! counts over findings.

use std::collections::BTreeMap;

use serde::Serialize;

use super::finding_group::FindingGroup;
use super::gate::{EntryState, GateReport};
use super::language::Language;
use super::model::{Report, ReportedCheck, VerdictCounts};
use crate::finding::Cause;
use crate::result::{Subject, Verdict};

/// What checks about no resource type are about.
const WHOLE_SERVER: &str = "whole server";
/// The column of checks about no interaction.
const OTHER: &str = "other";

/// The order of columns: what a client does first, first (names as in R4 restful-interaction).
const INTERACTIONS: &[&str] = &[
    "search-type",
    "read",
    "vread",
    "create",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "capabilities",
];

/// Resource types by interactions.
#[derive(Debug, Serialize)]
pub(crate) struct Matrix {
    /// Columns.
    pub(crate) interactions: Vec<String>,
    /// Rows.
    pub(crate) rows: Vec<Row>,
    /// Checks about no resource type, by interaction.
    pub(crate) server: Vec<(String, Cell)>,
}

/// A resource type.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) resource_type: String,
    /// A cell for each column; `None` where nothing was planned.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// How the checks of one type and interaction ended.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Cell {
    /// Counts.
    pub(crate) counts: VerdictCounts,
    /// The worst; skip only where all were skipped.
    pub(crate) verdict: String,
    /// In words, such as `2 of 7 fail`.
    pub(crate) text: String,
    /// The most important finding.
    pub(crate) finding: Option<String>,
    /// Why all were skipped.
    pub(crate) reason: Option<String>,
}

/// All checks of a report, in order.
pub(super) fn checks(report: &Report) -> impl Iterator<Item = &ReportedCheck> {
    report
        .suites
        .iter()
        .flat_map(|suite| &suite.scenarios)
        .flat_map(|scenario| &scenario.steps)
        .flat_map(|step| &step.checks)
}

/// The matrix of a report.
pub(crate) fn matrix(report: &Report, language: Language) -> Matrix {
    let rank: BTreeMap<&str, usize> = report
        .findings
        .iter()
        .enumerate()
        .map(|(rank, group)| (group.id.as_str(), rank))
        .collect();
    let mut cells: BTreeMap<(&str, &str), Vec<&ReportedCheck>> = BTreeMap::new();
    for check in checks(report) {
        let resource_type = check.subject.resource_type.as_deref().unwrap_or("");
        let interaction = check.subject.interaction.as_deref().unwrap_or(OTHER);
        cells
            .entry((resource_type, interaction))
            .or_default()
            .push(check);
    }
    let cell_at = |resource_type: &str, interaction: &str| {
        Some(cell(
            cells.get(&(resource_type, interaction))?,
            &rank,
            language,
        ))
    };
    let columns = |of_server: bool| {
        let keys = cells.keys().filter(|key| key.0.is_empty() == of_server);
        let mut interactions: Vec<&str> = keys.map(|key| key.1).collect();
        interactions.sort_by_key(|name| (column(name), *name));
        interactions.dedup();
        interactions
    };
    let interactions = columns(false);
    let mut types: Vec<&str> = cells.keys().map(|key| key.0).collect();
    types.dedup();
    let row = |&resource_type: &&str| Row {
        resource_type: resource_type.to_owned(),
        cells: interactions
            .iter()
            .map(|&interaction| cell_at(resource_type, interaction))
            .collect(),
    };
    Matrix {
        rows: types
            .iter()
            .filter(|name| !name.is_empty())
            .map(row)
            .collect(),
        server: columns(true)
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), cell_at("", name)?)))
            .collect(),
        interactions: interactions.into_iter().map(str::to_owned).collect(),
    }
}

fn column(interaction: &str) -> usize {
    match interaction {
        OTHER => usize::MAX,
        name => INTERACTIONS
            .iter()
            .position(|known| *known == name)
            .unwrap_or(INTERACTIONS.len()),
    }
}

fn cell(checks: &[&ReportedCheck], rank: &BTreeMap<&str, usize>, language: Language) -> Cell {
    let mut counts = VerdictCounts::default();
    for check in checks {
        counts.add(check.verdict);
    }
    let worst = Verdict::worst(checks.iter().map(|check| check.verdict));
    let finding = checks
        .iter()
        .flat_map(|check| &check.findings)
        .min_by_key(|id| rank.get(id.as_str()).copied().unwrap_or(usize::MAX));
    let reason = checks
        .iter()
        .filter(|_| worst == Verdict::Skip)
        .find_map(|check| check.reason.clone());
    Cell {
        counts,
        verdict: worst.code().to_owned(),
        text: words(&counts, worst, language),
        finding: finding.cloned(),
        reason,
    }
}

fn words(counts: &VerdictCounts, worst: Verdict, language: Language) -> String {
    let tested = counts.total() - counts.skip;
    // The numbers stay in one line in a narrow column.
    let of = |english: &str, count: u32| {
        language.fill(english, &[("count", &count), ("tested", &tested)])
    };
    match worst {
        Verdict::Pass => of("{tested} pass", tested),
        Verdict::Skip => language.text("not tested").into_owned(),
        Verdict::Warning => of("{count}\u{a0}of\u{a0}{tested} warn", counts.warning),
        Verdict::Fail => of("{count}\u{a0}of\u{a0}{tested} fail", counts.fail),
        Verdict::Error => of("{count}\u{a0}of\u{a0}{tested} in error", counts.error),
    }
}

/// Findings by cause, in the order of [`Cause`], with how many of them fail.
pub(super) fn by_cause(report: &Report) -> Vec<(Cause, Vec<&FindingGroup>)> {
    Cause::ALL
        .iter()
        .map(|&cause| {
            let groups = report.findings.iter().filter(|group| group.cause == cause);
            (cause, groups.collect())
        })
        .collect()
}

/// What a finding is about, in words: `Patient search-type _id`.
pub(crate) fn about(subject: &Subject) -> String {
    let parts: Vec<&str> = [
        subject.resource_type.as_deref(),
        subject.interaction.as_deref(),
        subject.search_parameter.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.is_empty() {
        true => WHOLE_SERVER.to_owned(),
        false => parts.join(" "),
    }
}

/// What became of the entries of a gate, what each is about, and who owns it.
pub(super) fn entries(gate: &GateReport) -> Vec<(EntryState, &str, &str)> {
    let known = gate.known_failures.iter().flatten();
    let known = known.map(|entry| {
        (
            entry.state,
            entry.about.as_str(),
            entry.known.owner.as_str(),
        )
    });
    let accepted = gate.acceptance.iter();
    let waived = accepted.flat_map(|it| it.waivers.iter().chain(&it.excuses));
    let waived = waived.map(|entry| (entry.state, entry.about.as_str(), entry.role.as_str()));
    known.chain(waived).collect()
}

/// The verdict over a report in one or two words.
pub(crate) fn outcome(report: &Report) -> &'static str {
    let accepted = report
        .gate
        .as_ref()
        .and_then(|gate| gate.acceptance.as_ref());
    match (report.exit_code, accepted) {
        (0, Some(_)) => "accepted",
        (1, Some(criteria)) if !criteria.met => "not accepted",
        (exit_code, _) => outcome_of(exit_code, &report.totals.checks),
    }
}

/// The same where nothing is known of acceptance.
pub(crate) fn outcome_of(exit_code: u8, checks: &VerdictCounts) -> &'static str {
    match exit_code {
        // Only a gate lets failures through.
        0 if checks.fail > 0 => "let through",
        0 => "conformant",
        1 => "not conformant",
        3 => "incomplete",
        _ if checks.total() > checks.skip => "too little tested",
        _ => "nothing tested",
    }
}

/// How bad a finding is, in a word for its reader: information has the verdict `pass`.
pub(super) fn grade(group: &FindingGroup) -> &'static str {
    match group.verdict {
        Verdict::Pass => "information",
        verdict => verdict.code(),
    }
}

/// What the run cost the server, in a sentence.
pub(super) fn load(load: &crate::http::Load, language: Language) -> String {
    let one = |template: &str, name: &str, value: u64| language.fill(template, &[(name, &value)]);
    let mut parts = vec![language.fill(
        "What it cost the server: {requests} requests, {kilobytes} kB received",
        &[
            ("requests", &load.requests),
            ("kilobytes", &load.bytes.div_ceil(1000)),
        ],
    )];
    if load.errors > 0 {
        let suffers = "{count} answers that say that it suffers";
        parts.push(one(suffers, "count", load.errors));
    }
    if load.waited_ms > 0 {
        let waited = "{seconds} s waited because it asked for it";
        parts.push(one(waited, "seconds", load.waited_ms.div_ceil(1000)));
    }
    if load.slowed_ms > 0 {
        let slowed = "{seconds} s waited because its answers became slow";
        parts.push(one(slowed, "seconds", load.slowed_ms.div_ceil(1000)));
    }
    parts.join(", ") + "."
}
