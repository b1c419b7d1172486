//! Faults of tokens, headers, and values that are executed.

use openimis_conformance::reference::Fault;
use openimis_conformance::result::Verdict;
use openimis_conformance::selftest::Trial;

use crate::support::{fails, hold, right_behaviour_passes, run, warns};

#[test]
fn guards_are_right_without_a_fault() {
    right_behaviour_passes(
        &["security", "login"],
        &[
            "unauthenticated",
            "bad-token",
            "challenge",
            "write-unauthenticated",
            "write-without-trace",
            "cache",
            "no-sniff",
            "no-versions",
            "cors",
            "no-secrets",
            "injection",
            "injection-header",
            "injection-stored",
            "wrong-password",
            "login-silent",
            "malformed-login",
            "token-expiry",
            "rights-search",
            "rights-catalogue",
            "rights-read",
            "location-search",
            "location-read",
            "rights-include",
            "rights-total",
            "rights-found-readable",
            "rights-interleaved",
            "rights-write",
            "rights-write-nothing",
        ],
    );
}

#[test]
fn accounts_that_may_do_less_catch_their_faults() {
    hold(
        &["security"],
        &["accounts"],
        &[
            warns(
                Fault::SearchAsksNoRight,
                &["rights-search", "rights-catalogue"],
            ),
            warns(Fault::SearchAsksNoDistrict, &["location-search"]),
            warns(Fault::ReadAsksNoRight, &["rights-read", "location-read"]),
            warns(Fault::IncludeAsksNoRight, &["rights-include"]),
            warns(Fault::ChainAsksNoDistrict, &["rights-chain"]),
            warns(Fault::TotalCountsAll, &["rights-total"]),
            warns(Fault::ReadAsksEveryRight, &["rights-found-readable"]),
            warns(Fault::RightsOfLastLogin, &["rights-interleaved"]),
        ],
    );
    hold(
        &["security"],
        &["account-writes"],
        &[warns(
            Fault::ReaderMayWrite,
            &["rights-write", "rights-write-nothing"],
        )],
    );
}

#[test]
fn tokens_catch_their_faults() {
    hold(
        &["security"],
        &["tokens"],
        &[
            fails(Fault::NoAuthentication, &["unauthenticated"]),
            fails(Fault::ForbidsInsteadOfChallenging, &["unauthenticated"]),
            fails(Fault::AcceptsAnyToken, &["bad-token"]),
            fails(Fault::NoChallenge, &["challenge"]),
        ],
    );
}

#[test]
fn answers_and_values_catch_their_faults() {
    hold(
        &["security"],
        &["hostile"],
        &[warns(Fault::HostileBodyFails, &["hostile-body"])],
    );
    hold(
        &["security"],
        &["guarded", "injection"],
        &[
            warns(Fault::Cacheable, &["cache"]),
            warns(Fault::Sniffable, &["no-sniff"]),
            warns(Fault::TellsVersion, &["no-versions"]),
            warns(Fault::OpenToAllPages, &["cors"]),
            warns(Fault::ShowsPassword, &["no-secrets"]),
            warns(Fault::ExecutesValues, &["injection"]),
            warns(Fault::ValueInHeader, &["injection-header"]),
            warns(Fault::StripsMarkup, &["injection-stored"]),
            fails(
                Fault::NoAuthentication,
                &["write-unauthenticated", "write-without-trace"],
            ),
        ],
    );
}

#[test]
fn wrong_logins_catch_their_faults() {
    hold(
        &["login"],
        &["wrong-login"],
        &[
            fails(Fault::LoginFails, &["wrong-password"]),
            fails(Fault::LoginRevealsUsers, &["wrong-password"]),
            warns(Fault::LoginNamesUnknownUser, &["login-silent"]),
            fails(Fault::MalformedLoginFails, &["malformed-login"]),
            warns(Fault::LoginWithoutExpiry, &["token-expiry"]),
        ],
    );
}

#[test]
fn answers_over_tls_catch_theirs() {
    let found = |trial: Trial| run(&trial.only(&["guarded"]).over_tls()).worst("hsts");
    let right = Trial::of_right_behaviour(&["security"]);
    assert_eq!(found(right), Verdict::Pass);
    let wrong = Trial::of_fault(Fault::NoTransportSecurity, &["security"]);
    assert_eq!(found(wrong), Verdict::Warning);
}

#[test]
fn a_login_without_a_token_that_works_ends_the_run() {
    for (fault, words) in [
        (Fault::LoginWithoutToken, "`token`"),
        (
            Fault::TokenExpiresAtOnce,
            "gives a token at its login and refuses it",
        ),
    ] {
        let trial = Trial::of_fault(fault, &["login"]);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let ended = runtime.block_on(crate::support::BENCH.run(&trial));
        let message = ended.expect_err("no run").to_string();
        assert!(message.contains(words), "{message}");
    }
}
