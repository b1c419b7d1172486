//! `OperationOutcome.issue.severity` and `.code` (R4 value sets issue-severity and issue-type).

use crate::fhir::codes;

codes! {
    /// How bad an issue is; the worst first.
    Severity {
        Fatal = "fatal",
        Error = "error",
        Warning = "warning",
        Information = "information",
    }
}

codes! {
    /// What kind of issue it is.
    IssueType {
        Invalid = "invalid",
        Structure = "structure",
        Required = "required",
        Value = "value",
        Invariant = "invariant",
        Security = "security",
        Login = "login",
        Unknown = "unknown",
        Expired = "expired",
        Forbidden = "forbidden",
        Suppressed = "suppressed",
        Processing = "processing",
        NotSupported = "not-supported",
        Duplicate = "duplicate",
        MultipleMatches = "multiple-matches",
        NotFound = "not-found",
        Deleted = "deleted",
        TooLong = "too-long",
        CodeInvalid = "code-invalid",
        Extension = "extension",
        TooCostly = "too-costly",
        BusinessRule = "business-rule",
        Conflict = "conflict",
        Transient = "transient",
        LockError = "lock-error",
        NoStore = "no-store",
        Exception = "exception",
        Timeout = "timeout",
        Incomplete = "incomplete",
        Throttled = "throttled",
        Informational = "informational",
    }
}
