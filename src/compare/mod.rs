//! Two reports side by side: what a release, or a country's instance of it, changed.
//!
//! Findings are matched by their identity. A finding that is gone is fixed only where its check
//! was tested again and saw data; otherwise it is untested. A finding that is new is a regression
//! only where its check was tested before. Beside the findings, the observed surface is compared:
//! what the change does to systems that talk to the server, even where both sides break the guide.
//! Data that is absent is never called breaking.
//!
//! Deliberately not here: judging a server; everything comes from the two reports.

mod checks;
mod findings;
mod format;
mod latency;
mod model;
mod overview;
mod rules;
mod surface;
mod verdict;

pub use self::format::{html, index, json, markdown, table};
pub use self::model::{
    Change, ChangedCheck, ChangedFinding, ChangedLatency, ChangedRule, ChangedSurface, Comparison,
    Effect, FORMAT_VERSION, Relation, RuleKind, Side, SurfaceKind, WhyNotComparable,
};
pub use self::overview::{Overview, OverviewCell, OverviewRow, overview};

use crate::report::Report;

/// Compares a report with an earlier one, or an instance's with its release's.
#[must_use]
pub fn compare(old: &Report, new: &Report, relation: Relation) -> Comparison {
    let rules = rules::changed(old, new);
    let findings = findings::changed(old, new, relation, &rules);
    let failing = findings
        .iter()
        .filter(|finding| finding.is_regression())
        .map(|finding| finding.id.clone())
        .collect();
    let mut comparison = Comparison {
        format_version: FORMAT_VERSION.to_owned(),
        relation,
        summary: String::new(),
        old: Side::of(old),
        new: Side::of(new),
        failing,
        findings,
        checks: checks::changed(old, new),
        rules,
        surface_compared: old.surface.is_some() && new.surface.is_some(),
        surface: surface::changed(old, new),
        latency: latency::changed(old, new),
    };
    comparison.summary = verdict::sentence(&comparison);
    comparison
}

/// How two reports relate, by their labels: `26.04-country` is an instance of `26.04`, and
/// `26.04-rc2` a step on the way to it.
#[must_use]
pub fn relation(old: &Report, new: &Report) -> Relation {
    let release = |report: &Report| {
        let name = report.target.release.as_ref().unwrap_or(&report.label);
        let (release, suffix) = name.split_once('-').unwrap_or((name, ""));
        (release.to_owned(), suffix.to_owned())
    };
    let ((old_release, old_suffix), (new_release, new_suffix)) = (release(old), release(new));
    let stage = |suffix: &str| {
        let stages = ["", "freeze", "alpha", "beta", "rc"];
        let word = suffix.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        stages.contains(&word)
    };
    let of_one_release = old_release == new_release && old_release.contains('.');
    match of_one_release && stage(&old_suffix) && !stage(&new_suffix) {
        true => Relation::Instance,
        false => Relation::Release,
    }
}

#[cfg(test)]
mod tests;
