//! Faults of search.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, right_behaviour_passes, warns};

/// Checks that have an occasion on the built-in server.
const PASS: &[&str] = &[
    "search-finds",
    "search-only",
    "search-miss",
    "search-token-code",
    "search-token-system",
    "search-token-no-system",
    "search-token-any-code",
    "search-reference-id",
    "search-reference-absolute",
    "search-string-start",
    "search-string-case",
    "search-string-accents",
    "search-date-precision",
    "search-date-zone",
    "search-plus",
    "search-prefix-ne",
    "search-prefix-gt",
    "search-prefix-lt",
    "search-prefix-ge",
    "search-prefix-le",
    "search-prefix-sa",
    "search-prefix-eb",
    "search-prefix-ap",
    "search-self-used",
    "search-empty",
    "search-and",
    "search-or",
    "search-escape",
    "search-count",
    "search-count-zero",
    "search-summary-count",
    "search-summary-true",
    "search-summary-text",
    "search-summary-data",
    "search-summary-false",
    "search-elements",
    "search-subset-mandatory",
    "search-subsetted",
    "search-total-accurate",
    "search-total-hint",
    "search-sort",
    "search-self",
    "search-mode",
    "search-self-result",
    "search-self-honest",
    "search-post",
    "search-unknown",
    "search-strict",
    "search-lenient",
    "search-modifier",
    "search-query",
    "search-invalid",
    "search-include",
    "search-revinclude",
    "search-include-mode",
    "search-include-total",
    "search-include-once",
];

#[test]
fn a_server_that_searches_as_r4_says_passes() {
    right_behaviour_passes(&["search"], PASS);
}

#[test]
fn parameters_that_select_wrongly_are_found_out() {
    hold(
        &["search"],
        &["search-patient"],
        &[
            fails(Fault::IgnoresEveryParameter, &["search-only"]),
            fails(Fault::IgnoresId, &["search-only"]),
            fails(Fault::IgnoresLastUpdated, &["search-only"]),
            fails(Fault::IgnoresIdentifier, &["search-only"]),
            fails(Fault::IgnoresSystem, &["search-token-system"]),
            fails(
                Fault::IgnoresPrefix,
                &[
                    "search-prefix-ge",
                    "search-prefix-gt",
                    "search-prefix-le",
                    "search-prefix-lt",
                    "search-prefix-ne",
                ],
            ),
            warns(
                Fault::IgnoresPrefix,
                &["search-prefix-sa", "search-prefix-eb"],
            ),
            fails(Fault::BareResource, &["search-finds"]),
            warns(Fault::UnknownIdentifierFails, &["no-server-error"]),
            warns(
                Fault::ExactStrings,
                &["search-string-case", "search-string-accents"],
            ),
            fails(Fault::ExactStrings, &["search-string-start"]),
            fails(Fault::DatesNeedADay, &["search-date-precision"]),
            fails(Fault::OffsetsAreDropped, &["search-date-zone"]),
            warns(Fault::PlusStaysAPlus, &["search-plus"]),
            fails(Fault::BareSelfLink, &["search-self-used"]),
        ],
    );
}

#[test]
fn parameters_that_shape_the_result_wrongly_are_found_out() {
    hold(
        &["search"],
        &["search-results"],
        &[
            fails(Fault::IgnoresCount, &["search-count", "search-count-zero"]),
            warns(Fault::IgnoresSort, &["search-sort"]),
            fails(Fault::IgnoresModifier, &["search-modifier"]),
            warns(Fault::IgnoresStrict, &["search-strict"]),
            fails(Fault::SearchByPostFails, &["search-post"]),
            warns(Fault::InvalidDateFails, &["no-server-error"]),
            fails(Fault::EmptySearchFails, &["search-empty"]),
            warns(Fault::NoSearchMode, &["search-mode"]),
            fails(Fault::NoSelfLink, &["search-self"]),
            fails(Fault::SelfLinkClaimsAll, &["search-self-honest"]),
            fails(Fault::WrongTotal, &["search-total-accurate"]),
            fails(Fault::FirstAlternativeOnly, &["search-or"]),
            fails(Fault::LastRepetitionOnly, &["search-and"]),
            fails(Fault::EscapesAreIgnored, &["search-escape"]),
            warns(Fault::RefusesTotal, &["search-total-hint"]),
            warns(Fault::RefusesUnknown, &["search-unknown", "search-lenient"]),
            fails(Fault::IgnoresQuery, &["search-query"]),
            warns(Fault::NoSubsetTag, &["search-subsetted"]),
            warns(Fault::SubsetLosesMandatory, &["search-subset-mandatory"]),
            warns(
                Fault::WrongSubset,
                &[
                    "search-summary-true",
                    "search-summary-text",
                    "search-summary-data",
                    "search-summary-false",
                    "search-elements",
                ],
            ),
            fails(Fault::BareSelfLink, &["search-self-result"]),
        ],
    );
}

#[test]
fn forms_of_tokens_and_references_are_told_apart() {
    hold(
        &["search"],
        &["search-organization"],
        &[
            fails(Fault::TokenNeedsSystem, &["search-token-code"]),
            fails(Fault::TokenNeedsCode, &["search-token-any-code"]),
            fails(Fault::BarIsIgnored, &["search-token-no-system"]),
        ],
    );
    hold(
        &["search"],
        &["search-coverage"],
        &[
            fails(Fault::ReferenceNeedsType, &["search-reference-id"]),
            fails(
                Fault::ReferenceNeedsToBeRelative,
                &["search-reference-absolute"],
            ),
        ],
    );
    hold(
        &["search"],
        &["search-subscription"],
        &[fails(Fault::IgnoresId, &["search-miss"])],
    );
}

#[test]
fn what_comes_along_is_held_to_its_rules() {
    hold(
        &["search"],
        &["search-references"],
        &[
            fails(
                Fault::IgnoresInclude,
                &["search-include", "search-revinclude"],
            ),
            fails(Fault::IncludeAsMatch, &["search-include-mode"]),
            warns(Fault::ChainFindsNothing, &["search-chain"]),
            warns(Fault::HasFindsNothing, &["search-has"]),
            warns(Fault::CompartmentOfAll, &["search-compartment"]),
            fails(Fault::CountsIncluded, &["search-include-total"]),
            fails(Fault::IncludesTwice, &["search-include-once"]),
        ],
    );
}
