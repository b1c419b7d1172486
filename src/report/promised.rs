//! What is promised and what was seen, a line for each type: for the formats that people read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::model::Report;

/// The states of a row, in the order of the columns.
pub(super) const STATES: [&str; 5] = [
    "declared and works",
    "declared and broken",
    "undeclared and works",
    "absent",
    "unknown",
];

/// A resource type.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Promised {
    /// Its name.
    pub(super) resource_type: String,
    /// Names of interactions and parameters, for each of [`STATES`].
    pub(super) cells: [String; 5],
}

/// The table of a report; empty where nothing was tried.
pub(super) fn promised(report: &Report) -> Vec<Promised> {
    let mut types: BTreeMap<&str, [Vec<String>; 5]> = BTreeMap::new();
    for row in &report.promises {
        let cells = types.entry(&row.resource_type).or_default();
        let place = STATES.iter().position(|state| *state == row.state());
        cells[place.unwrap_or(STATES.len() - 1)].push(format!("`{}`", row.name));
    }
    types
        .into_iter()
        .map(|(resource_type, cells)| Promised {
            resource_type: resource_type.to_owned(),
            cells: cells.map(|names| names.join(", ")),
        })
        .collect()
}

/// How many statements there are, and how many of them were tested.
pub(super) fn coverage(report: &Report) -> (usize, usize) {
    let tested = report
        .requirements
        .iter()
        .filter(|own| own.checks.total() > own.checks.skip);
    (report.requirements.len(), tested.count())
}
