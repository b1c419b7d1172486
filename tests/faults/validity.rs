//! Of a check that shows many requirements, a finding breaks those that it is about and no others.

use std::collections::BTreeSet;

use openimis_conformance::finding::Severity;
use openimis_conformance::reference::Fault;
use openimis_conformance::requirement::broken::{is_broken_by, is_part};
use openimis_conformance::result::Verdict;
use openimis_conformance::selftest::Trial;

use crate::support::run;

/// The requirements of parts that findings break with that fault and without it, in these scenarios.
fn broken_by(
    fault: Fault,
    suite: &str,
    scenarios: &[&str],
) -> (BTreeSet<String>, BTreeSet<String>) {
    let broken = |trial: &Trial| -> BTreeSet<String> {
        let tried = run(&trial.clone().only(scenarios));
        tried
            .checks()
            .filter(|check| matches!(check.settled(), Verdict::Fail | Verdict::Warning))
            .flat_map(|check| {
                let findings = check.findings.iter().map(|observed| &observed.finding);
                let findings = findings.filter(|it| it.severity != Severity::Information);
                findings.flat_map(|finding| {
                    let own = check.requirements.iter();
                    own.filter(|id| is_part(id) && is_broken_by(id, finding))
                })
            })
            .cloned()
            .collect()
    };
    (
        broken(&Trial::of_fault(fault, &[suite])),
        broken(&Trial::of_right_behaviour(&[suite])),
    )
}

fn holds(suite: &str, scenarios: &[&str], table: &[(Fault, &[&str])]) {
    for (fault, expected) in table {
        let (with, without) = broken_by(*fault, suite, scenarios);
        let more: BTreeSet<&str> = with.difference(&without).map(String::as_str).collect();
        assert_eq!(more, expected.iter().copied().collect(), "{fault}");
    }
}

#[test]
fn each_rule_of_a_resource_has_the_fault_that_breaks_it_alone() {
    holds(
        "discover",
        &["discover-patient"],
        &[
            (Fault::EmptyArrays, &["CT-3.no-empty"]),
            (Fault::NullMembers, &["CT-3.null"]),
            (Fault::DuplicateMembers, &["CT-3.once"]),
            (Fault::TextForFlag, &["CT-3.shape"]),
            (Fault::WrongDateFormat, &["CT-3.format"]),
            (Fault::WrongCode, &["TERM-1.required"]),
            (Fault::UnsafeNarrative, &["VAL-3.narrative"]),
            (Fault::RelativeExtension, &["VAL-3.extension"]),
            (Fault::UnknownModifier, &["VAL-3.modifier-extension"]),
            (
                Fault::LoneContained,
                &["CT-3.id", "VAL-3.contained", "VAL-3.contained-referenced"],
            ),
            (Fault::UnknownElement, &[]),
        ],
    );
    holds(
        "discover",
        &["discover-coverage"],
        &[(Fault::OtherDisplay, &["TERM-1.display"])],
    );
    holds(
        "discover",
        &["discover-group"],
        &[(Fault::RelativeSystem, &["TERM-1.system"])],
    );
    holds(
        "discover",
        &["discover-practitioner-role"],
        &[(Fault::OneRowBreaksSearch, &["ROB-1.rows"])],
    );
}

#[test]
fn what_is_lost_on_the_way_is_told_from_what_is_changed() {
    holds(
        "round-trip",
        &["extremes"],
        &[
            (
                Fault::StoresOther,
                &["RT-2.changed", "RT-3.combining", "RT-3.long-name"],
            ),
            (Fault::StoresLess, &["RT-2.lost", "RT-3.everything"]),
        ],
    );
    holds(
        "round-trip",
        &["large-amounts"],
        &[(Fault::AmountsAreCapped, &["RT-2.changed", "RT-3.amount"])],
    );
    holds(
        "discover",
        &["discover-practitioner"],
        &[(Fault::TypeOutsideTheSet, &["TERM-1.extensible"])],
    );
    holds(
        "claiming",
        &["claim"],
        &[(Fault::LosesPrecision, &["CT-3.precision", "RT-2.changed"])],
    );
}
