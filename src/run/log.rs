//! `results.ndjson`: what each step of a run gave, a line each, written as it comes and already
//! redacted. It is there while a run is going on and where one was cut off; a run that came to its
//! end has a report, and this file is gone.
//!
//! A partial report is made from it, and a resumed run goes on after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::parts::Parts;
use super::selection::Selection;
use crate::http::{Exchange, Mode};
use crate::overlay::LoginKind;
use crate::result::{DialectFact, PackageUse, PlannedSuite, ScenarioResult, StepResult};
use crate::runner::{Earlier, Played, PlayedStep};
use crate::suite::plan::PlannedScenario;

/// The name of the file in the folder of a run.
pub const FILE_NAME: &str = "results.ndjson";
/// The version of the format.
const FORMAT_VERSION: &str = "1.0";

/// The first line: with what the run was started, so that it can be resumed the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Version of the format.
    pub results: String,
    /// Random id of the run.
    pub id: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// Label of the report.
    pub label: String,
    /// The server as it was given; none is the built-in one.
    pub target: Option<String>,
    /// What may be sent.
    pub mode: Mode,
    /// Release under test.
    pub release: Option<String>,
    /// Names of suites, or paths of scenario files.
    pub suites: Vec<String>,
    /// What of them is run.
    #[serde(default, skip_serializing_if = "Selection::is_everything")]
    pub selection: Selection,
    /// Paths of other packages.
    pub packages: Vec<PathBuf>,
    /// Path of the overlay.
    pub overlay: Option<PathBuf>,
    /// How it logged in, if it did; not who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginKind>,
    /// The packages that were used.
    pub used: Vec<PackageUse>,
    /// Pages of one search.
    pub max_pages: usize,
    /// Whether personal data stays in what is written.
    pub include_personal_data: bool,
    /// Values made for the run.
    pub values: BTreeMap<String, String>,
    /// The number of its first creation in the journal.
    pub journal_from: u64,
}

impl Header {
    /// The version that this program writes.
    pub fn version() -> String {
        FORMAT_VERSION.to_owned()
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Probe {
        facts: Vec<DialectFact>,
        scenario: ScenarioResult,
        exchanges: Vec<Exchange>,
    },
    Plan {
        suites: Vec<PlannedSuite>,
        scenarios: Vec<String>,
    },
    Step {
        suite: String,
        scenario: String,
        title: String,
        #[serde(default)]
        workflow: bool,
        result: StepResult,
        exchanges: Vec<Exchange>,
        resources: u32,
    },
    Ended {
        scenario: String,
    },
}

/// Why results cannot be kept or read.
#[derive(Debug, Error)]
pub enum LogError {
    /// No right, no space.
    #[error("cannot write the results `{}`: {source}; free some space or choose another folder", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing to resume.
    #[error("expected an interrupted run in `{}`, found none: a run that came to its end leaves no `{FILE_NAME}`, and needs no resuming", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// Not readable, or not results.
    #[error("cannot read the results `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A new run would lose what an interrupted one learned.
    #[error("expected no interrupted run in `{path}`, found one: go on with it by `run --resume {path}`, or choose another folder with --output; to give it up, remove its `{FILE_NAME}`", path = path.display())]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// Another process writes there.
    #[error("another run is writing into `{}`: wait for its end, or choose another folder", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

/// The results of a run that is going on.
pub(super) struct Log {
    path: PathBuf,
    state: Mutex<Writing>,
}

struct Writing {
    file: File,
    /// Scenarios whose end is written.
    ended: BTreeSet<String>,
    /// The first line that could not be written; nothing is written after it.
    failed: Option<String>,
    /// Counts the lines, so that a partial report is made only of something new.
    lines: u64,
}

/// Refuses a folder in which an interrupted run left what it had judged.
pub(super) fn refuse_unfinished(folder: &Path) -> Result<(), LogError> {
    let path = folder.join(FILE_NAME);
    let Ok(file) = File::open(&path) else {
        return Ok(());
    };
    let _turn = locked(&path, file)?;
    match read(folder) {
        Ok(kept) if !kept.scenarios.is_empty() => Err(LogError::Unfinished {
            path: folder.to_owned(),
        }),
        _ => Ok(()),
    }
}

impl Log {
    /// Starts new results; those of an earlier run, which judged nothing, are replaced.
    pub(super) fn create(folder: &Path, header: &Header) -> Result<Self, LogError> {
        let path = folder.join(FILE_NAME);
        let open = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(false).open(&path)
        };
        let file = locked(&path, open().map_err(|source| unwritable(&path, source))?)?;
        file.set_len(0)
            .map_err(|source| unwritable(&path, source))?;
        let log = Self::over(path, file, BTreeSet::new());
        log.write(header)?;
        Ok(log)
    }

    /// Reads the results in a folder and goes on after their last whole line.
    pub(super) fn resume(folder: &Path) -> Result<(Self, Kept), LogError> {
        let path = folder.join(FILE_NAME);
        let open = || OpenOptions::new().append(true).open(&path);
        let file = open().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => LogError::Missing {
                path: folder.to_owned(),
            },
            _ => unwritable(&path, source),
        })?;
        let file = locked(&path, file)?;
        let kept = read(folder)?;
        file.set_len(kept.whole_bytes)
            .map_err(|source| unwritable(&path, source))?;
        let log = Self::over(path, file, kept.ended.clone());
        Ok((log, kept))
    }

    fn over(path: PathBuf, file: File, ended: BTreeSet<String>) -> Self {
        Self {
            path,
            state: Mutex::new(Writing {
                file,
                ended,
                failed: None,
                lines: 0,
            }),
        }
    }

    pub(super) fn probe(
        &self,
        facts: &[DialectFact],
        scenario: &ScenarioResult,
        exchanges: &[Exchange],
    ) -> Result<(), LogError> {
        self.write(&Line::Probe {
            facts: facts.to_vec(),
            scenario: scenario.clone(),
            exchanges: exchanges.to_vec(),
        })
    }

    pub(super) fn plan(
        &self,
        suites: &[PlannedSuite],
        scenarios: Vec<String>,
    ) -> Result<(), LogError> {
        self.write(&Line::Plan {
            suites: suites.to_vec(),
            scenarios,
        })
    }

    /// Writes what a step gave, redacted.
    pub(super) fn step(
        &self,
        scenario: &PlannedScenario,
        step: PlayedStep,
    ) -> Result<(), LogError> {
        self.write(&Line::Step {
            suite: scenario.suite.clone(),
            scenario: scenario.id.clone(),
            title: scenario.title.clone(),
            workflow: scenario.workflow,
            result: step.result,
            exchanges: step.exchanges,
            resources: step.resources,
        })
    }

    /// Writes that a scenario ended, once.
    pub(super) fn ended(&self, scenario: &str) -> Result<(), LogError> {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !state.ended.insert(scenario.to_owned()) {
                return Ok(());
            }
        }
        self.write(&Line::Ended {
            scenario: scenario.to_owned(),
        })
    }

    /// One write for a line, straight to the system: nothing is lost with the process.
    fn write(&self, line: &impl Serialize) -> Result<(), LogError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = &state.failed {
            let source = io::Error::other(failed.clone());
            return Err(unwritable(&self.path, source));
        }
        let written = serde_json::to_vec(line)
            .map_err(io::Error::from)
            .and_then(|mut text| {
                text.push(b'\n');
                state.file.write_all(&text)
            });
        state.lines += 1;
        written.map_err(|source| {
            state.failed = Some(source.to_string());
            unwritable(&self.path, source)
        })
    }

    /// How many lines were written; grows with each.
    pub(super) fn lines(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.lines
    }

    /// Takes the file away: everything is in the report.
    pub(super) fn remove(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn locked(path: &Path, file: File) -> Result<File, LogError> {
    match file.try_lock() {
        // A file system without locks cannot tell; two runs in one folder are rare.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Busy {
            path: path.to_owned(),
        }),
    }
}

fn unwritable(path: &Path, source: io::Error) -> LogError {
    LogError::Unwritable {
        path: path.to_owned(),
        source,
    }
}

/// Results that were read.
#[derive(Debug)]
pub struct Kept {
    /// The first line.
    pub header: Header,
    probe: Option<(Vec<DialectFact>, ScenarioResult, Vec<Exchange>)>,
    suites: Vec<PlannedSuite>,
    /// The scenarios of the plan, in its order.
    planned: Vec<String>,
    scenarios: BTreeMap<String, Started>,
    ended: BTreeSet<String>,
    whole_bytes: u64,
}

#[derive(Debug)]
struct Started {
    suite: String,
    title: String,
    workflow: bool,
    steps: Vec<PlayedStep>,
}

/// Reads the results in a folder, up to the last whole line.
///
/// # Errors
/// There are none, or they are not readable.
pub fn read(folder: &Path) -> Result<Kept, LogError> {
    let path = folder.join(FILE_NAME);
    let unreadable = |source| LogError::Unreadable {
        path: path.clone(),
        source,
    };
    let file = File::open(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LogError::Missing {
            path: folder.to_owned(),
        },
        _ => unreadable(source),
    })?;
    let mut reader = BufReader::new(file);
    let mut kept: Option<Kept> = None;
    let mut text = Vec::new();
    let mut whole_bytes = 0;
    loop {
        text.clear();
        whole_bytes += reader.read_until(b'\n', &mut text).map_err(unreadable)? as u64;
        if !text.ends_with(b"\n") {
            whole_bytes -= text.len() as u64;
            break;
        }
        let damaged = |error: serde_json::Error| unreadable(error.into());
        match &mut kept {
            None => kept = Some(Kept::new(serde_json::from_slice(&text).map_err(damaged)?)),
            Some(kept) => kept.take(serde_json::from_slice(&text).map_err(damaged)?),
        }
    }
    let mut kept = kept.ok_or_else(|| LogError::Missing {
        path: folder.to_owned(),
    })?;
    if kept.header.results != FORMAT_VERSION {
        let found = format!(
            "format version {}, expected {FORMAT_VERSION}: resume with the program that wrote it",
            kept.header.results
        );
        return Err(unreadable(io::Error::other(found)));
    }
    kept.whole_bytes = whole_bytes;
    Ok(kept)
}

impl Kept {
    fn new(header: Header) -> Self {
        Self {
            header,
            probe: None,
            suites: Vec::new(),
            planned: Vec::new(),
            scenarios: BTreeMap::new(),
            ended: BTreeSet::new(),
            whole_bytes: 0,
        }
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Probe {
                facts,
                scenario,
                exchanges,
            } => self.probe = Some((facts, scenario, exchanges)),
            Line::Plan { suites, scenarios } => (self.suites, self.planned) = (suites, scenarios),
            Line::Step {
                suite,
                scenario,
                title,
                workflow,
                result,
                exchanges,
                resources,
            } => {
                let started = self.scenarios.entry(scenario).or_insert_with(|| Started {
                    suite,
                    title,
                    workflow,
                    steps: Vec::new(),
                });
                // A step that was made once more replaces what it gave before.
                started.steps.retain(|step| step.result.id != result.id);
                started.steps.push(PlayedStep {
                    result,
                    exchanges,
                    resources,
                });
            }
            Line::Ended { scenario } => {
                self.ended.insert(scenario);
            }
        }
    }

    /// How many scenarios ended, and how many are planned.
    pub(super) fn progress(&self) -> (usize, usize) {
        (self.ended.len(), self.planned.len())
    }

    /// Exchanges of the recording that a resumed run will not make again.
    pub(super) fn keeps(&self, exchange: &str) -> bool {
        let Some((scenario, rest)) = exchange.split_once('/') else {
            return false;
        };
        let step = rest.split('#').next().unwrap_or_default();
        self.ended.contains(scenario)
            || self
                .scenarios
                .get(scenario)
                .is_some_and(|started| started.steps.iter().any(|kept| kept.result.id == step))
    }

    /// What there is for a report.
    pub(super) fn parts(&self) -> Parts {
        let mut parts = Parts {
            suites: self.suites.clone(),
            ..Parts::default()
        };
        if let Some((facts, scenario, exchanges)) = &self.probe {
            parts.facts.clone_from(facts);
            parts.scenarios.push(scenario.clone());
            parts.exchanges.clone_from(exchanges);
        }
        for id in &self.planned {
            if let Some(started) = self.scenarios.get(id) {
                let played = started.played(id, true);
                parts.scenarios.push(played.result);
                parts.exchanges.extend(played.earlier_exchanges);
                parts.resources += played.resources;
            }
        }
        parts
    }

    /// What a resumed run goes on after.
    pub(super) fn into_earlier(self) -> Earlier {
        let mut earlier = Earlier {
            journal_from: self
                .header
                .target
                .is_some()
                .then_some(self.header.journal_from),
            ..Earlier::default()
        };
        for (id, started) in self.scenarios {
            if self.ended.contains(&id) {
                earlier.ended.insert(id.clone(), started.played(&id, true));
            } else if earlier.journal_from.is_some() {
                for step in started.steps {
                    let place = (id.clone(), step.result.id.clone());
                    earlier.steps.insert(place, step);
                }
            }
        }
        earlier
    }
}

impl Started {
    fn played(&self, id: &str, is_whole: bool) -> Played {
        let exchanges = self.steps.iter().flat_map(|step| step.exchanges.clone());
        Played {
            result: ScenarioResult {
                suite: self.suite.clone(),
                id: id.to_owned(),
                title: self.title.clone(),
                workflow: self.workflow,
                steps: self.steps.iter().map(|step| step.result.clone()).collect(),
            },
            exchanges: Vec::new(),
            resources: self.steps.iter().map(|step| step.resources).sum(),
            earlier_steps: self.steps.len(),
            earlier_exchanges: exchanges.collect(),
            is_whole,
        }
    }
}
