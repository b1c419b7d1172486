//! Recorded exchanges judged again, offline: the same plan replayed against a recording. With the
//! same rules it gives the same report; with newer ones, what they would have said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::frame::Frame;
use super::{Prepared, Progress, Replay, RunError};
use crate::gate::{Gate, GateOptions};
use crate::http::{Client, ClientError, ClientOptions, LoginMethod, Playback, Secret};
use crate::options::RunOptions;
use crate::overlay::Overlay;
use crate::package::{Definitions, Package, PackageError};
use crate::recording::{FILE_NAME, RecordedRun, RecordingError, read};
use crate::redaction::Redactor;
use crate::report::{Language, Report};
use crate::result::TargetKind;
use crate::runner::Stop;
use crate::suite::load;
use crate::surface::Collector;

/// What to judge again, and by which rules.
#[derive(Debug, Clone, Default)]
pub struct RevalidateOptions {
    /// The recording, or the folder of the run that made it.
    pub recording: PathBuf,
    /// Other FHIR packages.
    pub packages: Vec<PathBuf>,
}

/// A recording that was judged again.
#[derive(Debug)]
pub struct Revalidated {
    /// What the rules of today say.
    pub report: Report,
    /// The recording.
    pub recording: PathBuf,
}

/// Why a recording cannot be judged again.
#[derive(Debug, Error)]
pub enum RevalidateError {
    /// The folder has none.
    #[error("expected a recording in {}, found neither `{FILE_NAME}` nor `{FILE_NAME}.gz`: name the folder of a run, or the file", .0.display())]
    NoRecording(PathBuf),
    /// Not readable.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// It does not say of which run it is.
    #[error("{} does not say which run made it: expected a recording of format 1.1 or newer; record the server again", .0.display())]
    NoRun(PathBuf),
    /// The run had a package that is not in the program.
    #[error("expected the package `{package}`, by which {} was judged too, found it nowhere: give it with --package", recording.display())]
    NoPackage {
        /// Its id.
        package: String,
        /// The recording.
        recording: PathBuf,
    },
    /// Packages.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Everything else.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl From<ClientError> for RevalidateError {
    fn from(error: ClientError) -> Self {
        Self::Run(error.into())
    }
}

/// Judges a recording again. Nothing is sent and nothing is written.
///
/// # Errors
/// No recording, or one that cannot be replayed; findings are no errors.
pub async fn revalidate(
    options: &RevalidateOptions,
    progress: &dyn Progress,
) -> Result<Revalidated, RevalidateError> {
    let path = find(&options.recording)?;
    let recorded = read(&path)?;
    let Some(run) = recorded.header.run else {
        return Err(RevalidateError::NoRun(path));
    };
    let definitions = options
        .packages
        .iter()
        .try_fold(Definitions::embedded(), |definitions, path| {
            Ok::<_, PackageError>(definitions.with_package(Package::load(path)?))
        })?;
    let given = definitions.given();
    if let Some(package) = run.packages.iter().find(|id| !given.contains(id)) {
        return Err(RevalidateError::NoPackage {
            package: package.clone(),
            recording: path,
        });
    }
    let mut client = ClientOptions::new(run.base.clone());
    client.mode = run.mode;
    if run.overlay.as_ref().is_some_and(|it| it.standing_login) {
        client.login = LoginMethod::Token(Secret::new("the token is not in the recording"));
    }
    let overlay = run.overlay.clone().map(Overlay::recorded);
    let overlay = overlay.unwrap_or_default();
    let prepared = Prepared {
        suites: load::select(&run.suites).map_err(RunError::from)?,
        definitions: overlay.over(definitions).map_err(RunError::from)?,
        credentials: None,
        overlay,
        gate: Gate::default(),
    };
    client.playback = Some(Playback::new(recorded.exchanges));
    let surface = Arc::new(Collector::new(run.base.as_str()));
    let seen = Arc::clone(&surface);
    client.observer = Some(Arc::new(move |exchange| seen.see(exchange)));
    // What stands in the recording are pseudonyms, or was asked for: nothing is replaced again.
    let redactor = Redactor::keeping_personal_data(prepared.definitions.clone());
    let client = Client::new(client)?;
    let run_options = run_options(&run, options);
    let mut frame = Frame::of_recording(&run_options, &prepared, client.base(), surface);
    frame.wants(&prepared.definitions);
    let replay = Replay {
        options: &run_options,
        prepared: &prepared,
        client,
        values: run.values.clone(),
        journal: None,
        earlier: None,
        redactor: &redactor,
        log: None,
        stop: Stop::default(),
    };
    let parts = replay.run(progress).await?.unwrap_or_default();
    let result = parts.into_result(&frame.now(None));
    Ok(Revalidated {
        report: crate::report::build(&result),
        recording: path,
    })
}

fn find(path: &Path) -> Result<PathBuf, RevalidateError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    [FILE_NAME.to_owned(), format!("{FILE_NAME}.gz")]
        .iter()
        .map(|name| path.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| RevalidateError::NoRecording(path.to_owned()))
}

/// The options of the run that was recorded.
fn run_options(run: &RecordedRun, options: &RevalidateOptions) -> RunOptions {
    RunOptions {
        target: (run.kind == TargetKind::Remote).then(|| run.base.clone()),
        mode: run.mode,
        label: run.label.clone(),
        release: run.release.clone(),
        suites: run.suites.clone(),
        selection: run.selection.clone(),
        gate: GateOptions::default(),
        output: PathBuf::new(),
        credentials: None,
        account: None,
        ca_file: None,
        packages: options.packages.clone(),
        timeout: std::time::Duration::ZERO,
        concurrency: 1,
        max_rate: None,
        max_pages: run.max_pages,
        include_personal_data: false,
        keep_key: None,
        resume: false,
        overlay: None,
        language: Language::English,
    }
}
