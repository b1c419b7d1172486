//! No check of content passes where there is no content: every check that there is, against a server
//! that has nothing, and by an account that may see nothing. What may pass there stands in a list,
//! with the reason.

use openimis_conformance::check::catalog;
use openimis_conformance::http::Mode;
use openimis_conformance::result::Verdict;
use openimis_conformance::selftest::{Bench, Trial, Tried};
use openimis_conformance::suite::load;

/// Checks that pass on a server without any content, by what they look at there.
const NEED_NO_CONTENT: &[(&str, &[&str])] = &[
    (
        "the CapabilityStatement, which is there without content",
        &[
            "capabilities",
            "capabilities-etag",
            "capabilities-format",
            "capabilities-guide-interactions",
            "capabilities-guide-parameters",
            "capabilities-kind",
            "capabilities-open",
            "capabilities-profiles",
            "capabilities-valid",
            "capabilities-version",
        ],
    ),
    (
        "that searches which are declared are answered, with results or without",
        &["capabilities-interactions"],
    ),
    (
        "how the server is spoken to, learnt from any answer",
        &["accept", "address", "media-type", "login"],
    ),
    (
        "logins, and requests without a token or with a wrong one",
        &[
            "bad-token",
            "challenge",
            "login-silent",
            "malformed-login",
            "token-expiry",
            "unauthenticated",
            "wrong-password",
        ],
    ),
    (
        "answers to what must be refused: what is asked for is not there anywhere",
        &[
            "error-body",
            "error-media-type",
            "no-internals",
            "outcome-code",
            "outcome-explains",
            "outcome-severity",
            "read-malformed",
            "read-unknown",
            "same-answer",
            "unknown-type",
        ],
    ),
    (
        "that requests are answered, and not with a server error, whatever they ask",
        &[
            "answered",
            "bad-input",
            "no-server-error",
            "injection-header",
        ],
    ),
    (
        "which methods may be used at an address",
        &["options", "options-allow"],
    ),
    (
        "the Bundle itself, which comes with matches or without: its type, its link, its total of none",
        &[
            "search-bundle",
            "search-self",
            "search-status",
            "search-total",
        ],
    ),
];

fn run(trial: &Trial) -> Tried {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(Bench::default().run(trial))
        .expect("a run")
}

/// Every suite, those that run only by name too.
fn every_suite() -> Trial {
    let suites = load::shipped().expect("the suites that ship");
    let names: Vec<&str> = suites.iter().map(|suite| suite.id.as_str()).collect();
    Trial::of_right_behaviour(&names)
}

fn needs_no_content(check: &str) -> bool {
    NEED_NO_CONTENT
        .iter()
        .any(|(_, checks)| checks.contains(&check))
}

/// Holds of the whole catalogue that nothing passes but what needs no content, and that each skip
/// has a reason.
fn hold(tried: &Tried) {
    let passed = tried.ended(Verdict::Pass);
    let mut wrong: Vec<&str> = Vec::new();
    for check in catalog::all() {
        if passed.contains(check.id) && !needs_no_content(check.id) {
            wrong.push(check.id);
        }
    }
    let expectations = passed.iter().filter(|id| catalog::get(id).is_none());
    wrong.extend(expectations);
    assert!(wrong.is_empty(), "these pass without content: {wrong:?}");
    for check in tried.checks() {
        assert_ne!(check.settled(), Verdict::Error, "{check:?}");
        if check.verdict == Verdict::Skip {
            let reason = check.reason.as_deref().unwrap_or_default();
            assert!(
                !reason.is_empty(),
                "{} is left out for no reason",
                check.check
            );
        }
    }
}

#[test]
fn nothing_of_content_passes_on_a_server_that_has_nothing() {
    let trial = Trial {
        mode: Mode::Read,
        ..every_suite().with_rows(Vec::new())
    };
    let tried = run(&trial);
    hold(&tried);
    // The list has nothing that does not pass.
    let passed = tried.ended(Verdict::Pass);
    for (_, checks) in NEED_NO_CONTENT {
        for check in *checks {
            assert!(passed.contains(check), "{check} does not pass");
        }
    }
}

#[test]
fn nothing_of_content_passes_for_an_account_without_rights() {
    let trial = Trial {
        mode: Mode::Read,
        ..every_suite().without_rights()
    };
    let tried = run(&trial);
    hold(&tried);
    // It was let in, and what it asked for was refused.
    assert_eq!(tried.worst("login"), Verdict::Pass);
    assert_eq!(tried.worst("search-status"), Verdict::Fail);
}
