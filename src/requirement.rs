//! Requirements: the atomic statements that checks hold a server to, one level and one source
//! each, in our words. `ours` marks what no specification asks and we find sensible: it warns and
//! never fails. They are read from `fixtures/requirements/`, a file for each area.

pub mod broken;
pub mod guide;

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use crate::result::Level;
use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../fixtures/requirements/requirement.schema.json");
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/requirements");

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Stable id, such as `READ-1.status`.
    pub id: String,
    /// How binding.
    pub level: Level,
    /// Where it is said: an R4 section, HTTP, a page or artifact of the guide, or `ours`.
    pub source: String,
    /// The statement.
    pub statement: String,
    /// Why no check covers it, where none can.
    #[serde(default)]
    pub untested: Option<String>,
}

#[derive(Deserialize)]
struct File {
    requirements: Vec<Requirement>,
}

static REQUIREMENTS: LazyLock<Vec<Requirement>> = LazyLock::new(|| shipped().unwrap_or_default());

static BY_ID: LazyLock<HashMap<&'static str, &'static Requirement>> = LazyLock::new(|| {
    all()
        .iter()
        .map(|requirement| (requirement.id.as_str(), requirement))
        .collect()
});

/// Every requirement, by area and in the order of its file.
#[must_use]
pub fn all() -> &'static [Requirement] {
    &REQUIREMENTS
}

/// The requirement of that id.
#[must_use]
pub fn get(id: &str) -> Option<&'static Requirement> {
    BY_ID.get(id).copied()
}

fn shipped() -> Result<Vec<Requirement>, FileError> {
    let mut files: Vec<_> = SHIPPED
        .files()
        .filter(|file| file.path().extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort_by_key(|file| file.path());
    let mut requirements = Vec::new();
    for file in files {
        let path = Path::new("fixtures/requirements").join(file.path());
        let text = file.contents_utf8().unwrap_or_default();
        requirements.extend(parse(&path, text)?);
    }
    Ok(requirements)
}

fn parse(path: &Path, text: &str) -> Result<Vec<Requirement>, FileError> {
    let schema = Schema::for_file(SCHEMA, path)?;
    Ok(schema.read::<File>(path, text)?.requirements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_requirements_are_read_and_their_ids_distinct() {
        let requirements = shipped().expect("shipped files");
        let mut ids: Vec<_> = requirements
            .iter()
            .map(|requirement| &requirement.id)
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), requirements.len());
        assert_eq!(all().len(), requirements.len());
    }

    #[test]
    fn what_is_only_ours_never_binds() {
        let ours = all()
            .iter()
            .filter(|requirement| requirement.source == "ours");
        assert!(ours.clone().count() > 0);
        assert!(
            ours.clone()
                .all(|requirement| requirement.level != Level::Shall)
        );
    }
}
