//! What both files of a gate share: reading them, dates, and names that must exist.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::GateError;
use super::pattern::{About, Pattern};
use crate::check::{catalog, expectation};
use crate::finding::Rule;
use crate::requirement;
use crate::toml::{TomlFile, read};
use crate::wording::did_you_mean;
use crate::yaml::{FileError, Schema};

/// The last day of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Day(Date);

impl Day {
    /// Whether the day has passed.
    pub(super) fn is_before(self, today: Date) -> bool {
        self.0 < today
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Reads a file, holds it to its schema, and then to `check`.
pub(super) fn load<T: DeserializeOwned>(
    path: &Path,
    schema: &str,
    check: impl Fn(&TomlFile<'_>, &T) -> Result<(), FileError>,
) -> Result<T, GateError> {
    let text = std::fs::read_to_string(path).map_err(|source| GateError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    parse(path, &text, schema, check).map_err(GateError::File)
}

/// The same of a text.
pub(super) fn parse<T: DeserializeOwned>(
    path: &Path,
    text: &str,
    schema: &str,
    check: impl Fn(&TomlFile<'_>, &T) -> Result<(), FileError>,
) -> Result<T, FileError> {
    let schema = Schema::for_file(schema, Path::new("the schema of this program"))?;
    let file = read(path, text)?;
    let value: T = file.hold(&schema)?;
    check(&file, &value)?;
    Ok(value)
}

/// Names of checks, requirements and rules must exist, so that a slip of the pen is no silent
/// stale entry. Patterns must fit at least one.
pub(super) fn check_names(
    file: &TomlFile<'_>,
    pointer: &str,
    about: &About,
) -> Result<(), FileError> {
    let mut checks: Vec<&str> = catalog::all().iter().map(|check| check.id).collect();
    checks.push(expectation::EXPECTATION.id);
    let requirements: Vec<&str> = requirement::all()
        .iter()
        .map(|requirement| requirement.id.as_str())
        .collect();
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    for (key, what, pattern, known) in [
        ("check", "a check", &about.check, &checks),
        (
            "requirement",
            "a requirement",
            &about.requirement,
            &requirements,
        ),
        ("rule", "a rule", &about.rule, &rules),
    ] {
        let Some(pattern) = pattern else { continue };
        if !known.iter().any(|name| pattern.fits(name)) {
            let pointer = format!("{pointer}/{key}");
            return Err(file.mistake(&pointer, unknown(key, what, pattern, known)));
        }
    }
    Ok(())
}

fn unknown(key: &str, what: &str, pattern: &Pattern, known: &[&str]) -> String {
    match pattern.plain() {
        Some(name) => {
            let hint = did_you_mean(name, known.iter().copied());
            format!(
                "expected `{key}` to be {what} of this program, found `{name}`{hint}; `list` prints them"
            )
        }
        None => format!(
            "expected `{key}` to fit {what} of this program, found a pattern that fits none; `list` prints them"
        ),
    }
}
