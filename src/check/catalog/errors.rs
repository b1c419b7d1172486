//! How failures are explained (R4 3.1.0.1.4, 2.36).

use super::Check;

checks! {
    ALL_OF_ERRORS:
    ERROR_BODY = "error-body", ["ERR-1.outcome"], "a failure is explained by an OperationOutcome";
    OUTCOME_SEVERITY = "outcome-severity", ["ERR-1.severity"], "the outcome of a failure has an error";
    OUTCOME_CODE = "outcome-code", ["ERR-1.code"], "the outcome of a failure has a code that fits";
    OUTCOME_EXPLAINS = "outcome-explains", ["ERR-1.explains"], "the outcome of a failure has words";
    ERROR_MEDIA_TYPE = "error-media-type", ["ERR-1.media-type"], "the outcome of a failure is sent as JSON";
    NO_INTERNALS = "no-internals", ["ERR-1.no-internals"], "a failure does not show the inside of the server";
    NO_SERVER_ERROR = "no-server-error", ["ERR-2.no-5xx"], "a well-formed request meets no server error";
    UNKNOWN_TYPE = "unknown-type", ["ERR-2.unknown-type"], "an unknown resource type answers 404";
    BROKEN_JSON = "broken-json", ["ERR-2.broken-json"], "a body that is no JSON answers 400";
    WRONG_TYPE = "wrong-type", ["ERR-2.wrong-type"], "a body of another type is refused";
    EMPTY_BODY = "empty-body", ["ERR-2.empty-body"], "an empty body is refused";
    METHOD_NOT_OFFERED = "method-not-offered", ["ERR-2.method"], "a method that is not offered is refused";
    ALLOW = "allow", ["ERR-2.allow"], "405 has an Allow header";
    SAME_ANSWER = "same-answer", ["ERR-2.same"], "the same cause has the same answer on every type";
}
