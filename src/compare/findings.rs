//! What became of each finding.

use std::collections::HashMap;

use super::checks::{Tested, Untested};
use super::model::{Change, ChangedFinding, ChangedRule, Relation, RuleKind, WhyNotComparable};
use crate::finding::{Cause, CauseRule};
use crate::report::{FindingGroup, Report};
use crate::result::Verdict;

/// Where the profiles of R4 itself are.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";
const CORE_PACKAGE: &str = "hl7.fhir.r4.core";

/// What both sides know.
struct Sides<'r> {
    relation: Relation,
    rules: &'r [ChangedRule],
    old: Tested<'r>,
    new: Tested<'r>,
    new_report: &'r Report,
    old_report: &'r Report,
}

/// Every finding of either report, by what became of it; within that in the order of the reports.
pub(super) fn changed(
    old: &Report,
    new: &Report,
    relation: Relation,
    rules: &[ChangedRule],
) -> Vec<ChangedFinding> {
    let sides = Sides {
        relation,
        rules,
        old: Tested::of(old),
        new: Tested::of(new),
        new_report: new,
        old_report: old,
    };
    let by_id = |report: &'_ Report| -> HashMap<String, usize> {
        let ids = report.findings.iter().map(|group| group.id.clone());
        ids.zip(0..).collect()
    };
    let (in_old, in_new) = (by_id(old), by_id(new));
    let mut changed: Vec<ChangedFinding> = new
        .findings
        .iter()
        .map(|group| match in_old.get(&group.id) {
            Some(&at) => sides.both(&old.findings[at], group),
            None => sides.only_new(group),
        })
        .collect();
    let gone = old.findings.iter();
    changed.extend(
        gone.filter(|group| !in_new.contains_key(&group.id))
            .map(|group| sides.only_old(group)),
    );
    changed.sort_by_key(|finding| (!finding.is_regression(), finding.change));
    changed
}

impl Sides<'_> {
    fn both(&self, old: &FindingGroup, new: &FindingGroup) -> ChangedFinding {
        let worse = new.verdict == Verdict::Fail && old.verdict != Verdict::Fail;
        let hindered = hindrance(new).or_else(|| hindrance(old));
        let change = match (worse, self.relation) {
            _ if hindered.is_some() && self.relation == Relation::Instance => Change::NotComparable,
            // As bad as its requirement says: if the level changed, the server did not.
            (true, _) if self.rule_changed(new) || old.level != new.level => Change::RuleChanged,
            // What the environment kept from being tested says nothing about before.
            (true, _) if old.cause == Cause::Environment => Change::NewlyTested,
            (true, _) if old.cause != new.cause => Change::Still,
            (true, Relation::Release) => Change::New,
            (true, Relation::Instance) => Change::Local,
            (false, Relation::Release) => Change::Still,
            (false, Relation::Instance) => Change::Inherited,
        };
        ChangedFinding {
            old_verdict: Some(old.verdict),
            old_cause: Some(old.cause).filter(|cause| *cause != new.cause),
            old_count: old.count,
            not_comparable: hindered.filter(|_| change == Change::NotComparable),
            ..finding(new, change)
        }
    }

    fn only_new(&self, group: &FindingGroup) -> ChangedFinding {
        let untested = self.old.untested(group);
        let hindered = hindrance(group);
        let change = match self.relation {
            Relation::Instance if hindered.is_some() || untested.is_some() => Change::NotComparable,
            _ if untested.is_some() => Change::NewlyTested,
            _ if self.rule_changed(group) => Change::RuleChanged,
            Relation::Release => Change::New,
            Relation::Instance => Change::Local,
        };
        self.with_reason(finding(group, change), untested, hindered)
    }

    fn only_old(&self, group: &FindingGroup) -> ChangedFinding {
        let untested = self
            .new
            .untested(group)
            .or_else(|| self.without_data(group));
        let hindered = hindrance(group);
        let change = match self.relation {
            Relation::Instance if untested.is_some() || hindered.is_some() => Change::NotComparable,
            _ if untested.is_some() => Change::NewlyUntested,
            _ if self.rule_changed(group) => Change::RuleChanged,
            _ => Change::Fixed,
        };
        let changed = ChangedFinding {
            old_verdict: Some(group.verdict),
            new_verdict: None,
            old_count: group.count,
            new_count: 0,
            ..finding(group, change)
        };
        self.with_reason(changed, untested, hindered)
    }

    fn with_reason(
        &self,
        mut changed: ChangedFinding,
        untested: Option<Untested>,
        hindered: Option<WhyNotComparable>,
    ) -> ChangedFinding {
        if changed.change == Change::NotComparable {
            let why = untested.as_ref().map(|untested| untested.why);
            changed.not_comparable = why.or(hindered);
        }
        changed.reason = untested.map(|untested| untested.reason);
        changed
    }

    /// A fault of an element that the new run did not see is not known to be fixed.
    fn without_data(&self, group: &FindingGroup) -> Option<Untested> {
        let path = without_slices(group.element.as_deref()?);
        let resource_type = path.split('.').next()?;
        let seen = |report: &Report| {
            let surface = report.surface.as_ref()?;
            let of_type = surface.types.get(resource_type)?;
            (of_type.resources > 0).then(|| of_type.elements.contains_key(&path))
        };
        (seen(self.old_report) == Some(true) && seen(self.new_report) == Some(false)).then(|| {
            Untested {
                why: WhyNotComparable::Data,
                reason: format!("no resource of that run has `{path}`"),
            }
        })
    }

    /// Whether the rule that the finding is about is not the same in both reports.
    fn rule_changed(&self, group: &FindingGroup) -> bool {
        let of_core = group.profile.as_deref().map(|profile| {
            let name = profile.strip_prefix(CORE);
            name.is_some_and(|name| !name.contains('/'))
        });
        self.rules.iter().any(|rule| match rule.kind {
            RuleKind::Requirement => group.requirements.contains(&rule.id),
            RuleKind::Package => match of_core {
                Some(true) => rule.id == CORE_PACKAGE,
                Some(false) => rule.id != CORE_PACKAGE,
                None => false,
            },
            RuleKind::Dialect => false,
        })
    }
}

/// What kept a check from saying something about the server.
fn hindrance(group: &FindingGroup) -> Option<WhyNotComparable> {
    match (group.cause, group.cause_rule) {
        (Cause::Environment, CauseRule::ControlRights) => Some(WhyNotComparable::Rights),
        (Cause::Environment | Cause::Data, _) => Some(WhyNotComparable::Data),
        (Cause::Server | Cause::Guide, _) => None,
    }
}

/// `Patient.identifier:Code.value` is the element `Patient.identifier.value`.
fn without_slices(element: &str) -> String {
    let segments: Vec<&str> = element
        .split('.')
        .map(|segment| segment.split(':').next().unwrap_or(segment))
        .collect();
    segments.join(".")
}

fn finding(group: &FindingGroup, change: Change) -> ChangedFinding {
    ChangedFinding {
        id: group.id.clone(),
        change,
        check: group.check.clone(),
        subject: group.subject.clone(),
        requirements: group.requirements.clone(),
        level: group.level,
        message: group.message.clone(),
        old_verdict: None,
        new_verdict: Some(group.verdict),
        cause: group.cause,
        old_cause: None,
        old_count: 0,
        new_count: group.count,
        not_comparable: None,
        reason: None,
    }
}
