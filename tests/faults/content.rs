//! Faults of content negotiation.

use openimis_conformance::reference::Fault;

use crate::support::{fails, hold, right_behaviour_passes, warns};

#[test]
fn negotiation_is_right_without_a_fault() {
    right_behaviour_passes(
        &["content"],
        &[
            "charset",
            "utf-8",
            "accept-any",
            "accept-weights",
            "not-acceptable",
            "fhir-version",
            "format-json",
            "format-xml",
            "pretty",
            "request-id",
            "compression",
            "compression-named",
            "body-type-refused",
            "text-survives",
        ],
    );
}

#[test]
fn negotiation_catches_its_faults() {
    hold(
        &["content"],
        &["negotiation", "scripts"],
        &[
            fails(Fault::WrongCharset, &["charset"]),
            fails(Fault::NotUtf8, &["utf-8"]),
            warns(Fault::RefusesAny, &["accept-any"]),
            warns(Fault::FirstAcceptOnly, &["accept-weights"]),
            warns(Fault::RefusesFhirVersion, &["fhir-version"]),
            warns(Fault::IgnoresAccept, &["not-acceptable"]),
            warns(Fault::IgnoresFormat, &["format-json", "format-xml"]),
            warns(Fault::PrettyFails, &["pretty"]),
            fails(Fault::MangledText, &["text-survives"]),
            warns(Fault::CompressesUnasked, &["compression"]),
            fails(Fault::NamesNoCompression, &["compression-named"]),
            warns(Fault::OwnRequestId, &["request-id"]),
            warns(Fault::AcceptsAnyContentType, &["body-type-refused"]),
        ],
    );
}
