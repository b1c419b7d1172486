//! Faults of references and addresses.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, right_behaviour_passes, warns};

#[test]
fn references_agree_without_a_fault() {
    right_behaviour_passes(
        &["references"],
        &[
            "full-url-reads",
            "reference-id",
            "reference-type-element",
            "reference-identifier",
            "same-person",
            "family-agrees",
            "one-currency",
        ],
    );
}

#[test]
fn what_refers_to_each_other_agrees_or_is_found() {
    hold(
        &["references"],
        &[
            "references-claim-response",
            "references-patient",
            "references-invoice",
        ],
        &[
            warns(Fault::AnswerAboutAnother, &["same-person"]),
            warns(Fault::FamilyOfStrangers, &["family-agrees"]),
            warns(Fault::MixedCurrencies, &["one-currency"]),
        ],
    );
}

#[test]
fn references_and_addresses_catch_their_faults() {
    hold(
        &["references"],
        &["references-coverage"],
        &[
            warns(Fault::WrongFullUrl, &["full-url-reads"]),
            warns(Fault::WrongId, &["reference-id"]),
            fails(Fault::WrongReferenceType, &["reference-type-element"]),
            warns(Fault::WrongReferenceIdentifier, &["reference-identifier"]),
        ],
    );
}

#[test]
fn references_that_were_followed_catch_theirs() {
    hold(
        &["discover"],
        &["discover-practitioner-role"],
        &[fails(Fault::ReadAnswersOtherType, &["reference-type"])],
    );
    hold(
        &["discover"],
        &["discover-claim"],
        &[warns(Fault::ReadFails, &["reference-resolves"])],
    );
}

#[test]
fn a_code_system_that_leaves_codes_in_use_out_is_found() {
    hold(
        &["discover"],
        &["codes"],
        &[warns(Fault::CodeSystemsCut, &["expectation"])],
    );
}
