//! What each rule about servers says when it is broken, and that every rule has its text on
//! record: those about resources in the snapshot of `validator`, those about servers in the one
//! here.

use std::fmt::Write;

use openimis_conformance::finding::Rule;
use openimis_conformance::reference::Fault;
use openimis_conformance::selftest::Trial;

use crate::support::run;

/// A rule, and a fault that breaks it in a scenario of a suite.
const ROWS: &[(Rule, Fault, &str, &str)] = &[
    (
        Rule::Status,
        Fault::UnknownIdFails,
        "errors",
        "refused-reads",
    ),
    (Rule::Header, Fault::NoChallenge, "security", "tokens"),
    (
        Rule::MediaType,
        Fault::ErrorsAsText,
        "errors",
        "refused-reads",
    ),
    (
        Rule::SearchResult,
        Fault::NoFullUrl,
        "discover",
        "discover-code-system",
    ),
    (
        Rule::Capability,
        Fault::MetadataOverstates,
        "capabilities",
        "offered-patient",
    ),
    (
        Rule::Address,
        Fault::WantsTrailingSlash,
        "discover",
        "capability-statement",
    ),
    (Rule::Login, Fault::AcceptsAnyToken, "security", "tokens"),
    (
        Rule::Paging,
        Fault::ForeignLinks,
        "discover",
        "discover-code-system",
    ),
    (
        Rule::ErrorBody,
        Fault::EmptyErrors,
        "errors",
        "refused-reads",
    ),
    (
        Rule::Expectation,
        Fault::ClaimNotAdjudicated,
        "claiming",
        "claim",
    ),
    (
        Rule::Twin,
        Fault::AcceptsLongCode,
        "enrolment",
        "register-insuree",
    ),
    (
        Rule::Notification,
        Fault::SubscribersNotTold,
        "invoicing",
        "invoice",
    ),
    (
        Rule::RoundTrip,
        Fault::CreateLosesElement,
        "enrolment",
        "register-insuree",
    ),
];

/// Says what the client says of a connection: held in the tests of `http`.
const ELSEWHERE: &[Rule] = &[Rule::Transport];

/// The first finding of each rule.
fn text() -> String {
    let mut out = String::new();
    for (rule, fault, suite, scenario) in ROWS {
        let tried = run(&Trial::of_fault(*fault, &[suite]).only(&[scenario]));
        let mut found = tried.checks().flat_map(|check| &check.findings);
        let found = found.find(|observed| observed.finding.rule == *rule);
        let Some(observed) = found else {
            panic!("expected {fault} to break {rule} in {suite}, found that it does not");
        };
        let finding = &observed.finding;
        let _ = writeln!(
            out,
            "{}[{rule}] {} at `{}`",
            finding.severity, finding.message, finding.expression
        );
        if let Some(hint) = &finding.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
    without_ports(&out)
}

/// The text with `PORT` for the port of the built-in server, which is another each time.
fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        format!("{out}127.0.0.1:PORT{rest}")
    })
}

#[test]
fn every_rule_about_servers_says_what_was_expected_and_what_was_found() {
    insta::assert_snapshot!(text());
}

#[test]
fn every_rule_has_its_text_on_record() {
    let texts = [
        include_str!(
            "../../src/validator/snapshots/openimis_conformance__validator__wording__every_rule_says_what_was_expected_and_what_was_found.snap"
        ),
        include_str!(
            "snapshots/faults__wording__every_rule_about_servers_says_what_was_expected_and_what_was_found.snap"
        ),
    ];
    let has = |rule: &Rule| {
        texts
            .iter()
            .any(|text| text.contains(&format!("[{rule}] ")))
    };
    let silent: Vec<&Rule> = Rule::ALL
        .iter()
        .filter(|rule| !has(rule) && !ELSEWHERE.contains(rule))
        .collect();
    assert_eq!(
        silent,
        Vec::<&Rule>::new(),
        "add a case of each to `validator/wording.rs` or here"
    );
}
