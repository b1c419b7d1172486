//! The recording: every exchange of a run, one JSON object per line, written as it comes.
//!
//! What is written was made safe first: the exchange comes without secrets, and the recording
//! takes personal data out of it. A recording cut off by the end of the process is whole up to its
//! last line.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use crate::http::Exchange;

/// Takes out of an exchange what may not be written.
pub type Redact = Box<dyn Fn(&Exchange) -> Exchange + Send + Sync>;

/// A recording being written.
pub struct Recording {
    path: PathBuf,
    redact: Redact,
    state: Mutex<State>,
}

struct State {
    file: File,
    /// The first line that could not be written; the run goes on, and ends with this error.
    failed: Option<std::io::Error>,
}

/// A recording that cannot be written or read.
#[derive(Debug, Error)]
#[error("expected to {action} the recording {}, found: {error}", path.display())]
pub struct RecordingError {
    path: PathBuf,
    action: &'static str,
    error: std::io::Error,
}

impl Recording {
    /// Starts a recording, in place of one that is there.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(path: &Path, redact: Redact) -> Result<Self, RecordingError> {
        let file = File::create(path).map_err(|error| RecordingError {
            path: path.to_owned(),
            action: "make",
            error,
        })?;
        Ok(Self {
            path: path.to_owned(),
            redact,
            state: Mutex::new(State { file, failed: None }),
        })
    }

    /// Writes an exchange; what goes wrong is said by [`Self::finish`].
    pub fn record(&self, exchange: &Exchange) {
        let redacted = (self.redact)(exchange);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed.is_some() {
            return;
        }
        let mut attempt = || {
            let mut line = serde_json::to_vec(&redacted)?;
            line.push(b'\n');
            state.file.write_all(&line)
        };
        let result = attempt();
        state.failed = result.err();
    }

    /// Says whether every exchange was written.
    ///
    /// # Errors
    /// The first line that could not be written.
    pub fn finish(&self) -> Result<(), RecordingError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.failed.take() {
            None => Ok(()),
            Some(error) => Err(RecordingError {
                path: self.path.clone(),
                action: "write",
                error,
            }),
        }
    }
}

/// Reads a recording; a last line that was cut off is left out.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> Result<Vec<Exchange>, RecordingError> {
    let failed = |error| RecordingError {
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
    use crate::http::{FailureKind, Method, Outcome, Request, TransportFailure};

    fn exchange(id: &str) -> Exchange {
        Exchange {
            id: id.to_owned(),
            request: Request {
                method: Method::Get,
                url: "http://127.0.0.1/Patient/Ada".to_owned(),
                headers: Vec::new(),
                body: None,
            },
            redirects: Vec::new(),
            outcome: Outcome::Failure(TransportFailure {
                failure: FailureKind::Refused,
                message: "nobody listens".to_owned(),
            }),
            elapsed_ms: 1,
        }
    }

    fn without_ada(exchange: &Exchange) -> Exchange {
        let mut redacted = exchange.clone();
        redacted.request.url = redacted.request.url.replace("Ada", "Xyz");
        redacted
    }

    #[test]
    fn what_is_written_is_redacted_and_can_be_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("exchanges.ndjson");
        let recording = Recording::create(&path, Box::new(without_ada)).expect("a recording");
        recording.record(&exchange("a#1"));
        recording.record(&exchange("a#2"));
        recording.finish().expect("written");
        let text = std::fs::read_to_string(&path).expect("readable");
        assert!(!text.contains("Ada"));
        let ids: Vec<_> = read(&path).expect("readable").into_iter().map(|exchange| exchange.id).collect();
        assert_eq!(ids, ["a#1", "a#2"]);
    }

    #[test]
    fn a_line_that_was_cut_off_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("exchanges.ndjson");
        let recording = Recording::create(&path, Box::new(without_ada)).expect("a recording");
        recording.record(&exchange("a#1"));
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"{\"id\":\"a#2\",\"requ"))
            .expect("written");
        assert_eq!(read(&path).expect("readable").len(), 1);
    }
}
