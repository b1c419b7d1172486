//! The part of the summary about what lets the run through.

use super::{QUOTED, text};
use crate::report::gate::{GateReport, KnownFailureReport, WaiverReport};
use crate::report::language::Language;
use crate::report::text::cut;

/// Known failures, waivers and excuses that are listed.
const ENTRIES: usize = 40;

/// Why the run is let through or not, and what became of each entry.
pub(super) fn section(gate: &GateReport, language: Language) -> String {
    let heading = match gate.passed {
        true => format!("✅ {}", language.text("Let through")),
        false => format!("❌ {}", language.text("Not let through")),
    };
    let summary = text(&cut(&gate.summary, 3 * QUOTED));
    let mut section = format!("## {heading}\n\n{summary}\n\n");
    let rows = rows(gate, language);
    if rows.is_empty() {
        return section;
    }
    let columns = [
        language.text("state"),
        language.text("about"),
        language.text("reason"),
        language.text("owner"),
        language.text("until"),
    ];
    section.push_str(&format!(
        "| | {} |\n|---|---|---|---|---|---|\n",
        columns.join(" | ")
    ));
    rows.iter()
        .take(ENTRIES)
        .for_each(|row| section.push_str(row));
    if rows.len() > ENTRIES {
        let more = rows.len() - ENTRIES;
        let more = language.fill("and {count} more in `report.json`", &[("count", &more)]);
        section.push_str(&format!("\n{more}\n"));
    }
    section.push('\n');
    section
}

fn rows(gate: &GateReport, language: Language) -> Vec<String> {
    let mut rows: Vec<String> = gate
        .known_failures
        .iter()
        .flatten()
        .map(|entry| known_failure(entry, language))
        .collect();
    if let Some(acceptance) = &gate.acceptance {
        let (waivers, excuses) = (acceptance.waivers.iter(), acceptance.excuses.iter());
        let name = language.text("waiver");
        rows.extend(waivers.map(|it| waiver(&name, it, language)));
        let name = language.text("excuse");
        rows.extend(excuses.map(|it| waiver(&name, it, language)));
    }
    rows
}

fn known_failure(entry: &KnownFailureReport, language: Language) -> String {
    let known = &entry.known;
    let ticket = known.ticket.as_deref().unwrap_or_default();
    let reason = format!("{} {ticket}", known.reason);
    let cells = [&entry.about, reason.trim(), &known.owner];
    let name = language.text("known failure");
    let state = language.text(entry.state.code());
    row(&name, &state, cells, known.expires.as_deref())
}

fn waiver(what: &str, entry: &WaiverReport, language: Language) -> String {
    let cells = [entry.about.as_str(), &entry.reason, &entry.role];
    let state = language.text(entry.state.code());
    row(what, &state, cells, entry.expires.as_deref())
}

fn row(what: &str, state: &str, cells: [&str; 3], until: Option<&str>) -> String {
    let cells = cells.map(|cell| text(&cut(cell, 200)));
    format!(
        "| {what} | {state} | {} | {} |\n",
        cells.join(" | "),
        until.unwrap_or("-")
    )
}
