//! Faults of what the server says of itself.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, right_behaviour_passes, warns};

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
            fails(Fault::MetadataOfAKind, &["capabilities-kind"]),
            fails(Fault::MetadataOnlyXml, &["capabilities-format"]),
            warns(Fault::MetadataWithoutEtag, &["capabilities-etag"]),
            warns(Fault::MetadataNeedsToken, &["capabilities-open"]),
            fails(
                Fault::MetadataUnderstates,
                &[
                    "capabilities-guide-interactions",
                    "capabilities-guide-parameters",
                ],
            ),
            warns(Fault::MetadataUnderstates, &["capabilities-profiles"]),
        ],
    );
}

#[test]
fn what_is_declared_and_not_so_is_found_out() {
    hold(
        &["capabilities", "search"],
        &["offered-patient", "search-patient"],
        &[
            fails(Fault::MetadataOverstates, &["capabilities-interactions"]),
            fails(Fault::IgnoresIdentifier, &["capabilities-parameters"]),
        ],
    );
}

#[test]
fn what_may_be_asked_is_held_to_http() {
    right_behaviour_passes(&["capabilities"], &["options", "options-allow"]);
    hold(
        &["capabilities"],
        &["options"],
        &[
            warns(Fault::OptionsFail, &["options"]),
            warns(Fault::OptionsWithoutAllow, &["options-allow"]),
            warns(Fault::PreflightNeedsToken, &["preflight"]),
        ],
    );
}

#[test]
fn a_server_that_declares_what_it_offers_passes() {
    right_behaviour_passes(
        &["discover", "capabilities"],
        &[
            "capabilities",
            "capabilities-version",
            "capabilities-valid",
            "capabilities-kind",
            "capabilities-format",
            "capabilities-open",
            "capabilities-etag",
            "capabilities-guide-interactions",
            "capabilities-guide-parameters",
            "capabilities-profiles",
        ],
    );
}
