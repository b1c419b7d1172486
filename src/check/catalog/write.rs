//! Create, update and delete, beyond that they work (R4 3.1.0.4 to 3.1.0.11).

use super::Check;

checks! {
    ALL_OF_WRITE:
    CREATE_ID = "create-id", ["CRE-1.id"], "the server gives a new resource its id";
    CREATE_META = "create-meta", ["CRE-1.meta"], "the server gives a new resource its version and time";
    LOCATION_READS = "location-reads", ["CRE-1.location-reads"], "the Location of a create can be read";
    CREATE_ETAG = "create-etag", ["CRE-1.etag"], "a create of a versioned resource has an ETag";
    PREFER_MINIMAL = "prefer-minimal", ["CRE-2.minimal"], "Prefer: return=minimal answers no body";
    PREFER_OUTCOME = "prefer-outcome", ["CRE-2.outcome"], "Prefer: return=OperationOutcome answers an OperationOutcome";
    PREFER_REPRESENTATION = "prefer-representation", ["CRE-2.representation"], "Prefer: return=representation answers the new resource";
    CREATE_REFUSED = "create-refused", ["CRE-3.refused"], "content that breaks R4 or the guide is refused";
    UNKNOWN_ELEMENT_REFUSED = "unknown-element-refused", ["CRE-3.unknown-element"], "elements that R4 does not define are refused";
    EMPTY_VALUE_REFUSED = "empty-value-refused", ["CRE-3.empty"], "empty values are refused";
    REFUSED_NOT_STORED = "refused-not-stored", ["CRE-3.not-stored"], "what was refused is not there";
    CREATE_TWICE = "create-twice", ["CRE-5.twice"], "a code that is taken is refused";
    CONDITIONAL_CREATE = "conditional-create", ["CRE-4.answered"], "a conditional create makes no second resource";
    CONDITIONAL_CREATE_KEPT = "conditional-create-kept", ["CRE-4.one"], "a conditional create that is declared answers 200 where one matches";
    CONDITIONAL_CREATE_NEW = "conditional-create-new", ["CRE-4.none"], "a conditional create that is declared creates where nothing matches";
    CONDITIONAL_CREATE_SEVERAL = "conditional-create-several", ["CRE-4.several"], "a conditional create that is declared answers 412 where several match";
    UPDATE_STATUS = "update-status", ["UPD-1.status"], "an update answers 200";
    UPDATE_REPLACES = "update-replaces", ["UPD-1.replaces"], "an update replaces the whole resource";
    UPDATE_ID = "update-id", ["UPD-1.id"], "an update whose body has another id is refused";
    UPDATE_VERSION = "update-version", ["UPD-1.version"], "an update makes a new version";
    UPDATE_UNKNOWN = "update-unknown", ["UPD-1.unknown"], "an update of an unknown id is refused or creates";
    UPDATE_CREATE = "update-create", ["UPD-1.create"], "an update creates where the server says so, and nowhere else";
    UPDATE_REQUIRED = "update-required", ["UPD-2.required"], "an update that has to name its version is refused without it";
    UPDATE_STALE = "update-stale", ["UPD-2.stale"], "an update of a stale version answers 412";
    CONDITIONAL_UPDATE = "conditional-update", ["UPD-3.conditional"], "a conditional update is carried out or refused";
    CONDITIONAL_UPDATE_DECLARED = "conditional-update-declared", ["UPD-3.declared"], "a conditional update that is declared is carried out";
    CONDITIONAL_DELETE = "conditional-delete", ["DEL-2.answered"], "a conditional delete is carried out or refused";
    CONDITIONAL_DELETE_DECLARED = "conditional-delete-declared", ["DEL-2.declared"], "a conditional delete that is declared is carried out";
    PATCH = "patch", ["UPD-3.patch"], "a patch is carried out or refused";
    DELETE_STATUS = "delete-status", ["DEL-1.status"], "a delete answers 200, 202 or 204";
    DELETE_GONE = "delete-gone", ["READ-3.gone"], "what was deleted answers 410 or 404";
    DELETE_SEARCH = "delete-search", ["DEL-1.search"], "what was deleted is not found";
    DELETE_AGAIN = "delete-again", ["DEL-1.again"], "a delete can be repeated";
    BATCH = "batch", ["BAT-1.answered"], "a batch is carried out or refused";
    TRANSACTION = "transaction", ["BAT-2.answered"], "a transaction is carried out or refused";
}
