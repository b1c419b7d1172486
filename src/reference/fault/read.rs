//! Faults of reads: headers, HEAD, conditions, parts, versions, addresses.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::json::Value;
use crate::reference::message::{Body, Request, Response};
use crate::reference::tree::{entries_mut, from_json, get_mut, remove, set, string, walk_mut};

/// Whether the path is that of one resource.
fn is_instance(request: &Request) -> bool {
    request.path.len() == 2 && request.path[1] != "_search"
}

fn is_history(request: &Request) -> bool {
    request.path.get(2).is_some_and(|part| part == "_history")
}

pub(super) fn strong_etag(_: &Request, response: &mut Response) {
    if let Some(etag) = response.header("ETag") {
        let strong = etag.trim_start_matches("W/").to_owned();
        response.set_header("ETag", strong);
    }
}

pub(super) fn wrong_last_modified(_: &Request, response: &mut Response) {
    if response.header("Last-Modified").is_some() {
        response.set_header("Last-Modified", "Thu, 01 Jan 2015 00:00:00 GMT");
    }
}

pub(super) fn malformed_id_fails(request: &Request, response: &mut Response) {
    if is_instance(request) && response.status == StatusCode::BAD_REQUEST {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn head_fails(request: &Request, response: &mut Response) {
    if request.method == Method::HEAD {
        response.status = StatusCode::NOT_FOUND;
    }
}

pub(super) fn head_without_headers(request: &Request, response: &mut Response) {
    if request.method == Method::HEAD {
        response.remove_header("ETag");
        response.remove_header("Last-Modified");
    }
}

pub(super) fn conditional_read_fails(request: &Request, response: &mut Response) {
    if response.status == StatusCode::NOT_MODIFIED && request.header("if-none-match").is_some() {
        response.status = StatusCode::PRECONDITION_FAILED;
    }
}

pub(super) fn never_modified(request: &Request, response: &mut Response) {
    if request.header("if-none-match").is_some() && response.status == StatusCode::OK {
        response.status = StatusCode::NOT_MODIFIED;
        response.body = Body::Empty;
    }
}

fn asks_for_part(request: &Request) -> bool {
    is_instance(request)
        && (request.parameter("_summary").is_some() || request.parameter("_elements").is_some())
}

pub(super) fn part_fails(request: &Request, response: &mut Response) {
    if asks_for_part(request) {
        response.status = StatusCode::BAD_REQUEST;
    }
}

pub(super) fn part_not_tagged(request: &Request, response: &mut Response) {
    if asks_for_part(request)
        && let Some(meta) = response
            .resource_mut()
            .and_then(|resource| get_mut(resource, "meta"))
    {
        remove(meta, "tag");
    }
}

pub(super) fn part_without_id(request: &Request, response: &mut Response) {
    if asks_for_part(request)
        && let Some(resource) = response.resource_mut()
    {
        remove(resource, "id");
    }
}

pub(super) fn version_fails(request: &Request, response: &mut Response) {
    if is_history(request) && request.path.len() == 4 && response.status == StatusCode::OK {
        response.status = StatusCode::NOT_FOUND;
    }
}

/// An unknown version is answered as if it were there.
pub(super) fn any_version(request: &Request, response: &mut Response) {
    if is_history(request) && request.path.len() == 4 && response.status == StatusCode::NOT_FOUND {
        response.status = StatusCode::OK;
    }
}

pub(super) fn history_as_search(request: &Request, response: &mut Response) {
    if is_history(request)
        && let Some(bundle) = response.resource_mut()
    {
        set(bundle, "type", string("searchset"));
    }
}

pub(super) fn history_without_requests(request: &Request, response: &mut Response) {
    if is_history(request)
        && let Some(bundle) = response.resource_mut()
    {
        walk_mut(bundle, &mut |node| {
            remove(node, "request");
        });
    }
}

pub(super) fn history_oldest_first(request: &Request, response: &mut Response) {
    if is_history(request)
        && let Some(Value::Array(entries)) = response
            .resource_mut()
            .and_then(|bundle| get_mut(bundle, "entry"))
            .map(|entries| &mut entries.value)
    {
        entries.reverse();
    }
}

pub(super) fn history_ignores_count(request: &mut Request) -> Option<Response> {
    forget(request, "_count")
}

pub(super) fn history_ignores_since(request: &mut Request) -> Option<Response> {
    forget(request, "_since")
}

fn forget(request: &mut Request, parameter: &str) -> Option<Response> {
    if is_history(request) {
        request.query.retain(|(name, _)| name != parameter);
    }
    None
}

/// A history that is cut into pages ends with the first of them.
pub(super) fn history_ends_early(request: &Request, response: &mut Response) {
    if is_history(request)
        && let Some(links) = response
            .resource_mut()
            .and_then(|bundle| entries_mut(bundle, "link"))
    {
        links.retain(|link| link.str("relation") != Some("next"));
    }
}

pub(super) fn history_forgets_delete(request: &Request, response: &mut Response) {
    if is_history(request)
        && let Some(entries) = response
            .resource_mut()
            .and_then(|bundle| entries_mut(bundle, "entry"))
    {
        entries.retain(|entry| entry.get("resource").is_some());
    }
}

pub(super) fn deleted_version_unknown(request: &Request, response: &mut Response) {
    if is_history(request) && response.status == StatusCode::GONE {
        response.status = StatusCode::NOT_FOUND;
    }
}

/// Versions are kept from clients, and asking for one breaks the server.
pub(super) fn undeclared_versions_fail(request: &Request, response: &mut Response) {
    if is_history(request) {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
    if request.path == ["metadata"]
        && let Some(statement) = response.resource_mut()
    {
        walk_mut(statement, &mut |node| {
            if let Some(Value::Array(codes)) = get_mut(node, "interaction").map(|it| &mut it.value)
            {
                codes.retain(|it| !matches!(it.str("code"), Some("vread" | "history-instance")));
            }
        });
    }
}

fn names_a_code(request: &Request) -> bool {
    is_instance(request)
        && request.path[1].chars().any(|it| it.is_ascii_digit())
        && uuid::Uuid::parse_str(&request.path[1]).is_err()
}

/// A read by business code answers somebody else.
pub(super) fn code_of_another(request: &Request, response: &mut Response) {
    if names_a_code(request) && response.status == StatusCode::NOT_FOUND {
        let other = json!({ "resourceType": request.path[0], "id": "somebody-else" });
        *response = Response::fhir(StatusCode::OK, from_json(other));
    }
}

/// A read by business code answers the entity, under an id of its own.
pub(super) fn code_with_other_id(request: &Request, response: &mut Response) {
    if names_a_code(request) && response.status == StatusCode::NOT_FOUND {
        let same = json!({
            "resourceType": request.path[0],
            "id": "an-id-of-its-own",
            "identifier": [{ "value": request.path[1] }],
        });
        *response = Response::fhir(StatusCode::OK, from_json(same));
    }
}

/// A read of a Practitioner answers a Person, as if the reference had named one.
pub(super) fn answer_person(request: &Request, response: &mut Response) {
    if is_instance(request)
        && request.path[0] == "Practitioner"
        && response.status == StatusCode::OK
        && let Some(resource) = response.resource_mut()
    {
        set(resource, "resourceType", string("Person"));
    }
}
