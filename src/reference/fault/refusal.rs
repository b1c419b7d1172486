//! Faults of refusals, and of content negotiation.

use std::io::Write;

use axum::http::{HeaderValue, Method, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::write::change_sent;
use crate::json::{Node, Value};
use crate::reference::message::{Body, Request, Response};
use crate::reference::outcome::{Issue, IssueCode, Refusal};
use crate::reference::tree::{Tree, entries_mut, get_mut, remove, set, string};

fn is_error(response: &Response) -> bool {
    response.status.is_client_error() || response.status.is_server_error()
}

fn is_create(request: &Request) -> bool {
    request.method == Method::POST && request.path.len() == 1 && request.path != ["login"]
}

fn each_issue(response: &mut Response, change: impl Fn(&mut Tree)) {
    if !is_error(response) {
        return;
    }
    if let Some(Value::Array(issues)) = response
        .resource_mut()
        .and_then(|outcome| get_mut(outcome, "issue"))
        .map(|issues| &mut issues.value)
    {
        issues.iter_mut().for_each(change);
    }
}

pub(super) fn only_inform(_: &Request, response: &mut Response) {
    each_issue(response, |issue| {
        set(issue, "severity", string("information"))
    });
}

pub(super) fn always_exception(_: &Request, response: &mut Response) {
    each_issue(response, |issue| set(issue, "code", string("exception")));
}

pub(super) fn without_words(_: &Request, response: &mut Response) {
    each_issue(response, |issue| {
        remove(issue, "diagnostics");
    });
}

pub(super) fn as_text(_: &Request, response: &mut Response) {
    if is_error(response) {
        response.set_header("Content-Type", "text/plain");
    }
}

fn is_validation(request: &Request) -> bool {
    request.path.get(1).is_some_and(|part| part == "$validate")
}

fn each_validated(request: &Request, response: &mut Response, severity: &str) {
    if is_validation(request)
        && let Some(issues) = response
            .resource_mut()
            .and_then(|outcome| entries_mut(outcome, "issue"))
    {
        for issue in issues {
            set(issue, "severity", string(severity));
        }
    }
}

pub(super) fn validate_accepts_all(request: &Request, response: &mut Response) {
    each_validated(request, response, "information");
}

pub(super) fn validate_refuses_all(request: &Request, response: &mut Response) {
    each_validated(request, response, "error");
}

/// One type says of an unknown id what no other says.
pub(super) fn coverage_differs(request: &Request, response: &mut Response) {
    let names_coverage = request
        .path
        .first()
        .is_some_and(|first| first == "Coverage");
    if names_coverage && response.status == StatusCode::NOT_FOUND {
        response.body = Body::Empty;
        response.remove_header("Content-Type");
    }
}

pub(super) fn broken_json_unprocessable(request: &Request, response: &mut Response) {
    if is_create(request) && response.status == StatusCode::BAD_REQUEST {
        response.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
}

/// A body of another type, or none, is answered as if it had been taken.
pub(super) fn take_any_body(request: &Request, response: &mut Response) {
    if is_create(request) && response.status == StatusCode::BAD_REQUEST {
        response.status = StatusCode::CREATED;
    }
}

pub(super) fn wrong_charset(_: &Request, response: &mut Response) {
    if matches!(response.body, Body::Fhir(_)) {
        response.set_header("Content-Type", "application/fhir+json; charset=iso-8859-1");
    }
}

/// A byte that is not UTF-8 stands in the body, in a text that has no other rule to break.
pub(super) fn not_utf_8(request: &Request, response: &mut Response) {
    if request.path.len() == 2
        && let Body::Fhir(tree) = &response.body
    {
        let json = tree.to_json();
        let meta = json.split_once("\"meta\":{");
        let Some((before, after)) = meta.filter(|(_, after)| !after.contains("\"tag\":[")) else {
            return;
        };
        let tagged = b"\"meta\":{\"tag\":[{\"display\":\"fran\xe7ais\"}],";
        response.body = Body::Raw([before.as_bytes(), tagged, after.as_bytes()].concat());
    }
}

fn not_acceptable() -> Option<Response> {
    let text = "this form is not offered";
    Some(Refusal::new(StatusCode::NOT_ACCEPTABLE, IssueCode::NotSupported, text).into())
}

pub(super) fn refuse_any(request: &mut Request) -> Option<Response> {
    let anything = request.header("accept") == Some("*/*");
    (anything && request.path.len() == 2).then(not_acceptable)?
}

/// Only the first of several forms is looked at.
pub(super) fn first_accept(request: &mut Request) -> Option<Response> {
    let first = request
        .header("accept")
        .and_then(|accept| accept.split(',').next())
        .and_then(|first| HeaderValue::from_str(first).ok());
    if let Some(first) = first {
        request.headers.insert(header::ACCEPT, first);
    }
    None
}

pub(super) fn refuse_fhir_version(request: &mut Request) -> Option<Response> {
    let asks = request
        .header("accept")
        .is_some_and(|accept| accept.contains("fhirVersion"));
    asks.then(not_acceptable)?
}

pub(super) fn pretty_fails(request: &Request, response: &mut Response) {
    if request.parameter("_pretty").is_some() {
        response.status = StatusCode::BAD_REQUEST;
    }
}

pub(super) fn own_request_id(_: &Request, response: &mut Response) {
    response.set_header("X-Request-Id", "an-id-of-its-own");
}

/// Whether a read is asked for in just these codings.
fn accepts(request: &Request, codings: &str) -> bool {
    request.header("accept-encoding") == Some(codings)
}

pub(super) fn compress_unasked(request: &Request, response: &mut Response) {
    let Body::Fhir(resource) = &response.body else {
        return;
    };
    if accepts(request, "identity") {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let written = encoder.write_all(resource.to_json().as_bytes());
        if let (Ok(()), Ok(bytes)) = (written, encoder.finish()) {
            response.body = Body::Raw(bytes);
            response.set_header("Content-Encoding", "gzip");
        }
    }
}

pub(super) fn name_no_compression(request: &Request, response: &mut Response) {
    if accepts(request, "gzip;q=1.0, identity;q=0.5") {
        response.set_header("Content-Encoding", "gzip");
    }
}

/// Insurees are taken with names of the use `usual` only, where the guide has `official`.
pub(super) fn want_usual_name(request: &mut Request) -> Option<Response> {
    want(request, "Patient", "Patient.name.use", |patient| {
        let names = patient.get("name").map(Node::entries).unwrap_or_default();
        names.iter().any(|name| name.str("use") == Some("usual"))
    })
}

/// Policies are taken with a `legalState` only, which the guide prohibits; it is not kept.
pub(super) fn want_legal_state(request: &mut Request) -> Option<Response> {
    let refused = want(request, "Contract", "Contract.legalState", |contract| {
        contract.get("legalState").is_some()
    });
    if refused.is_none() && is_create(request) {
        change_sent(request, |sent| {
            remove(sent, "legalState");
        });
    }
    refused
}

/// Lines of a claim are told apart by the text of their category, where the guide binds its coding.
pub(super) fn want_category_text(request: &mut Request) -> Option<Response> {
    want(request, "Claim", "Claim.item.category", |claim| {
        let lines = claim.get("item").map(Node::entries).unwrap_or_default();
        let said = |line: &Node<'_>| line.get("category")?.str("text").map(drop);
        lines.iter().all(|line| said(line).is_some())
    })
}

/// Refuses creates of a type whose body is not in the form that the server wants.
fn want(
    request: &Request,
    resource_type: &str,
    element: &str,
    is_in_form: impl Fn(&Node<'_>) -> bool,
) -> Option<Response> {
    let media_type = request.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let may_write = request.headers.contains_key(header::AUTHORIZATION);
    if !is_create(request) || !media_type.contains("json") || !may_write {
        return None;
    }
    let document = crate::json::read_bytes(&request.body).ok()?;
    if document.root.str("resourceType") != Some(resource_type) || is_in_form(&document.root) {
        return None;
    }
    let issue = Issue::new(IssueCode::Value, "not in the form that is known here").at(element);
    Some(Refusal::of(StatusCode::UNPROCESSABLE_ENTITY, vec![issue]).into())
}
