//! The journal: what a run creates, written down before it is sent and completed after.
//!
//! One JSON object per line. A line with `intent` says what is about to be created and by which
//! business identifier it can be found; a line with `outcome` of the same number says what came
//! of it. An intent without an outcome is a write whose end nobody knows: whoever cleans up
//! searches for it by its identifier.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A journal being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    written: u64,
}

/// A create that is about to be sent; it ends with [`Journal::conclude`].
#[derive(Debug)]
#[must_use = "an intent without an outcome reads as a write whose end nobody knows"]
pub struct Intent(u64);

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// What is about to be created.
    #[serde(rename_all = "camelCase")]
    Intent {
        /// Counts the creates of a run, from 1.
        number: u64,
        /// `scenario/step`.
        step: String,
        /// Type of the resource.
        resource_type: String,
        /// Business identifier by which it can be found.
        identifier: Option<String>,
    },
    /// What came of it.
    #[serde(rename_all = "camelCase")]
    Outcome {
        /// Number of the intent.
        number: u64,
        /// Status of the answer; none where no answer came.
        status: Option<u16>,
        /// Id of the new resource, where the answer said it.
        id: Option<String>,
        /// Location header, where there was one.
        location: Option<String>,
    },
}

/// A journal that cannot be written or read.
#[derive(Debug, Error)]
#[error("expected to {action} the journal {}, found: {error}", path.display())]
pub struct JournalError {
    path: PathBuf,
    action: &'static str,
    error: std::io::Error,
}

impl Journal {
    /// Starts a journal; one that exists is continued, because what it lists may still be there.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn create(path: &Path) -> Result<Self, JournalError> {
        let written = if path.exists() {
            let intents = read(path)?
                .into_iter()
                .filter(|entry| matches!(entry, Entry::Intent { .. }));
            intents.count() as u64
        } else {
            0
        };
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|error| JournalError {
            path: path.to_owned(),
            action: "open",
            error,
        })?;
        Ok(Self {
            path: path.to_owned(),
            state: Mutex::new(State { file, written }),
        })
    }

    /// Writes down what is about to be created; it is on disk when this returns.
    ///
    /// # Errors
    /// The line cannot be written: then nothing may be sent.
    pub fn intend(
        &self,
        step: &str,
        resource_type: &str,
        identifier: Option<&str>,
    ) -> Result<Intent, JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.written += 1;
        let number = state.written;
        let entry = Entry::Intent {
            number,
            step: step.to_owned(),
            resource_type: resource_type.to_owned(),
            identifier: identifier.map(str::to_owned),
        };
        self.append(&mut state.file, &entry)?;
        Ok(Intent(number))
    }

    /// Writes down what came of it.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn conclude(
        &self,
        intent: Intent,
        status: Option<u16>,
        id: Option<&str>,
        location: Option<&str>,
    ) -> Result<(), JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Entry::Outcome {
            number: intent.0,
            status,
            id: id.map(str::to_owned),
            location: location.map(str::to_owned),
        };
        self.append(&mut state.file, &entry)
    }

    fn append(&self, file: &mut File, entry: &Entry) -> Result<(), JournalError> {
        let mut attempt = || {
            let mut line = serde_json::to_vec(entry)?;
            line.push(b'\n');
            file.write_all(&line)?;
            file.sync_data()
        };
        attempt().map_err(|error| JournalError {
            path: self.path.clone(),
            action: "write",
            error,
        })
    }
}

/// Reads a journal; a last line that was cut off by the end of the process is left out.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> Result<Vec<Entry>, JournalError> {
    let failed = |error| JournalError {
        path: path.to_owned(),
        action: "read",
        error,
    };
    let file = File::open(path).map_err(failed)?;
    let lines: Vec<String> = BufReader::new(file).lines().collect::<Result<_, _>>().map_err(failed)?;
    Ok(lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_is_on_disk_before_its_outcome() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.ndjson");
        let journal = Journal::create(&path).expect("a journal");
        let intent = journal.intend("enrol/create", "Patient", Some("CT1")).expect("written");
        assert_eq!(
            read(&path).expect("readable"),
            [Entry::Intent {
                number: 1,
                step: "enrol/create".to_owned(),
                resource_type: "Patient".to_owned(),
                identifier: Some("CT1".to_owned()),
            }]
        );
        journal.conclude(intent, Some(201), Some("7"), None).expect("written");
        assert_eq!(read(&path).expect("readable").len(), 2);
    }

    #[test]
    fn a_journal_is_continued_and_a_cut_line_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.ndjson");
        let first = Journal::create(&path).expect("a journal");
        let _ = first.intend("a/b", "Patient", None).expect("written");
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"{\"intent\":{\"num\n"))
            .expect("written");
        let second = Journal::create(&path).expect("a journal");
        let _ = second.intend("a/c", "Group", None).expect("written");
        let numbers: Vec<_> = read(&path)
            .expect("readable")
            .iter()
            .map(|entry| match entry {
                Entry::Intent { number, .. } | Entry::Outcome { number, .. } => *number,
            })
            .collect();
        assert_eq!(numbers, [1, 2]);
    }
}
