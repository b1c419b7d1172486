//! `MeasureReport.group.measureScore`, as `Measure.scoring` allows it.

use rust_decimal::Decimal;

use super::{ReportType, code, fault};
use crate::assertion::sink::Sink;
use crate::assertion::walk::At;
use crate::fhir::codes;
use crate::finding::{Rule, Severity, Words};
use crate::json::Node;

codes! {
    /// A code of `http://terminology.hl7.org/CodeSystem/measure-scoring`.
    Scoring {
        Proportion = "proportion",
        Ratio = "ratio",
        ContinuousVariable = "continuous-variable",
        Cohort = "cohort",
    }
}

const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/measure-scoring";

fn scoring(measure: &Node<'_>) -> Option<Scoring> {
    code::entries(measure.get("scoring")?, "coding")
        .iter()
        .filter(|coding| coding.str("system") == Some(SYSTEM))
        .find_map(|coding| Scoring::from_code(coding.str("code")?))
}

/// Judges a group of a report.
pub(super) fn check(measure: &Node<'_>, kind: Option<ReportType>, at: &At<'_>, sink: &mut Sink) {
    let score = at.place.item.get("measureScore");
    let prohibited = match (kind, scoring(measure)) {
        (Some(ReportType::DataCollection), _) => "the report is of type `data-collection`",
        (_, Some(Scoring::Cohort)) => "the scoring of the Measure is `cohort`",
        (_, scoring) => {
            if let (Some(Scoring::Proportion), Some(score)) = (scoring, score) {
                check_proportion(score, at, sink);
            }
            return;
        }
    };
    if score.is_some() {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("no `measureScore`, as {prohibited}"),
                "one",
            )
        });
    }
}

/// A proportion is a part of the whole, without a unit.
fn check_proportion(score: &Node<'_>, at: &At<'_>, sink: &mut Sink) {
    let value = score.get("value").and_then(Node::primitive_text);
    if let Some(value) = value
        && let Ok(number) = value.parse::<Decimal>()
        && !(Decimal::ZERO..=Decimal::ONE).contains(&number)
    {
        fault(at, sink, || {
            Words::new(
                format!("`measureScore` of {}", at.subject()),
                "a proportion from 0 to 1",
                value,
            )
        });
    }
    if let Some(unit) = score.str("unit").or_else(|| score.str("code"))
        && unit != "1"
    {
        at.report(sink, Rule::Measure, Severity::Warning, || {
            Words::new(
                format!("`measureScore` of {}", at.subject()),
                "a proportion without a unit",
                format!("`{unit}`"),
            )
        });
    }
}
