//! Scenario files to suites: the shipped ones, or one given by its path.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use thiserror::Error;

use super::Suite;
use super::check::check;
use crate::wording::did_you_mean;
use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../../fixtures/scenarios/scenario.schema.json");

static FIXTURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/scenarios/bodies");

/// The suites that ship, in the order in which they run.
const SHIPPED: &[(&str, &str)] = &[
    (
        "discover.yaml",
        include_str!("../../fixtures/scenarios/discover.yaml"),
    ),
    (
        "read.yaml",
        include_str!("../../fixtures/scenarios/read.yaml"),
    ),
    (
        "errors.yaml",
        include_str!("../../fixtures/scenarios/errors.yaml"),
    ),
    (
        "content.yaml",
        include_str!("../../fixtures/scenarios/content.yaml"),
    ),
    (
        "write.yaml",
        include_str!("../../fixtures/scenarios/write.yaml"),
    ),
    (
        "references.yaml",
        include_str!("../../fixtures/scenarios/references.yaml"),
    ),
    (
        "security.yaml",
        include_str!("../../fixtures/scenarios/security.yaml"),
    ),
    (
        "robustness.yaml",
        include_str!("../../fixtures/scenarios/robustness.yaml"),
    ),
    (
        "login.yaml",
        include_str!("../../fixtures/scenarios/login.yaml"),
    ),
    (
        "enrolment.yaml",
        include_str!("../../fixtures/scenarios/enrolment.yaml"),
    ),
    (
        "enquire.yaml",
        include_str!("../../fixtures/scenarios/enquire.yaml"),
    ),
    (
        "claiming.yaml",
        include_str!("../../fixtures/scenarios/claiming.yaml"),
    ),
    (
        "feedback.yaml",
        include_str!("../../fixtures/scenarios/feedback.yaml"),
    ),
    (
        "claim-with-contained-resources.yaml",
        include_str!("../../fixtures/scenarios/claim-with-contained-resources.yaml"),
    ),
    (
        "round-trip.yaml",
        include_str!("../../fixtures/scenarios/round-trip.yaml"),
    ),
    (
        "invoicing.yaml",
        include_str!("../../fixtures/scenarios/invoicing.yaml"),
    ),
    (
        "capabilities.yaml",
        include_str!("../../fixtures/scenarios/capabilities.yaml"),
    ),
    (
        "search.yaml",
        include_str!("../../fixtures/scenarios/search.yaml"),
    ),
    (
        "paging.yaml",
        include_str!("../../fixtures/scenarios/paging.yaml"),
    ),
];

/// Why there is no suite.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A mistake in a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file that cannot be read.
    #[error("expected a scenario file at {}, found: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A body's fixture that cannot be read.
    #[error("expected a resource in {}, or a fixture of that name that ships, found: {error}", path.display())]
    Fixture {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A name that no shipped suite has.
    #[error("expected a suite or a scenario file, found `{name}`{hint}; `list` prints the suites")]
    UnknownSuite {
        /// The name.
        name: String,
        /// A guess.
        hint: String,
    },
}

/// Every shipped suite.
///
/// # Errors
/// A mistake in a shipped file.
pub fn shipped() -> Result<Vec<Suite>, LoadError> {
    SHIPPED
        .iter()
        .map(|(name, text)| parse(&Path::new("fixtures/scenarios").join(name), text))
        .collect()
}

/// The suites of that selection: names of shipped ones or paths of files; if empty all shipped
/// that do not have to be asked for by name.
///
/// # Errors
/// A name that is neither, or a mistake in a file.
pub fn select(names: &[String]) -> Result<Vec<Suite>, LoadError> {
    let shipped = shipped()?;
    if names.is_empty() {
        return Ok(shipped
            .into_iter()
            .filter(|suite| !suite.by_name_only)
            .collect());
    }
    // That suite is part of every run: asked for by name, nothing is to be added to it.
    let others = names.iter().filter(|name| *name != crate::dialect::SUITE);
    others.map(|name| select_one(name, &shipped)).collect()
}

fn select_one(name: &str, shipped: &[Suite]) -> Result<Suite, LoadError> {
    if let Some(suite) = shipped.iter().find(|suite| suite.id == name) {
        return Ok(suite.clone());
    }
    let path = Path::new(name);
    let looks_like_file = path.exists() || name.contains(['/', '.']);
    if !looks_like_file {
        return Err(LoadError::UnknownSuite {
            name: name.to_owned(),
            hint: did_you_mean(name, shipped.iter().map(|suite| suite.id.as_str())),
        });
    }
    let text = std::fs::read_to_string(path).map_err(|error| LoadError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    parse(path, &text)
}

/// Reads one file.
///
/// # Errors
/// The first mistake, with file and line.
pub fn parse(path: &Path, text: &str) -> Result<Suite, LoadError> {
    let schema = Schema::for_file(SCHEMA, Path::new("fixtures/scenarios/scenario.schema.json"))?;
    let mut suite: Suite = schema.read(path, text)?;
    check(path, text, &suite)?;
    read_fixtures(path, &mut suite)?;
    Ok(suite)
}

/// Reads the fixtures that bodies name: the shipped ones, or files beside the scenario file.
fn read_fixtures(path: &Path, suite: &mut Suite) -> Result<(), LoadError> {
    let steps = suite.scenarios.iter_mut().flat_map(|it| &mut it.steps);
    for body in steps.filter_map(|step| step.body.as_mut()) {
        let Some(name) = &body.fixture else { continue };
        let shipped = FIXTURES
            .get_file(name)
            .and_then(|file| file.contents_utf8());
        body.fixture_text = Some(match shipped {
            Some(text) => text.to_owned(),
            None => {
                let path = path.parent().unwrap_or(Path::new("")).join(name);
                std::fs::read_to_string(&path)
                    .map_err(|error| LoadError::Fixture { path, error })?
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{parse, select, shipped};

    #[test]
    fn the_shipped_suites_keep_the_schema_and_have_distinct_scenarios() {
        let suites = shipped().expect("shipped suites load");
        let mut ids: Vec<_> = suites
            .iter()
            .flat_map(|suite| suite.scenarios.iter().map(|scenario| scenario.id.clone()))
            .collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(suites.len() >= 2);
    }

    #[test]
    fn an_unknown_suite_gets_a_guess() {
        let error = select(&["enrollment".to_owned()]).expect_err("no such suite");
        assert_eq!(
            error.to_string(),
            "expected a suite or a scenario file, found `enrollment`; did you mean `enrolment`?; `list` prints the suites"
        );
    }

    #[test]
    fn a_misspelt_action_is_refused_with_the_known_ones() {
        let text = "suite: a\ntitle: A\nscenarios:\n  - id: b\n    title: B\n    steps:\n      - id: c\n        title: C\n        do: serach\n";
        let error = parse(Path::new("a.yaml"), text).expect_err("no such action");
        assert!(
            error
                .to_string()
                .starts_with("a.yaml:9:9: expected `do` to be one of capabilities, search")
        );
        assert!(error.to_string().ends_with("did you mean `search`?"));
    }
}
