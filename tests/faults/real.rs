//! Faults of what real servers write: each is a finding where the resource is read.

use openimis_conformance::reference::Fault;

use crate::support::{Row, fails, hold, warns};

/// Holds them where resources of that type are searched and read.
fn discovered(scenario: &str, table: &[Row]) {
    hold(&["discover"], &[scenario], table);
}

#[test]
fn what_is_no_r4_is_found_where_it_is_read() {
    discovered(
        "discover-invoice",
        &[fails(Fault::CurrencySign, &["valid-r4"])],
    );
    discovered(
        "discover-group",
        &[
            fails(Fault::RelativeSystem, &["valid-r4"]),
            fails(Fault::CapitalCode, &["valid-r4"]),
        ],
    );
    discovered(
        "discover-insurance-plan",
        &[fails(Fault::TimeWithoutZone, &["valid-r4"])],
    );
    discovered(
        "discover-claim-response",
        &[fails(Fault::NamedReference, &["valid-r4"])],
    );
    discovered(
        "discover-coverage",
        &[warns(Fault::OtherDisplay, &["valid-r4"])],
    );
}

#[test]
fn what_breaks_the_guide_is_found_where_it_is_read() {
    discovered(
        "discover-coverage",
        &[
            fails(Fault::MisspeltExtension, &["valid-guide"]),
            fails(Fault::DatabaseIdentifier, &["valid-guide"]),
        ],
    );
    discovered(
        "discover-practitioner",
        &[fails(Fault::UsualName, &["valid-guide"])],
    );
    discovered(
        "discover-contract",
        &[fails(Fault::LegalState, &["valid-guide"])],
    );
}

#[test]
fn what_cannot_be_read_or_counted_is_found() {
    discovered(
        "discover-organization",
        &[fails(Fault::ReadFails, &["read-status"])],
    );
    hold(
        &["search"],
        &["search-results"],
        &[fails(Fault::CountZeroIsAll, &["search-count-zero"])],
    );
    hold(
        &["enquire"],
        &["enquire"],
        &[fails(Fault::CreateFails, &["create-status"])],
    );
}
