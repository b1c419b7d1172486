//! Judging a round trip: what was sent with a create or an update, read back.
//!
//! What the create's own answer showed to be changed or lost is reported there, once.

use std::collections::BTreeSet;

use super::Judgement;
use super::compare::{Comparison, Difference, Fate, compare};
use super::validity::label;
use crate::fhirpath::{Context, Element, Expression, LocalEnvironment, Model};
use crate::finding::{Finding, Rule, Severity};
use crate::json::Node;
use crate::wording::count;

/// Holds what came back to what was sent; gives a line for the report.
pub fn judge(
    judgement: &mut Judgement,
    model: &dyn Model,
    exchange: &str,
    (sent, got): (&Node<'_>, &Node<'_>),
    reported: &BTreeSet<String>,
) -> String {
    judgement.saw_resource();
    let resource_type = sent.str("resourceType").unwrap_or_default();
    let comparison = compare(sent, got, resource_type);
    let owned = server_owned(model, got, crate::suite::overlay::server_owned());
    for difference in &comparison.differences {
        if !is_kept_in_meaning(difference) && !reported.contains(&difference.element()) {
            let finding = not_kept(difference);
            judgement.find(exchange, Some(&label(got)), finding);
        }
    }
    summary(&comparison, &owned)
}

/// Whether a difference is none that a client minds: an element that appeared, or one that is the
/// server's own by its path, such as `Contract.status`.
#[must_use]
pub fn is_kept_in_meaning(difference: &Difference) -> bool {
    let element = difference.element();
    difference.fate == Fate::Appeared || crate::suite::overlay::server_owned().contains(&element)
}

/// The finding for an element that was changed or lost.
#[must_use]
pub fn not_kept(difference: &Difference) -> Finding {
    let sent = difference.sent.clone().unwrap_or_default();
    let mut finding = Finding::new(
        Severity::Warning,
        Rule::RoundTrip,
        &difference.path,
        format!(
            "expected what was sent ({sent}), found {}",
            difference.found()
        ),
    );
    finding.element = Some(difference.element());
    finding.expected = Some(sent);
    finding.actual = Some(difference.found());
    finding
}

fn summary(comparison: &Comparison, owned: &BTreeSet<u32>) -> String {
    let named = |fate: Fate, is_owned: Option<bool>| {
        let elements: BTreeSet<String> = comparison
            .differences
            .iter()
            .filter(|it| it.fate == fate)
            .filter(|it| is_owned.is_none_or(|wanted| owned.contains(&it.offset) == wanted))
            .map(Difference::element)
            .collect();
        elements.into_iter().collect::<Vec<_>>().join(", ")
    };
    let mut words = format!("round trip: {} kept", count(comparison.kept, "value"));
    for (what, elements) in [
        ("changed", named(Fate::Changed, None)),
        ("lost", named(Fate::Lost, None)),
        ("appeared", named(Fate::Appeared, Some(false))),
        (
            "appeared, the server's own",
            named(Fate::Appeared, Some(true)),
        ),
    ] {
        if !elements.is_empty() {
            words.push_str(&format!("; {what}: {elements}"));
        }
    }
    words
}

/// The places of elements that belong to the server, by the FHIRPath of the overlay.
fn server_owned(model: &dyn Model, got: &Node<'_>, expressions: &[String]) -> BTreeSet<u32> {
    let environment = LocalEnvironment::new(model);
    let context = Context::new(model, &environment, Element::resource(got, model));
    let mut offsets = BTreeSet::new();
    for expression in expressions {
        let items = Expression::parse(expression)
            .ok()
            .and_then(|expression| expression.evaluate(&context).ok());
        let nodes = items
            .iter()
            .flatten()
            .filter_map(|item| item.element()?.node());
        offsets.extend(nodes.map(|node| node.offset));
    }
    offsets
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::judge;
    use crate::check::{Judgement, catalog};
    use crate::fhirpath::DefinitionsModel;
    use crate::package::Definitions;
    use crate::result::{Subject, Verdict};

    const SENT: &str = r#"{"resourceType":"Patient","gender":"female","telecom":[{"value":"1"}],
        "identifier":[{"value":"A"}],"managingOrganization":{"reference":"Organization/1"}}"#;
    const GOT: &str = r#"{"resourceType":"Patient","id":"7","gender":"male","active":true,
        "identifier":[{"value":"A"},{"value":"u","type":{"coding":[{"code":"UUID"}]}}],
        "managingOrganization":{"reference":"Organization/1","type":"Organization"}}"#;

    fn judged(got: &str, reported: &[&str]) -> (Verdict, Vec<String>, String) {
        let sent = crate::json::read(SENT).expect("JSON");
        let got = crate::json::read(got).expect("JSON");
        let model = DefinitionsModel::new(Definitions::embedded());
        let mut judgement = Judgement::new(&catalog::ROUND_TRIP, &Subject::default());
        let reported: BTreeSet<String> = reported.iter().map(|it| (*it).to_owned()).collect();
        let note = judge(
            &mut judgement,
            &model,
            "a#1",
            (&sent.root, &got.root),
            &reported,
        );
        let result = judgement.finish();
        let elements = result
            .findings
            .iter()
            .filter_map(|it| it.finding.element.clone());
        (result.verdict, elements.collect(), note)
    }

    #[test]
    fn what_is_lost_or_changed_warns_and_what_the_server_owns_does_not() {
        let (verdict, elements, note) = judged(GOT, &[]);
        assert_eq!(verdict, Verdict::Warning);
        assert_eq!(elements, ["Patient.gender", "Patient.telecom"]);
        assert_eq!(
            note,
            "round trip: 2 values kept; changed: Patient.gender; lost: Patient.telecom; \
             appeared: Patient.active; appeared, the server's own: Patient.identifier, \
             Patient.managingOrganization.type"
        );
    }

    #[test]
    fn what_comes_back_passes_and_what_was_reported_is_not_reported_again() {
        assert_eq!(judged(SENT, &[]).0, Verdict::Pass);
        assert_eq!(
            judged(GOT, &["Patient.gender", "Patient.telecom"]).0,
            Verdict::Pass
        );
    }
}
