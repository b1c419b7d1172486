//! What each probe sends, as methods with patterns of addresses: for `list --plan`. A test holds it
//! to what is sent to the built-in server.

use crate::suite::probe::Probe;

/// The requests of a probe. `[type]` is the type of the step, or each type that it looks at;
/// `[parameter]` any search parameter that has no underscore. Login is not counted.
#[must_use]
pub fn requests(probe: Probe) -> &'static [&'static str] {
    match probe {
        Probe::ReadHeaders => &["GET [type]?_count", "GET [type]/[id]"],
        Probe::ReadHead => &["HEAD [type]/[id]"],
        Probe::ReadConditional
        | Probe::ReadMalformed
        | Probe::ReadByCode
        | Probe::ReferencesAgree => &["GET [type]/[id]"],
        Probe::ReadSubset => &["GET [type]/[id]?_elements", "GET [type]/[id]?_summary"],
        Probe::ReadVersions => &[
            "GET [type]/[id]/_history",
            "GET [type]/[id]/_history?_count",
            "GET [type]/[id]/_history?_since",
            "GET [type]/[id]/_history/[version]",
        ],
        Probe::VersionsUndeclared => &[
            "GET [type]/[id]/_history",
            "GET [type]/[id]/_history/[version]",
        ],
        Probe::RefusedReads => &["GET [type]", "GET [type]/[id]"],
        Probe::RefusedBodies | Probe::BodyTypes | Probe::CreatePrefer | Probe::HostileBodies => {
            &["POST [type]"]
        }
        Probe::RefusedMethods => &["DELETE [type]/[id]"],
        Probe::Accept | Probe::Guarded | Probe::FullUrls => {
            &["GET [type]?_count", "GET [type]/[id]"]
        }
        Probe::Format => &["GET [type]/[id]?_format", "GET [type]/[id]?_pretty"],
        Probe::TextSurvives | Probe::InjectionStored => &["POST [type]", "GET [type]/[id]"],
        Probe::CreateIdentity => &[
            "POST [type]",
            "GET [type]/[id]",
            "GET [type]/[id]/_history/[version]",
        ],
        Probe::CreateRefused => &["POST [type]", "GET [type]?[parameter]"],
        Probe::CreateTwice => &["GET [type]?_count", "POST [type]"],
        Probe::Update => &[
            "POST [type]",
            "PUT [type]/[id]",
            "GET [type]/[id]",
            "GET [type]/[id]/_history",
            "GET [type]/[id]/_history?_count",
        ],
        Probe::Delete => &[
            "POST [type]",
            "DELETE [type]/[id]",
            "GET [type]/[id]",
            "GET [type]/[id]/_history",
            "GET [type]/[id]/_history/[version]",
            "GET [type]?_id",
        ],
        Probe::ConditionalWrites => &[
            "POST [type]",
            "GET [type]?[parameter]",
            "GET [type]/[id]",
            "PUT [type]?[parameter]",
            "PATCH [type]/[id]",
            "DELETE [type]?[parameter]",
        ],
        Probe::Bundles => &["GET [type]?_count", "GET [type]/[id]", "POST [base]"],
        Probe::WithoutToken => &["GET [type]?_count", "GET [type]", "GET [type]/[id]"],
        Probe::BadTokens => &["GET [type]?_count", "GET [type]"],
        Probe::WritesWithoutToken => &[
            "GET [type]?_count",
            "POST [type]",
            "PUT [type]/[id]",
            "DELETE [type]/[id]",
            "GET [type]?[parameter]",
        ],
        Probe::Injection => &["GET [type]?_count", "GET [type]?[parameter]"],
        Probe::WrongPassword => &["POST login"],
        Probe::OtherAccounts => &[
            "GET [type]?_count",
            "GET [type]?[parameter]&_count",
            "GET [type]?_count&_include",
            "GET [type]/[id]",
            "GET [type]/[id]/_history",
        ],
        Probe::OtherAccountsWrite => &[
            "GET [type]?[parameter]",
            "POST [type]",
            "PUT [type]/[id]",
            "DELETE [type]/[id]",
            "GET [type]/[id]",
        ],
        Probe::Validate => &["POST [type]/$validate"],
        Probe::Options => &["OPTIONS [type]"],
        // Reads with made-up addresses; what writes is not among the methods.
        Probe::RandomRequests => &["GET [anything]", "HEAD [anything]", "OPTIONS [anything]"],
    }
}
