//! How failures are explained.

use super::Check;

checks! {
    ALL_OF_ERRORS:
    ERROR_BODY = "error-body", ["ERR-1.outcome"], "a failure is explained by an OperationOutcome";
    NO_SERVER_ERROR = "no-server-error", ["ERR-2.no-5xx"], "a well-formed request meets no server error";
}
