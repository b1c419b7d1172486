//! What changed, in one sentence.

use super::model::{Change, Comparison, Effect, Relation};
use crate::report::Language;
use crate::result::Verdict;

/// Whether no finding, no check, no rule and nothing of the interface changed.
pub(super) fn is_unchanged(comparison: &Comparison) -> bool {
    let stayed = |change| matches!(change, Change::Still | Change::Inherited);
    comparison
        .findings
        .iter()
        .all(|finding| stayed(finding.change))
        && comparison.checks.is_empty()
        && comparison.rules.is_empty()
        && comparison.surface.is_empty()
}

/// What a gate makes of it, in a few words.
pub(super) fn words(comparison: &Comparison, language: Language) -> String {
    match comparison.failing.len() {
        0 if is_unchanged(comparison) => language.text("no change").into_owned(),
        0 => language.text("no new failures").into_owned(),
        count => language.count(count, "new failure", "new failures"),
    }
}

/// How many changes of the interface break other systems.
pub(super) fn breaking(comparison: &Comparison) -> usize {
    let changes = comparison.surface.iter();
    changes
        .filter(|change| change.effect == Effect::Breaking)
        .count()
}

/// The sentence; its parts are fixed texts, so that it can be put into another language.
pub(super) fn sentence(comparison: &Comparison) -> String {
    let count = |change: Change| {
        let findings = comparison.findings.iter();
        let failing = findings
            .filter(|finding| finding.change == change && finding.verdict() == Some(Verdict::Fail));
        failing.count()
    };
    let (old, new) = (&comparison.old.label, &comparison.new.label);
    let surface = match (comparison.surface_compared, breaking(comparison)) {
        (true, 0) => "; no breaking change of the interface was seen".to_owned(),
        (true, 1) => "; 1 breaking change of the interface".to_owned(),
        (true, count) => format!("; {count} breaking changes of the interface"),
        (false, _) => String::new(),
    };
    match comparison.relation {
        Relation::Release if is_unchanged(comparison) => format!(
            "From {old} to {new} nothing changed; {} still failing.",
            count(Change::Still),
        ),
        Relation::Release => format!(
            "From {old} to {new}: {} new, {} fixed, {} still failing, {} no longer tested{surface}.",
            count(Change::New),
            count(Change::Fixed),
            count(Change::Still),
            count(Change::NewlyUntested),
        ),
        Relation::Instance => format!(
            "{new} beside its release {old}: {} of its own, {} inherited, {} not comparable{surface}.",
            count(Change::Local),
            count(Change::Inherited),
            count(Change::NotComparable),
        ),
    }
}
