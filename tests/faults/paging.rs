//! Faults of pages.

use openimis_conformance::http::Mode;
use openimis_conformance::reference::Fault;
use openimis_conformance::selftest::Trial;

use crate::support::{fails, hold, right_behaviour_passes, run, warns};

#[test]
fn the_walk_of_every_type_is_right_without_a_fault() {
    right_behaviour_passes(
        &["discover"],
        &[
            "paging-next",
            "paging-terminates",
            "paging-no-repeat",
            "search-total",
        ],
    );
}

#[test]
fn pages_of_every_size_are_right_without_a_fault() {
    right_behaviour_passes(
        &["paging"],
        &[
            "paging-size",
            "paging-complete",
            "paging-no-repeat",
            "paging-terminates",
            "paging-next",
            "paging-total",
            "paging-links",
            "paging-order",
            "paging-criteria",
            "paging-count-kept",
            "paging-beyond",
            "paging-while-adding",
            "paging-total-after-create",
        ],
    );
}

#[test]
fn the_walk_of_all_pages_catches_faults_of_links_and_totals() {
    hold(
        &["discover"],
        &["discover-code-system"],
        &[
            fails(Fault::PagingNeverEnds, &["paging-terminates"]),
            fails(Fault::PagingRepeats, &["paging-no-repeat"]),
            fails(Fault::WrongTotal, &["search-total"]),
            fails(Fault::TotalOfPage, &["search-total"]),
            fails(Fault::WrongBundleType, &["search-bundle"]),
            fails(Fault::NoFullUrl, &["search-full-url"]),
            fails(Fault::WrongFullUrl, &["search-full-url"]),
            fails(Fault::MissingResourceType, &["search-type"]),
            fails(Fault::MatchesWithoutId, &["search-id"]),
            fails(Fault::ForeignLinks, &["paging-next"]),
        ],
    );
    hold(
        &["discover"],
        &["discover-practitioner-role"],
        &[fails(Fault::OneRowBreaksSearch, &["search-status"])],
    );
}

#[test]
fn pages_of_several_sizes_catch_faults_of_pages() {
    hold(
        &["paging"],
        &["page-sizes"],
        &[
            fails(Fault::IgnoresCount, &["paging-size"]),
            fails(Fault::PagingLoses, &["paging-complete"]),
            fails(Fault::PagingRepeats, &["paging-no-repeat"]),
            fails(Fault::PagingNeverEnds, &["paging-terminates"]),
            fails(Fault::PagingForgets, &["paging-criteria"]),
            fails(Fault::NoNextLink, &["paging-complete"]),
            fails(Fault::WrongTotal, &["paging-total"]),
            fails(Fault::TotalOfPage, &["paging-total"]),
            fails(Fault::ForeignLinks, &["paging-next"]),
            warns(Fault::UnstableOrder, &["paging-order"]),
            warns(Fault::PagingForgetsCount, &["paging-count-kept"]),
            warns(Fault::RelativeLinks, &["paging-links"]),
            warns(Fault::EncodedLinks, &["paging-links"]),
            warns(Fault::InvalidDateFails, &["paging-beyond"]),
        ],
    );
}

#[test]
fn a_row_that_is_added_is_counted() {
    hold(
        &["paging"],
        &["page-while-adding"],
        &[
            fails(Fault::StaleTotal, &["paging-total-after-create"]),
            warns(Fault::PagingRepeats, &["paging-while-adding"]),
        ],
    );
}

#[test]
fn a_row_that_breaks_the_search_is_named_and_the_others_are_judged() {
    let trial = Trial::of_fault(Fault::OneRowBreaksSearch, &["discover"]);
    let tried = run(&Trial {
        mode: Mode::Read,
        ..trial.only(&["discover-practitioner-role"])
    });
    let steps = tried.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let checks: Vec<_> = steps.flat_map(|step| &step.checks).collect();
    let check = |id: &str| checks.iter().find(|check| check.check == id).expect(id);
    let finding = &check("search-status").findings[0].finding;
    let hint = finding.hint.as_deref().unwrap_or_default();
    assert!(hint.starts_with("asked one at a time, 1 of"), "{hint}");
    assert!(hint.contains("X is missing"), "{hint}");
    assert!(check("valid-guide").evidence.resources > 0);
    assert!(check("read-status").evidence.requests > 0);
}
