//! Which checks a step can make, known before it runs: so that a filter by check, requirement or
//! level sends no more than it needs.
//!
//! A check that is missing here would be left out of a filtered run; a test holds the table to what
//! is made of the built-in server, with and without faults.

use crate::check::catalog;
use crate::check::page::OF_A_WALK;
use crate::suite::probe::Probe;
use crate::suite::{Action, Step};

/// Checks that every exchange of a run has a part in.
const OF_THE_RUN: &str = "capabilities-interactions capabilities-parameters harness";
/// Checks that show only the requirement that the step names.
const OF_THE_STEP: &[&str] = &["becomes-final", "twin-refused"];
/// Checks of whatever is refused.
const OF_REFUSALS: &str = "bad-input error-body error-media-type no-internals outcome-code \
    outcome-explains outcome-severity same-answer";
const OF_WRITES: &str = "content-type create-body create-location create-status delete-status \
    error-body expectation kept no-server-error twin-nothing-left twin-reason twin-refused \
    update-status valid-guide valid-r4";
const OF_READS: &str = "becomes-final error-body expectation no-server-error read-id read-status \
    read-unknown round-trip valid-guide valid-r4";
const OF_SEARCHES: &str = "error-body expectation found must-support no-server-error paging-next \
    paging-no-repeat paging-terminates precondition search-bundle search-finds search-full-url \
    search-id search-only search-status search-total search-type valid-guide valid-r4";

/// The names of the checks that a step can make.
#[must_use]
pub fn checks(step: &Step) -> Vec<&'static str> {
    let own = match step.action {
        Action::Probe => match step.probe {
            Some(probe) => of_probe(probe),
            None => &[],
        },
        action => of_action(action),
    };
    let all = own.iter().chain(&[OF_THE_RUN]);
    all.flat_map(|names| names.split_whitespace()).collect()
}

/// The requirements that a step can show: those of its checks, and those that it names itself.
pub(super) fn requirements(step: &Step) -> Vec<&str> {
    let named = step.expect.iter().map(|expected| &expected.requirement);
    let named = named.chain(step.twins.iter().map(|twin| &twin.requirement));
    let named = named.chain(step.until.iter().map(|until| &until.requirement));
    let named = named.chain(&step.requirement).chain(&step.keeps);
    let of_a_walk = OF_A_WALK.into_iter().filter(|_| step.walks_over_all());
    let of_checks = checks(step).into_iter().filter_map(catalog::get);
    of_checks
        .filter(|check| !OF_THE_STEP.contains(&check.id))
        .flat_map(|check| check.requirements.iter().copied())
        .chain(named.map(String::as_str))
        .chain(of_a_walk)
        .collect()
}

fn of_action(action: Action) -> &'static [&'static str] {
    match action {
        Action::Capabilities => &[
            "capabilities capabilities-etag capabilities-format capabilities-guide-interactions \
             capabilities-guide-parameters capabilities-kind capabilities-open \
             capabilities-profiles capabilities-valid capabilities-version",
        ],
        Action::Search => &[OF_SEARCHES],
        Action::Read | Action::ReadUnknown => &[OF_READS],
        Action::Create | Action::Update | Action::Delete => &[OF_WRITES],
        Action::Listen | Action::PageBegin | Action::TryInteractions | Action::Probe => &[],
        Action::AwaitCall => &["notified notified-header"],
        Action::ResolveReferences => &["no-server-error reference-resolves reference-type"],
        Action::Sample => &["search-mode search-self"],
        Action::SearchDeclared => &[
            "no-server-error search-date-precision search-date-zone search-finds search-miss search-only search-plus \
             search-prefix-ap search-prefix-eb search-prefix-ge search-prefix-gt search-prefix-le \
             search-prefix-lt search-prefix-ne search-prefix-sa search-reference-absolute \
             search-reference-id search-self-used search-string-accents search-string-case \
             search-string-start search-token-any-code search-token-code search-token-no-system \
             search-token-system",
        ],
        Action::SearchUndeclared => &["search-offered"],
        Action::SearchFeatures => &[
            "no-server-error search-and search-count search-count-zero search-elements \
             search-empty search-escape search-or search-self-honest search-self-result \
             search-sort search-subset-mandatory search-subsetted search-summary-count \
             search-summary-data search-summary-false search-summary-text search-summary-true \
             search-total-accurate search-total-hint",
        ],
        Action::SearchIncluded => &[
            "search-chain search-compartment search-has search-include search-include-mode \
             search-include-once search-include-total search-revinclude search-self-honest",
        ],
        Action::SearchProtocol => &[
            "no-server-error search-invalid search-lenient search-modifier search-post \
             search-query search-self-honest search-strict search-unknown",
        ],
        Action::PageSizes => &[
            "paging-beyond paging-complete paging-count-kept paging-criteria paging-links \
             paging-next paging-no-repeat paging-order paging-size paging-terminates paging-total",
        ],
        Action::PageResume => &["paging-total-after-create paging-while-adding"],
    }
}

fn of_probe(probe: Probe) -> &'static [&'static str] {
    match probe {
        Probe::ReadHeaders => {
            &["read-etag read-etag-version read-etag-weak read-last-modified read-last-updated"]
        }
        Probe::ReadHead => &["head head-headers"],
        Probe::ReadConditional => &["conditional-read-status modified not-modified"],
        Probe::ReadSubset => &["read-mandatory read-subset read-subsetted"],
        Probe::ReadMalformed => &[OF_REFUSALS, "read-malformed"],
        Probe::ReadVersions => &[
            OF_REFUSALS,
            "history history-count history-entries history-pages history-since vread vread-unknown",
        ],
        Probe::VersionsUndeclared => &[OF_REFUSALS, "versions-not-offered"],
        Probe::ReadByCode => &["read-by-code read-by-code-id"],
        Probe::RefusedReads => &[OF_REFUSALS, "read-unknown unknown-type"],
        Probe::RefusedBodies => &[OF_REFUSALS, "broken-json empty-body wrong-type"],
        Probe::RefusedMethods => &[OF_REFUSALS, "allow method-not-offered"],
        Probe::Accept => &[
            "accept-any accept-weights charset compression compression-named fhir-version \
             not-acceptable request-id utf-8",
        ],
        Probe::Format => &["format-json format-xml pretty"],
        Probe::BodyTypes => &["body-type-refused"],
        Probe::TextSurvives => &["text-survives"],
        Probe::CreateIdentity => &["create-etag create-id create-meta location-reads"],
        Probe::CreatePrefer => &["prefer-minimal prefer-outcome prefer-representation"],
        Probe::CreateRefused => &[
            OF_REFUSALS,
            "create-refused empty-value-refused refused-not-stored unknown-element-refused",
        ],
        Probe::CreateTwice => &[OF_REFUSALS, "create-twice paging-total-after-create"],
        Probe::Update => &[
            "history-count history-order history-pages update-create update-id update-replaces \
             update-required update-stale update-status update-unknown update-version",
        ],
        Probe::Delete => {
            &["delete-again delete-gone delete-search delete-status history-deleted vread-deleted"]
        }
        Probe::ConditionalWrites => &[
            "conditional-create conditional-create-kept conditional-create-new \
             conditional-create-several conditional-delete conditional-delete-declared \
             conditional-update conditional-update-declared patch",
        ],
        Probe::Validate => &["validate-accepts validate-refuses"],
        Probe::Bundles => &["batch transaction"],
        Probe::FullUrls => &["full-url-reads"],
        Probe::ReferencesAgree => &[
            "family-agrees one-currency reference-id reference-identifier reference-type-element same-person",
        ],
        Probe::WithoutToken => &["challenge unauthenticated"],
        Probe::BadTokens => &["bad-token challenge"],
        Probe::WritesWithoutToken => &["challenge write-unauthenticated write-without-trace"],
        Probe::Guarded => &["cache cors hsts no-secrets no-sniff no-versions"],
        Probe::Injection => &["injection injection-header"],
        Probe::InjectionStored => &["injection-stored"],
        Probe::WrongPassword => &["login-silent malformed-login token-expiry wrong-password"],
        Probe::OtherAccounts => &[
            "location-read location-search rights-catalogue rights-chain rights-found-readable \
             rights-include rights-interleaved rights-read rights-search rights-total",
        ],
        Probe::OtherAccountsWrite => &["rights-write rights-write-nothing"],
        Probe::Options => &["options options-allow preflight"],
        Probe::HostileBodies => &["hostile-body"],
        Probe::RandomRequests => &["answered bad-input retry-after"],
    }
}
