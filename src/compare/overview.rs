//! Several reports side by side, by resource type and interaction.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::model::Side;
use crate::report::{Language, Matrix, Report, matrix};

/// All reports side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// The columns.
    pub reports: Vec<Side>,
    /// The rows.
    pub rows: Vec<OverviewRow>,
}

/// One resource type and interaction.
#[derive(Debug, Clone, Serialize)]
pub struct OverviewRow {
    /// The type; `-` is the server as a whole.
    pub resource_type: String,
    /// The interaction.
    pub interaction: String,
    /// A cell for each report; `None` where its plan had nothing.
    pub cells: Vec<Option<OverviewCell>>,
}

/// What one report says of one type and interaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverviewCell {
    /// The worst verdict.
    pub verdict: String,
    /// In words, such as `2 of 7 fail`.
    pub text: String,
    /// The most important finding.
    pub finding: Option<String>,
}

/// The overview of reports in the order given.
#[must_use]
pub fn overview(reports: &[Report], language: Language) -> Overview {
    let matrices: Vec<BTreeMap<(String, String), OverviewCell>> = reports
        .iter()
        .map(|report| cells(matrix(report, language)))
        .collect();
    let keys: BTreeSet<&(String, String)> = matrices.iter().flat_map(BTreeMap::keys).collect();
    let rows = keys
        .iter()
        .map(|key| OverviewRow {
            resource_type: key.0.clone(),
            interaction: key.1.clone(),
            cells: matrices
                .iter()
                .map(|cells| cells.get(*key).cloned())
                .collect(),
        })
        .collect();
    Overview {
        reports: reports.iter().map(Side::of).collect(),
        rows,
    }
}

fn cells(matrix: Matrix) -> BTreeMap<(String, String), OverviewCell> {
    let mut cells = BTreeMap::new();
    let mut put = |resource_type: &str, interaction: &str, cell: crate::report::Cell| {
        cells.insert(
            (resource_type.to_owned(), interaction.to_owned()),
            OverviewCell {
                verdict: cell.verdict,
                text: cell.text,
                finding: cell.finding,
            },
        );
    };
    for (interaction, cell) in matrix.server {
        put("-", &interaction, cell);
    }
    for row in matrix.rows {
        for (interaction, cell) in matrix.interactions.iter().zip(row.cells) {
            if let Some(cell) = cell {
                put(&row.resource_type, interaction, cell);
            }
        }
    }
    cells
}
