//! The kill matrix: every fault against every check, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Kill, Known, TrialError, Tried};
use crate::check::expectation::EXPECTATION;
use crate::check::{Check, catalog};
use crate::dialect::ProbeError;
use crate::finding::{Cause, Finding, Severity};
use crate::reference::Fault;
use crate::requirement::broken::is_broken_by;
use crate::requirement::guide::is_of_the_guide;
use crate::result::{CheckResult, Verdict};
use crate::wording::fits;

/// A check by its name; one of a scenario by its requirement too: `expectation RT-1.kept`.
pub type CheckName = String;

/// Every fault against every check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// Checks that passed somewhere on the server without faults.
    pub passes: BTreeSet<CheckName>,
    /// A row for each fault.
    pub rows: Vec<Row>,
    /// What is wrong; empty where each fault is caught, for the right reason, and each check
    /// catches one.
    pub problems: Vec<Problem>,
}

/// What came of one fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The fault.
    pub fault: String,
    /// What the server does wrong.
    pub does: String,
    /// Where a real server does this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_in: Option<String>,
    /// The requirements that it breaks.
    pub breaks: Vec<String>,
    /// Checks of those requirements that it makes fail.
    pub caught_by: BTreeMap<CheckName, Blame>,
    /// Other checks that it makes fail, for the reasons listed.
    pub also: BTreeMap<CheckName, Blame>,
    /// Checks that blame nobody, and that see something else than without the fault.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub changes: BTreeSet<CheckName>,
    /// Why the run could not be completed, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// How a check blames a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blame {
    /// The worst verdict.
    pub verdict: Verdict,
    /// What it says there.
    pub message: String,
}

/// Checks that tell what is there and blame nobody for what is not: of them a fault has to change
/// how often they pass.
const OBSERVATIONS: [&catalog::Check; 4] = [
    &catalog::BECOMES_FINAL,
    &catalog::PRECONDITION,
    &catalog::SEARCH_OFFERED,
    &catalog::MUST_SUPPORT,
];

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "problem")]
pub enum Problem {
    /// The server without faults is blamed.
    FalseAlarm {
        /// The check.
        check: CheckName,
        /// What it says.
        message: String,
    },
    /// A fault that no check of its requirements catches.
    Survived {
        /// The fault.
        fault: String,
    },
    /// A fault makes a check fail that it should leave alone.
    DragsDown {
        /// The fault.
        fault: String,
        /// The check.
        check: CheckName,
        /// What it says.
        message: String,
    },
    /// A consequence that does not follow.
    NoConsequence {
        /// The fault.
        fault: String,
        /// The check.
        check: CheckName,
    },
    /// A check that no fault makes fail.
    NeverFails {
        /// The check.
        check: CheckName,
    },
    /// A statement that the server without faults keeps and that no fault breaks.
    NeverBroken {
        /// Its id.
        requirement: String,
    },
    /// Something that is not known of a fault.
    Unknown {
        /// What, in words.
        message: String,
    },
}

/// What a trial said of the server.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// The checks that blame it.
    blamed: BTreeMap<CheckName, Blame>,
    /// The statements that are broken then.
    broken: BTreeSet<String>,
    /// How often each check that blames nobody passed.
    observed: BTreeMap<&'static str, usize>,
}

impl Told {
    pub(super) fn by(tried: &Tried) -> Self {
        let passed = |id: &str| {
            let of_it = tried.checks().filter(|check| check.check == id);
            of_it
                .filter(|check| check.settled() == Verdict::Pass)
                .count()
        };
        Self {
            blamed: blamed(tried),
            broken: broken(tried),
            observed: OBSERVATIONS
                .iter()
                .map(|check| (check.id, passed(check.id)))
                .collect(),
        }
    }
}

/// A run that could not be completed, and the check that says so.
#[derive(Debug, Clone)]
pub(super) struct Stopped {
    pub(super) message: String,
    pub(super) check: Option<&'static catalog::Check>,
}

impl Stopped {
    /// Without a login nothing can be asked: the run ends there, and says that it was the login.
    pub(super) fn by(error: &TrialError) -> Self {
        let is_login = matches!(error, TrialError::Probe(ProbeError::Login(_)));
        Self {
            message: error.to_string(),
            check: is_login.then_some(&catalog::LOGIN),
        }
    }
}

/// Checks to which a scenario gives requirements of its own.
const OF_SCENARIOS: [&Check; 3] = [&EXPECTATION, &catalog::FOUND, &catalog::TWIN_REFUSED];

/// The name under which a check stands in the matrix.
fn name(check: &CheckResult) -> CheckName {
    let of_scenarios = |known: &&&Check| known.id == check.check;
    // Not everything that is looked for has a requirement of its own.
    let is_own = OF_SCENARIOS.iter().find(of_scenarios).is_some_and(|known| {
        known.id != catalog::FOUND.id || *known.requirements != check.requirements
    });
    match is_own {
        true => format!("{} {}", check.check, check.requirements.join("+")),
        false => check.check.clone(),
    }
}

/// What the checks of a trial blame the server for.
fn blamed(tried: &Tried) -> BTreeMap<CheckName, Blame> {
    let mut blamed = BTreeMap::<CheckName, Blame>::new();
    for check in tried.checks() {
        let verdict = check.settled();
        let message = match verdict {
            Verdict::Error => check.reason.clone().unwrap_or_default(),
            Verdict::Fail | Verdict::Warning => {
                let finding = check.findings.iter().map(|observed| &observed.finding);
                let mut servers = finding.filter(|finding| is_blame(finding));
                match servers.next() {
                    Some(finding) => finding.message.clone(),
                    None => continue,
                }
            }
            Verdict::Pass | Verdict::Skip => continue,
        };
        let blame = Blame { verdict, message };
        let worst = blamed.entry(name(check)).or_insert_with(|| blame.clone());
        if blame.verdict > worst.verdict {
            *worst = blame;
        }
    }
    blamed
}

/// Whether a finding blames the server.
fn is_blame(finding: &Finding) -> bool {
    finding.cause == Cause::Server && finding.severity != Severity::Information
}

/// The statements that a trial shows to be broken.
fn broken(tried: &Tried) -> BTreeSet<String> {
    let mut broken = BTreeSet::new();
    for check in tried.checks() {
        let blames = || {
            let findings = check.findings.iter().map(|observed| &observed.finding);
            findings.filter(|finding| is_blame(finding))
        };
        let errs = check.settled() == Verdict::Error;
        let is_broken = |id: &&String| errs || blames().any(|it| is_broken_by(id, it));
        broken.extend(check.requirements.iter().filter(is_broken).cloned());
    }
    broken
}

/// The statements of `fixtures/requirements` that are kept somewhere. Those made from the guide say
/// the same of each type and parameter, and one fault for all of them is enough.
fn kept(tried: &Tried) -> BTreeSet<String> {
    let passed = tried
        .checks()
        .filter(|check| check.settled() == Verdict::Pass);
    let named = passed.flat_map(|check| check.requirements.iter().cloned());
    named.filter(|id| !is_of_the_guide(id)).collect()
}

/// The checks that passed somewhere.
fn passes(tried: &Tried) -> BTreeSet<CheckName> {
    tried
        .checks()
        .filter(|check| check.settled() == Verdict::Pass)
        .map(name)
        .collect()
}

/// The requirements of a check in the matrix.
fn requirements(check: &str) -> Vec<&str> {
    match check.split_once(' ') {
        Some((_, own)) => own.split('+').collect(),
        None => catalog::get(check).map_or_else(Vec::new, |check| check.requirements.to_vec()),
    }
}

/// A fault that was tried.
pub(super) struct TriedFault {
    pub(super) fault: Fault,
    pub(super) outcome: Result<Told, Stopped>,
}

/// Puts trials together.
pub(super) fn judge(
    clean: &Tried,
    faults: Vec<TriedFault>,
    known: &Known,
    every_fault: bool,
) -> Matrix {
    let passes = passes(clean);
    let kept = kept(clean);
    let mut broken = BTreeSet::new();
    let clean = Told::by(clean);
    let alarms = clean
        .blamed
        .iter()
        .map(|(check, blame)| Problem::FalseAlarm {
            check: check.clone(),
            message: blame.message.clone(),
        });
    let mut problems: Vec<Problem> = alarms.collect();
    let mut rows = Vec::new();
    for tried in faults {
        let kill = known.get(tried.fault.code());
        let kill = kill.cloned().unwrap_or_else(|| Kill::unknown(tried.fault));
        match &tried.outcome {
            Ok(told) => broken.extend(told.broken.iter().cloned()),
            Err(stopped) => {
                let shown = stopped.check.iter().flat_map(|check| check.requirements);
                broken.extend(shown.map(|id| (*id).to_owned()));
            }
        }
        let row = row(tried, &kill, &clean, &mut problems);
        let changed = row.changes.iter().flat_map(|check| requirements(check));
        broken.extend(changed.map(str::to_owned));
        rows.push(row);
    }
    if every_fault {
        never_fail(&passes, &rows, &mut problems);
        let never = kept.difference(&broken).cloned();
        problems.extend(never.map(|requirement| Problem::NeverBroken { requirement }));
    }
    problems.sort();
    Matrix {
        passes,
        rows,
        problems,
    }
}

fn row(tried: TriedFault, kill: &Kill, clean: &Told, problems: &mut Vec<Problem>) -> Row {
    let fault = tried.fault.code().to_owned();
    let mut row = Row {
        does: tried.fault.description().to_owned(),
        seen_in: kill.seen_in.clone(),
        breaks: kill.breaks.clone(),
        caught_by: BTreeMap::new(),
        also: BTreeMap::new(),
        changes: BTreeSet::new(),
        stopped: None,
        fault: fault.clone(),
    };
    let told = match tried.outcome {
        Ok(told) => told,
        Err(stopped) => {
            row.stopped = Some(stopped.message.clone());
            let blame = Blame {
                verdict: Verdict::Error,
                message: stopped.message,
            };
            let blamed = stopped.check.map(|check| (check.id.to_owned(), blame));
            Told {
                blamed: blamed.into_iter().collect(),
                broken: BTreeSet::new(),
                observed: clean.observed.clone(),
            }
        }
    };
    let listed: BTreeSet<&str> = kill
        .also
        .iter()
        .flat_map(|consequence| consequence.checks.iter().map(String::as_str))
        .collect();
    for (check, blame) in &told.blamed {
        let broken = requirements(check);
        if kill.breaks.iter().any(|id| broken.contains(&id.as_str())) {
            row.caught_by.insert(check.clone(), blame.clone());
        } else if listed.iter().any(|listed| fits(listed, check)) {
            row.also.insert(check.clone(), blame.clone());
        } else {
            problems.push(Problem::DragsDown {
                fault: fault.clone(),
                check: check.clone(),
                message: blame.message.clone(),
            });
        }
    }
    if row.caught_by.is_empty() && kill.tolerated.is_none() {
        problems.push(Problem::Survived {
            fault: fault.clone(),
        });
    }
    let changed = |check: &&String| {
        let id = check.as_str();
        told.observed.get(id) != clean.observed.get(id)
    };
    row.changes = kill.changes.iter().filter(changed).cloned().collect();
    let expected = listed
        .into_iter()
        .chain(kill.changes.iter().map(String::as_str));
    let is_blamed = |listed: &str| told.blamed.keys().any(|check| fits(listed, check));
    let follows = |check: &&str| is_blamed(check) || row.changes.contains(*check);
    let missing: Vec<&str> = expected.filter(|check| !follows(check)).collect();
    problems.extend(missing.into_iter().map(|check| Problem::NoConsequence {
        fault: fault.clone(),
        check: check.to_owned(),
    }));
    row
}

/// Checks that were made and that nothing makes fail.
fn never_fail(passes: &BTreeSet<CheckName>, rows: &[Row], problems: &mut Vec<Problem>) {
    let fires = |row: &'_ Row| -> Vec<CheckName> {
        row.caught_by
            .keys()
            .chain(row.also.keys())
            .chain(&row.changes)
            .cloned()
            .collect()
    };
    let failed: BTreeSet<CheckName> = rows.iter().flat_map(fires).collect();
    // Where every scenario gives one a requirement of its own, there is none of that name alone.
    let has_own = |check: &Check| OF_SCENARIOS.iter().any(|it| it.id == check.id);
    let named = catalog::all().iter().filter(|check| !has_own(check));
    let named = named.map(|check| check.id.to_owned());
    let all: BTreeSet<CheckName> = named.chain(passes.iter().cloned()).collect();
    problems.extend(
        all.into_iter()
            .filter(|check| !failed.contains(check))
            .map(|check| Problem::NeverFails { check }),
    );
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FalseAlarm { check, message } => {
                write!(
                    out,
                    "false alarm: `{check}` on a server without faults: {message}"
                )
            }
            Self::Survived { fault } => {
                write!(
                    out,
                    "survived: no check of what `{fault}` breaks catches it"
                )
            }
            Self::DragsDown {
                fault,
                check,
                message,
            } => write!(
                out,
                "drags down: `{fault}` makes `{check}` fail, and is not expected to: {message}"
            ),
            Self::NoConsequence { fault, check } => {
                write!(
                    out,
                    "no consequence: `{fault}` leaves `{check}` alone, and is expected not to"
                )
            }
            Self::NeverFails { check } => {
                write!(out, "never fails: no fault breaks what `{check}` checks")
            }
            Self::NeverBroken { requirement } => {
                write!(out, "never broken: no fault breaks `{requirement}`")
            }
            Self::Unknown { message } => write!(out, "unknown: {message}"),
        }
    }
}

#[cfg(test)]
mod tests;
