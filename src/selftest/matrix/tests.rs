//! What the matrix makes of trials.

use super::*;
use crate::check::Judgement;
use crate::finding::Rule;
use crate::result::{ScenarioResult, StepResult, Subject};

fn tried(blames: &[&'static catalog::Check]) -> Tried {
    let checks = catalog::all()
        .iter()
        .map(|check| {
            let mut judgement = Judgement::new(check, &Subject::default());
            judgement.saw_exchange();
            if blames.contains(check) {
                judgement.broken_by("a#1", Rule::Status, "http.status", "200", "500");
            }
            judgement.finish()
        })
        .collect();
    Tried {
        scenarios: vec![ScenarioResult {
            workflow: false,
            suite: "discover".to_owned(),
            id: "discover".to_owned(),
            title: String::new(),
            steps: vec![StepResult {
                id: "s".to_owned(),
                title: String::new(),
                exchanges: Vec::new(),
                checks,
                preparation: Vec::new(),
                notes: Vec::new(),
                shown: Vec::new(),
                stood_in: None,
                form: None,
            }],
        }],
    }
}

fn kill(breaks: &str, also: &[&str]) -> Known {
    let also = also.iter().map(|check| super::super::Consequence {
        checks: vec![(*check).to_owned()],
        because: "it cannot but fail".to_owned(),
    });
    let kill = Kill {
        fault: Fault::NoMetadata.code().to_owned(),
        seen_in: None,
        breaks: vec![breaks.to_owned()],
        tolerated: None,
        changes: Vec::new(),
        also: also.collect(),
    };
    Known::from([(kill.fault.clone(), kill)])
}

fn problems(blames: &[&'static catalog::Check], kills: &Known) -> Vec<String> {
    let fault = TriedFault {
        fault: Fault::NoMetadata,
        outcome: Ok(Told::by(&tried(blames))),
    };
    let matrix = judge(&tried(&[]), vec![fault], kills, false);
    matrix.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_fault_that_is_caught_for_the_right_reason_is_no_problem() {
    let kills = kill("CAP-1.status", &["read-status"]);
    let blames = [&catalog::CAPABILITIES, &catalog::READ_STATUS];
    assert_eq!(problems(&blames, &kills), Vec::<String>::new());
}

#[test]
fn what_nobody_catches_survives() {
    let found = problems(&[], &kill("CAP-1.status", &[]));
    assert!(found[0].starts_with("survived: "), "{found:?}");
}

#[test]
fn what_fires_beside_is_to_be_explained_and_what_is_explained_is_to_fire() {
    let found = problems(
        &[&catalog::CAPABILITIES, &catalog::READ_ID],
        &kill("CAP-1.status", &["read-status"]),
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("drags down: ") && found[0].contains("`read-id`"));
    assert!(found[1].starts_with("no consequence: ") && found[1].contains("`read-status`"));
}

#[test]
fn a_run_that_ends_at_the_login_blames_the_login_and_nothing_else() {
    let error = TrialError::Probe(ProbeError::Login("no token".to_owned()));
    let judged = |breaks: &str| {
        let fault = TriedFault {
            fault: Fault::NoMetadata,
            outcome: Err(Stopped::by(&error)),
        };
        judge(&tried(&[]), vec![fault], &kill(breaks, &[]), false).problems
    };
    assert_eq!(judged("SEC-1.login"), Vec::new());
    let found = judged("CAP-1.status");
    assert!(matches!(
        found[..],
        [Problem::Survived { .. }, Problem::DragsDown { .. }]
    ));
}

#[test]
fn what_blames_nobody_has_to_change_where_a_fault_says_so() {
    let mut known = kill("CAP-1.status", &[]);
    let kill = known.values_mut().next().expect("one");
    kill.changes = vec![catalog::PRECONDITION.id.to_owned()];
    let found = problems(&[&catalog::CAPABILITIES], &known);
    assert!(found[0].starts_with("no consequence: "), "{found:?}");
    let blames = [&catalog::CAPABILITIES, &catalog::PRECONDITION];
    let found = problems(&blames, &known);
    assert!(found[0].starts_with("drags down: "), "{found:?}");
}

#[test]
fn a_freedom_of_r4_is_nothing_to_blame_a_server_for() {
    let mut known = kill("CAP-1.status", &[]);
    let kill = known.values_mut().next().expect("one");
    kill.breaks.clear();
    kill.tolerated = Some("a server may do so".to_owned());
    assert_eq!(problems(&[], &known), Vec::<String>::new());
    let found = problems(&[&catalog::READ_ID], &known);
    assert!(found[0].starts_with("drags down: "), "{found:?}");
}

#[test]
fn a_server_without_faults_is_not_blamed() {
    let clean = tried(&[&catalog::READ_ID]);
    let matrix = judge(&clean, Vec::new(), &Known::default(), false);
    assert!(matches!(matrix.problems[..], [Problem::FalseAlarm { .. }]));
}

#[test]
fn a_check_that_no_fault_breaks_is_a_problem_once_every_fault_was_tried() {
    let fault = TriedFault {
        fault: Fault::NoMetadata,
        outcome: Ok(Told::by(&tried(&[&catalog::CAPABILITIES]))),
    };
    let matrix = judge(&tried(&[]), vec![fault], &kill("CAP-1.status", &[]), true);
    let never_fail = |problem: &&Problem| matches!(problem, Problem::NeverFails { .. });
    let never_fail = matrix.problems.iter().filter(never_fail);
    assert_eq!(never_fail.count(), catalog::all().len() - 1);
    let never_broken = |id: &str| {
        let requirement = id.to_owned();
        matrix
            .problems
            .contains(&Problem::NeverBroken { requirement })
    };
    assert!(never_broken("READ-1.status") && !never_broken("CAP-1.status"));
}
