//! Every check by name, with the requirements it shows.

use crate::requirement;
use crate::result::Level;

/// One check.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Stable name, such as `read-status`.
    pub id: &'static str,
    /// The requirements it shows.
    pub requirements: &'static [&'static str],
    /// What it looks at, in words.
    pub title: &'static str,
}

impl Check {
    /// How binding: the strictest of its requirements.
    #[must_use]
    pub fn level(&self) -> Level {
        self.requirements
            .iter()
            .filter_map(|id| requirement::get(id))
            .map(|requirement| requirement.level)
            .min()
            .unwrap_or(Level::May)
    }
}

macro_rules! checks {
    ($($name:ident = $id:literal, [$($requirement:literal),+], $title:literal;)+) => {
        $(#[doc = $title] pub const $name: Check = Check { id: $id, requirements: &[$($requirement),+], title: $title };)+
        /// Every check.
        pub const ALL: &[&Check] = &[$(&$name),+];
    };
}

checks! {
    CAPABILITIES = "capabilities", ["CAP-1.status"], "the CapabilityStatement can be read";
    CAPABILITIES_VERSION = "capabilities-version", ["CAP-1.fhir-version"], "the CapabilityStatement names FHIR 4.0";
    CAPABILITIES_VALID = "capabilities-valid", ["CAP-1.valid"], "the CapabilityStatement is valid";
    MEDIA_TYPE = "media-type", ["CT-1.media-type"], "answers have the media type of FHIR";
    ACCEPT = "accept", ["CT-2.accept"], "a request that accepts the media type of FHIR is answered";
    CONTENT_TYPE = "content-type", ["CT-2.content-type"], "a body with the media type of FHIR is taken";
    ADDRESS = "address", ["URL-1.plain"], "interactions are answered at their addresses, without a trailing slash";
    LOGIN = "login", ["SEC-1.login"], "the login gives a token";
    UNAUTHENTICATED = "unauthenticated", ["SEC-1.unauthenticated"], "a request without a token is refused";
    SEARCH_STATUS = "search-status", ["SRCH-1.status"], "a search answers 200";
    SEARCH_BUNDLE = "search-bundle", ["SRCH-1.bundle"], "a search answers a searchset";
    SEARCH_TYPE = "search-type", ["SRCH-1.type"], "matches have the type that was searched";
    SEARCH_FULL_URL = "search-full-url", ["SRCH-1.full-url"], "matches have a fullUrl of their own";
    SEARCH_ID = "search-id", ["SRCH-1.id"], "matches have an id";
    SEARCH_TOTAL = "search-total", ["SRCH-1.total"], "the total is the number of matches";
    SEARCH_FINDS = "search-finds", ["SRCH-2.finds"], "a search finds what has the value";
    SEARCH_ONLY = "search-only", ["SRCH-2.only"], "a search answers only what has the value";
    PAGING_NEXT = "paging-next", ["PAG-1.next"], "next links can be followed";
    PAGING_TERMINATES = "paging-terminates", ["PAG-1.terminates"], "paging comes to an end";
    PAGING_NO_REPEAT = "paging-no-repeat", ["PAG-1.no-repeat"], "no match stands on two pages";
    READ_STATUS = "read-status", ["READ-1.status"], "a read answers 200";
    READ_ID = "read-id", ["READ-1.id"], "a read answers the resource of that address";
    READ_UNKNOWN = "read-unknown", ["READ-2.status"], "a read of an unknown id answers 404";
    ERROR_BODY = "error-body", ["ERR-1.outcome"], "a failure is explained by an OperationOutcome";
    NO_SERVER_ERROR = "no-server-error", ["ERR-2.no-5xx"], "a well-formed request meets no server error";
    CREATE_STATUS = "create-status", ["CRE-1.status"], "a create answers 201";
    CREATE_LOCATION = "create-location", ["CRE-1.location"], "a create answers the address of the new resource";
    CREATE_BODY = "create-body", ["CRE-6.body"], "the body that answers a create is the new resource";
    KEPT = "kept", ["RT-1.kept"], "what was sent comes back";
    FOUND = "found", ["SCN-A.village"], "the data that a workflow builds on is there";
    VALID_R4 = "valid-r4", ["VAL-1.base"], "resources are valid against R4";
    VALID_GUIDE = "valid-guide", ["VAL-1.guide"], "resources are valid against the guide";
    REFERENCE_RESOLVES = "reference-resolves", ["REF-1.resolves"], "references can be followed";
    REFERENCE_TYPE = "reference-type", ["REF-1.type"], "targets of references have the type they should";
}

/// The check of that name.
#[must_use]
pub fn get(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_names_requirements_that_exist() {
        for check in ALL {
            for id in check.requirements {
                assert!(requirement::get(id).is_some(), "{} names {id}", check.id);
            }
        }
    }

    #[test]
    fn names_are_distinct() {
        let mut ids: Vec<_> = ALL.iter().map(|check| check.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
    }
}
