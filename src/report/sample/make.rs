//! Short forms for the sample's scenarios.

use crate::finding::{Finding, Rule, Severity};
use crate::result::{
    CheckResult, Evidence, Level, Observed, ScenarioResult, StepResult, Subject, Verdict,
};

/// What a check is named and covers.
pub(super) struct Scope {
    check: &'static str,
    requirement: &'static str,
    level: Level,
    subject: Subject,
}

pub(super) fn scope(
    check: &'static str,
    requirement: &'static str,
    level: Level,
    about: [&str; 3],
) -> Scope {
    let named = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
    Scope {
        check,
        requirement,
        level,
        subject: Subject {
            resource_type: named(about[0]),
            interaction: named(about[1]),
            search_parameter: named(about[2]),
        },
    }
}

impl Scope {
    pub(super) fn judged(self, resources: u32, findings: Vec<Observed>) -> CheckResult {
        let evidence = Evidence {
            requests: 1,
            resources,
        };
        CheckResult {
            check: self.check.to_owned(),
            requirements: vec![self.requirement.to_owned()],
            level: self.level,
            conditional: false,
            flaky: false,
            subject: self.subject,
            verdict: Verdict::of_check(self.level, evidence, &findings),
            reason: None,
            evidence,
            findings,
        }
    }

    pub(super) fn skipped(self, reason: &str) -> CheckResult {
        CheckResult {
            verdict: Verdict::Skip,
            reason: Some(reason.to_owned()),
            evidence: Evidence::default(),
            ..self.judged(0, Vec::new())
        }
    }
}

pub(super) fn seen(exchange: &str, resource: Option<&str>, finding: Finding) -> Observed {
    Observed {
        exchange: Some(exchange.to_owned()),
        resource: resource.map(str::to_owned),
        finding,
        repeats: 0,
    }
}

pub(super) fn scenario(
    suite: &str,
    id: &str,
    title: &str,
    steps: Vec<StepResult>,
) -> ScenarioResult {
    ScenarioResult {
        suite: suite.to_owned(),
        id: id.to_owned(),
        title: title.to_owned(),
        workflow: false,
        steps,
    }
}

pub(super) fn step(
    id: &str,
    title: &str,
    exchanges: &[&str],
    checks: Vec<CheckResult>,
) -> StepResult {
    StepResult {
        id: id.to_owned(),
        title: title.to_owned(),
        exchanges: exchanges.iter().map(|&id| id.to_owned()).collect(),
        checks,
        stood_in: None,
        form: None,
        shown: Vec::new(),
        preparation: Vec::new(),
        notes: Vec::new(),
    }
}

pub(super) fn status(expression: &str, expected: &str, actual: &str, hint: &str) -> Finding {
    let message = format!("{expression}: expected {expected}, found {actual}");
    Finding {
        expected: Some(expected.to_owned()),
        actual: Some(actual.to_owned()),
        hint: Some(hint.to_owned()),
        ..Finding::new(Severity::Error, Rule::Status, "", message)
    }
}
