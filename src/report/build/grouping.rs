//! Findings of one identity become one group.
//!
//! The identity is check, resource type, interaction, search parameter, rule, profile URL without
//! version, element id and constraint key: the same on every server and release, so that reports
//! can be compared. A fault of the guide shows in every interaction that returns the resource; it
//! is one fault, so interaction and search parameter are left out of its identity. What is wrong
//! with a search parameter of every type has no type in its identity.

use std::cmp::Reverse;
use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::everywhere::{Everywhere, family};
use super::stand_in::StandIn;
use super::{excerpt, request_line};
use crate::finding::{Cause, Finding};
use crate::http::Exchange;
use crate::report::finding_group::{FindingGroup, Occurrence};
use crate::requirement::broken::is_broken_by;
use crate::result::{CheckResult, Observed, RunResult, Subject, Verdict};

/// The occurrences that a group keeps; the rest are only counted.
const OCCURRENCES: usize = 5;

/// All groups of a run, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<FindingGroup>,
    by_id: HashMap<String, usize>,
    everywhere: Everywhere,
}

impl Groups {
    /// Groups every finding of a run.
    pub(super) fn of(run: &RunResult, stand_in: &StandIn) -> Self {
        let exchanges: HashMap<&str, &Exchange> = run
            .exchanges
            .iter()
            .map(|exchange| (exchange.id.as_str(), exchange))
            .collect();
        let mut groups = Self {
            everywhere: Everywhere::of(run),
            ..Self::default()
        };
        for scenario in &run.scenarios {
            for step in &scenario.steps {
                let place = format!("{}/{}", scenario.id, step.id);
                for check in &step.checks {
                    for observed in &check.findings {
                        let seen = Seen {
                            check,
                            observed,
                            place: &place,
                            stand_in,
                        };
                        groups.add(&seen, &exchanges);
                    }
                }
            }
        }
        groups
    }

    /// The groups that a check's findings belong to, without repeats.
    pub(super) fn ids_of(&self, check: &CheckResult) -> Vec<String> {
        let mut ids = Vec::new();
        for observed in &check.findings {
            let id = identity(check, &observed.finding, &self.everywhere);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// The groups that a check of that name made.
    pub(super) fn ids_of_check(&self, check: &str) -> Vec<String> {
        self.groups
            .iter()
            .filter(|group| group.check == check)
            .map(|group| group.id.clone())
            .collect()
    }

    /// The groups, most important first: failures, then errors, then warnings; the server's
    /// before others'; SHALL before SHOULD; then by how often they occurred.
    pub(super) fn into_sorted(self) -> Vec<FindingGroup> {
        let mut groups = self.groups;
        groups.iter_mut().for_each(fall_back_on_what_is_known);
        groups.sort_by(|left, right| importance(left).cmp(&importance(right)));
        groups
    }

    fn add(&mut self, seen: &Seen<'_>, exchanges: &HashMap<&str, &Exchange>) {
        let id = identity(seen.check, &seen.observed.finding, &self.everywhere);
        let Some(&index) = self.by_id.get(&id) else {
            self.by_id.insert(id.clone(), self.groups.len());
            let mut group = seen.group(id, &self.everywhere);
            seen.show(&mut group, exchanges);
            self.groups.push(group);
            return;
        };
        let group = &mut self.groups[index];
        if importance_of(seen.verdict()) < importance_of(group.verdict) {
            let mut worse = seen.group(id, &self.everywhere);
            worse.occurrences = std::mem::take(&mut group.occurrences);
            worse.requirements = std::mem::take(&mut group.requirements);
            worse.count = group.count;
            *group = worse;
            seen.show(group, exchanges);
        }
        seen.count_in(group);
    }
}

/// Where a finding says nothing of how to mend it, what is known of its requirement does, unless
/// its message has said so much.
fn fall_back_on_what_is_known(group: &mut FindingGroup) {
    let message = group.message.to_lowercase();
    let says_more = |mend: &&str| !message.contains(&mend.to_lowercase());
    if group.hint.is_none() {
        let mend = crate::explain::mend(&group.requirements).filter(says_more);
        group.hint = mend.map(str::to_owned);
    }
}

/// One finding where it was seen.
struct Seen<'a> {
    check: &'a CheckResult,
    observed: &'a Observed,
    place: &'a str,
    stand_in: &'a StandIn,
}

impl Seen<'_> {
    /// What the finding makes of its check; what the environment prevented is as bad as the check
    /// says.
    fn verdict(&self) -> Verdict {
        match Verdict::of_finding(&self.observed.finding, self.check.level) {
            _ if self.check.flaky => Verdict::Warning,
            Verdict::Skip if self.check.verdict == Verdict::Error => Verdict::Error,
            verdict => verdict,
        }
    }

    fn group(&self, id: String, everywhere: &Everywhere) -> FindingGroup {
        let finding = &self.observed.finding;
        let text = |text: &Option<String>| self.stand_in.apply_to(text.as_deref());
        let mut group = FindingGroup {
            id,
            check: check_of(self.check, finding, everywhere),
            requirements: Vec::new(),
            level: self.check.level,
            verdict: self.verdict(),
            subject: subject_of(self.check, finding, everywhere),
            rule: finding.rule.code().to_owned(),
            severity: finding.severity,
            code: finding.code,
            profile: finding.profile.clone(),
            element: finding.element.clone(),
            constraint: finding.constraint.clone(),
            cause: finding.cause,
            cause_rule: finding.cause_rule,
            message: self
                .stand_in
                .apply(&everywhere.message(self.check, finding)),
            expected: text(&finding.expected),
            actual: text(&finding.actual),
            hint: None,
            count: 0,
            occurrences: Vec::new(),
            curl: None,
            excerpt: None,
            known: None,
        };
        self.count_in(&mut group);
        group
    }

    /// Adds the request and the part of the response that show it.
    fn show(&self, group: &mut FindingGroup, exchanges: &HashMap<&str, &Exchange>) {
        let exchange = self
            .observed
            .exchange
            .as_deref()
            .and_then(|id| exchanges.get(id));
        let finding = &self.observed.finding;
        group.curl = exchange.map(|exchange| self.stand_in.apply(&request_line::of(exchange)));
        group.excerpt = exchange.map(|exchange| {
            self.stand_in
                .apply(&excerpt::of(exchange, finding.line, finding.column))
        });
    }

    fn count_in(&self, group: &mut FindingGroup) {
        group.count += 1 + self.observed.repeats;
        group.level = group.level.min(self.check.level);
        if group.hint.is_none() {
            group.hint = self
                .stand_in
                .apply_to(self.observed.finding.hint.as_deref());
        }
        let finding = &self.observed.finding;
        let broken = |id: &&String| is_broken_by(id, finding);
        for requirement in self.check.requirements.iter().filter(broken) {
            if let Err(at) = group.requirements.binary_search(requirement) {
                group.requirements.insert(at, requirement.clone());
            }
        }
        if group.occurrences.len() < OCCURRENCES {
            group.occurrences.push(Occurrence {
                step: self.place.to_owned(),
                exchange: self.observed.exchange.clone(),
                resource: self.observed.resource.clone(),
                expression: finding.expression.clone(),
                line: finding.line,
                column: finding.column,
                actual: self.stand_in.apply_to(finding.actual.as_deref()),
            });
        }
    }
}

fn subject_of(check: &CheckResult, finding: &Finding, everywhere: &Everywhere) -> Subject {
    if let Some(subject) = everywhere.subject(check, finding) {
        return subject;
    }
    match finding.cause {
        Cause::Guide => Subject {
            resource_type: check.subject.resource_type.clone(),
            ..Subject::default()
        },
        _ => check.subject.clone(),
    }
}

/// The check that stands for a finding.
fn check_of(check: &CheckResult, finding: &Finding, everywhere: &Everywhere) -> String {
    match everywhere.types(check, finding) {
        Some(_) => family(check),
        None => check.check.clone(),
    }
}

/// Twelve hexadecimal digits over the identity. The parts are hashed as a JSON array, so that no
/// two different lists of parts read the same.
fn identity(check: &CheckResult, finding: &Finding, everywhere: &Everywhere) -> String {
    let subject = subject_of(check, finding, everywhere);
    let name = check_of(check, finding, everywhere);
    let profile = finding
        .profile
        .as_deref()
        .map(|profile| profile.split('|').next().unwrap_or(profile));
    let parts = [
        Some(name.as_str()),
        subject.resource_type.as_deref(),
        subject.interaction.as_deref(),
        subject.search_parameter.as_deref(),
        Some(finding.rule.code()),
        profile,
        finding.element.as_deref(),
        finding.constraint.as_deref(),
    ];
    let text = serde_json::json!(parts).to_string();
    Sha256::digest(text.as_bytes())
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn importance(group: &FindingGroup) -> impl Ord + '_ {
    (
        importance_of(group.verdict),
        group.cause,
        group.level,
        Reverse(group.count),
        (&group.subject, &group.check, &group.id),
    )
}

fn importance_of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        Verdict::Warning => 2,
        Verdict::Skip => 3,
        Verdict::Pass => 4,
    }
}
