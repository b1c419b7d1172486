//! A check being made: what it saw, what it found, and the verdict that follows.

use std::collections::HashMap;

use super::Check;
use crate::finding::{Cause, Finding, Rule, Severity};
use crate::result::{CheckResult, Evidence, Level, Observed, Subject, Verdict};

/// Findings of one identity beyond this many are counted and not kept.
const KEPT_PER_IDENTITY: u32 = 5;

/// A check being made. Nothing seen and nothing found is a skip, never a pass.
#[derive(Debug)]
pub struct Judgement {
    check: &'static Check,
    requirements: Vec<String>,
    level: Level,
    subject: Subject,
    evidence: Evidence,
    findings: Vec<Observed>,
    counts: HashMap<Identity, (usize, u32)>,
    skipped: Option<String>,
    unseen: Option<String>,
    conditional: bool,
    /// Whether nothing binds where nothing was seen.
    on_its_word: bool,
    broken: Option<String>,
}

type Identity = (Rule, Option<String>, Option<String>, Option<String>);

impl Judgement {
    /// Starts a check.
    #[must_use]
    pub fn new(check: &'static Check, subject: &Subject) -> Self {
        Self {
            check,
            requirements: check.requirements.iter().map(|&id| id.to_owned()).collect(),
            level: check.level(),
            subject: subject.clone(),
            evidence: Evidence::default(),
            findings: Vec::new(),
            counts: HashMap::new(),
            skipped: None,
            unseen: None,
            conditional: false,
            on_its_word: false,
            broken: None,
        }
    }

    /// The same check with nothing seen or found yet.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self::new(self.check, &self.subject)
    }

    /// Binds the check to a requirement of a scenario file, with its level.
    #[must_use]
    pub fn of_requirement(mut self, id: &str) -> Self {
        if let Some(requirement) = crate::requirement::get(id) {
            self.level = requirement.level;
        }
        self.requirements = vec![id.to_owned()];
        self
    }

    /// Binds the check to one more requirement, of the same level.
    pub fn shows_too(&mut self, id: &str) {
        self.requirements.push(id.to_owned());
    }

    /// Whether it is one of that check.
    #[must_use]
    pub fn is_of(&self, check: &Check) -> bool {
        self.check.id == check.id
    }

    /// Notes an answer that was looked at.
    pub fn saw_exchange(&mut self) {
        self.evidence.requests += 1;
    }

    /// Notes a resource that was looked at.
    pub fn saw_resource(&mut self) {
        self.evidence.resources += 1;
    }

    /// Keeps a finding.
    pub fn find(&mut self, exchange: &str, resource: Option<&str>, finding: Finding) {
        let identity = (
            finding.rule,
            finding.profile.clone(),
            finding.element.clone(),
            finding.constraint.clone(),
        );
        let (first, count) = self
            .counts
            .entry(identity)
            .or_insert((self.findings.len(), 0));
        *count += 1;
        if *count > KEPT_PER_IDENTITY {
            self.findings[*first].repeats += 1;
            return;
        }
        self.findings.push(Observed {
            exchange: Some(exchange.to_owned()),
            resource: resource.map(str::to_owned),
            finding,
            repeats: 0,
        });
    }

    /// Keeps a finding about an answer: what was expected and what was found.
    pub fn broken_by(
        &mut self,
        exchange: &str,
        rule: Rule,
        place: &str,
        expected: &str,
        actual: &str,
    ) {
        let mut finding = Finding::new(
            Severity::Error,
            rule,
            place,
            format!("expected {expected}, found {actual}"),
        );
        finding.expected = Some(expected.to_owned());
        finding.actual = Some(actual.to_owned());
        self.find(exchange, None, finding);
    }

    /// Whether a finding that is kept was made in that exchange.
    #[must_use]
    pub fn cites(&self, exchange: &str) -> bool {
        self.findings
            .iter()
            .any(|observed| observed.exchange.as_deref() == Some(exchange))
    }

    /// Gives the findings made so far a hint where they have none.
    pub fn hint(&mut self, hint: &str) {
        for observed in &mut self.findings {
            observed.finding.hint.get_or_insert_with(|| hint.to_owned());
        }
    }

    /// Gives the findings made so far this hint, in the place of any other.
    pub fn hint_instead(&mut self, hint: &str) {
        for observed in &mut self.findings {
            observed.finding.hint = Some(hint.to_owned());
        }
    }

    /// Leaves the check out, unless it finds something.
    pub fn skip(&mut self, reason: impl Into<String>) {
        self.skipped.get_or_insert_with(|| reason.into());
    }

    /// Why the check is left out if it sees nothing; the first reason given stands.
    pub fn unseen(&mut self, reason: impl Into<String>) {
        self.unseen.get_or_insert_with(|| reason.into());
    }

    /// As [`Self::unseen`], for a check that applies only where the server gives an occasion.
    pub fn only_where(&mut self, missing: impl Into<String>) {
        self.conditional = true;
        self.unseen(missing);
    }

    /// As [`Self::only_where`], for what is asked only of a server that says, or does, something
    /// that it is free not to: where it does not, the check is a MAY and leaves no gap.
    pub fn binds_only_where(&mut self, missing: impl Into<String>) {
        self.on_its_word = true;
        self.only_where(missing);
    }

    /// Says that the check could not be evaluated.
    pub fn error(&mut self, reason: impl Into<String>) {
        self.broken.get_or_insert_with(|| reason.into());
    }

    /// Whether a finding was made that breaks the requirement.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.findings
            .iter()
            .any(|observed| observed.finding.is_error())
    }

    /// The verdict: an error before findings, findings before a skip, and no pass on nothing.
    #[must_use]
    pub fn finish(self) -> CheckResult {
        let worst = self
            .findings
            .iter()
            .map(|observed| weigh(&observed.finding, self.level))
            .max();
        let nothing_seen = self.evidence == Evidence::default();
        let (verdict, reason) = match (self.broken, worst, self.skipped) {
            (Some(reason), ..) => (Verdict::Error, Some(reason)),
            (None, Some(verdict), _) => (verdict, None),
            (None, None, Some(reason)) => (Verdict::Skip, Some(reason)),
            (None, None, None) if nothing_seen => {
                let reason = self
                    .unseen
                    .unwrap_or_else(|| "there was nothing to look at".to_owned());
                (Verdict::Skip, Some(reason))
            }
            (None, None, None) => (Verdict::Pass, None),
        };
        let level = match verdict {
            Verdict::Skip if self.on_its_word && nothing_seen => Level::May,
            _ => self.level,
        };
        CheckResult {
            check: self.check.id.to_owned(),
            requirements: self.requirements,
            level,
            conditional: self.conditional,
            flaky: false,
            subject: self.subject,
            verdict,
            reason,
            evidence: self.evidence,
            findings: self.findings,
        }
    }
}

/// What a finding does to a check of that level. The guide's own faults warn; what only informs
/// leaves the verdict alone.
fn weigh(finding: &Finding, level: Level) -> Verdict {
    match (finding.severity, finding.cause, level) {
        (Severity::Information, ..) => Verdict::Pass,
        (Severity::Warning, ..) | (_, Cause::Guide, _) | (.., Level::Should | Level::May) => {
            Verdict::Warning
        }
        (Severity::Fatal | Severity::Error, _, Level::Shall) => Verdict::Fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::catalog;

    fn judge(check: &'static Check) -> Judgement {
        Judgement::new(check, &Subject::default())
    }

    fn finding(severity: Severity) -> Finding {
        Finding::new(
            severity,
            Rule::Cardinality,
            "Patient",
            "expected one, found none",
        )
    }

    #[test]
    fn a_check_that_saw_nothing_does_not_pass() {
        let result = judge(&catalog::READ_STATUS).finish();
        assert_eq!(result.verdict, Verdict::Skip);
        assert_eq!(
            result.reason.as_deref(),
            Some("there was nothing to look at")
        );
    }

    #[test]
    fn a_reason_for_having_seen_nothing_does_not_hide_what_was_seen() {
        let mut seen = judge(&catalog::READ_STATUS);
        seen.saw_exchange();
        seen.unseen("no read");
        assert_eq!(seen.finish().verdict, Verdict::Pass);
        let mut unseen = judge(&catalog::READ_STATUS);
        unseen.unseen("no read");
        assert_eq!(unseen.finish().reason.as_deref(), Some("no read"));
    }

    #[test]
    fn what_a_server_is_free_not_to_do_binds_only_where_it_does() {
        let ended = |seen: bool| {
            let mut judgement = Judgement::new(&catalog::READ_STATUS, &Subject::default());
            judgement.binds_only_where("the server does not say so");
            if seen {
                judgement.saw_exchange();
            }
            let result = judgement.finish();
            (result.level, result.verdict)
        };
        assert_eq!(ended(false), (Level::May, Verdict::Skip));
        assert_eq!(ended(true), (Level::Shall, Verdict::Pass));
    }

    #[test]
    fn the_level_decides_between_fail_and_warning() {
        let mut shall = judge(&catalog::READ_STATUS);
        shall.find("a#1", None, finding(Severity::Error));
        assert_eq!(shall.finish().verdict, Verdict::Fail);
        let mut should = judge(&catalog::ERROR_BODY);
        should.find("a#1", None, finding(Severity::Error));
        assert_eq!(should.finish().verdict, Verdict::Warning);
    }

    #[test]
    fn a_fault_of_the_guide_warns_and_information_passes() {
        let mut guide = judge(&catalog::VALID_GUIDE);
        let mut fault = finding(Severity::Error);
        fault.cause = Cause::Guide;
        guide.find("a#1", None, fault);
        assert_eq!(guide.finish().verdict, Verdict::Warning);
        let mut information = judge(&catalog::VALID_GUIDE);
        information.find("a#1", None, finding(Severity::Information));
        assert_eq!(information.finish().verdict, Verdict::Pass);
    }

    #[test]
    fn repeats_are_counted_and_not_kept() {
        let mut many = judge(&catalog::VALID_R4);
        for _ in 0..1000 {
            many.find("a#1", Some("Patient/1"), finding(Severity::Error));
        }
        let result = many.finish();
        assert_eq!(result.findings.len(), 5);
        assert_eq!(result.findings[0].repeats, 995);
    }
}
