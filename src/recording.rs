//! `exchanges.ndjson`: what was said during a run, one line for each exchange, written as it
//! comes. A run that is killed leaves a recording that can be read up to its last whole line.
//!
//! Everything passes the redaction on its way in. The first line says of which run it is, so that
//! the run can be judged again ([`crate::run::revalidate`]). Deliberately not here: judging.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::bufread::GzDecoder;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::http::{Exchange, Mode};
use crate::overlay::Rules;
use crate::redaction::Redactor;
use crate::result::TargetKind;
use crate::run::Selection;

/// The name of the file in the folder of a run.
pub const FILE_NAME: &str = "exchanges.ndjson";
/// The version of the format that this program writes.
pub const FORMAT_VERSION: &str = "1.1";

/// The first line of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// [`FORMAT_VERSION`] of the program that wrote it.
    pub recording: String,
    /// Whether the data of people is the real one.
    pub personal_data: PersonalData,
    /// The run that made it; recordings before version 1.1 do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RecordedRun>,
}

/// What a run was told to do, as far as its plan and its report depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedRun {
    /// The label of the report.
    pub label: String,
    /// Which server was tested.
    pub kind: TargetKind,
    /// The FHIR base as it was called.
    pub base: Url,
    /// What might be sent.
    pub mode: Mode,
    /// The release under test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The suites that were selected; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<String>,
    /// What of them was selected.
    #[serde(default, skip_serializing_if = "Selection::is_everything")]
    pub selection: Selection,
    /// The packages that were given beside those of the program, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// By what an overlay let answers be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<Rules>,
    /// Most pages of one search.
    pub max_pages: usize,
    /// Values made for the run, such as `new-code`.
    pub values: BTreeMap<String, String>,
}

crate::fhir::codes! {
    /// What stands in the place of the data of people.
    PersonalData {
        /// Pseudonyms.
        Pseudonyms = "pseudonyms",
        /// The data itself, because somebody asked for it.
        Included = "included",
    }
}

/// Why a recording cannot be written or read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file cannot be written: no right, no space.
    #[error("cannot write the recording `{}`: {source}; free some space or choose another folder", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the recording `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("`{}`, line {line}: expected {expected}; {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The file is empty.
    #[error("`{}` is empty: expected a recording, which starts with a line about itself", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A newer program wrote it.
    #[error("`{}` has format version {found}, expected {FORMAT_VERSION}: use the program that wrote it, or a newer one", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: String,
    },
}

/// A recording that is being made.
pub struct Recording {
    path: PathBuf,
    redactor: Arc<Redactor>,
    state: Mutex<Writing>,
}

struct Writing {
    file: File,
    /// The first line that could not be written; nothing is written after it.
    failed: Option<RecordingError>,
}

impl Recording {
    /// Starts a recording; one that was there is replaced.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(
        path: &Path,
        redactor: Arc<Redactor>,
        run: Option<RecordedRun>,
    ) -> Result<Self, RecordingError> {
        let personal_data = match redactor.keeps_personal_data() {
            true => PersonalData::Included,
            false => PersonalData::Pseudonyms,
        };
        let header = Header {
            recording: FORMAT_VERSION.to_owned(),
            personal_data,
            run,
        };
        let mut file = File::create(path).map_err(|source| unwritable(path, source))?;
        append(&mut file, &header).map_err(|source| unwritable(path, source))?;
        Ok(Self::over(path, file, redactor))
    }

    fn over(path: &Path, file: File, redactor: Arc<Redactor>) -> Self {
        Self {
            path: path.to_owned(),
            redactor,
            state: Mutex::new(Writing { file, failed: None }),
        }
    }

    /// Goes on with a recording after its last whole line, without the exchanges that `keep` says
    /// no to, because they will be made again. With another key than before, equal values are
    /// equal only within one of the parts.
    ///
    /// # Errors
    /// There is none, it is not readable, or the file cannot be written.
    pub fn resume(
        path: &Path,
        redactor: Arc<Redactor>,
        keep: impl Fn(&Exchange) -> bool,
    ) -> Result<Self, RecordingError> {
        let Recorded {
            header, exchanges, ..
        } = read(path)?;
        let rewrite = || {
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut builder = tempfile::Builder::new();
            builder.prefix(".resuming-");
            crate::report::readable_by_all(&mut builder);
            let mut temporary = builder.tempfile_in(folder)?;
            append(temporary.as_file_mut(), &header)?;
            for exchange in exchanges.iter().filter(|exchange| keep(exchange)) {
                append(temporary.as_file_mut(), exchange)?;
            }
            temporary.as_file().sync_all()?;
            temporary.persist(path).map_err(|error| error.error)
        };
        let file = rewrite().map_err(|source| unwritable(path, source))?;
        Ok(Self::over(path, file, redactor))
    }

    /// Records an exchange and gives back what was recorded: its redacted form. A line that cannot
    /// be written is told by [`Self::failure`] and [`Self::finish`].
    pub fn record(&self, exchange: &Exchange) -> Exchange {
        let redacted = self.redactor.redact_exchange(exchange);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed.is_none() {
            let result = append(&mut state.file, &redacted);
            state.failed = result.err().map(|source| unwritable(&self.path, source));
        }
        redacted
    }

    /// Why a line could not be written, if one could not: the run should stop, because it loses
    /// results.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failed.as_ref().map(ToString::to_string)
    }

    /// Says whether every exchange was written.
    ///
    /// # Errors
    /// The first line that could not be written.
    pub fn finish(&self) -> Result<(), RecordingError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failed.take().map_or(Ok(()), Err)
    }
}

/// One write for a line, straight to the system: nothing is lost with the process.
fn append(file: &mut File, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
}

fn unwritable(path: &Path, source: io::Error) -> RecordingError {
    RecordingError::Unwritable {
        path: path.to_owned(),
        source,
    }
}

/// A recording that was read.
#[derive(Debug)]
pub struct Recorded {
    /// Its first line.
    pub header: Header,
    /// The exchanges, in the order in which they ended.
    pub exchanges: Vec<Exchange>,
    /// Whether its last line is cut: the run was killed while it was written.
    pub is_cut: bool,
}

/// Reads a recording, also one that was compressed with gzip.
///
/// # Errors
/// Not readable, not a recording, of another version, or a whole line of it is damaged.
pub fn read(path: &Path) -> Result<Recorded, RecordingError> {
    let unreadable = |source| RecordingError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut reader = open(path).map_err(unreadable)?;
    let mut lines = Lines::default();
    let Some(first) = lines.next(&mut reader).map_err(unreadable)? else {
        return Err(RecordingError::Empty {
            path: path.to_owned(),
        });
    };
    let malformed = |line, expected, source| RecordingError::Malformed {
        path: path.to_owned(),
        line,
        expected,
        source,
    };
    let header: Header = serde_json::from_slice(&first)
        .map_err(|source| malformed(1, "the first line of a recording", source))?;
    if header.recording.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(RecordingError::Version {
            path: path.to_owned(),
            found: header.recording,
        });
    }
    let mut exchanges = Vec::new();
    while let Some(line) = lines.next(&mut reader).map_err(unreadable)? {
        let exchange = serde_json::from_slice(&line);
        exchanges.push(exchange.map_err(|source| malformed(lines.count, "an exchange", source))?);
    }
    Ok(Recorded {
        header,
        exchanges,
        is_cut: lines.is_cut,
    })
}

/// The file, unpacked where it starts like gzip (RFC 1952 2.3.1).
fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut reader = BufReader::new(File::open(path)?);
    let is_gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(match is_gzip {
        true => Box::new(BufReader::new(GzDecoder::new(reader))),
        false => Box::new(reader),
    })
}

/// Whole lines of a file; what comes after the last line end is a cut line.
#[derive(Default)]
struct Lines {
    count: usize,
    is_cut: bool,
}

impl Lines {
    fn next(&mut self, reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let length = reader.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            self.is_cut = length > 0;
            return Ok(None);
        }
        self.count += 1;
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::path::Path;
    use std::sync::Arc;

    use super::{FILE_NAME, PersonalData, Recording, RecordingError, read};
    use crate::http::{Exchange, Method, Outcome, Request, Response};
    use crate::package::Definitions;
    use crate::redaction::{Key, Redactor};

    fn redactor() -> Arc<Redactor> {
        let key = Key::new([1; 32], jiff::civil::date(2026, 6, 15));
        Arc::new(Redactor::new(&key, Definitions::core()))
    }

    fn exchange(n: u32) -> Exchange {
        Exchange {
            id: format!("t/s#{n}"),
            request: Request {
                method: Method::Get,
                url: "http://h/Patient/".to_owned(),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Response(Response {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: r#"{"resourceType":"Patient","name":[{"family":"Lovett"}]}"#.to_owned(),
                body_fault: None,
            }),
            elapsed_ms: 1,
        }
    }

    fn damage(path: &Path, text: &str) {
        let mut file = OpenOptions::new().append(true).open(path).expect("there");
        file.write_all(text.as_bytes()).expect("written");
    }

    #[test]
    fn what_was_recorded_is_read_again_without_names() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let recording = Recording::create(&path, redactor(), None).expect("created");
        let kept: Vec<Exchange> = (1..4).map(|n| recording.record(&exchange(n))).collect();
        // Still open: what was recorded is there at once.
        let recorded = read(&path).expect("read");
        assert_eq!(recorded.exchanges, kept);
        assert_eq!(recorded.header.personal_data, PersonalData::Pseudonyms);
        assert!(!recorded.is_cut);
        let text = std::fs::read_to_string(&path).expect("text");
        assert!(!text.contains("Lovett") && text.lines().count() == 4);
    }

    #[test]
    fn a_compressed_recording_is_read_like_a_plain_one() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let recording = Recording::create(&path, redactor(), None).expect("created");
        let kept = recording.record(&exchange(1));
        let packed = folder.path().join("exchanges.ndjson.gz");
        let file = std::fs::File::create(&packed).expect("created");
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::best());
        encoder
            .write_all(&std::fs::read(&path).expect("read"))
            .expect("written");
        encoder.finish().expect("written");
        assert_eq!(read(&packed).expect("read").exchanges, [kept]);
    }

    #[test]
    fn a_cut_line_is_left_out_and_the_recording_goes_on_after_it() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let recording = Recording::create(&path, redactor(), None).expect("created");
        recording.record(&exchange(1));
        drop(recording);
        damage(&path, r#"{"id":"t/s#2","requ"#);
        let recorded = read(&path).expect("read");
        assert_eq!((recorded.exchanges.len(), recorded.is_cut), (1, true));
        let recording = Recording::resume(&path, redactor(), |_| true).expect("resumed");
        recording.record(&exchange(2));
        recording.finish().expect("written");
        let recorded = read(&path).expect("read");
        assert_eq!((recorded.exchanges.len(), recorded.is_cut), (2, false));
        let keep = |exchange: &Exchange| exchange.id == "t/s#2";
        let recording = Recording::resume(&path, redactor(), keep).expect("resumed");
        recording.record(&exchange(3));
        let recorded = read(&path).expect("read").exchanges;
        let ids: Vec<&str> = recorded.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["t/s#2", "t/s#3"]);
    }

    #[test]
    fn what_is_no_recording_says_where() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE_NAME);
        let error = |text: &str| {
            std::fs::write(&path, text).expect("written");
            read(&path).expect_err(text)
        };
        assert!(matches!(error(""), RecordingError::Empty { .. }));
        assert!(matches!(
            error("{}\n"),
            RecordingError::Malformed { line: 1, .. }
        ));
        let header = r#"{"recording":"1.0","personalData":"pseudonyms"}"#;
        let damaged = error(&format!("{header}\n{{}}\n"));
        assert!(matches!(damaged, RecordingError::Malformed { line: 2, .. }));
        let newer = error(&header.replace("1.0", "2.0")).to_string();
        assert!(
            newer.contains("is empty") || newer.contains("2.0"),
            "{newer}"
        );
        let newer = error(&format!("{}\n", header.replace("1.0", "2.0"))).to_string();
        assert!(newer.contains("format version 2.0"), "{newer}");
        let missing =
            Recording::create(&folder.path().join("no").join(FILE_NAME), redactor(), None).err();
        assert!(
            missing
                .expect("no folder")
                .to_string()
                .contains("choose another folder")
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told() {
        // A device on which every write fails for want of space.
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("there");
        let recording = Recording::over(Path::new("/dev/full"), full, redactor());
        recording.record(&exchange(1));
        assert!(recording.failure().is_some());
        let error = recording.finish().expect_err("full").to_string();
        assert!(error.contains("free some space"), "{error}");
        assert!(Recording::create(Path::new("/dev/full"), redactor(), None).is_err());
    }
}
