//! Which checks each run tested. A check is the same on both sides where its name and its subject
//! are.

use std::collections::BTreeMap;

use super::model::{Change, ChangedCheck, WhyNotComparable};
use crate::finding::{Cause, CauseRule};
use crate::http::Mode;
use crate::report::{FindingGroup, Report, ReportedCheck};
use crate::result::{Subject, Verdict};

type Key<'r> = (&'r str, &'r Subject);

/// What a run came to in each check.
pub(super) struct Tested<'r> {
    report: &'r Report,
    by_key: BTreeMap<Key<'r>, State<'r>>,
    by_type: BTreeMap<(&'r str, Option<&'r str>), State<'r>>,
}

/// What it came to in one.
#[derive(Debug, Clone, Default)]
struct State<'r> {
    tested: bool,
    error: bool,
    reason: Option<&'r str>,
    /// The environment kept it from being tested.
    hindered: bool,
}

/// Why a check was not tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Untested {
    pub(super) why: WhyNotComparable,
    pub(super) reason: String,
}

impl<'r> Tested<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let rights: Vec<&str> = report
            .findings
            .iter()
            .filter(|group| group.cause == Cause::Environment)
            .filter(|group| group.cause_rule == CauseRule::ControlRights)
            .map(|group| group.id.as_str())
            .collect();
        let mut tested = Self {
            report,
            by_key: BTreeMap::new(),
            by_type: BTreeMap::new(),
        };
        let scenarios = report.suites.iter().flat_map(|suite| &suite.scenarios);
        let checks = scenarios
            .flat_map(|scenario| &scenario.steps)
            .flat_map(|step| &step.checks);
        for check in checks {
            let hindered = check
                .findings
                .iter()
                .any(|id| rights.contains(&id.as_str()));
            let name = check.check.as_str();
            let of_type = (name, check.subject.resource_type.as_deref());
            let exact = tested.by_key.entry((name, &check.subject)).or_default();
            exact.add(check, hindered);
            tested
                .by_type
                .entry(of_type)
                .or_default()
                .add(check, hindered);
        }
        tested
    }

    /// Why the check of a finding was not tested; `None` where it was.
    pub(super) fn untested(&self, group: &FindingGroup) -> Option<Untested> {
        // A fault of the guide is counted over all interactions of its type.
        let state = match group.cause {
            Cause::Guide => {
                let of_type = group.subject.resource_type.as_deref();
                self.by_type.get(&(group.check.as_str(), of_type))
            }
            _ => self.by_key.get(&(group.check.as_str(), &group.subject)),
        };
        self.why(state)
    }

    fn why(&self, state: Option<&State<'_>>) -> Option<Untested> {
        let Some(state) = state else {
            return Some(Untested {
                why: WhyNotComparable::Plan,
                reason: "the check is not in the plan of that run".to_owned(),
            });
        };
        if state.tested {
            return None;
        }
        let reason = state.reason.unwrap_or("there was nothing to look at");
        let why = match () {
            () if state.hindered => WhyNotComparable::Rights,
            () if state.error => WhyNotComparable::Error,
            () if self.report.target.mode == Mode::Read && reason.contains("read mode") => {
                WhyNotComparable::Mode
            }
            () => WhyNotComparable::Data,
        };
        Some(Untested {
            why,
            reason: reason.to_owned(),
        })
    }
}

impl<'r> State<'r> {
    fn add(&mut self, check: &'r ReportedCheck, hindered: bool) {
        match check.verdict {
            Verdict::Skip => {}
            Verdict::Error => self.error = true,
            Verdict::Pass | Verdict::Warning | Verdict::Fail => self.tested = true,
        }
        self.hindered |= hindered;
        if self.reason.is_none() {
            self.reason = check.reason.as_deref();
        }
    }
}

/// Checks that only one run tested, by reason, the most frequent first.
pub(super) fn changed(old: &Report, new: &Report) -> Vec<ChangedCheck> {
    let (old, new) = (Tested::of(old), Tested::of(new));
    let mut changed = one_sided(&old, &new, Change::NewlyUntested);
    changed.extend(one_sided(&new, &old, Change::NewlyTested));
    changed
}

/// What `here` tested and `there` did not.
fn one_sided(here: &Tested<'_>, there: &Tested<'_>, change: Change) -> Vec<ChangedCheck> {
    let mut by_reason: Vec<ChangedCheck> = Vec::new();
    for ((name, subject), _) in here.by_key.iter().filter(|(_, state)| state.tested) {
        let Some(untested) = there.why(there.by_key.get(&(*name, *subject))) else {
            continue;
        };
        let known = by_reason
            .iter()
            .position(|changed| changed.reason == untested.reason);
        let at = known.unwrap_or_else(|| {
            by_reason.push(ChangedCheck {
                change,
                why: untested.why,
                reason: untested.reason,
                count: 0,
                checks: Vec::new(),
                resource_types: Vec::new(),
            });
            by_reason.len() - 1
        });
        let changed = &mut by_reason[at];
        changed.count += 1;
        insert(&mut changed.checks, name);
        if let Some(resource_type) = &subject.resource_type {
            insert(&mut changed.resource_types, resource_type);
        }
    }
    by_reason.sort_by(|left, right| (right.count, &left.reason).cmp(&(left.count, &right.reason)));
    by_reason
}

fn insert(names: &mut Vec<String>, name: &str) {
    if let Err(at) = names.binary_search_by(|known| known.as_str().cmp(name)) {
        names.insert(at, name.to_owned());
    }
}
