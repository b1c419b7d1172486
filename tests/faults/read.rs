//! Faults of reads.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, right_behaviour_passes, warns};

#[test]
fn reads_are_right_without_a_fault() {
    right_behaviour_passes(
        &["read"],
        &[
            "read-etag",
            "read-etag-version",
            "read-etag-weak",
            "read-last-modified",
            "read-last-updated",
            "read-malformed",
            "head",
            "head-headers",
            "conditional-read-status",
            "not-modified",
            "modified",
            "read-subset",
            "read-subsetted",
            "read-mandatory",
            "vread",
            "vread-unknown",
            "history",
            "history-entries",
            "history-since",
        ],
    );
}

#[test]
fn headers_and_conditions_of_a_read_catch_their_faults() {
    hold(
        &["read"],
        &["read-patient"],
        &[
            warns(Fault::NoEtag, &["read-etag"]),
            fails(Fault::WrongEtag, &["read-etag-version"]),
            warns(Fault::StrongEtag, &["read-etag-weak"]),
            warns(Fault::NoLastModified, &["read-last-modified"]),
            warns(Fault::WrongLastModified, &["read-last-updated"]),
            fails(Fault::HeadFails, &["head"]),
            warns(Fault::HeadWithoutHeaders, &["head-headers"]),
            fails(Fault::ConditionalReadFails, &["conditional-read-status"]),
            fails(Fault::IgnoresIfNoneMatch, &["not-modified"]),
            fails(Fault::NeverModified, &["modified"]),
        ],
    );
}

#[test]
fn parts_versions_and_addresses_of_a_read_catch_their_faults() {
    hold(
        &["read"],
        &["read-patient", "versions-undeclared"],
        &[
            warns(Fault::PartFails, &["read-subset"]),
            warns(Fault::PartNotTagged, &["read-subsetted"]),
            fails(Fault::PartWithoutId, &["read-mandatory"]),
            warns(Fault::MalformedIdFails, &["read-malformed"]),
            fails(Fault::VersionFails, &["vread"]),
            fails(Fault::AnyVersion, &["vread-unknown"]),
            fails(Fault::HistoryAsSearch, &["history"]),
            fails(Fault::HistoryWithoutRequests, &["history-entries"]),
            warns(Fault::HistoryIgnoresSince, &["history-since"]),
            warns(Fault::UndeclaredVersionsFail, &["versions-not-offered"]),
            warns(Fault::CodeOfAnother, &["read-by-code"]),
            warns(Fault::CodeWithOtherId, &["read-by-code-id"]),
        ],
    );
}
