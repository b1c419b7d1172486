//! `known-failures.toml`: what fails, why that is accepted for now, who owns it, and until when.
//! A known failure is shown as known and fails nothing; one that has expired fails again.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;

use super::GateError;
use super::file::{self, Day};
use super::pattern::About;
use super::seen::Seen;
use crate::report::{EntryState, FindingGroup, Known, KnownFailureReport};
use crate::result::Verdict;
use crate::toml::TomlFile;
use crate::yaml::FileError;

const SCHEMA: &str = include_str!("../../fixtures/gate/known-failures.schema.json");

/// The file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct KnownFailures {
    #[serde(rename = "known-failure", default)]
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    #[serde(flatten)]
    about: About,
    reason: String,
    ticket: Option<String>,
    owner: String,
    expires: Option<Day>,
}

impl KnownFailures {
    /// Reads the file.
    pub(super) fn load(path: &Path) -> Result<Self, GateError> {
        file::load(path, SCHEMA, Self::check)
    }

    fn check(file: &TomlFile<'_>, known: &Self) -> Result<(), FileError> {
        known
            .entries
            .iter()
            .enumerate()
            .try_for_each(|(index, entry)| {
                file::check_names(file, &format!("/known-failure/{index}"), &entry.about)
            })
    }

    /// Marks the findings that are known, and tells what became of each entry.
    pub(super) fn apply(
        &self,
        findings: &mut [FindingGroup],
        seen: &Seen,
        today: Date,
    ) -> Vec<KnownFailureReport> {
        self.entries
            .iter()
            .map(|entry| entry.apply(findings, seen, today))
            .collect()
    }
}

impl Entry {
    fn apply(&self, findings: &mut [FindingGroup], seen: &Seen, today: Date) -> KnownFailureReport {
        let expired = self.expires.is_some_and(|day| day.is_before(today));
        let known = Known {
            reason: self.reason.clone(),
            ticket: self.ticket.clone(),
            owner: self.owner.clone(),
            expires: self.expires.map(|day| day.to_string()),
        };
        let mut ids = Vec::new();
        for group in findings.iter_mut() {
            // Information is no failure, so there is nothing to know.
            if group.verdict == Verdict::Pass
                || !self.about.finding(group, &seen.suites_of(&group.id))
            {
                continue;
            }
            ids.push(group.id.clone());
            if !expired && group.known.is_none() {
                group.known = Some(known.clone());
            }
        }
        KnownFailureReport {
            about: self.about.words(),
            known,
            state: state(&self.about, !ids.is_empty(), expired, seen),
            findings: ids,
        }
    }
}

/// What became of an entry about findings.
pub(super) fn state(about: &About, matched: bool, expired: bool, seen: &Seen) -> EntryState {
    match (matched, expired) {
        (true, true) => EntryState::Expired,
        (true, false) => EntryState::Matched,
        (false, _) if !about.names_a_check() => EntryState::Stale,
        (false, _) => match seen.verdict_of(about) {
            None => EntryState::Stale,
            Some(Verdict::Skip | Verdict::Error) => EntryState::Untested,
            Some(_) => EntryState::Passing,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{KnownFailures, SCHEMA, file};

    fn mistake(text: &str) -> String {
        file::parse(
            Path::new("known-failures.toml"),
            text,
            SCHEMA,
            KnownFailures::check,
        )
        .expect_err("should be refused")
        .to_string()
    }

    #[test]
    fn a_slip_of_the_pen_is_found_at_its_line() {
        let entry = |line: &str| {
            format!(
                "[[known-failure]]\nreason = \"known since 25.10\"\nowner = \"API team\"\n{line}\n"
            )
        };
        assert_eq!(
            mistake(&entry("check = \"raed-status\"")),
            "known-failures.toml:4:1: expected `check` to be a check of this program, found `raed-status`; did you mean `read-status`?; `list` prints them"
        );
        assert!(
            mistake(&entry("chekc = \"read-status\""))
                .contains("known-failures.toml:4:1: expected one of the keys")
        );
        assert!(
            mistake(&entry("check = \"read-status\"\nexpires = \"soon\""))
                .starts_with("known-failures.toml:5:1: ")
        );
        assert!(
            mistake(&entry("")).starts_with("known-failures.toml:1:1: "),
            "about nothing"
        );
        assert!(
            mistake("[[known-failure]]\ncheck = \"read-status\"\n")
                .contains("expected the key `reason`")
        );
    }
}
