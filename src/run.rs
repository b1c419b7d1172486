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
use crate::recording::{Recording, RecordingError};
use crate::redaction::{Key, Redactor};
use crate::reference::{PASSWORD, Server, USER};
use crate::report::{Report, WriteError};
use crate::runner::{Limits, Played, Session};
use crate::suite::load::LoadError;
use crate::suite::plan::{Declared, Plan};
use crate::suite::template::{SEED, TODAY};
use crate::suite::{Suite, load};
use crate::validator::Validator;

mod outcome;

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
    let started = jiff::Timestamp::now();
    let clock = Instant::now();
    let redactor = Arc::new(redactor(options, &prepared.definitions)?);
    let recording = Arc::new(Recording::create(
        &options.output.join("exchanges.ndjson"),
        Arc::clone(&redactor),
    )?);
    let client = client(options, &prepared, base, Arc::clone(&recording))?;
    let mut declared = Declared::by_guide(&prepared.definitions);
    let types: Vec<&str> = declared.resource_types().collect();
    let probe = probe(&client, &types).await?;
    if let Some(statement) = &probe.statement {
        declared.add(statement);
    }
    let plan = Plan::new(&prepared.suites, &declared, options.mode == Mode::Write);
    if plan.scenarios.is_empty() {
        return Err(RunError::NothingSelected);
    }
    progress.planned(plan.scenarios.len());
    let session = session(options, &prepared, client, &probe)?;
    let played =
        crate::runner::run(&session, &plan, |played| progress.played(&played.result)).await;
    let finished = outcome::Outcome {
        options,
        session: &session,
        plan: &plan,
        probe,
        played,
        redactor: &redactor,
        started,
        elapsed: clock.elapsed(),
    }
    .into_result();
    recording.finish()?;
    let report = crate::report::build(&finished);
    let files = crate::report::write_all(&report, &options.output)?;
    Ok(Finished { report, files })
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
    recording: Arc<Recording>,
) -> Result<Client, ClientError> {
    let mut client = ClientOptions::new(base);
    client.mode = options.mode;
    client.credentials = prepared.credentials.clone();
    client.timeout = options.timeout;
    client.ca_file = options.ca_file.clone();
    client.concurrency = options.concurrency;
    client.max_rate = options.max_rate;
    client.observer = Some(Arc::new(move |exchange| {
        recording.record(exchange);
    }));
    Client::new(client)
}

fn session(
    options: &RunOptions,
    prepared: &Prepared,
    client: Client,
    probe: &Probe,
) -> Result<Session, RunError> {
    if options.target.is_none() {
        // What an earlier built-in server was sent went with it.
        let _ = std::fs::remove_file(options.output.join("journal.ndjson"));
    }
    let journal = (options.mode == Mode::Write)
        .then(|| Journal::create(&options.output.join("journal.ndjson")))
        .transpose()?;
    Ok(Session {
        client,
        dialect: probe.dialect.clone(),
        definitions: prepared.definitions.clone(),
        model: DefinitionsModel::new(prepared.definitions.clone()),
        validator: Validator::new(prepared.definitions.clone()),
        limits: Limits {
            pages: options.max_pages,
            scenarios: options.concurrency,
        },
        values: values(probe)?,
        must_support: MustSupport::new(&prepared.definitions),
        journal,
    })
}

/// What values are made from: a seed that no other run has, not even one of the same second, and
/// the server's date.
fn values(probe: &Probe) -> Result<BTreeMap<String, String>, RunError> {
    let mut seed = [0; 16];
    getrandom::fill(&mut seed).map_err(|error| RunError::Key(std::io::Error::other(error)))?;
    let seed = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let today = probe
        .server_date
        .unwrap_or_else(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    Ok([
        (SEED.to_owned(), seed),
        (TODAY.to_owned(), today.to_string()),
    ]
    .into())
}
