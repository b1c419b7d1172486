//! Faults of create, update and delete.

use openimis_conformance::reference::Fault;

use crate::support::{Row, fails, hold, right_behaviour_passes, warns};

#[test]
fn writes_are_right_without_a_fault() {
    right_behaviour_passes(
        &["write"],
        &[
            "create-id",
            "create-meta",
            "location-reads",
            "create-etag",
            "prefer-minimal",
            "prefer-outcome",
            "prefer-representation",
            "create-refused",
            "unknown-element-refused",
            "refused-not-stored",
            "create-twice",
            "conditional-create",
            "conditional-create-kept",
            "conditional-create-new",
            "conditional-create-several",
            "conditional-delete",
            "update-status",
            "update-replaces",
            "update-id",
            "update-version",
            "update-unknown",
            "update-create",
            "update-required",
            "update-stale",
            "conditional-update",
            "patch",
            "history-order",
            "history-count",
            "history-pages",
            "delete-status",
            "delete-gone",
            "delete-search",
            "delete-again",
            "history-deleted",
            "vread-deleted",
            "validate-accepts",
            "validate-refuses",
            "batch",
            "transaction",
        ],
    );
}

#[test]
fn creates_catch_their_faults() {
    hold(
        &["write"],
        &["write-patient"],
        &[
            fails(Fault::KeepsClientId, &["create-id"]),
            fails(Fault::KeepsClientVersion, &["create-meta"]),
            fails(Fault::WrongLocation, &["location-reads"]),
            warns(Fault::NoEtag, &["create-etag"]),
            warns(Fault::IgnoresPrefer, &["prefer-minimal", "prefer-outcome"]),
            warns(Fault::WithholdsRepresentation, &["prefer-representation"]),
            warns(Fault::AcceptsAnyPerson, &["create-refused"]),
            warns(Fault::AcceptsLongCode, &["create-refused"]),
            warns(Fault::AcceptsUnknownElements, &["unknown-element-refused"]),
            warns(Fault::AcceptsEmptyValues, &["empty-value-refused"]),
            warns(Fault::RefusalFails, &["bad-input", "create-twice"]),
            fails(Fault::StoresBeforeChecking, &["refused-not-stored"]),
            warns(Fault::AcceptsDuplicateCode, &["create-twice"]),
            fails(Fault::StaleTotal, &["paging-total-after-create"]),
            Row {
                fault: Fault::IgnoresIfNoneExist,
                fail: &["conditional-create-kept", "conditional-create-several"],
                warning: &["conditional-create"],
            },
            fails(
                Fault::RefusesIfNoneExist,
                &["conditional-create-kept", "conditional-create-new"],
            ),
            fails(Fault::ValidateAcceptsAll, &["validate-refuses"]),
            warns(Fault::ValidateRefusesAll, &["validate-accepts"]),
            fails(Fault::SeveralAreOne, &["conditional-create-several"]),
        ],
    );
}

#[test]
fn creates_of_families_catch_their_faults() {
    hold(
        &["write"],
        &["write-group"],
        &[
            fails(Fault::KeepsClientId, &["create-id"]),
            fails(Fault::KeepsClientVersion, &["create-meta"]),
            warns(Fault::FamilyWithoutEtag, &["create-etag"]),
        ],
    );
}

#[test]
fn updates_catch_their_faults() {
    hold(
        &["write"],
        &["write-patient"],
        &[
            fails(Fault::UpdateAnswers201, &["update-status"]),
            fails(Fault::UpdatesMerge, &["update-replaces"]),
            fails(Fault::UpdateIgnoresId, &["update-id"]),
            fails(Fault::VersionStays, &["update-version"]),
            warns(Fault::UpdateUnknownFails, &["update-unknown"]),
            fails(Fault::WrongUpdateCreate, &["update-create"]),
            fails(Fault::IgnoresIfMatch, &["update-stale"]),
            fails(Fault::HistoryOldestFirst, &["history-order"]),
            fails(Fault::HistoryIgnoresCount, &["history-count"]),
            fails(Fault::HistoryEndsEarly, &["history-pages"]),
            warns(
                Fault::AnyMethodSucceeds,
                &["conditional-update", "conditional-delete", "patch"],
            ),
            fails(
                Fault::DeclaresConditions,
                &["conditional-update-declared", "conditional-delete-declared"],
            ),
        ],
    );
}

#[test]
fn subscriptions_and_bundles_catch_their_faults() {
    hold(
        &["write"],
        &["write-subscription", "bundles"],
        &[
            fails(Fault::DeleteFails, &["delete-status"]),
            fails(Fault::DeletedIsNotFound, &["delete-gone"]),
            fails(Fault::DeletedStays, &["delete-gone", "delete-search"]),
            fails(Fault::WrongUpdateCreate, &["update-create"]),
            warns(Fault::VersionNotRequired, &["update-required"]),
            warns(Fault::DeletesOnce, &["delete-again"]),
            warns(Fault::HistoryForgetsDelete, &["history-deleted"]),
            warns(Fault::DeletedVersionUnknown, &["vread-deleted"]),
            Row {
                fault: Fault::AnyMethodSucceeds,
                fail: &[],
                warning: &["batch", "transaction"],
            },
        ],
    );
}
