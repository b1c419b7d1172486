//! `journal.ndjson`: what a run in write mode created. The intent with its business identifier is
//! on disk before the request is sent, the id after the answer, so that nothing created is ever
//! unknown, whatever happens in between.
//!
//! It holds what the run itself made up, never what it read, and is not redacted: it must lead
//! back to what is to be cleaned up.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::http::Method;

/// The name of the file in the folder of a run.
pub const FILE_NAME: &str = "journal.ndjson";

/// What is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// `scenario/step`.
    pub step: String,
    /// Method.
    pub method: Method,
    /// Resource type.
    pub resource_type: String,
    /// Address it is sent to.
    pub url: String,
    /// The business identifier by which it can be found, where it has one.
    pub identifier: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// What the answer says about the server's data.
    pub state: State,
    /// Status code, if there was an answer.
    pub status: Option<u16>,
    /// Id that the server gave.
    pub id: Option<String>,
    /// `Location` of the answer.
    pub location: Option<String>,
}

crate::fhir::codes! {
    /// What an answer says about the server's data.
    State {
        /// It is there.
        Done = "done",
        /// The server refused it.
        Refused = "refused",
        /// No answer, or none that says: it may be there.
        Unclear = "unclear",
        /// It was there and was removed again.
        Removed = "removed",
    }
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    /// Number of the intent, from 1.
    n: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<Intent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effect: Option<Effect>,
}

/// Why a journal cannot be written or read.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file cannot be written; nothing may be sent then.
    #[error("cannot write the journal `{}`: {source}; nothing is created that is not written there", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the journal `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is damaged.
    #[error("`{}`, line {line}: expected an entry of a journal; {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// A journal that is being kept.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: Mutex<Keeping>,
}

#[derive(Debug)]
struct Keeping {
    file: File,
    next: u64,
}

/// An intent that was written down; its effect belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Ticket(u64);

impl Journal {
    /// Opens the journal of that folder; what an earlier run wrote there stays.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(FILE_NAME);
        let unwritable = |source| JournalError::Unwritable {
            path: path.clone(),
            source,
        };
        let (last, whole) = match path.exists() {
            true => {
                let (entries, whole) = read_whole(&path)?;
                (entries.last().map_or(0, |entry| entry.number), whole)
            }
            false => (0, 0),
        };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(&path).map_err(unwritable)?;
        // A line that was cut by a crash is taken away, so that the next one starts at a new line.
        file.set_len(whole).map_err(unwritable)?;
        Ok(Self {
            path,
            state: Mutex::new(Keeping {
                file,
                next: last + 1,
            }),
        })
    }

    /// Writes an intent down; when this returns, it is on the disk.
    ///
    /// # Errors
    /// It cannot be written: the request must not be sent.
    pub fn intend(&self, intent: Intent) -> Result<Ticket, JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let n = state.next;
        self.append(
            &mut state.file,
            &Line {
                n,
                intent: Some(intent),
                effect: None,
            },
        )?;
        state.next += 1;
        Ok(Ticket(n))
    }

    /// Writes down what came of an intent.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn note(&self, ticket: Ticket, effect: Effect) -> Result<(), JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.append(
            &mut state.file,
            &Line {
                n: ticket.0,
                intent: None,
                effect: Some(effect),
            },
        )
    }

    fn append(&self, file: &mut File, line: &Line) -> Result<(), JournalError> {
        let unwritable = |source| JournalError::Unwritable {
            path: self.path.clone(),
            source,
        };
        let mut text = serde_json::to_vec(line).map_err(|error| unwritable(error.into()))?;
        text.push(b'\n');
        file.write_all(&text).map_err(unwritable)?;
        file.sync_data().map_err(unwritable)
    }
}

/// One intent and its latest effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Number of the intent, from 1.
    pub number: u64,
    /// What was about to be sent.
    pub intent: Intent,
    /// What came of it; `None` if the run ended before it knew.
    pub effect: Option<Effect>,
}

impl Entry {
    /// Whether the server may hold something because of it.
    #[must_use]
    pub fn may_exist(&self) -> bool {
        match &self.effect {
            None => true,
            Some(effect) => matches!(effect.state, State::Done | State::Unclear),
        }
    }
}

/// Reads a journal, in the order of the intents; a last line that was cut is left out.
///
/// # Errors
/// Not readable, or a whole line is damaged.
pub fn read(path: &Path) -> Result<Vec<Entry>, JournalError> {
    read_whole(path).map(|(entries, _)| entries)
}

fn read_whole(path: &Path) -> Result<(Vec<Entry>, u64), JournalError> {
    let unreadable = |source| JournalError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut entries: BTreeMap<u64, Entry> = BTreeMap::new();
    let (mut count, mut whole) = (0, 0);
    loop {
        let mut text = Vec::new();
        let length = reader.read_until(b'\n', &mut text).map_err(unreadable)?;
        if !text.ends_with(b"\n") {
            return Ok((entries.into_values().collect(), whole));
        }
        count += 1;
        whole += length as u64;
        let line: Line =
            serde_json::from_slice(&text).map_err(|source| JournalError::Malformed {
                path: path.to_owned(),
                line: count,
                source,
            })?;
        if let Some(intent) = line.intent {
            let entry = Entry {
                number: line.n,
                intent,
                effect: None,
            };
            entries.insert(line.n, entry);
        } else if let Some(entry) = entries.get_mut(&line.n) {
            entry.effect = line.effect;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Effect, FILE_NAME, Intent, Journal, JournalError, State, read};
    use crate::http::Method;

    fn intent(identifier: &str) -> Intent {
        Intent {
            step: "enrolment/create".to_owned(),
            method: Method::Post,
            resource_type: "Patient".to_owned(),
            url: "http://h/Patient/".to_owned(),
            identifier: Some(identifier.to_owned()),
        }
    }

    fn effect(state: State) -> Effect {
        Effect {
            state,
            status: Some(201),
            id: Some("1".to_owned()),
            location: None,
        }
    }

    #[test]
    fn an_intent_is_on_disk_before_anything_is_sent() {
        let folder = tempfile::tempdir().expect("folder");
        let journal = Journal::open(folder.path()).expect("opened");
        let path = folder.path().join(FILE_NAME);
        let ticket = journal.intend(intent("A1")).expect("written");
        let entries = read(&path).expect("read");
        assert_eq!(entries[0].intent, intent("A1"));
        assert!(entries[0].effect.is_none() && entries[0].may_exist());
        journal.note(ticket, effect(State::Done)).expect("written");
        assert!(read(&path).expect("read")[0].may_exist());
        journal
            .note(ticket, effect(State::Removed))
            .expect("written");
        assert!(!read(&path).expect("read")[0].may_exist());
    }

    #[test]
    fn a_journal_goes_on_after_a_crash() {
        let folder = tempfile::tempdir().expect("folder");
        let journal = Journal::open(folder.path()).expect("opened");
        let _ = journal.intend(intent("A1")).expect("written");
        drop(journal);
        let path = folder.path().join(FILE_NAME);
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .expect("there");
        file.write_all(b"{\"n\":2,\"int").expect("written");
        let journal = Journal::open(folder.path()).expect("opened");
        let second = journal.intend(intent("A2")).expect("written");
        journal
            .note(second, effect(State::Refused))
            .expect("written");
        let entries = read(&path).expect("read");
        let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert!(entries[0].may_exist() && !entries[1].may_exist());
    }

    #[test]
    fn a_damaged_line_says_where() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "hello\n").expect("written");
        let error = Journal::open(folder.path()).expect_err("damaged");
        assert!(matches!(error, JournalError::Malformed { line: 1, .. }));
        assert!(error.to_string().contains("line 1"), "{error}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_before_anything_is_sent() {
        let error = Journal::open(std::path::Path::new("no/such/folder")).expect_err("no folder");
        assert!(error.to_string().contains("nothing is created"), "{error}");
    }
}
