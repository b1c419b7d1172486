//! What the server says of itself (R4 3.1.0.6).

use super::Check;

checks! {
    ALL_OF_CAPABILITIES:
    CAPABILITIES = "capabilities", ["CAP-1.status"], "the CapabilityStatement can be read";
    CAPABILITIES_VERSION = "capabilities-version", ["CAP-1.fhir-version"], "the CapabilityStatement names FHIR 4.0";
    CAPABILITIES_VALID = "capabilities-valid", ["CAP-1.valid"], "the CapabilityStatement is valid";
    CAPABILITIES_KIND = "capabilities-kind", ["CAP-1.kind"], "the CapabilityStatement is that of a running server";
    CAPABILITIES_FORMAT = "capabilities-format", ["CAP-1.format"], "the CapabilityStatement lists JSON";
    CAPABILITIES_OPEN = "capabilities-open", ["CAP-1.open"], "the CapabilityStatement can be read without an account";
    CAPABILITIES_ETAG = "capabilities-etag", ["CAP-1.etag"], "the CapabilityStatement has an ETag";
    CAPABILITIES_INTERACTIONS = "capabilities-interactions", ["CAP-2.interactions"], "interactions that are declared are offered";
    CAPABILITIES_PARAMETERS = "capabilities-parameters", ["CAP-2.parameters"], "search parameters that are declared work";
    CAPABILITIES_GUIDE_INTERACTIONS = "capabilities-guide-interactions", ["CAP-3.interactions"], "what the guide asks for is declared";
    CAPABILITIES_GUIDE_PARAMETERS = "capabilities-guide-parameters", ["CAP-3.parameters"], "the search parameters that the guide asks for are declared";
    OPTIONS = "options", ["CAP-4.options"], "OPTIONS is answered or refused";
    OPTIONS_ALLOW = "options-allow", ["CAP-4.allow"], "an answer to OPTIONS names the methods";
    PREFLIGHT = "preflight", ["CAP-4.preflight"], "a page that may ask is let through before it asks";
    CAPABILITIES_PROFILES = "capabilities-profiles", ["CAP-3.profiles"], "the guide's profiles are declared";
}
