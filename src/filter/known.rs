//! The words that a filter may use: a word that names nothing is a slip, and not a filter that
//! leaves nothing.

use std::collections::BTreeMap;

use super::parse::FilterError;
use super::{Key, Value};
use crate::wording::{did_you_mean, fits};

/// The values that exist, by key.
#[derive(Debug, Clone, Default)]
pub struct Known(BTreeMap<Key, Vec<String>>);

impl Known {
    /// Adds values of a key.
    pub fn add<'v>(&mut self, key: Key, values: impl IntoIterator<Item = &'v str>) {
        let known = self.0.entry(key).or_default();
        known.extend(values.into_iter().map(str::to_owned));
    }

    /// Whether a value names something.
    pub(super) fn check(&self, key: Key, value: &Value, text: &str) -> Result<(), FilterError> {
        let Some(known) = self.0.get(&key) else {
            return Ok(());
        };
        if known.iter().any(|known| fits(&value.text, known)) {
            return Ok(());
        }
        let hint = match value.text.contains('*') {
            true => "; no value fits".to_owned(),
            false => did_you_mean(&value.text, known.iter().map(String::as_str)),
        };
        Err(FilterError {
            column: value.column,
            message: format!(
                "expected a known {key}, found `{}`{hint}; `list` prints them",
                value.text
            ),
            text: text.replace(char::is_control, " "),
        })
    }
}
