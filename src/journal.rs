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

/// The name of the file in the folder of a run.
pub const FILE_NAME: &str = "journal.ndjson";

/// What is about to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Creation {
    /// `scenario/step`.
    pub step: String,
    /// Resource type.
    pub resource_type: String,
    /// The business identifier by which it can be found, where it has one.
    pub identifier: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// Status of the answer; none where no answer came.
    pub status: Option<u16>,
    /// Id of the new resource, where the answer said it.
    pub id: Option<String>,
    /// `Location` of the answer.
    pub location: Option<String>,
}

/// One line: the number of the creation, from 1, and what is said of it.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    number: u64,
    #[serde(flatten)]
    event: Event,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Event {
    Intent(Creation),
    Effect(Effect),
    /// It was removed again, with this status.
    Removed(u16),
    /// It was looked for and is not there.
    Absent,
    /// What later steps use of it, by name.
    Captured(BTreeMap<String, String>),
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
    /// What stood there when it was opened.
    earlier: Vec<Entry>,
}

/// A creation that was written down and is about to be sent; [`Journal::conclude`] ends it.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an intent without an effect reads as a creation of which nobody knows the end"]
pub struct Intent(u64);

impl Intent {
    /// The number of the creation in the journal.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0
    }
}

impl Journal {
    /// Opens a journal; what an earlier run wrote there stays, because it may still exist.
    ///
    /// # Errors
    /// The file cannot be read or written, or is no journal.
    pub fn create(path: &Path) -> Result<Self, JournalError> {
        let unwritable = |source| JournalError::Unwritable {
            path: path.to_owned(),
            source,
        };
        let (entries, whole) = match path.exists() {
            true => read_whole(path)?,
            false => (Vec::new(), 0),
        };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(path).map_err(unwritable)?;
        // A line that was cut by a crash is taken away, so that the next one starts at a new line.
        file.set_len(whole).map_err(unwritable)?;
        Ok(Self {
            path: path.to_owned(),
            state: Mutex::new(Keeping {
                file,
                next: entries.last().map_or(1, |entry| entry.number + 1),
                earlier: entries,
            }),
        })
    }

    /// Writes down what is about to be created; it is on the disk when this returns.
    ///
    /// # Errors
    /// It cannot be written: the request must not be sent.
    pub fn intend(
        &self,
        step: &str,
        resource_type: &str,
        identifier: Option<&str>,
    ) -> Result<Intent, JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let number = state.next;
        let event = Event::Intent(Creation {
            step: step.to_owned(),
            resource_type: resource_type.to_owned(),
            identifier: identifier.map(str::to_owned),
        });
        self.append(&mut state.file, &Line { number, event })?;
        state.next += 1;
        Ok(Intent(number))
    }

    /// Writes down what came of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn conclude(
        &self,
        intent: Intent,
        status: Option<u16>,
        id: Option<&str>,
        location: Option<&str>,
    ) -> Result<(), JournalError> {
        self.event(
            intent.0,
            Event::Effect(Effect {
                status,
                id: id.map(str::to_owned),
                location: location.map(str::to_owned),
            }),
        )
    }

    /// Writes down that a creation of which no answer was known was found under that id.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn found(&self, number: u64, id: &str) -> Result<(), JournalError> {
        self.event(
            number,
            Event::Effect(Effect {
                status: None,
                id: Some(id.to_owned()),
                location: None,
            }),
        )
    }

    /// Writes down that a creation of which no answer was known is not on the server.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn absent(&self, number: u64) -> Result<(), JournalError> {
        self.event(number, Event::Absent)
    }

    /// Writes down that the creation of that number was removed again.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn removed(&self, number: u64, status: u16) -> Result<(), JournalError> {
        self.event(number, Event::Removed(status))
    }

    /// Writes down what later steps use of the last creation of that step: what its answer said.
    /// Nothing is written for a step that created nothing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn captured(
        &self,
        intent: u64,
        values: &BTreeMap<String, String>,
    ) -> Result<(), JournalError> {
        if values.is_empty() {
            return Ok(());
        }
        self.event(intent, Event::Captured(values.clone()))
    }

    /// The number of the next creation: those of this run are not below it.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.next
    }

    /// The last creation of a step (`scenario/step`) that stood here when the journal was opened,
    /// numbered `from` or later: what an interrupted run did there before it is resumed.
    #[must_use]
    pub fn earlier(&self, step: &str, from: u64) -> Option<Entry> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = state.earlier.iter().rev();
        entries
            .find(|entry| entry.number >= from && entry.creation.step == step)
            .cloned()
    }

    fn event(&self, number: u64, event: Event) -> Result<(), JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.append(&mut state.file, &Line { number, event })
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

/// One creation and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u64,
    /// What was about to be created.
    pub creation: Creation,
    /// What came of it; `None` if the run ended before it knew.
    pub effect: Option<Effect>,
    /// Whether it was removed again, or never was there.
    pub is_removed: bool,
    /// What later steps use of it, by name.
    pub captured: BTreeMap<String, String>,
}

/// What is known of a creation once the run that made it was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The server said that it created it: it must not be sent again.
    Created,
    /// The server refused it, or it was removed again: nothing is there, it may be sent again.
    Absent,
    /// No answer, or an error of the server: it may be there, and has to be looked for by its
    /// identifier before it is sent again.
    Unknown,
}

impl Entry {
    /// Whether the server may hold something because of it. Only a 4xx answer is a promise that
    /// it does not: a server that failed, or did not answer, may have kept it.
    #[must_use]
    pub fn may_exist(&self) -> bool {
        let status = self.effect.as_ref().and_then(|effect| effect.status);
        !self.is_removed && !status.is_some_and(|status| (400..500).contains(&status))
    }

    /// What is known of it.
    #[must_use]
    pub fn known(&self) -> Known {
        let status = self.effect.as_ref().and_then(|effect| effect.status);
        match status {
            _ if !self.may_exist() => Known::Absent,
            Some(200..300) => Known::Created,
            None if self
                .effect
                .as_ref()
                .is_some_and(|effect| effect.id.is_some()) =>
            {
                Known::Created
            }
            _ => Known::Unknown,
        }
    }
}

/// Reads a journal, in the order of the intents; a last line that was cut is left out.
///
/// # Errors
/// Not readable, or a whole line is damaged.
pub fn read(path: &Path) -> Result<Vec<Entry>, JournalError> {
    let (entries, whole) = read_whole(path)?;
    let unreadable = |source| JournalError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let length = path.metadata().map_err(unreadable)?.len();
    // A last line that was cut off belongs to nothing that was sent; without any whole line nobody
    // can tell that this is a journal.
    if whole == 0 && length > 0 {
        let found =
            "expected a journal, found no whole line in it; give the journal.ndjson of a run";
        return Err(unreadable(io::Error::other(found)));
    }
    Ok(entries)
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
        match line.event {
            Event::Intent(creation) => {
                let entry = Entry {
                    number: line.number,
                    creation,
                    effect: None,
                    is_removed: false,
                    captured: BTreeMap::new(),
                };
                entries.insert(line.number, entry);
            }
            Event::Effect(effect) => {
                if let Some(entry) = entries.get_mut(&line.number) {
                    entry.effect = Some(effect);
                }
            }
            Event::Captured(values) => {
                if let Some(entry) = entries.get_mut(&line.number) {
                    entry.captured.extend(values);
                }
            }
            Event::Removed(_) | Event::Absent => {
                if let Some(entry) = entries.get_mut(&line.number) {
                    entry.is_removed = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{FILE_NAME, Journal, JournalError, Known, read};

    #[test]
    fn an_intent_is_on_disk_before_anything_is_sent() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let journal = Journal::create(&path).expect("opened");
        let intent = journal.intend("enrolment/create", "Patient", Some("A1"));
        let intent = intent.expect("written");
        let entries = read(&path).expect("read");
        assert_eq!(entries[0].creation.identifier.as_deref(), Some("A1"));
        assert!(entries[0].effect.is_none() && entries[0].may_exist());
        let concluded = journal.conclude(intent, Some(201), Some("7"), None);
        concluded.expect("written");
        let entries = read(&path).expect("read");
        assert_eq!(
            entries[0]
                .effect
                .as_ref()
                .and_then(|effect| effect.id.as_deref()),
            Some("7")
        );
        assert!(entries[0].may_exist());
        journal.removed(1, 204).expect("written");
        assert!(!read(&path).expect("read")[0].may_exist());
    }

    #[test]
    fn only_a_refusal_promises_that_nothing_was_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let journal = Journal::create(&path).expect("opened");
        for status in [None, Some(201), Some(400), Some(500)] {
            let intent = journal.intend("s", "Patient", None).expect("written");
            journal
                .conclude(intent, status, None, None)
                .expect("written");
        }
        let kept = read(&path).expect("read");
        let kept: Vec<bool> = kept.iter().map(super::Entry::may_exist).collect();
        assert_eq!(kept, [true, true, false, true]);
    }

    #[test]
    fn a_journal_goes_on_after_a_crash() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let journal = Journal::create(&path).expect("opened");
        let _ = journal.intend("s", "Patient", Some("A1")).expect("written");
        drop(journal);
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .expect("there");
        file.write_all(b"{\"number\":2,\"int").expect("written");
        let journal = Journal::create(&path).expect("opened");
        let second = journal.intend("s", "Group", Some("A2")).expect("written");
        journal
            .conclude(second, Some(400), None, None)
            .expect("written");
        let entries = read(&path).expect("read");
        let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert!(entries[0].may_exist() && !entries[1].may_exist());
    }

    #[test]
    fn a_resumed_run_knows_what_became_of_each_creation() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let journal = Journal::create(&path).expect("opened");
        let statuses = [Some(201), Some(400), Some(502), None];
        for (step, status) in ["s/a", "s/b", "s/c", "s/d"].iter().zip(statuses) {
            let intent = journal.intend(step, "Patient", Some("A1"));
            let intent = intent.expect("written");
            let number = intent.number();
            journal
                .conclude(
                    intent,
                    status,
                    status.filter(|s| *s == 201).map(|_| "7"),
                    None,
                )
                .expect("written");
            let captured = [("patient".to_owned(), "7".to_owned())].into();
            journal.captured(number, &captured).expect("written");
        }
        let _ = journal.intend("s/e", "Patient", None).expect("written");
        assert!(journal.earlier("s/a", 1).is_none(), "nothing was earlier");
        drop(journal);
        let journal = Journal::create(&path).expect("opened");
        let known = |step: &str| journal.earlier(step, 1).map(|entry| entry.known());
        assert_eq!(known("s/a"), Some(Known::Created));
        assert_eq!(known("s/b"), Some(Known::Absent));
        for unknown in ["s/c", "s/d", "s/e"] {
            assert_eq!(known(unknown), Some(Known::Unknown), "{unknown}");
        }
        assert_eq!(known("s/f"), None);
        assert!(journal.earlier("s/a", 2).is_none(), "of a run before");
        let captured = journal.earlier("s/a", 1).expect("there").captured;
        assert_eq!(captured.get("patient").map(String::as_str), Some("7"));
        assert_eq!(journal.next_number(), 6);
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let _journal = Journal::create(&path).expect("opened");
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_line_says_where() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "hello\n").expect("written");
        let error = Journal::create(&path).expect_err("damaged");
        assert!(matches!(error, JournalError::Malformed { line: 1, .. }));
        assert!(error.to_string().contains("line 1"), "{error}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_before_anything_is_sent() {
        let path = std::path::Path::new("no/such/folder").join(FILE_NAME);
        let error = Journal::create(&path).expect_err("no folder");
        assert!(error.to_string().contains("nothing is created"), "{error}");
    }
}
