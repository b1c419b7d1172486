//! The harness held against the built-in server: does a check catch the fault it is for, and leave
//! the right behaviour alone?
//!
//! A [`Bench`] has the definitions and compiled profiles, which trials share; a [`Trial`] starts a
//! server with faults in this process, replays suites against it and gives the checks. Nothing is
//! written, and nothing is redacted: the data is invented.

mod campaign;
pub mod kills;
mod matrix;

use std::collections::BTreeSet;
use std::sync::Arc;

use thiserror::Error;

use crate::dialect::{ProbeError, probe};
use crate::fhirpath::DefinitionsModel;
use crate::http::{Client, ClientError, ClientOptions, Credentials, Mode};
use crate::must_support::MustSupport;
use crate::package::Definitions;
use crate::reference::{AUTHORITY, Fault, OTHER_USERS, Options, PASSWORD, Server, USER};
use crate::result::{CheckResult, ScenarioResult, Verdict};
use crate::runner::{Limits, Session, Stop};
use crate::suite::Declared;
use crate::suite::load::{self, LoadError};
use crate::suite::plan::Plan;
use crate::suite::template::{SEED, TODAY};
use crate::validator::Validator;

pub use campaign::{Campaign, CampaignError};
pub use kills::{Consequence, Kill, Known};
pub use matrix::{Blame, Matrix, Problem, Row};

/// Pages of one search: more than any search of the built-in server has, and few enough that a
/// walk that never ends is soon given up.
const PAGES: usize = 60;

/// What trials share.
#[derive(Debug, Clone)]
pub struct Bench {
    definitions: Definitions,
    model: Arc<DefinitionsModel>,
    validator: Validator,
    must_support: MustSupport,
}

/// A run in this process against a server with faults.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What the server does wrong.
    pub faults: BTreeSet<Fault>,
    /// Suites by name; all if empty.
    pub suites: Vec<String>,
    /// Scenarios to keep, by id; all if empty.
    pub scenarios: Vec<String>,
    /// What may be sent.
    pub mode: Mode,
    /// Whether the server speaks TLS.
    pub secure: bool,
    /// Whether the run logs in with the account that has no right.
    pub without_rights: bool,
    /// What the server has in place of its seed, as JSON.
    pub rows: Option<Vec<String>>,
    /// Requests side by side; as many as of any run if `None`.
    pub concurrency: Option<usize>,
    /// Where the scenarios are to come in another order: any number, the same one giving the same.
    pub order: Option<u64>,
}

/// What a trial gave.
#[derive(Debug)]
pub struct Tried {
    /// The scenarios that were replayed; the first is the probing of the dialect.
    pub scenarios: Vec<ScenarioResult>,
}

/// Why a trial gave nothing.
#[derive(Debug, Error)]
pub enum TrialError {
    /// Suites.
    #[error(transparent)]
    Suite(#[from] LoadError),
    /// Client options.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server did not start.
    #[error("expected the built-in server to start on a port of this machine, found: {0}")]
    Server(#[from] std::io::Error),
    /// The server cannot be tested at all.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A scenario that no suite has.
    #[error("expected a scenario of these suites, found `{0}`")]
    UnknownScenario(String),
}

impl Trial {
    /// The suites against a server with one fault, in write mode.
    #[must_use]
    pub fn of_fault(fault: Fault, suites: &[&str]) -> Self {
        Self {
            faults: BTreeSet::from([fault]),
            ..Self::of_right_behaviour(suites)
        }
    }

    /// The suites against a server without faults, in write mode.
    #[must_use]
    pub fn of_right_behaviour(suites: &[&str]) -> Self {
        Self {
            faults: BTreeSet::new(),
            suites: suites.iter().map(|&suite| suite.to_owned()).collect(),
            scenarios: Vec::new(),
            mode: Mode::Write,
            secure: false,
            without_rights: false,
            rows: None,
            concurrency: None,
            order: None,
        }
    }

    /// The same against a server that has these resources, as JSON, and no others.
    #[must_use]
    pub fn with_rows(mut self, rows: Vec<String>) -> Self {
        self.rows = Some(rows);
        self
    }

    /// The same by the account that has no right, and no other.
    #[must_use]
    pub fn without_rights(mut self) -> Self {
        self.without_rights = true;
        self
    }

    /// The same over TLS.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.secure = true;
        self
    }

    /// The same for some scenarios only, such as `discover-patient`.
    #[must_use]
    pub fn only(mut self, scenarios: &[&str]) -> Self {
        self.scenarios = scenarios.iter().map(|&id| id.to_owned()).collect();
        self
    }
}

impl Tried {
    /// Every check that was made.
    pub fn checks(&self) -> impl Iterator<Item = &CheckResult> {
        self.scenarios
            .iter()
            .flat_map(|scenario| &scenario.steps)
            .flat_map(|step| &step.checks)
    }

    /// The names of the checks that ended so at least once.
    #[must_use]
    pub fn ended(&self, verdict: Verdict) -> BTreeSet<&str> {
        self.checks()
            .filter(|check| check.settled() == verdict)
            .map(|check| check.check.as_str())
            .collect()
    }

    /// The worst that came of a check; a skip where it was not made.
    #[must_use]
    pub fn worst(&self, check: &str) -> Verdict {
        let of_it = self.checks().filter(|made| made.check == check);
        Verdict::worst(of_it.map(CheckResult::settled))
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new(Definitions::embedded())
    }
}

impl Bench {
    /// A bench over these definitions.
    #[must_use]
    pub fn new(definitions: Definitions) -> Self {
        Self {
            model: Arc::new(DefinitionsModel::new(definitions.clone())),
            validator: Validator::new(definitions.clone()),
            must_support: MustSupport::new(&definitions),
            definitions,
        }
    }

    /// Carries a trial out.
    ///
    /// # Errors
    /// Suites or scenarios that do not exist, or a fault that keeps a run from starting.
    pub async fn run(&self, trial: &Trial) -> Result<Tried, TrialError> {
        let server = Server::start(Options {
            faults: trial.faults.clone(),
            secure: trial.secure,
            rows: trial.rows.clone(),
            ..Options::default()
        })
        .await?;
        let tried = self.run_against(&server, trial).await;
        server.shutdown().await;
        tried
    }

    /// The same against a server that is there: what it does wrong and what it has is its own.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub async fn run_against(&self, server: &Server, trial: &Trial) -> Result<Tried, TrialError> {
        let client = client(server, trial)?;
        let mut declared = Declared::by_guide(&self.definitions);
        let types: Vec<&str> = declared.resource_types().collect();
        let probe = probe(&client, &types).await?;
        if let Some(statement) = &probe.statement {
            declared.add(statement, &self.definitions);
        }
        let suites = load::select(&trial.suites)?;
        let mut plan = Plan::new(&suites, &declared, trial.mode == Mode::Write);
        select(&mut plan, &trial.scenarios)?;
        if let Some(order) = trial.order {
            shuffle(&mut plan.scenarios, order);
        }
        let values = [
            (SEED.to_owned(), "trial".to_owned()),
            (TODAY.to_owned(), probe.today().to_string()),
        ];
        let session = Session {
            client,
            dialect: probe.dialect,
            definitions: self.definitions.clone(),
            model: Arc::clone(&self.model),
            validator: self.validator.clone(),
            limits: Limits {
                pages: PAGES,
                ..Limits::default()
            },
            values: values.into(),
            must_support: self.must_support.clone(),
            journal: None,
            declared: declared.clone(),
            statement: probe.statement,
            earlier: None,
            stop: Stop::default(),
            off: Vec::new(),
        };
        let played = crate::runner::run(&session, &plan, &()).await;
        let played = played.unwrap_or_default();
        let exchanges: Vec<_> = played
            .iter()
            .flat_map(|played| played.exchanges.iter().cloned())
            .collect();
        let mut scenarios = vec![probe.scenario];
        scenarios.extend(played.into_iter().map(|played| played.result));
        let base = session.client.base();
        let promises = crate::promises::table(&declared, &scenarios, &exchanges, base);
        scenarios.push(crate::promises::judge(&promises));
        let shown = scenarios.iter().flat_map(|it| &it.steps);
        let shown = shown.flat_map(|step| &step.shown);
        let elements = crate::must_support::merged(self.must_support.results(), shown);
        scenarios.push(crate::must_support::judge(&elements));
        Ok(Tried { scenarios })
    }
}

fn client(server: &Server, trial: &Trial) -> Result<Client, TrialError> {
    let base = url::Url::parse(server.base_url()).map_err(std::io::Error::other)?;
    let mut options = ClientOptions {
        mode: trial.mode,
        credentials: Some(Credentials::new(USER, PASSWORD)),
        accounts: crate::run::built_in_accounts(),
        ..ClientOptions::new(base)
    };
    if trial.without_rights {
        let [(_, nobody), ..] = OTHER_USERS;
        options.credentials = Some(Credentials::new(nobody, PASSWORD));
        options.accounts = crate::http::Accounts::default();
    }
    if let Some(concurrency) = trial.concurrency {
        options.concurrency = concurrency;
    }
    // It is read when the client is made.
    let authority = tempfile::NamedTempFile::new()?;
    if trial.secure {
        std::fs::write(authority.path(), AUTHORITY)?;
        options.ca_file = Some(authority.path().to_owned());
    }
    Ok(Client::new(options)?)
}

/// Puts them into an order that the number decides (Fisher and Yates, with the steps of Knuth's MMIX).
fn shuffle<T>(items: &mut [T], mut order: u64) {
    for last in (1..items.len()).rev() {
        order = order
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // The high bits are the good ones.
        let place = (order >> 33) as usize % (last + 1);
        items.swap(last, place);
    }
}

fn select(plan: &mut Plan, scenarios: &[String]) -> Result<(), TrialError> {
    let known = |id: &String| plan.scenarios.iter().any(|planned| &planned.id == id);
    if let Some(unknown) = scenarios.iter().find(|&id| !known(id)) {
        return Err(TrialError::UnknownScenario(unknown.clone()));
    }
    if !scenarios.is_empty() {
        plan.retain(|planned| scenarios.contains(&planned.id));
    }
    Ok(())
}
