//! References between resources (R4 2.3).

use super::Check;

checks! {
    ALL_OF_REFERENCES:
    REFERENCE_RESOLVES = "reference-resolves", ["REF-1.resolves"], "references can be followed";
    REFERENCE_TYPE = "reference-type", ["REF-1.type"], "targets of references have the type they should";
}
