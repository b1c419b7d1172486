//! Faults of the guide's use cases: each breaks an expectation, or lets a negative twin through.

use openimis_conformance::reference::Fault;

use crate::support::{Row, fails, hold, right_behaviour_passes, warns};

#[test]
fn the_use_cases_are_right_without_a_fault() {
    right_behaviour_passes(
        &[
            "enrolment",
            "enquire",
            "claiming",
            "feedback",
            "claim-with-contained-resources",
            "invoicing",
            "round-trip",
        ],
        &[
            "found",
            "expectation",
            "round-trip",
            "becomes-final",
            "twin-refused",
            "twin-reason",
            "twin-nothing-left",
            "update-status",
            "delete-status",
            "notified",
            "notified-header",
        ],
    );
}

/// A rule that is left out lets a twin through.
const fn lets_through(fault: Fault) -> Row {
    warns(fault, &["twin-refused"])
}

#[test]
fn the_registration_of_an_insuree_catches_its_faults() {
    hold(
        &["enrolment"],
        &["register-insuree"],
        &[
            lets_through(Fault::AcceptsNoCode),
            lets_through(Fault::AcceptsLongCode),
            lets_through(Fault::AcceptsDuplicateCode),
            lets_through(Fault::AcceptsMissingElements),
            lets_through(Fault::AcceptsDanglingReferences),
            lets_through(Fault::AcceptsProhibitedElements),
            lets_through(Fault::AcceptsAnyPerson),
            warns(Fault::RefusalWithoutPlace, &["twin-reason"]),
            warns(Fault::RefusalFails, &["twin-refused"]),
            warns(Fault::CreateLosesElement, &["kept"]),
            warns(Fault::StoresOther, &["kept"]),
        ],
    );
}

#[test]
fn the_enrolment_of_a_family_catches_its_faults() {
    hold(
        &["enrolment"],
        &["enrol-family"],
        &[
            lets_through(Fault::AcceptsAnyFamily),
            lets_through(Fault::AcceptsSecondFamily),
            lets_through(Fault::AcceptsAnyPolicy),
            warns(Fault::MembersForgetFamily, &["expectation"]),
            warns(Fault::CodeSystemsElsewhere, &["expectation"]),
            warns(Fault::CodeSystemsCut, &["expectation"]),
            warns(Fault::FamilyActiveAtOnce, &["expectation"]),
            fails(Fault::PolicyCoversNobody, &["found"]),
            fails(Fault::PolicyNeverExecuted, &["expectation"]),
            fails(Fault::CoverageWrongPeriod, &["expectation"]),
            fails(Fault::CoverageWrongPlan, &["found"]),
        ],
    );
}

#[test]
fn the_enquiry_catches_its_faults() {
    hold(
        &["enquire"],
        &["enquire"],
        &[
            lets_through(Fault::AcceptsAnyQuestion),
            lets_through(Fault::AcceptsDanglingReferences),
            fails(Fault::EligibilityOtherIdentifier, &["expectation"]),
            fails(Fault::EligibilityForgetsProducts, &["expectation"]),
            fails(Fault::EligibilityNotAnswered, &["expectation"]),
        ],
    );
}

#[test]
fn the_claim_catches_its_faults() {
    hold(
        &["claiming"],
        &["claim"],
        &[
            lets_through(Fault::AcceptsWrongSum),
            lets_through(Fault::AcceptsAnyClaimCode),
            lets_through(Fault::AcceptsAnyClaimant),
            lets_through(Fault::AcceptsDuplicateCode),
            fails(Fault::ClaimNotAdjudicated, &["expectation"]),
            warns(Fault::ClaimNeverSettles, &["becomes-final"]),
            fails(Fault::ClaimLinesReordered, &["expectation"]),
            fails(Fault::ClaimLineLost, &["expectation"]),
            fails(Fault::ClaimWrongTotal, &["expectation"]),
            warns(Fault::LosesPrecision, &["round-trip"]),
        ],
    );
}

#[test]
fn feedback_catches_its_faults() {
    hold(
        &["feedback"],
        &["feedback"],
        &[
            lets_through(Fault::AcceptsAnyAnswer),
            lets_through(Fault::AcceptsSecondFeedback),
            warns(Fault::FeedbackNotAskedFor, &["found"]),
            fails(Fault::FeedbackNotNoted, &["expectation"]),
        ],
    );
}

#[test]
fn a_claim_with_contained_resources_catches_its_faults() {
    hold(
        &["claim-with-contained-resources"],
        &[],
        &[
            lets_through(Fault::AcceptsDanglingReferences),
            fails(Fault::ClaimLineLost, &["expectation"]),
            warns(Fault::ClaimNeverSettles, &["becomes-final"]),
        ],
    );
}

#[test]
fn invoicing_catches_its_faults() {
    hold(
        &["invoicing"],
        &["invoice"],
        &[
            lets_through(Fault::AcceptsAnySubscription),
            lets_through(Fault::AcceptsOverpayment),
            warns(Fault::SubscribersNotTold, &["notified"]),
            warns(Fault::PolicyNotInvoiced, &["found"]),
            fails(Fault::PaymentNotNoted, &["expectation"]),
        ],
    );
}

#[test]
fn round_trips_catch_their_faults() {
    hold(
        &["round-trip"],
        &["extremes", "updates"],
        &[
            warns(Fault::StoresLess, &["kept"]),
            warns(Fault::StoresOther, &["kept", "round-trip"]),
            warns(Fault::MangledText, &["kept"]),
        ],
    );
}
