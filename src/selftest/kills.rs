//! What each fault breaks, and what follows from it: read from `fixtures/selftest/`, because the
//! built-in server knows nothing of requirements and checks.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::reference::Fault;
use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../../fixtures/selftest/kills.schema.json");
const SHIPPED: &str = include_str!("../../fixtures/selftest/kills.yaml");
const PATH: &str = "fixtures/selftest/kills.yaml";

/// What is known of a fault.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kill {
    /// The fault, by its name.
    pub fault: String,
    /// Where a real server does this, such as `openIMIS 26.04`.
    pub seen_in: Option<String>,
    /// The requirements that it breaks: a check of one of them must catch it.
    #[serde(default)]
    pub breaks: Vec<String>,
    /// Why no check may blame the server for it: a freedom that R4 leaves.
    pub tolerated: Option<String>,
    /// Checks that blame nobody, and that see something else because of it.
    #[serde(default)]
    pub changes: Vec<String>,
    /// Other checks that it makes fail, and why they must.
    #[serde(default)]
    pub also: Vec<Consequence>,
}

/// Checks that fail because of a fault that breaks another requirement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consequence {
    /// The checks; `*` stands for any text: `twin-refused *`.
    pub checks: Vec<String>,
    /// Why they cannot but fail.
    pub because: String,
}

impl Kill {
    /// A fault of which nothing is known.
    #[must_use]
    pub fn unknown(fault: Fault) -> Self {
        Self {
            fault: fault.code().to_owned(),
            seen_in: None,
            breaks: Vec::new(),
            tolerated: None,
            changes: Vec::new(),
            also: Vec::new(),
        }
    }
}

/// What is known of faults, by name.
pub type Known = BTreeMap<String, Kill>;

#[derive(Deserialize)]
struct File {
    kills: Vec<Kill>,
}

/// What is known of every fault.
///
/// # Errors
/// A mistake in the shipped file.
pub fn shipped() -> Result<Known, FileError> {
    let schema = Schema::for_file(SCHEMA, Path::new("fixtures/selftest/kills.schema.json"))?;
    let file: File = schema.read(Path::new(PATH), SHIPPED)?;
    let kills = file.kills.into_iter();
    Ok(kills.map(|kill| (kill.fault.clone(), kill)).collect())
}

/// Faults without an entry, and entries without a fault, in words.
#[must_use]
pub fn gaps(known: &Known) -> Vec<String> {
    let missing = Fault::ALL
        .iter()
        .filter(|fault| !known.contains_key(fault.code()))
        .map(|fault| format!("{PATH} does not say what `{fault}` breaks"));
    let stale = known
        .keys()
        .filter(|name| !Fault::ALL.iter().any(|fault| fault.code() == *name))
        .map(|name| format!("{PATH} has `{name}`, which is no fault of the built-in server"));
    let unknown = known.values().flat_map(|kill| {
        kill.breaks
            .iter()
            .filter(|id| crate::requirement::get(id).is_none())
            .map(|id| {
                format!(
                    "{PATH}, `{}`: `{id}` is no requirement; `list --requirements` has them",
                    kill.fault
                )
            })
    });
    missing.chain(stale).chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_an_entry_and_every_entry_a_fault_and_known_requirements() {
        let known = shipped().expect("the shipped file");
        assert_eq!(gaps(&known), Vec::<String>::new());
        assert!(known.len() >= 120, "{}", known.len());
    }

    #[test]
    fn thirty_faults_are_those_of_real_servers() {
        let known = shipped().expect("the shipped file");
        let seen = known.values().filter(|kill| kill.seen_in.is_some()).count();
        assert!(seen >= 30, "{seen}");
    }
}
