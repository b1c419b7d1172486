//! The report of a run that is not over yet, written again and again while it goes on, so that
//! whatever ends it leaves a report that can be read and says that it is incomplete.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::frame::Frame;
use super::log::{self, Log};
use crate::gate::Gate;
use crate::report::{Language, Report, WriteError};
use crate::result::RunResult;

/// The least time between two partial reports.
const INTERVAL: Duration = Duration::from_secs(1);

/// Writes reports into the folder of a run; the final one closes it.
pub(super) struct Publisher {
    folder: PathBuf,
    frame: Frame,
    /// What lets the run through.
    gate: Gate,
    language: Language,
    /// Whether the last report is written.
    closed: Mutex<bool>,
}

impl Publisher {
    pub(super) fn new(folder: &Path, frame: Frame, gate: Gate, language: Language) -> Self {
        Self {
            folder: folder.to_owned(),
            frame,
            gate,
            language,
            closed: Mutex::new(false),
        }
    }

    /// The run as of now, without its results.
    pub(super) fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Writes what there is so far, unless the last report is written.
    pub(super) fn partial(&self) -> Result<(), WriteError> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if *closed {
            return Ok(());
        }
        let report = crate::report::build(&self.run_so_far(None));
        crate::report::write_all(&report, &self.folder, self.language).map(|_| ())
    }

    /// Writes the last report.
    pub(super) fn finish(&self, run: &RunResult) -> Result<(Report, Vec<PathBuf>), WriteError> {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = crate::report::build(run);
        self.gate.apply(&mut report);
        let files = crate::report::write_all(&report, &self.folder, self.language)?;
        *closed = true;
        Ok((report, files))
    }

    /// What the log holds, with the reason why there is no more.
    pub(super) fn run_so_far(&self, reason: Option<&str>) -> RunResult {
        let (parts, progress) = match log::read(&self.folder) {
            Ok(kept) => (kept.parts(), kept.progress()),
            Err(_) => Default::default(),
        };
        let so_far = match progress {
            (_, 0) => "before any scenario began".to_owned(),
            (ended, planned) => format!("when {ended} of {planned} scenarios had ended"),
        };
        let reason = match reason {
            Some(reason) => format!("{reason}, {so_far}"),
            None => format!("it was killed, unless it is still going on, {so_far}"),
        };
        parts.into_result(&self.frame.now(Some(reason)))
    }

    /// Writes partial reports while a log grows, and takes no more than a hundredth of the time. Never
    /// ends by itself. A report that cannot be written is tried again; the log tells of a full disk.
    pub(super) async fn keep_up(self: &std::sync::Arc<Self>, log: &Log) {
        let mut seen = log.lines();
        let mut pause = INTERVAL;
        loop {
            tokio::time::sleep(pause).await;
            if log.lines() == seen {
                continue;
            }
            seen = log.lines();
            let start = Instant::now();
            let publisher = std::sync::Arc::clone(self);
            let _ = tokio::task::spawn_blocking(move || publisher.partial()).await;
            pause = INTERVAL.max(start.elapsed() * 100);
        }
    }
}
