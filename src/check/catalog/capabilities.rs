//! What the server says of itself (R4 3.1.0.6).

use super::Check;

checks! {
    ALL_OF_CAPABILITIES:
    CAPABILITIES = "capabilities", ["CAP-1.status"], "the CapabilityStatement can be read";
    CAPABILITIES_VERSION = "capabilities-version", ["CAP-1.fhir-version"], "the CapabilityStatement names FHIR 4.0";
    CAPABILITIES_VALID = "capabilities-valid", ["CAP-1.valid"], "the CapabilityStatement is valid";
}
