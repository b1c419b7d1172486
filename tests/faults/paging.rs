//! Faults of pages.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, right_behaviour_passes};

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
fn the_walk_of_all_pages_catches_faults_of_links_and_totals() {
    hold(
        &["discover"],
        &["discover-code-system"],
        &[
            fails(Fault::PagingNeverEnds, &["paging-terminates"]),
            fails(Fault::PagingRepeats, &["paging-no-repeat"]),
            fails(Fault::WrongTotal, &["search-total"]),
            fails(Fault::TotalOfPage, &["search-total"]),
        ],
    );
}
