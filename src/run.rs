//! A run from end to end: options in, a report out.
//!
//! The built-in server is started where no target is given; packages are loaded; the server is
//! probed; the plan is replayed; what was found is redacted and becomes a report.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::dialect::{Probe, ProbeError, probe};
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, ClientError, ClientOptions, Credentials, CredentialsError, Mode};
use crate::journal::{Journal, JournalError};
use crate::options::RunOptions;
use crate::package::{Definitions, Package, PackageError};
use crate::recording::{Recording, RecordingError};
use crate::redaction::Redactor;
use crate::reference::{PASSWORD, Server, USER};
use crate::report::{Report, WriteError};
use crate::result::PlannedSuite;
use crate::runner::{Earlier, Limits, Played, PlayedStep, Session, Stop, Watch};
use crate::suite::load::LoadError;
use crate::suite::plan::{Declared, Plan, PlannedScenario};
use crate::suite::{Suite, load};
use crate::validator::Validator;

mod files;
mod frame;
mod log;
mod parts;
mod publish;

pub use log::{Header, Kept, LogError, read as read_results};

use frame::Frame;
use log::Log;
use parts::Parts;
use publish::Publisher;

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

/// What is open while a run goes on.
struct Open {
    redactor: Arc<Redactor>,
    recording: Arc<Recording>,
    journal: Option<Journal>,
    header: Header,
    log: Log,
    earlier: Option<Earlier>,
}

async fn run_against(
    options: &RunOptions,
    prepared: Prepared,
    base: url::Url,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Finished, RunError> {
    let open = files::open(options, &prepared.definitions)?;
    let redactor = Arc::clone(&open.redactor);
    let client = client(options, &prepared, base, &open.recording, stop)?;
    let frame = Frame::new(options, &open.header, client.base());
    let publisher = Arc::new(Publisher::new(&options.output, frame));
    publisher.partial()?;
    let working = work(options, &prepared, client, open, &publisher, progress, stop);
    match working.await {
        Ok((log, Some(parts))) => {
            let (report, files) =
                publisher.finish(&parts.into_result(&publisher.frame().now(None)))?;
            log.remove();
            Ok(Finished { report, files })
        }
        Ok((_, None)) => {
            let reason = stop.reason().unwrap_or("it was stopped");
            let (report, files) = publisher.finish(&publisher.run_so_far(Some(reason)))?;
            Ok(Finished { report, files })
        }
        Err(error) => {
            // The report must not speak of a run that is still going on; where it cannot be
            // written, the reason is the same one.
            let reason = redactor.redact_text(error.to_string().trim_end_matches(['.', '?']));
            let _ = publisher.finish(&publisher.run_so_far(Some(&reason)));
            Err(error)
        }
    }
}

/// From the probe to the last scenario. No parts if the run was stopped before its end.
async fn work(
    options: &RunOptions,
    prepared: &Prepared,
    client: Client,
    open: Open,
    publisher: &Arc<Publisher>,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<(Log, Option<Parts>), RunError> {
    let mut declared = Declared::by_guide(&prepared.definitions);
    let types: Vec<&str> = declared.resource_types().collect();
    let probe = tokio::select! {
        probe = probe(&client, &types) => probe?,
        () = stop.over() => return Ok((open.log, None)),
    };
    if let Some(statement) = &probe.statement {
        declared.add(statement);
    }
    let plan = Plan::new(&prepared.suites, &declared, options.mode == Mode::Write);
    if plan.scenarios.is_empty() {
        return Err(RunError::NothingSelected);
    }
    progress.planned(plan.scenarios.len());
    let suites = suites(&probe, &plan);
    let Open {
        redactor,
        recording,
        journal,
        header,
        log,
        earlier,
    } = open;
    let session = Session {
        dialect: probe.dialect.clone(),
        definitions: prepared.definitions.clone(),
        model: DefinitionsModel::new(prepared.definitions.clone()),
        validator: Validator::new(prepared.definitions.clone()),
        limits: Limits {
            pages: options.max_pages,
            scenarios: options.concurrency,
        },
        values: header.values,
        client,
        journal,
        earlier,
        stop: stop.clone(),
    };
    let parts = probed(&redactor, probe, suites);
    log.probe(&parts.facts, &parts.scenarios[0], &parts.exchanges)?;
    let ids = plan.scenarios.iter().map(|planned| planned.id.clone());
    log.plan(&parts.suites, ids.collect())?;
    let played = {
        let writer = Writer {
            log: &log,
            redactor: &redactor,
            progress,
            stop,
        };
        tokio::select! {
            played = crate::runner::run(&session, &plan, &writer) => played,
            () = publisher.keep_up(&log) => None,
        }
    };
    recording.finish()?;
    Ok((log, played.map(|played| parts.and(&redactor, played))))
}

fn suites(probe: &Probe, plan: &Plan) -> Vec<PlannedSuite> {
    let speaks = PlannedSuite {
        id: probe.scenario.suite.clone(),
        title: "How the server speaks".to_owned(),
    };
    let planned = plan.suites.iter().map(|(id, title)| PlannedSuite {
        id: id.clone(),
        title: title.clone(),
    });
    std::iter::once(speaks).chain(planned).collect()
}

/// What the probe gave, redacted.
fn probed(redactor: &Redactor, probe: Probe, suites: Vec<PlannedSuite>) -> Parts {
    let exchanges = probe.exchanges.iter();
    Parts {
        facts: probe.facts,
        suites,
        exchanges: exchanges
            .map(|each| redactor.redact_exchange(each))
            .collect(),
        scenarios: vec![parts::scenario(redactor, probe.scenario, 0)],
        resources: 0,
    }
}

/// Writes down what a run gives as it comes; what cannot be written down stops the run.
struct Writer<'r> {
    log: &'r Log,
    redactor: &'r Redactor,
    progress: &'r dyn Progress,
    stop: &'r Stop,
}

impl Watch for Writer<'_> {
    fn step(&self, scenario: &PlannedScenario, played: &PlayedStep) {
        let redacted = parts::played_step(self.redactor, played);
        if let Err(error) = self.log.step(scenario, redacted) {
            self.stop.ask(error.to_string());
        }
    }

    fn scenario(&self, played: &Played) {
        if let Err(error) = self.log.ended(&played.result.id) {
            self.stop.ask(error.to_string());
        }
        self.progress.played(&played.result);
    }
}

fn client(
    options: &RunOptions,
    prepared: &Prepared,
    base: url::Url,
    recording: &Arc<Recording>,
    stop: &Stop,
) -> Result<Client, ClientError> {
    let mut client = ClientOptions::new(base);
    client.mode = options.mode;
    client.credentials = prepared.credentials.clone();
    client.timeout = options.timeout;
    client.ca_file = options.ca_file.clone();
    client.concurrency = options.concurrency;
    client.max_rate = options.max_rate;
    let (recording, stop) = (Arc::clone(recording), stop.clone());
    client.observer = Some(Arc::new(move |exchange| {
        recording.record(exchange);
        if let Some(reason) = recording.failure() {
            stop.ask(reason);
        }
    }));
    Client::new(client)
}

/// A code of at most 12 characters that no earlier run has used, with a mark that says whose it
/// is: `CT` and ten digits of the time in tenths of a second.
fn new_code() -> String {
    let tenths = jiff::Timestamp::now().as_millisecond() / 100;
    format!("CT{:010}", tenths % 10_000_000_000)
}
