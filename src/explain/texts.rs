//! The texts that are written by hand, read once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::yaml::{FileError, Schema};

const SCHEMA: &str = include_str!("../../fixtures/explanations/explanation.schema.json");
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/explanations");

/// What was written about one id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Entry {
    /// Why it matters to who builds on the API.
    pub(super) why: String,
    /// How to mend it.
    pub(super) mend: String,
    /// What a rule says.
    pub(super) what: Option<String>,
    /// Where a rule is said.
    pub(super) source: Option<String>,
    /// Whether a rule is about exchanges, not resources.
    #[serde(default)]
    pub(super) exchange: bool,
    /// The requirements that a fault breaks.
    #[serde(default)]
    pub(super) breaks: Vec<String>,
}

/// All of them.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Texts {
    /// By requirement (`READ-1.status`) or group of them (`READ-1`).
    #[serde(default)]
    pub(super) requirements: BTreeMap<String, Entry>,
    /// By rule.
    #[serde(default)]
    pub(super) rules: BTreeMap<String, Entry>,
    /// By fault.
    #[serde(default)]
    pub(super) faults: BTreeMap<String, Entry>,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| read().unwrap_or_default());

/// The texts that ship.
pub(super) fn texts() -> &'static Texts {
    &TEXTS
}

impl Texts {
    /// What was written about a requirement, or about the group it belongs to.
    pub(super) fn requirement(&self, id: &str) -> Option<&Entry> {
        let group = id.split('.').next().unwrap_or(id);
        self.requirements
            .get(id)
            .or_else(|| self.requirements.get(group))
    }

    pub(super) fn rule(&self, code: &str) -> Option<&Entry> {
        self.rules.get(code)
    }

    pub(super) fn fault(&self, code: &str) -> Option<&Entry> {
        self.faults.get(code)
    }

    /// The faults that break one of these requirements.
    pub(super) fn breakers(&self, requirements: &[&str]) -> Vec<String> {
        let breaks = |entry: &Entry| {
            let mut broken = entry.breaks.iter();
            broken.any(|id| requirements.contains(&id.as_str()))
        };
        let faults = self.faults.iter().filter(|(_, entry)| breaks(entry));
        faults.map(|(code, _)| code.clone()).collect()
    }
}

/// Reads every file; an id may stand in one of them only.
pub(super) fn read() -> Result<Texts, FileError> {
    let mut all = Texts::default();
    let schema = Schema::for_file(
        SCHEMA,
        Path::new("fixtures/explanations/explanation.schema.json"),
    )?;
    let mut files: Vec<_> = SHIPPED
        .files()
        .filter(|file| file.path().extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort_by_key(|file| file.path());
    for file in files {
        let path = Path::new("fixtures/explanations").join(file.path());
        let texts: Texts = schema.read(&path, file.contents_utf8().unwrap_or_default())?;
        for (into, from) in [
            (&mut all.requirements, texts.requirements),
            (&mut all.rules, texts.rules),
            (&mut all.faults, texts.faults),
        ] {
            for (id, entry) in from {
                if into.insert(id.clone(), entry).is_some() {
                    return Err(FileError {
                        path,
                        line: 1,
                        column: 1,
                        message: format!("expected one text about `{id}`, found a second"),
                    });
                }
            }
        }
    }
    Ok(all)
}
