//! Requirements: the atomic statements that checks hold a server to, read from
//! `fixtures/requirements/`.

use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::result::Level;
use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../fixtures/requirements/requirement.schema.json");
const SHIPPED: &str = include_str!("../fixtures/requirements/requirements.yaml");

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
}

#[derive(Deserialize)]
struct File {
    requirements: Vec<Requirement>,
}

static REQUIREMENTS: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
    parse(
        Path::new("fixtures/requirements/requirements.yaml"),
        SHIPPED,
    )
    .unwrap_or_default()
});

/// Every requirement, in the order of the file.
#[must_use]
pub fn all() -> &'static [Requirement] {
    &REQUIREMENTS
}

/// The requirement of that id.
#[must_use]
pub fn get(id: &str) -> Option<&'static Requirement> {
    all().iter().find(|requirement| requirement.id == id)
}

fn parse(path: &Path, text: &str) -> Result<Vec<Requirement>, FileError> {
    let schema = Schema::new(SCHEMA).map_err(|message| FileError {
        path: path.to_owned(),
        line: 1,
        column: 1,
        message,
    })?;
    Ok(schema.read::<File>(path, text)?.requirements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_requirements_are_read_and_their_ids_distinct() {
        let requirements = parse(Path::new("requirements.yaml"), SHIPPED).expect("shipped file");
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
