use super::texts::{Entry, read, texts};
use super::{checks, find, guess, of_finding, text};
use crate::finding::Rule;
use crate::reference::Fault;
use crate::report::sample;
use crate::requirement;

/// What to add, where something is missing.
fn missing(kind: &str, id: &str, more: &str) -> String {
    format!(
        "nothing explains the {kind} `{id}`: add to a file of fixtures/explanations/ (that of its area)\n\n{kind}s:\n  {id}:\n    why: what goes wrong for who builds on the API\n    mend: where to look, what to change\n{more}"
    )
}

fn useful(entry: &Entry, id: &str) {
    for text in [&entry.why, &entry.mend] {
        assert!(
            text.len() >= 20,
            "{id}: a text that helps is longer than `{text}`"
        );
        assert!(!text.ends_with('.'), "{id}: no final stop");
    }
}

#[test]
fn the_files_are_read_and_nothing_stands_twice() {
    let texts = read().unwrap_or_else(|error| panic!("{error}"));
    assert!(!texts.requirements.is_empty());
}

#[test]
fn every_requirement_is_explained() {
    let absent: Vec<String> = requirement::all()
        .iter()
        .filter(|it| texts().requirement(&it.id).is_none())
        .map(|it| {
            missing(
                "requirement",
                &it.id,
                "\n(or under its group, the part before the stop)",
            )
        })
        .collect();
    assert!(absent.is_empty(), "{}", absent.join("\n\n"));
}

#[test]
fn every_rule_is_explained() {
    let absent: Vec<String> = Rule::ALL
        .iter()
        .filter(|rule| {
            let entry = texts().rule(rule.code());
            !entry.is_some_and(|it| it.what.is_some() && it.source.is_some())
        })
        .map(|rule| {
            missing(
                "rule",
                rule.code(),
                "    what: what the rule says\n    source: R4 section, HTTP, guide or ours\n",
            )
        })
        .collect();
    assert!(absent.is_empty(), "{}", absent.join("\n\n"));
}

#[test]
fn every_fault_is_explained() {
    let absent: Vec<String> = Fault::ALL
        .iter()
        .filter(|fault| texts().fault(fault.code()).is_none())
        .map(|fault| {
            missing(
                "fault",
                fault.code(),
                "    breaks: [ids of the requirements that it breaks]\n",
            )
        })
        .collect();
    assert!(absent.is_empty(), "{}", absent.join("\n\n"));
}

#[test]
fn every_check_is_explained_by_its_requirements() {
    for check in checks() {
        let explanation = find(check.id).remove(0);
        let complete = !explanation.why.is_empty()
            && !explanation.mend.is_empty()
            && !explanation.source.is_empty()
            && !explanation.tested.is_empty();
        assert!(
            complete,
            "{} names requirements that nothing explains",
            check.id
        );
    }
}

#[test]
fn the_texts_help_and_name_requirements_that_are_there() {
    let texts = texts();
    let all = texts.requirements.iter().chain(&texts.rules);
    for (id, entry) in all.chain(&texts.faults) {
        useful(entry, id);
        for broken in &entry.breaks {
            let known = requirement::get(broken).is_some();
            assert!(
                known,
                "{id} is said to break {broken}, which is no requirement"
            );
        }
    }
}

#[test]
fn a_check_a_requirement_a_rule_and_a_fault() {
    let ids = ["read-status", "READ-1.status", "invariant", "wrong-id"];
    let texts: Vec<String> = ids.iter().map(|id| text(&find(id)[0])).collect();
    insta::assert_snapshot!(texts.join("\n---\n"));
}

#[test]
fn an_id_that_is_two_things_is_explained_as_both() {
    assert_eq!(find("unknown-element").len(), 2);
    assert!(find("READ-1.STATUS").len() == 1, "case does not matter");
    assert_eq!(find("GUIDE-Patient.search.identifier").len(), 1);
    assert_eq!(guess("raed-status").as_deref(), Some("read-status"));
    assert_eq!(guess("zzzzzzzzzz"), None);
}

#[test]
fn a_finding_of_a_report() {
    let report = sample::report();
    let finding = of_finding(&report, "d973b5d0").expect("the finding");
    insta::assert_snapshot!(text(&finding));
    assert!(of_finding(&report, "d97").is_none(), "too short");
    assert!(of_finding(&report, "ffffffffffff").is_none());
}
