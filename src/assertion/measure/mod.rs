//! MeasureReport against its Measure: groups, populations and stratifiers that the measure
//! defines, scores that its scoring allows, and counts that agree with the subjects listed.
//!
//! Deliberately not here: evaluating criteria.

mod code;
mod score;
#[cfg(test)]
mod tests;

use super::lookup;
use super::reference;
use super::sink::Sink;
use super::walk::At;
use crate::fhir::codes;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

codes! {
    /// `MeasureReport.type`.
    ReportType {
        Individual = "individual",
        SubjectList = "subject-list",
        Summary = "summary",
        DataCollection = "data-collection",
    }
}

/// What a report says of itself as a whole, beside its measure.
struct Report<'r> {
    measure: &'r Node<'r>,
    kind: Option<ReportType>,
    /// Whether nothing is to be added: `status` is `complete`.
    is_complete: bool,
}

/// Holds a MeasureReport against its Measure.
pub(super) fn check_report(at: &At<'_>, sink: &mut Sink) {
    let get = |name: &str| at.place.item.get(name).and_then(Node::as_str);
    let kind = get("type").and_then(ReportType::from_code);
    for group in at.place.children("group", "BackboneElement") {
        let at = at.to(&group, "MeasureReport.group");
        for population in group.children("population", "BackboneElement") {
            check_subjects(
                kind,
                &at.to(&population, "MeasureReport.group.population"),
                sink,
            );
        }
    }
    let Some(canonical) = get("measure") else {
        return;
    };
    let known = at.walk.engine.definitions.measure(canonical);
    let measure = lookup::canonical(at, "Measure", canonical)
        .or_else(|| known.as_deref().map(|known| &known.root));
    let Some(measure) = measure else {
        at.report(sink, Rule::Measure, Severity::Warning, || {
            Words::new(
                format!("`measure` of {}", at.subject()),
                "a Measure that is known",
                quoted(canonical),
            )
            .hint("load it with --definitions; the report was not held against it")
        });
        return;
    };
    let report = Report {
        measure,
        kind,
        is_complete: get("status") == Some("complete"),
    };
    report.check(at, sink);
}

impl Report<'_> {
    fn check(&self, at: &At<'_>, sink: &mut Sink) {
        let defined = code::entries(self.measure, "group");
        let groups = at.place.children("group", "BackboneElement");
        let owners = code::assign(
            "group",
            defined,
            &groups,
            &at.to(at.place, "MeasureReport.group"),
            sink,
        );
        if self.is_complete && self.kind != Some(ReportType::DataCollection) {
            code::report_missing("group", defined, &owners, at, sink);
        }
        for (group, owner) in groups.iter().zip(&owners) {
            let at = at.to(group, "MeasureReport.group");
            score::check(self.measure, self.kind, &at, sink);
            let Some(definition) = owner.and_then(|owner| defined.get(owner)) else {
                continue;
            };
            for (name, id) in [
                ("population", "MeasureReport.group.population"),
                ("stratifier", "MeasureReport.group.stratifier"),
            ] {
                let own = group.children(name, "BackboneElement");
                code::assign(
                    name,
                    code::entries(definition, name),
                    &own,
                    &at.to(group, id),
                    sink,
                );
            }
        }
    }
}

/// R4 MeasureReport.group.population.subjectResults: for subject lists only, one for each counted.
fn check_subjects(kind: Option<ReportType>, at: &At<'_>, sink: &mut Sink) {
    let Some(subjects) = at.place.item.get("subjectResults") else {
        return;
    };
    if kind.is_some_and(|kind| kind != ReportType::SubjectList) {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                "`subjectResults` only in a report of type `subject-list`",
                "it",
            )
        });
    }
    let list = subjects
        .str("reference")
        .and_then(|literal| reference::resolve(at.walk, literal));
    let count = at.place.item.get("count").and_then(Node::primitive_text);
    let (Some(list), Some(count)) = (list, count) else {
        return;
    };
    if list.str("resourceType") != Some("List") {
        return;
    }
    let listed = list
        .get("entry")
        .map_or(0, |entries| entries.entries().len());
    if count.parse() != Ok(listed) {
        fault(at, sink, || {
            Words::new(
                format!("`count` of {}", at.subject()),
                format!("{listed}, the number of subjects in its list"),
                count,
            )
        });
    }
}

/// An error about a report.
fn fault(at: &At<'_>, sink: &mut Sink, words: impl FnOnce() -> Words) {
    at.report(sink, Rule::Measure, Severity::Error, words);
}
