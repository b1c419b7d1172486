//! Faults of the guide's use cases: each breaks an expectation, or lets a negative twin through.

use openimis_conformance::reference::Fault;

use openimis_conformance::result::Verdict;
use openimis_conformance::selftest::Trial;

use crate::support::{Row, fails, hold, right_behaviour_passes, run, warns};

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
            fails(Fault::WantsUsualName, &["create-status"]),
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
            fails(Fault::WantsLegalState, &["create-status"]),
            warns(Fault::MembersForgetFamily, &["expectation"]),
            warns(Fault::CodeSystemsElsewhere, &["expectation"]),
            warns(Fault::CodeSystemsCut, &["expectation"]),
            warns(Fault::FamilyActiveAtOnce, &["expectation"]),
            fails(Fault::PolicyCoversNobody, &["found"]),
            fails(Fault::PolicyNeverExecuted, &["expectation"]),
            fails(Fault::CoverageWrongPeriod, &["expectation"]),
            fails(Fault::CoverageWrongPlan, &["found"]),
            fails(Fault::FamilyWithOtherCode, &["expectation"]),
            fails(Fault::WardsLeadNowhere, &["expectation"]),
            warns(Fault::LosesPhoto, &["expectation"]),
            warns(Fault::CoverageWithoutDates, &["expectation"]),
            fails(Fault::CoverageStaysDraft, &["expectation"]),
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
            fails(Fault::WantsCategoryText, &["create-status"]),
            lets_through(Fault::AcceptsAnyClaimCode),
            lets_through(Fault::AcceptsAnyClaimant),
            lets_through(Fault::AcceptsDuplicateCode),
            fails(Fault::ClaimNotAdjudicated, &["expectation"]),
            fails(Fault::ClaimLinesReordered, &["expectation"]),
            fails(Fault::ClaimLineLost, &["expectation"]),
            fails(Fault::ClaimWrongTotal, &["expectation"]),
            warns(Fault::LosesPrecision, &["round-trip"]),
            fails(Fault::LinesWithoutReason, &["expectation"]),
            fails(Fault::LinesNeverValuated, &["expectation"]),
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
            fails(Fault::AnswerLost, &["expectation"]),
            fails(Fault::QuestionLost, &["expectation"]),
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
            warns(Fault::RejectsContained, &["expectation"]),
            fails(Fault::ContainedInContained, &["expectation"]),
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
            warns(Fault::PaymentNotNoted, &["expectation"]),
            warns(Fault::CallWithoutHeader, &["notified-header"]),
            warns(Fault::UnpaidPolicyExecuted, &["expectation"]),
            fails(Fault::InvoiceWrongSum, &["expectation"]),
        ],
    );
}

/// What the guide leaves open is left out, and blames nobody.
#[test]
fn what_the_guide_names_no_time_for_is_left_out() {
    for (fault, suite, check) in [
        (Fault::ClaimNeverSettles, "claiming", "becomes-final"),
        (Fault::PolicyNotInvoiced, "invoicing", "precondition"),
    ] {
        let tried = run(&Trial::of_fault(fault, &[suite]));
        let verdicts = tried.checks().filter(|own| own.check == check);
        let verdicts: Vec<Verdict> = verdicts.map(|own| own.settled()).collect();
        assert!(verdicts.contains(&Verdict::Skip), "{fault}: {verdicts:?}");
        let harmless = |own: &Verdict| matches!(own, Verdict::Skip | Verdict::Pass);
        assert!(verdicts.iter().all(harmless), "{fault}: {verdicts:?}");
    }
}

#[test]
fn bills_catch_their_fault() {
    hold(
        &["invoicing"],
        &["bill"],
        &[fails(Fault::InvoiceToPlace, &["expectation"])],
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

#[test]
fn a_use_case_goes_on_in_the_form_that_the_server_takes() {
    let trial = Trial::of_fault(Fault::WantsUsualName, &["enrolment"]).only(&["register-insuree"]);
    let tried = run(&trial);
    let step = |id: &str| {
        let mut steps = tried.scenarios.iter().flat_map(|it| &it.steps);
        steps.find(|step| step.id == id).expect("the step")
    };
    let create = step("create-patient");
    let form = "a name of the use `usual`";
    assert!(
        create
            .form
            .as_deref()
            .is_some_and(|it| it.starts_with(form))
    );
    assert_eq!(create.stood_in, None);
    let refused = create.checks.iter().flat_map(|check| &check.findings);
    let hints: Vec<_> = refused
        .filter(|observed| observed.finding.message.contains("status 422"))
        .filter_map(|observed| observed.finding.hint.as_deref())
        .collect();
    let said = "the same was taken with a name of the use `usual`";
    assert!(hints.iter().any(|hint| hint.starts_with(said)), "{hints:?}");
    // What differs in one thing from a body that was taken is judged, and so is what comes back.
    assert_eq!(tried.worst("twin-refused"), Verdict::Pass);
    let read = step("read-patient").checks.iter();
    let status = read.filter(|check| check.check == "read-status");
    assert!(status.map(|check| check.verdict).eq([Verdict::Pass]));
}

#[test]
fn no_other_form_is_tried_where_the_guides_is_taken() {
    let tried = run(&Trial::of_right_behaviour(&["enrolment"]).only(&["register-insuree"]));
    let mut steps = tried.scenarios.iter().flat_map(|scenario| &scenario.steps);
    assert!(steps.all(|step| step.form.is_none()));
}
