//! Refusals: a status and an OperationOutcome (R4 3.1.0.1.5) that says what was wrong and where.

use axum::http::StatusCode;

use super::message::Response;
use super::tree::{Tree, array, from_json, object, push_member, string};
use crate::fhir::codes;

codes! {
    /// The `OperationOutcome.issue.code`s this server uses.
    IssueCode {
        Invalid = "invalid",
        Structure = "structure",
        Required = "required",
        Value = "value",
        Security = "security",
        Forbidden = "forbidden",
        Login = "login",
        NotSupported = "not-supported",
        Duplicate = "duplicate",
        NotFound = "not-found",
        Deleted = "deleted",
        TooLong = "too-long",
        CodeInvalid = "code-invalid",
        Conflict = "conflict",
        BusinessRule = "business-rule",
        Exception = "exception",
        Informational = "informational",
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) code: IssueCode,
    /// What was expected and what was found.
    pub(super) text: String,
    /// FHIRPath of the element, if it is one.
    pub(super) expression: Option<String>,
}

impl Issue {
    pub(super) fn new(code: IssueCode, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            expression: None,
        }
    }

    pub(super) fn at(mut self, expression: impl Into<String>) -> Self {
        self.expression = Some(expression.into());
        self
    }
}

/// Why a request is not carried out.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) issues: Vec<Issue>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: IssueCode, text: impl Into<String>) -> Self {
        Self::of(status, vec![Issue::new(code, text)])
    }

    pub(super) fn of(status: StatusCode, issues: Vec<Issue>) -> Self {
        Self {
            status,
            issues,
            headers: Vec::new(),
        }
    }

    pub(super) fn bad_request(code: IssueCode, text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, text)
    }

    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, IssueCode::NotFound, text)
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let mut response = Response::fhir(refusal.status, outcome("error", &refusal.issues));
        for (name, value) in refusal.headers {
            response.set_header(name, value);
        }
        response
    }
}

/// An OperationOutcome of these issues, all of one severity.
pub(super) fn outcome(severity: &str, issues: &[Issue]) -> Tree {
    let issues = issues.iter().map(|issue| {
        let mut tree = from_json(serde_json::json!({
            "severity": severity,
            "code": issue.code.code(),
            "diagnostics": issue.text,
        }));
        if let Some(expression) = &issue.expression {
            push_member(&mut tree, "expression", array(vec![string(expression)]));
        }
        tree
    });
    object([
        ("resourceType", string("OperationOutcome")),
        ("issue", array(issues.collect())),
    ])
}
