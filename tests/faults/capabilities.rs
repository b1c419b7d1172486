//! Faults of what the server says of itself.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, warns};

#[test]
fn the_reading_of_the_capability_statement_catches_its_faults() {
    hold(
        &["discover"],
        &["capability-statement"],
        &[
            fails(Fault::NoMetadata, &["capabilities"]),
            fails(
                Fault::MetadataInvalid,
                &["capabilities-valid", "capabilities-version"],
            ),
            fails(Fault::WrongFhirVersion, &["capabilities-version"]),
            warns(Fault::WantsTrailingSlash, &["address"]),
        ],
    );
}
