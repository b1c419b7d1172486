//! The part of the summary about what lets the run through.

use super::{QUOTED, text};
use crate::report::gate::{EntryState, GateReport, KnownFailureReport, WaiverReport};
use crate::report::text::cut;

/// Known failures, waivers and excuses that are listed.
const ENTRIES: usize = 40;

/// Why the run is let through or not, and what became of each entry.
pub(super) fn section(gate: &GateReport) -> String {
    let heading = match gate.passed {
        true => "✅ Let through",
        false => "❌ Not let through",
    };
    let summary = text(&cut(&gate.summary, 3 * QUOTED));
    let mut section = format!("## {heading}\n\n{summary}\n\n");
    let rows = rows(gate);
    if rows.is_empty() {
        return section;
    }
    section.push_str("| | state | about | reason | owner | until |\n|---|---|---|---|---|---|\n");
    rows.iter()
        .take(ENTRIES)
        .for_each(|row| section.push_str(row));
    if rows.len() > ENTRIES {
        let more = rows.len() - ENTRIES;
        section.push_str(&format!("\nand {more} more in `report.json`\n"));
    }
    section.push('\n');
    section
}

fn rows(gate: &GateReport) -> Vec<String> {
    let mut rows: Vec<String> = gate
        .known_failures
        .iter()
        .flatten()
        .map(known_failure)
        .collect();
    if let Some(acceptance) = &gate.acceptance {
        rows.extend(acceptance.waivers.iter().map(|it| waiver("waiver", it)));
        rows.extend(acceptance.excuses.iter().map(|it| waiver("excuse", it)));
    }
    rows
}

fn known_failure(entry: &KnownFailureReport) -> String {
    let known = &entry.known;
    let ticket = known.ticket.as_deref().unwrap_or_default();
    let reason = format!("{} {ticket}", known.reason);
    let cells = [&entry.about, reason.trim(), &known.owner];
    row(
        "known failure",
        entry.state,
        cells,
        known.expires.as_deref(),
    )
}

fn waiver(what: &str, entry: &WaiverReport) -> String {
    let cells = [entry.about.as_str(), &entry.reason, &entry.role];
    row(what, entry.state, cells, entry.expires.as_deref())
}

fn row(what: &str, state: EntryState, cells: [&str; 3], until: Option<&str>) -> String {
    let cells = cells.map(|cell| text(&cut(cell, 200)));
    format!(
        "| {what} | {state} | {} | {} |\n",
        cells.join(" | "),
        until.unwrap_or("-")
    )
}
