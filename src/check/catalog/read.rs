//! Read, and what its headers say (R4 3.1.0.2, 3.1.0.3, 3.1.0.13).

use super::Check;

checks! {
    ALL_OF_READ:
    READ_STATUS = "read-status", ["READ-1.status"], "a read answers 200";
    READ_ID = "read-id", ["READ-1.id"], "a read answers the resource of that address";
    READ_ETAG = "read-etag", ["READ-1.etag"], "a read of a versioned resource has an ETag";
    READ_ETAG_VERSION = "read-etag-version", ["READ-1.etag-version"], "the ETag of a read is the versionId";
    READ_ETAG_WEAK = "read-etag-weak", ["READ-1.etag-weak"], "the ETag of a read is weak and quoted";
    READ_LAST_MODIFIED = "read-last-modified", ["READ-1.last-modified"], "a read has Last-Modified";
    READ_LAST_UPDATED = "read-last-updated", ["READ-1.last-updated"], "Last-Modified is meta.lastUpdated";
    READ_UNKNOWN = "read-unknown", ["READ-2.status"], "a read of an unknown id answers 404";
    READ_MALFORMED = "read-malformed", ["READ-2.malformed"], "a read of an impossible id answers 400 or 404";
    HEAD = "head", ["CT-4.head"], "HEAD is answered as GET, or with 405 or 501";
    HEAD_HEADERS = "head-headers", ["CT-4.head-headers"], "HEAD has the headers of GET";
    CONDITIONAL_READ_STATUS = "conditional-read-status", ["READ-4.status"], "a conditional read answers 304 or the resource";
    NOT_MODIFIED = "not-modified", ["READ-4.not-modified"], "a declared conditional read answers 304 for what has not changed";
    MODIFIED = "modified", ["READ-4.modified"], "a conditional read of another version answers the resource";
    READ_SUBSET = "read-subset", ["READ-5.accepted"], "_summary and _elements do not break a read";
    READ_SUBSETTED = "read-subsetted", ["READ-5.subsetted"], "a part of a resource is tagged SUBSETTED";
    READ_MANDATORY = "read-mandatory", ["READ-5.mandatory"], "a part of a resource keeps its id and type";
    VREAD = "vread", ["READ-6.vread"], "the current version can be read by its versionId";
    VREAD_UNKNOWN = "vread-unknown", ["READ-6.unknown"], "an unknown version answers 404";
    HISTORY = "history", ["HIST-1.bundle"], "the history of a resource is a Bundle of type history";
    HISTORY_ENTRIES = "history-entries", ["HIST-1.entries"], "entries of a history say what was done";
    HISTORY_ORDER = "history-order", ["HIST-1.order"], "a history begins with the newest version";
    HISTORY_COUNT = "history-count", ["HIST-1.count"], "a page of a history has no more entries than _count";
    HISTORY_PAGES = "history-pages", ["HIST-1.pages"], "the pages of a history lead to each version once";
    HISTORY_SINCE = "history-since", ["HIST-1.since"], "a history with _since has nothing older";
    HISTORY_DELETED = "history-deleted", ["HIST-1.deleted"], "the history of what was deleted tells of the delete";
    VREAD_DELETED = "vread-deleted", ["READ-6.deleted"], "the version that is a delete answers 410";
    NOT_OFFERED = "versions-not-offered", ["CAP-2.versions"], "vread and history that are not offered answer 404, 405 or 501";
    READ_BY_CODE = "read-by-code", ["READ-7.same-entity"], "a read by business code answers the same entity, or 404";
    READ_BY_CODE_ID = "read-by-code-id", ["READ-7.id"], "what a read by business code answers has the id of the address";
}
