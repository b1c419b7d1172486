//! Scenario files to suites: the shipped ones, or one given by its path.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Action, Step, Suite};
use crate::wording::did_you_mean;
use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../../fixtures/scenarios/scenario.schema.json");

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
    names
        .iter()
        .map(|name| select_one(name, &shipped))
        .collect()
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
    let schema = Schema::new(SCHEMA).map_err(|message| FileError {
        path: PathBuf::from("fixtures/scenarios/scenario.schema.json"),
        line: 1,
        column: 1,
        message,
    })?;
    let suite: Suite = schema.read(path, text)?;
    check(path, text, &suite)?;
    Ok(suite)
}

/// What the schema cannot say: unique ids, and the parts that each action needs.
fn check(path: &Path, text: &str, suite: &Suite) -> Result<(), FileError> {
    let mut scenarios = BTreeSet::new();
    for scenario in &suite.scenarios {
        if !scenarios.insert(&scenario.id) {
            return Err(mistake(
                path,
                text,
                &scenario.id,
                "expected scenario ids to be unique",
            ));
        }
        let mut steps = BTreeSet::new();
        for step in &scenario.steps {
            if !steps.insert(&step.id) {
                return Err(mistake(
                    path,
                    text,
                    &step.id,
                    "expected step ids to be unique in a scenario",
                ));
            }
            if let Some(missing) = missing_part(step, scenario.for_each.is_some()) {
                return Err(mistake(path, text, &step.id, missing));
            }
        }
    }
    Ok(())
}

fn missing_part(step: &Step, repeated: bool) -> Option<&'static str> {
    let typed = step.resource_type.is_some() || repeated;
    match step.action {
        Action::Search
        | Action::ReadUnknown
        | Action::SearchDeclared
        | Action::SearchUndeclared
        | Action::TryInteractions
        | Action::PageBegin
        | Action::PageResume
            if !typed =>
        {
            Some("expected the key `type`")
        }
        Action::Create if step.body.is_none() => {
            Some("expected the key `body` in a step that creates")
        }
        Action::Create if !typed => Some("expected the key `type` in a step that creates"),
        Action::Probe if step.probe.is_none() => Some("expected the key `probe`"),
        Action::Read if step.target.is_none() && !repeated => {
            Some("expected the key `target` in a step that reads")
        }
        _ => None,
    }
}

fn mistake(path: &Path, text: &str, id: &str, message: &str) -> FileError {
    let wanted = format!("id: {id}");
    // The last line with that id: of two equal ids the second is the mistake.
    let line = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start_matches([' ', '-']).trim_end() == wanted)
        .map(|(index, _)| index + 1)
        .last()
        .unwrap_or(1);
    FileError {
        path: path.to_owned(),
        line,
        column: 1,
        message: format!("{message}, found `{id}`"),
    }
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
    fn a_step_without_its_parts_is_refused_at_its_line() {
        let text = "suite: a\ntitle: A\nscenarios:\n  - id: b\n    title: B\n    steps:\n      - id: c\n        title: C\n        do: create\n        type: Patient\n";
        let error = parse(Path::new("a.yaml"), text).expect_err("no body");
        assert_eq!(
            error.to_string(),
            "a.yaml:7:1: expected the key `body` in a step that creates, found `c`"
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
