//! Faults of refusals.

use openimis_conformance::reference::Fault;

use crate::support::{Row, fails, hold, right_behaviour_passes, warns};

#[test]
fn refusals_are_right_without_a_fault() {
    right_behaviour_passes(
        &["errors"],
        &[
            "read-unknown",
            "unknown-type",
            "broken-json",
            "wrong-type",
            "empty-body",
            "method-not-offered",
            "allow",
            "same-answer",
            "error-body",
            "outcome-severity",
            "outcome-code",
            "outcome-explains",
            "error-media-type",
            "no-internals",
        ],
    );
}

#[test]
fn refused_reads_catch_their_faults() {
    hold(
        &["errors"],
        &["refused-reads"],
        &[
            fails(Fault::UnknownIdFails, &["read-unknown"]),
            fails(Fault::UnknownIdIsEmpty, &["read-unknown"]),
            fails(Fault::UnknownTypeFails, &["unknown-type"]),
            warns(Fault::HtmlErrors, &["error-body"]),
            warns(Fault::EmptyErrors, &["error-body"]),
            warns(Fault::ErrorsOnlyInform, &["outcome-severity"]),
            warns(Fault::ErrorsAreExceptions, &["outcome-code"]),
            warns(Fault::ErrorsWithoutWords, &["outcome-explains"]),
            fails(Fault::ErrorsAsText, &["error-media-type"]),
            warns(Fault::StackTraces, &["no-internals"]),
            warns(Fault::CoverageDiffers, &["same-answer"]),
        ],
    );
}

#[test]
fn refused_bodies_and_methods_catch_their_faults() {
    hold(
        &["errors"],
        &["refused-bodies", "refused-methods"],
        &[
            warns(Fault::AcceptsBrokenJson, &["bad-input"]),
            warns(Fault::WrongTypeFails, &["bad-input"]),
            warns(Fault::BrokenJsonUnprocessable, &["broken-json"]),
            Row {
                fault: Fault::TakesAnyBody,
                fail: &["wrong-type"],
                warning: &["empty-body"],
            },
            warns(Fault::AnyMethodSucceeds, &["method-not-offered"]),
            fails(Fault::NoAllowHeader, &["allow"]),
        ],
    );
}
