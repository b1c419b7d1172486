//! The formats of a comparison, for a terminal, a CI job, a browser and a program.

mod html;
mod markdown;
mod page;
mod table;
mod words;

pub use html::{html, index};
pub use markdown::markdown;
pub use table::table;

use super::model::Comparison;

/// Comparisons as JSON: a list, also of one.
#[must_use]
pub fn json(comparisons: &[Comparison]) -> String {
    // Plain data with string keys has no way to fail.
    let mut text = serde_json::to_string_pretty(comparisons).unwrap_or_default();
    text.push('\n');
    text
}
