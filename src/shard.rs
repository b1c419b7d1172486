//! A run spread over several: `--shard I/N` runs every Nth scenario and leaves `shard.json`, what
//! it found before it became a report; merged, the parts give the report of one run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::dialect;
use crate::http::Exchange;
use crate::must_support;
use crate::promises;
use crate::report::{self, WriteError};
use crate::result::{MustSupportResult, RunResult, ScenarioResult, TargetKind};
use crate::run::{better_reason, leave_out_empty_suites};

/// The name of the file in the folder of a shard.
pub const FILE_NAME: &str = "shard.json";
/// More parts than this are a slip.
const MOST: usize = 1000;

/// One part of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    index: usize,
    /// Of how many.
    of: usize,
}

impl Shard {
    /// Part `index` (from 1) of `of`.
    ///
    /// # Errors
    /// What was expected.
    pub fn new(index: usize, of: usize) -> Result<Self, String> {
        if index == 0 || index > of || of > MOST {
            return Err(format!(
                "expected a part from 1/1 to {MOST}/{MOST}, the first number no larger than the second, found {index}/{of}"
            ));
        }
        Ok(Self { index, of })
    }

    /// Whether the scenario of that index of the plan, from 0, is in it.
    #[must_use]
    pub const fn has(self, scenario: usize) -> bool {
        scenario % self.of == self.index - 1
    }

    /// Which part it is, from 1.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(index, of)| Some((index.trim().parse().ok()?, of.trim().parse().ok()?)));
        match numbers {
            Some((index, of)) => Self::new(index, of),
            None => Err(format!("expected a part such as 2/3, found `{text}`")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.of)
    }
}

/// What a part found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShardFile {
    /// The version of the program; parts of different versions cannot be merged.
    pub version: String,
    /// Which part.
    pub shard: Shard,
    /// Ids of the scenarios of the whole plan, in order.
    pub plan: Vec<String>,
    /// Whether suites of which nothing was selected are left out.
    pub filtered: bool,
    /// What it found, redacted.
    pub result: RunResult,
}

/// Why parts cannot be merged.
#[derive(Debug, Error)]
pub enum MergeError {
    /// A file that cannot be read.
    #[error("cannot read {}: {source}; expected the folder of a run with `--shard I/N`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is no part.
    #[error("{}: expected the `{FILE_NAME}` of a run with `--shard I/N`, found: {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Parts that do not belong together.
    #[error("shard {shard} does not belong to shard {first}: expected the same {what}")]
    Foreign {
        /// The part.
        shard: Shard,
        /// The first one.
        first: Shard,
        /// What differs.
        what: &'static str,
    },
    /// A part twice.
    #[error("shard {0} is there twice; name each folder once")]
    Twice(Shard),
    /// Parts that are not there.
    #[error("expected {of} shards, found {found}; missing: {missing}")]
    Missing {
        /// How many there should be.
        of: usize,
        /// How many there are.
        found: usize,
        /// Which are missing.
        missing: String,
    },
    /// The merged report.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl ShardFile {
    /// Packs what a part found. The built-in server's port differs from part to part, so the
    /// address that a report shows for it takes its place.
    #[must_use]
    pub fn new(shard: Shard, plan: Vec<String>, filtered: bool, result: &RunResult) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            shard,
            plan,
            filtered,
            result: neutral(result),
        }
    }

    /// Writes it into the folder of a run.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, WriteError> {
        let path = folder.join(FILE_NAME);
        // Serializing plain data with string keys to memory has no way to fail.
        let text = serde_json::to_string(self).unwrap_or_default();
        report::write(&path, &(text + "\n"))?;
        Ok(path)
    }

    /// Reads it from the folder of a run.
    ///
    /// # Errors
    /// The file cannot be read, or is no part.
    pub fn read(folder: &Path) -> Result<Self, MergeError> {
        let path = match folder.is_dir() {
            true => folder.join(FILE_NAME),
            false => folder.to_owned(),
        };
        let bytes = std::fs::read(&path).map_err(|source| MergeError::Unreadable {
            path: path.clone(),
            source,
        })?;
        serde_json::from_slice(&bytes).map_err(|source| MergeError::Malformed { path, source })
    }
}

fn neutral(result: &RunResult) -> RunResult {
    let (from, to) = (&result.clock.base, &result.target.base);
    if result.target.kind != TargetKind::Embedded || from == to {
        return result.clone();
    }
    let text = serde_json::to_string(result).unwrap_or_default();
    let text = text.replace(from.trim_end_matches('/'), to.trim_end_matches('/'));
    serde_json::from_str(&text).unwrap_or_else(|_| result.clone())
}

/// Puts the parts together, as one run would have had them.
///
/// # Errors
/// Parts that are missing, there twice, or not of one run.
pub fn merge(mut parts: Vec<ShardFile>) -> Result<RunResult, MergeError> {
    parts.sort_by_key(|part| part.shard.index);
    check(&parts)?;
    let found = parts.len();
    let filtered = parts.iter().any(|part| part.filtered);
    let whole = parts.iter().find(|part| !part.plan.is_empty());
    let plan = whole.map(|part| part.plan.clone()).unwrap_or_default();
    let stopped = stopped_because(&parts);
    let mut parts = parts.into_iter().map(|part| part.result);
    let Some(mut merged) = parts.next() else {
        return Err(MergeError::Missing {
            of: 1,
            found,
            missing: "all".to_owned(),
        });
    };
    for part in parts {
        add(&mut merged, part, &plan);
    }
    merged.stopped_because = stopped;
    judge_promises(&mut merged);
    judge_must_support(&mut merged);
    in_order(&mut merged, &plan);
    if filtered {
        leave_out_empty_suites(&merged.scenarios, &mut merged.suites);
    }
    Ok(merged)
}

fn check(parts: &[ShardFile]) -> Result<(), MergeError> {
    let Some(first) = parts.first() else {
        return Ok(());
    };
    let of = first.shard.of;
    // A part that stopped does not know the plan.
    let mut plans = parts.iter().map(|part| &part.plan);
    let plan = plans.find(|plan| !plan.is_empty());
    for pair in parts.windows(2) {
        if let [left, right] = pair
            && left.shard.index == right.shard.index
        {
            return Err(MergeError::Twice(right.shard));
        }
    }
    for part in parts {
        let (ours, theirs) = (&first.result, &part.result);
        let same = [
            (part.version == first.version, "version of this program"),
            (part.shard.of == of, "number of shards"),
            (theirs.label == ours.label, "label"),
            (theirs.target == ours.target, "target and mode"),
            (theirs.packages == ours.packages, "packages"),
            (
                plan.is_none_or(|plan| part.plan.is_empty() || part.plan == *plan),
                "plan",
            ),
        ];
        if let Some((_, what)) = same.into_iter().find(|(same, _)| !same) {
            return Err(MergeError::Foreign {
                shard: part.shard,
                first: first.shard,
                what,
            });
        }
    }
    let missing: Vec<String> = (1..=of)
        .filter(|index| parts.iter().all(|part| part.shard.index != *index))
        .map(|index| format!("{index}/{of}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(MergeError::Missing {
        of,
        found: parts.len(),
        missing: missing.join(", "),
    })
}

fn stopped_because(parts: &[ShardFile]) -> Option<String> {
    let stopped: Vec<String> = parts
        .iter()
        .filter_map(|part| {
            let reason = part.result.stopped_because.as_ref()?;
            Some(format!("shard {} stopped: {reason}", part.shard))
        })
        .collect();
    (!stopped.is_empty()).then(|| stopped.join("; "))
}

/// Adds a part. Each has probed the dialect; the worst of these probes stands for all.
fn add(merged: &mut RunResult, part: RunResult, plan: &[String]) {
    let RunResult {
        label: _,
        target: _,
        packages: _,
        stopped_because: _,
        warnings,
        dialect,
        suites,
        scenarios,
        requirements,
        exchanges,
        resources,
        surface,
        promises,
        must_support,
        clock,
        selected: _,
    } = part;
    let (probes, scenarios): (Vec<_>, Vec<_>) = scenarios.into_iter().partition(is_probe);
    let is_of_probe = |exchange: &Exchange| exchange.id.starts_with(dialect::PLACE);
    let (of_probe, exchanges): (Vec<_>, Vec<_>) = exchanges.into_iter().partition(is_of_probe);
    let worst = |scenarios: &[ScenarioResult]| {
        let mut probes = scenarios.iter().filter(|it| is_probe(it));
        probes.next().map(ScenarioResult::verdict)
    };
    if worst(&probes) > worst(&merged.scenarios) {
        merged.dialect = dialect;
        merged.scenarios.retain(|scenario| !is_probe(scenario));
        merged.scenarios.extend(probes);
        merged.exchanges.retain(|exchange| !is_of_probe(exchange));
        merged.exchanges.extend(of_probe);
    }
    for suite in suites {
        if merged.suites.iter().all(|known| known.id != suite.id) {
            merged.suites.push(suite);
        }
    }
    for requirement in requirements {
        let mut known = merged.requirements.iter_mut();
        match known.find(|known| known.id == requirement.id) {
            Some(known) => {
                let reasons = known
                    .untested
                    .take()
                    .into_iter()
                    .chain(requirement.untested);
                known.untested = reasons.reduce(better_reason);
            }
            None => merged.requirements.push(requirement),
        }
    }
    merged.scenarios.extend(scenarios);
    merged.exchanges.extend(exchanges);
    merged.resources += resources;
    merged.surface.add(surface);
    promises::merge(&mut merged.promises, promises, |exchange| {
        place(plan, exchange)
    });
    add_shown(&mut merged.must_support, must_support);
    for warning in warnings {
        if !merged.warnings.contains(&warning) {
            merged.warnings.push(warning);
        }
    }
    let ours = &mut merged.clock;
    if let Some(load) = clock.load {
        ours.load.get_or_insert_default().add(load);
    }
    ours.started = ours.started.clone().min(clock.started);
    ours.finished = ours.finished.clone().max(clock.finished);
    ours.elapsed_ms = ours.elapsed_ms.max(clock.elapsed_ms);
}

/// Must-support elements that another part has seen.
fn add_shown(known: &mut [MustSupportResult], more: Vec<MustSupportResult>) {
    for result in more {
        let same = |known: &&mut MustSupportResult| {
            (&known.profile, &known.element) == (&result.profile, &result.element)
        };
        if let Some(known) = known.iter_mut().find(same)
            && known.shown_by.is_empty()
        {
            known.shown_by = result.shown_by;
        }
    }
}

/// What a server declares can be judged only when all parts have looked.
fn judge_promises(merged: &mut RunResult) {
    let declared = |scenario: &ScenarioResult| {
        scenario.suite == promises::SUITE && scenario.id == promises::SCENARIO
    };
    if merged.scenarios.iter().any(declared) {
        merged.scenarios.retain(|scenario| !declared(scenario));
        merged.scenarios.push(promises::judge(&merged.promises));
    }
}

/// What was shown can be said only when all parts have looked.
fn judge_must_support(merged: &mut RunResult) {
    let said = |scenario: &ScenarioResult| {
        scenario.suite == must_support::SUITE && scenario.id == must_support::SCENARIO
    };
    if merged.scenarios.iter().any(said) {
        merged.scenarios.retain(|scenario| !said(scenario));
        let steps = merged.scenarios.iter().flat_map(|scenario| &scenario.steps);
        let shown = steps.flat_map(|step| &step.shown);
        let elements = must_support::merged(merged.must_support.clone(), shown);
        merged.scenarios.push(must_support::judge(&elements));
    }
}

fn is_probe(scenario: &ScenarioResult) -> bool {
    scenario.suite == dialect::SUITE
}

/// Where a scenario, or an exchange of it, stands in the whole plan: the probe first.
fn place(plan: &[String], id: &str) -> usize {
    let id = id.split('/').next().unwrap_or_default();
    match plan.iter().position(|known| known == id) {
        Some(at) => at + 1,
        None if id == dialect::SUITE => 0,
        // What is judged of the whole run.
        None => usize::MAX,
    }
}

/// Scenarios as the whole plan has them, and exchanges with them.
fn in_order(merged: &mut RunResult, plan: &[String]) {
    merged
        .scenarios
        .sort_by_key(|scenario| place(plan, &scenario.id));
    merged
        .exchanges
        .sort_by_key(|exchange| place(plan, &exchange.id));
}

#[cfg(test)]
mod tests {
    use super::{MergeError, Shard, ShardFile, merge};
    use crate::report::sample;

    #[test]
    fn a_shard_is_a_part_of_several() {
        let shard: Shard = "2/3".parse().expect("a shard");
        assert_eq!(shard.to_string(), "2/3");
        assert!(!shard.has(0) && shard.has(1) && !shard.has(2) && shard.has(4));
        for wrong in ["0/3", "4/3", "2", "a/b", "1/100000", "-1/2", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    /// The sample run in so many parts.
    fn parts(of: usize) -> Vec<ShardFile> {
        let whole = sample::run();
        let plan: Vec<String> = whole.scenarios.iter().map(|it| it.id.clone()).collect();
        let part = |index: usize| {
            let shard = Shard::new(index, of).expect("a shard");
            let mut result = sample::run();
            result.scenarios.retain(|scenario| {
                let place = plan.iter().position(|id| *id == scenario.id);
                place.is_some_and(|place| shard.has(place))
            });
            result.resources = if index == 1 { whole.resources } else { 0 };
            ShardFile::new(shard, plan.clone(), false, &result)
        };
        (1..=of).map(part).collect()
    }

    #[test]
    fn parts_in_any_order_give_the_whole() {
        let mut parts = parts(3);
        parts.reverse();
        let merged = merge(parts).expect("merged");
        let scenarios = |run: &crate::result::RunResult| -> Vec<String> {
            run.scenarios.iter().map(|it| it.id.clone()).collect()
        };
        assert_eq!(scenarios(&merged), scenarios(&sample::run()));
        assert_eq!(merged.resources, sample::run().resources);
    }

    #[test]
    fn parts_that_are_missing_twice_or_foreign_are_refused() {
        let refused = |parts: Vec<ShardFile>| merge(parts).expect_err("refused").to_string();
        let mut two = parts(3);
        two.remove(1);
        assert_eq!(refused(two), "expected 3 shards, found 2; missing: 2/3");
        let mut twice = parts(2);
        twice.push(twice[0].clone());
        assert_eq!(
            refused(twice),
            "shard 1/2 is there twice; name each folder once"
        );
        let mut foreign = parts(2);
        foreign[1].result.label = "25.10".to_owned();
        assert_eq!(
            refused(foreign),
            "shard 2/2 does not belong to shard 1/2: expected the same label"
        );
        assert!(matches!(merge(Vec::new()), Err(MergeError::Missing { .. })));
    }

    #[test]
    fn a_part_that_stopped_makes_the_whole_partial() {
        let mut parts = parts(2);
        parts[1].result.stopped_because = Some("the login was refused".to_owned());
        let merged = merge(parts).expect("merged");
        assert_eq!(
            merged.stopped_because.as_deref(),
            Some("shard 2/2 stopped: the login was refused")
        );
    }
}
