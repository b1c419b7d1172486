//! What changed, in one sentence.

use super::model::{Change, Comparison, Effect, Relation};
use crate::result::Verdict;

/// The sentence; its parts are fixed texts, so that it can be put into another language.
pub(super) fn sentence(comparison: &Comparison) -> String {
    let count = |change: Change| {
        let findings = comparison.findings.iter();
        let failing = findings
            .filter(|finding| finding.change == change && finding.verdict() == Some(Verdict::Fail));
        failing.count()
    };
    let (old, new) = (&comparison.old.label, &comparison.new.label);
    let breaking = comparison
        .surface
        .iter()
        .filter(|change| change.effect == Effect::Breaking)
        .count();
    let surface = match (comparison.surface_compared, breaking) {
        (true, 0) => "; no breaking change of the interface was seen".to_owned(),
        (true, 1) => "; 1 breaking change of the interface".to_owned(),
        (true, count) => format!("; {count} breaking changes of the interface"),
        (false, _) => String::new(),
    };
    match comparison.relation {
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
