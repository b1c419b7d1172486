//! A run from end to end: options in, a report out.
//!
//! The built-in server is started where no target is given; packages are loaded; the server is
//! probed; the plan is replayed; what was found is redacted and becomes a report.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use thiserror::Error;

use crate::dialect::{Probe, ProbeError, probe};
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, ClientError, ClientOptions, Credentials, CredentialsError, Mode};
use crate::journal::{Journal, JournalError};
use crate::must_support::MustSupport;
use crate::options::RunOptions;
use crate::package::{Definitions, Package, PackageError};
use crate::recording::{RecordedRun, Recording, RecordingError};
use crate::redaction::{Key, Redactor};
use crate::reference::{PASSWORD, Server, USER};
use crate::report::{Report, WriteError};
use crate::result::RunResult;
use crate::runner::{Limits, Played, Session};
use crate::suite::load::LoadError;
use crate::suite::plan::{Declared, Plan};
use crate::suite::template::{SEED, TODAY};
use crate::suite::{Suite, load};
use crate::validator::Validator;

pub mod clean_up;
pub mod look;
mod outcome;
mod revalidate;

pub use revalidate::{RevalidateError, RevalidateOptions, Revalidated, revalidate};

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
    /// The key of the pseudonyms.
    #[error("expected random numbers from the system for pseudonyms, found: {0}")]
    Key(std::io::Error),
    /// The report.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Arguments of a run.
    #[error(transparent)]
    Options(#[from] crate::options::OptionsError),
    /// Cleaning up writes, and on a server that is still there.
    #[error(
        "expected --target and --mode write with --clean-up: it deletes what the journal names"
    )]
    CleanUp,
    /// The selection leaves nothing.
    #[error("expected something to run, found nothing: the selection leaves no scenario")]
    NothingSelected,
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
}

/// Told about the progress of a run.
pub trait Progress: Sync {
    /// The plan is made.
    fn planned(&self, scenarios: usize);
    /// A scenario came to its end.
    fn played(&self, scenario: &crate::result::ScenarioResult);
}

/// Carries a run out.
///
/// # Errors
/// Bad input, or a server that cannot be tested at all; findings are no errors.
pub async fn run(options: &RunOptions, progress: &dyn Progress) -> Result<Finished, RunError> {
    let prepared = prepare(options)?;
    make_output(options)?;
    match &options.target {
        Some(target) => run_against(options, prepared, target.clone(), progress).await,
        None => {
            let server = Server::start(crate::reference::Options::default())
                .await
                .map_err(RunError::Embedded)?;
            let base = url::Url::parse(server.base_url())
                .map_err(|error| RunError::Embedded(std::io::Error::other(error)))?;
            let embedded = Prepared {
                credentials: Some(Credentials::new(USER, PASSWORD)),
                ..prepared
            };
            let finished = run_against(options, embedded, base, progress).await;
            server.shutdown().await;
            finished
        }
    }
}

fn prepare(options: &RunOptions) -> Result<Prepared, RunError> {
    let suites = load::select(&options.suites)?;
    let definitions = options
        .packages
        .iter()
        .try_fold(Definitions::embedded(), |definitions, path| {
            Ok::<_, PackageError>(definitions.with_package(Package::load(path)?))
        })?;
    let credentials = match options.target {
        Some(_) => Credentials::find(options.credentials.as_deref())?,
        None => None,
    };
    Ok(Prepared {
        suites,
        definitions,
        credentials,
    })
}

/// The folder, and a file in it: a full disk is found before the run, not after.
fn make_output(options: &RunOptions) -> Result<(), RunError> {
    let attempt = || {
        std::fs::create_dir_all(&options.output)?;
        tempfile::Builder::new()
            .prefix(".probe")
            .tempfile_in(&options.output)?;
        Ok(())
    };
    attempt().map_err(|error| RunError::Output {
        path: options.output.clone(),
        error,
    })
}

async fn run_against(
    options: &RunOptions,
    prepared: Prepared,
    base: url::Url,
    progress: &dyn Progress,
) -> Result<Finished, RunError> {
    let values: BTreeMap<String, String> = [(SEED.to_owned(), seed()?)].into();
    let redactor = redactor(options, &prepared.definitions)?;
    let made = crate::suite::made_values(&prepared.suites, &values);
    let redactor = Arc::new(redactor.keeping(made.iter().map(String::as_str)));
    let recording = Arc::new(Recording::create(
        &options.output.join("exchanges.ndjson"),
        Arc::clone(&redactor),
        Some(recorded_run(options, &base, &values)),
    )?);
    let client = client(options, &prepared, base, Some(Arc::clone(&recording)))?;
    let journal = journal(options)?;
    let replay = Replay {
        options,
        prepared: &prepared,
        client,
        values,
        journal,
        redactor: &redactor,
    };
    let result = replay.run(progress).await?;
    recording.finish()?;
    let report = crate::report::build(&result);
    let files = crate::report::write_all(&report, &options.output)?;
    Ok(Finished { report, files })
}

/// A plan about to be replayed: against a server, or against a recording.
struct Replay<'r> {
    options: &'r RunOptions,
    prepared: &'r Prepared,
    client: Client,
    values: BTreeMap<String, String>,
    journal: Option<Journal>,
    redactor: &'r Redactor,
}

impl Replay<'_> {
    /// Probes, plans, replays; gives what a report is built from.
    async fn run(self, progress: &dyn Progress) -> Result<RunResult, RunError> {
        let started = jiff::Timestamp::now();
        let clock = Instant::now();
        let mut declared = Declared::by_guide(&self.prepared.definitions);
        let types: Vec<&str> = declared.resource_types().collect();
        let probe = probe(&self.client, &types).await?;
        if let Some(statement) = &probe.statement {
            declared.add(statement);
        }
        let may_write = self.options.mode == Mode::Write;
        let plan = Plan::new(&self.prepared.suites, &declared, may_write);
        if plan.scenarios.is_empty() {
            return Err(RunError::NothingSelected);
        }
        progress.planned(plan.scenarios.len());
        let (options, redactor) = (self.options, self.redactor);
        let session = self.session(&probe);
        let played =
            crate::runner::run(&session, &plan, |played| progress.played(&played.result)).await;
        Ok(outcome::Outcome {
            options,
            session: &session,
            plan: &plan,
            probe,
            played,
            redactor,
            started,
            elapsed: clock.elapsed(),
        }
        .into_result())
    }

    fn session(self, probe: &Probe) -> Session {
        let definitions = &self.prepared.definitions;
        let mut values = self.values;
        values.insert(TODAY.to_owned(), probe.today().to_string());
        Session {
            client: self.client,
            dialect: probe.dialect.clone(),
            definitions: definitions.clone(),
            model: Arc::new(DefinitionsModel::new(definitions.clone())),
            validator: Validator::new(definitions.clone()),
            limits: Limits {
                pages: self.options.max_pages,
                scenarios: self.options.concurrency,
            },
            values,
            must_support: MustSupport::new(definitions),
            journal: self.journal,
        }
    }
}

/// What the recording says of the run.
fn recorded_run(
    options: &RunOptions,
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
        max_pages: options.max_pages,
        values: values.clone(),
    }
}

fn redactor(options: &RunOptions, definitions: &Definitions) -> Result<Redactor, RunError> {
    if options.include_personal_data {
        return Ok(Redactor::keeping_personal_data(definitions.clone()));
    }
    let key = Key::random().map_err(RunError::Key)?;
    Ok(Redactor::new(&key, definitions.clone()))
}

fn client(
    options: &RunOptions,
    prepared: &Prepared,
    base: url::Url,
    recording: Option<Arc<Recording>>,
) -> Result<Client, ClientError> {
    let mut client = ClientOptions::new(base);
    client.mode = options.mode;
    client.credentials = prepared.credentials.clone();
    client.timeout = options.timeout;
    client.ca_file = options.ca_file.clone();
    client.concurrency = options.concurrency;
    client.max_rate = options.max_rate;
    if let Some(recording) = recording {
        client.observer = Some(Arc::new(move |exchange| {
            recording.record(exchange);
        }));
    }
    Client::new(client)
}

fn journal(options: &RunOptions) -> Result<Option<Journal>, JournalError> {
    let path = options.output.join("journal.ndjson");
    if options.target.is_none() {
        // What an earlier built-in server was sent went with it.
        let _ = std::fs::remove_file(&path);
    }
    (options.mode == Mode::Write)
        .then(|| Journal::create(&path))
        .transpose()
}

/// A seed that no other run has, not even one of the same second.
fn seed() -> Result<String, RunError> {
    let mut seed = [0; 16];
    getrandom::fill(&mut seed).map_err(|error| RunError::Key(std::io::Error::other(error)))?;
    Ok(seed.iter().map(|byte| format!("{byte:02x}")).collect())
}
