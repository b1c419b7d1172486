//! A report with everything that people read in their language.

use std::borrow::Cow;

use super::{Language, Sentences};
use crate::report::{FindingGroup, Flow, GateReport, Report, ReportedScenario};

/// The report in a language; the record itself where that is English.
#[must_use]
pub fn in_language(report: &Report, language: Language) -> Cow<'_, Report> {
    if language == Language::English {
        return Cow::Borrowed(report);
    }
    let mut report = report.clone();
    let mut sentences = Sentences::new(language);
    sentences.put(&mut report.summary);
    sentences.put_all(&mut report.stopped_because);
    for fact in &mut report.dialect {
        let texts = [
            Some(&mut fact.value),
            fact.expected.as_mut(),
            fact.effect.as_mut(),
        ];
        sentences.put_all(texts.into_iter().flatten());
    }
    for suite in &mut report.suites {
        sentences.put(&mut suite.title);
        sentences.put_all(&mut suite.not_green_because);
        for scenario in &mut suite.scenarios {
            self::scenario(&mut sentences, scenario);
        }
    }
    for group in &mut report.findings {
        finding(&mut sentences, group);
    }
    for flow in &mut report.flows {
        self::flow(&mut sentences, flow);
    }
    for requirement in &mut report.requirements {
        sentences.put_all(&mut requirement.statement);
        sentences.put_all(&mut requirement.not_tested_because);
    }
    for skipped in &mut report.skipped {
        sentences.put(&mut skipped.reason);
    }
    if let Some(report) = &mut report.gate {
        gate(&mut sentences, report, language);
    }
    sentences.put_all(&mut report.target.release_source);
    Cow::Owned(report)
}

fn scenario(sentences: &mut Sentences, scenario: &mut ReportedScenario) {
    sentences.put(&mut scenario.title);
    for step in &mut scenario.steps {
        sentences.put(&mut step.title);
        sentences.put_all(&mut step.notes);
        for check in &mut step.checks {
            sentences.put_all(&mut check.reason);
        }
    }
}

fn flow(sentences: &mut Sentences, flow: &mut Flow) {
    sentences.put(&mut flow.title);
    sentences.put(&mut flow.summary);
    sentences.put_all(&mut flow.blocked_by);
    for step in &mut flow.steps {
        sentences.put(&mut step.title);
        sentences.put_all(&mut step.because);
    }
}

/// The summary of a gate is several sentences in one.
fn gate(sentences: &mut Sentences, gate: &mut GateReport, language: Language) {
    let parts: Vec<String> = gate
        .summary
        .split("; ")
        .map(|part| language.sentence(part))
        .collect();
    gate.summary = parts.join("\u{a0}; ");
    if let Some(acceptance) = &mut gate.acceptance {
        sentences.put_all(&mut acceptance.not_met_because);
    }
}

fn finding(sentences: &mut Sentences, group: &mut FindingGroup) {
    sentences.put(&mut group.message);
    let texts = [&mut group.expected, &mut group.actual, &mut group.hint];
    sentences.put_all(texts.into_iter().flatten());
    for occurrence in &mut group.occurrences {
        sentences.put_all(&mut occurrence.actual);
    }
}
