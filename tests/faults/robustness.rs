//! Faults that bad input brings out.

use openimis_conformance::reference::Fault;

use crate::support::{hold, right_behaviour_passes, warns};

#[test]
fn bad_input_meets_no_server_error_without_a_fault() {
    right_behaviour_passes(&["robustness"], &["bad-input", "answered"]);
}

#[test]
fn requests_made_by_chance_catch_their_faults() {
    hold(
        &["robustness"],
        &["random"],
        &[
            warns(Fault::OddParameterFails, &["bad-input"]),
            warns(Fault::MalformedIdFails, &["bad-input"]),
            warns(Fault::UnknownTypeFails, &["bad-input"]),
            warns(Fault::HangsUp, &["answered"]),
            warns(Fault::BusyWithoutWord, &["retry-after"]),
        ],
    );
}
