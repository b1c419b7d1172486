//! A run from end to end: options in, a report out.
//!
//! The built-in server is started where no target is given; packages are loaded; the server is
//! probed; the plan is replayed; what was found is redacted and becomes a report.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::dialect::ProbeError;
use crate::filter::FilterError;
use crate::gate::{Gate, GateError};
use crate::http::{
    Accounts, Client, ClientError, ClientOptions, Credentials, CredentialsError, Mode, Standing,
};
use crate::journal::{Journal, JournalError};
use crate::options::RunOptions;
use crate::overlay::{LoginKind, Overlay, OverlayError};
use crate::package::{Definitions, Package, PackageError};
use crate::recording::{RecordedRun, Recording, RecordingError};
use crate::redaction::Redactor;
use crate::reference::{OTHER_USERS, PASSWORD, Server, USER};
use crate::report::{Report, WriteError};
use crate::result::RunResult;
use crate::runner::{Earlier, Stop};
use crate::shard::ShardFile;
use crate::suite::Declared;
use crate::suite::load::LoadError;
use crate::suite::plan::Plan;
use crate::suite::{Suite, load};
use crate::surface::Collector;

pub mod clean_up;
mod files;
mod frame;
mod log;
pub mod look;
mod parts;
mod possible;
mod publish;
mod replay;
mod revalidate;
mod selection;
mod untested;

pub use log::{Header, Kept, LogError, read as read_results};
pub use possible::checks as possible_checks;
pub use revalidate::{RevalidateError, RevalidateOptions, Revalidated, revalidate};
pub use selection::Selection;
pub(crate) use selection::leave_out_empty_suites;
pub(crate) use untested::better as better_reason;

use frame::Frame;
use log::Log;
use parts::Parts;
use publish::Publisher;
use replay::Replay;

/// Why a run gave no report.
#[derive(Debug, Error)]
pub enum RunError {
    /// Scenario files.
    #[error(transparent)]
    Suite(#[from] LoadError),
    /// Packages.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The account.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Client options.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The report's folder.
    #[error("expected to write into {}, found: {error}; choose another folder with --output", path.display())]
    Output {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The results.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A resumed run would use other rules than it was started with.
    #[error(
        "expected the packages with which the run was started, found others: {0}; resume with the same program and the same --package, or start a new run"
    )]
    Changed(String),
    /// A resumed run would do without the login that it was started with.
    #[error(
        "expected an account, because the run was started with one, found none: results with and without a login do not go together; set OPENIMIS_USER and OPENIMIS_PASSWORD, or give --credentials FILE"
    )]
    NoLogin,
    /// The file for the key.
    #[error("expected a key in {}, found: {error}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// The recording.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The built-in server.
    #[error("expected the built-in server to start on a port of this machine, found: {0}")]
    Embedded(std::io::Error),
    /// The server cannot be tested.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The overlay.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// The key of the pseudonyms.
    #[error("expected random numbers from the system for pseudonyms, found: {0}")]
    Key(std::io::Error),
    /// The report.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Known failures, baseline or acceptance criteria.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A word of the filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Arguments of a run.
    #[error(transparent)]
    Options(#[from] crate::options::OptionsError),
    /// Cleaning up writes, and on a server that is still there.
    #[error(
        "expected --target and --mode write with --clean-up: it deletes what the journal names"
    )]
    CleanUp,
    /// The selection leaves nothing.
    #[error("expected something to run, found nothing: {0}; `list --plan` prints what there is")]
    NothingSelected(String),
}

/// What a run gave.
#[derive(Debug)]
pub struct Finished {
    /// The report.
    pub report: Report,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

/// Everything that is known before the first request.
struct Prepared {
    suites: Vec<Suite>,
    definitions: Definitions,
    credentials: Option<Credentials>,
    accounts: Accounts,
    overlay: Overlay,
    gate: Gate,
}

impl Prepared {
    /// How the run logs in, if it does.
    fn login_kind(&self) -> Option<LoginKind> {
        let kind = self.overlay.login_kind();
        (self.credentials.is_some() || kind == LoginKind::Token).then_some(kind)
    }
}

/// Told about the progress of a run.
pub trait Progress: Sync {
    /// The plan is made.
    fn planned(&self, scenarios: usize);
    /// A scenario came to its end.
    fn played(&self, scenario: &crate::result::ScenarioResult);
}

/// Carries a run out. `stop` ends it early, with a partial report.
///
/// # Errors
/// Bad input, or a server that cannot be tested at all; findings are no errors.
pub async fn run(
    options: &RunOptions,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Finished, RunError> {
    let prepared = prepare(options)?;
    files::check_folder(&options.output)?;
    match &options.target {
        Some(target) => run_against(options, prepared, target.clone(), progress, stop).await,
        None => {
            let server = Server::start(crate::reference::Options::default())
                .await
                .map_err(RunError::Embedded)?;
            let base = url::Url::parse(server.base_url())
                .map_err(|error| RunError::Embedded(std::io::Error::other(error)))?;
            let embedded = Prepared {
                credentials: Some(Credentials::new(USER, PASSWORD)),
                accounts: built_in_accounts(),
                ..prepared
            };
            let finished = run_against(options, embedded, base, progress, stop).await;
            server.shutdown().await;
            finished
        }
    }
}

fn prepare(options: &RunOptions) -> Result<Prepared, RunError> {
    let suites = load::select(&options.suites)?;
    let overlay = match &options.overlay {
        Some(path) => Overlay::load(path)?,
        None => Overlay::default(),
    };
    let definitions = options
        .packages
        .iter()
        .try_fold(Definitions::embedded(), |definitions, path| {
            Ok::<_, PackageError>(definitions.with_package(Package::load(path)?))
        })?;
    let definitions = overlay.over(definitions)?;
    let credentials = match options.target {
        Some(_) => match &options.account {
            Some(account) => Some(account.clone()),
            None => Credentials::find(options.credentials.as_deref())?,
        },
        None => None,
    };
    let by_guide = Declared::by_guide(&definitions);
    let plan = Plan::new(&suites, &by_guide, options.mode == Mode::Write);
    options.selection.check(&plan, &definitions)?;
    Ok(Prepared {
        suites,
        definitions,
        credentials,
        accounts: accounts(options)?,
        overlay,
        gate: Gate::load(&options.gate)?,
    })
}

/// The further accounts, with passwords that were typed or stand where that of the first does.
fn accounts(options: &RunOptions) -> Result<Accounts, CredentialsError> {
    if options.target.is_none() || !options.typed_accounts.is_empty() {
        return Ok(options.typed_accounts.clone());
    }
    Credentials::find_others(&options.accounts, options.credentials.as_deref())
}

/// The further accounts of the built-in server.
#[must_use]
pub fn built_in_accounts() -> Accounts {
    let all = OTHER_USERS.iter();
    all.filter_map(|&(name, user)| {
        Some((Standing::from_code(name)?, Credentials::new(user, PASSWORD)))
    })
    .collect()
}

/// What is open while a run goes on.
struct Open {
    redactor: Arc<Redactor>,
    recording: Arc<Recording>,
    journal: Option<Journal>,
    header: Header,
    log: Log,
    earlier: Option<Earlier>,
    /// What of the interface was seen, also before a run was cut off.
    surface: Arc<Collector>,
}

async fn run_against(
    options: &RunOptions,
    prepared: Prepared,
    base: url::Url,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Finished, RunError> {
    let open = files::open(options, &base, &prepared)?;
    let client = client(options, &prepared, base, Some(&open), stop)?;
    let surface = Arc::clone(&open.surface);
    let mut frame = Frame::new(
        options,
        &prepared.overlay,
        &open.header,
        client.clone(),
        surface,
    );
    frame.wants(&prepared.definitions);
    let publisher = Arc::new(Publisher::new(
        &options.output,
        frame,
        prepared.gate.clone(),
        options.language,
    ));
    publisher.partial()?;
    let replay = Replay {
        options,
        prepared: &prepared,
        client,
        values: open.header.values,
        journal: open.journal,
        earlier: open.earlier,
        redactor: &open.redactor,
        log: Some(&open.log),
        stop: stop.clone(),
    };
    let played = tokio::select! {
        played = replay.run(progress) => played,
        () = publisher.keep_up(&open.log) => Ok(None),
    };
    let played = match open.recording.finish() {
        Ok(()) => played,
        // What is not recorded has no evidence: the run is not whole.
        Err(error) => {
            stop.ask(error.to_string());
            played.map(|_| None)
        }
    };
    conclude(options, played, &publisher, &open.redactor, stop, open.log)
}

/// Makes the report of what was played, whole or not.
fn conclude(
    options: &RunOptions,
    played: Result<Option<Parts>, RunError>,
    publisher: &Publisher,
    redactor: &Redactor,
    stop: &Stop,
    log: Log,
) -> Result<Finished, RunError> {
    match played {
        Ok(Some(parts)) => {
            let plan = parts.plan.clone();
            let run = parts.into_result(&publisher.frame().now(None));
            let finished = finish(options, publisher, &run, plan)?;
            log.remove();
            Ok(finished)
        }
        Ok(None) => {
            let reason = stop.reason().unwrap_or("it was stopped");
            let run = publisher.run_so_far(Some(reason));
            finish(options, publisher, &run, Vec::new())
        }
        Err(error) => {
            // The report must not speak of a run that is still going on; where it cannot be
            // written, the reason is the same one.
            let reason = redactor.redact_text(error.to_string().trim_end_matches(['.', '?']));
            let run = publisher.run_so_far(Some(&reason));
            let _ = finish(options, publisher, &run, Vec::new());
            Err(error)
        }
    }
}

/// Writes the last report, and beside it what a merge needs of a part.
fn finish(
    options: &RunOptions,
    publisher: &Publisher,
    run: &RunResult,
    plan: Vec<String>,
) -> Result<Finished, RunError> {
    let (report, mut files) = publisher.finish(run)?;
    if let Some(shard) = options.selection.shard {
        let filtered = options.selection.filter.is_some();
        // The parts together are no selection for being parts.
        let run = RunResult {
            selected: options.is_selection(),
            ..run.clone()
        };
        let part = ShardFile::new(shard, plan, filtered, &run);
        files.push(part.write(&options.output)?);
    }
    Ok(Finished { report, files })
}

/// What the recording says of the run.
fn recorded_run(
    options: &RunOptions,
    prepared: &Prepared,
    base: &url::Url,
    values: &BTreeMap<String, String>,
) -> RecordedRun {
    RecordedRun {
        label: options.label.clone(),
        kind: options.target_kind(),
        base: base.clone(),
        mode: options.mode,
        release: options.release.clone(),
        suites: options.suites.clone(),
        selection: options.selection.clone(),
        packages: prepared.definitions.given(),
        overlay: options.overlay.as_ref().map(|_| prepared.overlay.rules()),
        max_pages: options.max_pages,
        accounts: prepared.accounts.keys().copied().collect(),
        values: values.clone(),
    }
}

fn client(
    options: &RunOptions,
    prepared: &Prepared,
    base: url::Url,
    open: Option<&Open>,
    stop: &Stop,
) -> Result<Client, RunError> {
    let mut client = ClientOptions::new(base);
    client.mode = options.mode;
    client.credentials = prepared.credentials.clone();
    client.accounts = prepared.accounts.clone();
    client.timeout = options.timeout;
    let overlay = &prepared.overlay;
    let token = std::env::var(crate::http::TOKEN_VARIABLE).ok();
    client.login = overlay.login(token)?;
    if let Some(path) = overlay.login_path() {
        client.login_path = path.to_owned();
    }
    client.ca_file = options.ca_file.clone().or_else(|| overlay.ca.clone());
    client.identity_file = overlay.client_certificate.clone();
    client.proxy = overlay.proxy.clone();
    client.concurrency = options.concurrency;
    client.max_rate = options.max_rate;
    let alarmed = stop.clone();
    client.alarm = Some(Arc::new(move |reason| {
        alarmed.ask(reason);
    }));
    if let Some(open) = open {
        let (recording, stop) = (Arc::clone(&open.recording), stop.clone());
        let surface = Arc::clone(&open.surface);
        client.observer = Some(Arc::new(move |exchange| {
            surface.see(exchange);
            recording.record(exchange);
            if let Some(reason) = recording.failure() {
                stop.ask(reason);
            }
        }));
    }
    Ok(Client::new(client)?)
}

/// A seed that no other run has, not even one of the same second.
fn seed() -> Result<String, RunError> {
    let mut seed = [0; 16];
    getrandom::fill(&mut seed).map_err(|error| RunError::Key(std::io::Error::other(error)))?;
    Ok(seed.iter().map(|byte| format!("{byte:02x}")).collect())
}
