//! `guide`, as people use it.

use openimis_conformance::guide::check::{GuideReport, check};
use openimis_conformance::guide::find;
use openimis_conformance::guide::show::{Extent, ProfileView, text};
use openimis_conformance::interpretation::Interpretations;
use openimis_conformance::package::{Definitions, PackageFiles};

fn shown(profile: &str, extent: Extent) -> ProfileView {
    let definitions = Definitions::embedded();
    let definition = find::profile(&definitions, profile).expect("known");
    ProfileView::new(&definition, &definitions, extent).expect("has a snapshot")
}

#[test]
fn a_profile_is_shown_as_a_tree_of_what_it_asks() {
    for profile in [
        "patient",
        "communication-request",
        "contract",
        "medication-usage-context",
    ] {
        insta::assert_snapshot!(profile, text(&shown(profile, Extent::Constrained)));
    }
}

#[test]
fn every_element_is_shown_when_asked_for() {
    insta::assert_snapshot!(text(&shown("unit-price", Extent::All)));
}

#[test]
fn the_tree_is_there_for_programs_too() {
    insta::assert_json_snapshot!(shown("insurance-plan-period", Extent::Constrained));
}

#[test]
fn every_profile_and_extension_of_the_guide_can_be_shown() {
    let definitions = Definitions::embedded();
    let all = definitions
        .profiles()
        .into_iter()
        .chain(definitions.extensions());
    let mut shown = 0;
    for definition in all {
        let view = ProfileView::new(&definition, &definitions, Extent::Constrained);
        assert!(
            text(&view.expect("has a snapshot")).lines().count() > 4,
            "{}",
            definition.id
        );
        shown += 1;
    }
    assert_eq!(shown, 60);
}

#[test]
fn a_name_that_is_nearly_right_gets_a_proposal_and_exit_code_2() {
    let binary = env!("CARGO_BIN_EXE_openimis-conformance");
    let run = std::process::Command::new(binary)
        .args(["guide", "show", "pateint"])
        .output()
        .expect("the program runs");
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty());
    let message = String::from_utf8(run.stderr).expect("text");
    assert!(
        message.contains("did you mean `openimis-patient`"),
        "{message}"
    );
}

#[test]
fn every_fault_of_the_guide_has_a_decision_and_every_decision_a_fault() {
    let definitions = Definitions::embedded();
    let package = &definitions.packages()[0];
    let faults = check(&definitions, &package.id, &PackageFiles::embedded_guide());
    let report = GuideReport::new(package, faults, Interpretations::embedded());
    insta::assert_snapshot!(report.text());
    assert!(report.is_settled());
}
