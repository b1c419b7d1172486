//! References between resources (R4 2.3).

use super::Check;

checks! {
    ALL_OF_REFERENCES:
    REFERENCE_RESOLVES = "reference-resolves", ["REF-1.resolves"], "references can be followed";
    REFERENCE_TYPE = "reference-type", ["REF-1.type"], "targets of references have the type they should";
    REFERENCE_ID = "reference-id", ["REF-2.id"], "a reference names its target by its id";
    REFERENCE_TYPE_ELEMENT = "reference-type-element", ["REF-3.type"], "Reference.type is the type of the target";
    REFERENCE_IDENTIFIER = "reference-identifier", ["REF-3.identifier"], "Reference.identifier is one of the target";
    SAME_PERSON = "same-person", ["REF-4.same-person"], "what refers to each other is about the same insuree";
    FAMILY_AGREES = "family-agrees", ["REF-4.family"], "the family of an insuree has the insuree as a member";
    ONE_CURRENCY = "one-currency", ["REF-4.currency"], "amounts of one resource have one currency";
    FULL_URL_READS = "full-url-reads", ["REF-2.full-url"], "the fullUrl of an entry can be read";
}
