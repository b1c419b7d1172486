//! Faults of create, update and delete.

use axum::body::Bytes;
use axum::http::{HeaderValue, Method, StatusCode, header};

use crate::json::Value;
use crate::reference::message::{Body, Request, Response};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::service::Settings;
use crate::reference::time;
use crate::reference::tree::{Tree, at, get_mut, remove, set, string, walk_mut};

fn is_create(request: &Request) -> bool {
    request.method == Method::POST && request.path.len() == 1 && request.path != ["login"]
}

pub(super) fn answer_200(_: &Request, response: &mut Response) {
    if response.status == StatusCode::CREATED {
        response.status = StatusCode::OK;
    }
}

pub(super) fn no_location(_: &Request, response: &mut Response) {
    response.remove_header("Location");
}

pub(super) fn wrong_location(_: &Request, response: &mut Response) {
    if let Some(location) = response.header("Location") {
        let wrong = location.replace("/_history/", "-elsewhere/_history/");
        response.set_header("Location", wrong);
    }
}

pub(super) fn lose_element(request: &Request, response: &mut Response) {
    if is_create(request)
        && let Some(resource) = response.resource_mut()
    {
        remove(resource, "gender");
        remove(resource, "birthDate");
    }
}

/// Changes the resource that a create or an update sends.
pub(super) fn change_sent(request: &mut Request, change: impl Fn(&mut Tree)) -> Option<Response> {
    if is_create(request) || request.method == Method::PUT {
        let sent = crate::json::read_bytes(&request.body)
            .ok()
            .map(|document| document.root.into_owned());
        if let Some(mut sent) = sent {
            change(&mut sent);
            request.body = Bytes::from(sent.to_json());
        }
    }
    None
}

pub(super) fn store_less(request: &mut Request) -> Option<Response> {
    change_sent(request, |sent| {
        remove(sent, "telecom");
        remove(sent, "note");
    })
}

pub(super) fn store_other(request: &mut Request) -> Option<Response> {
    change_sent(request, |sent| {
        walk_mut(sent, &mut |node| {
            let capitals = node.str("family").map(str::to_uppercase);
            if let Some(capitals) = capitals {
                set(node, "family", string(capitals));
            }
        });
    })
}

/// The seed is old: what was written today was created by a client.
pub(super) fn is_new(resource: &Tree) -> bool {
    let today = time::date(time::now());
    at(resource, "meta.lastUpdated")
        .iter()
        .any(|at| at.as_str().is_some_and(|text| text.starts_with(&today)))
}

pub(super) fn not_searchable(_: &Request, response: &mut Response) {
    leave_out(response, is_new);
}

pub(super) fn no_villages(_: &Request, response: &mut Response) {
    leave_out(response, |resource| {
        let kind = at(resource, "physicalType.coding.code");
        kind.iter().any(|code| code.as_str() == Some("V"))
    });
}

fn leave_out(response: &mut Response, unwanted: impl Fn(&Tree) -> bool) {
    if let Some(Value::Array(entries)) = response
        .resource_mut()
        .and_then(|bundle| get_mut(bundle, "entry"))
        .map(|entries| &mut entries.value)
    {
        entries.retain(|entry| !entry.get("resource").is_some_and(&unwanted));
    }
}

pub(super) fn keep_version(request: &Request, response: &mut Response) {
    let sent = crate::json::read_bytes(&request.body)
        .ok()
        .and_then(|document| Some(document.root.get("meta")?.str("versionId")?.to_owned()));
    if is_create(request)
        && let (Some(sent), Some(meta)) = (
            sent,
            response.resource_mut().and_then(|it| get_mut(it, "meta")),
        )
    {
        set(meta, "versionId", string(sent));
    }
}

pub(super) fn ignore_prefer(request: &mut Request) -> Option<Response> {
    if request.preference("return").is_some() {
        request.headers.remove("prefer");
    }
    None
}

pub(super) fn broken_json_fails(request: &Request, response: &mut Response) {
    let is_broken = crate::json::read_bytes(&request.body).is_err();
    if is_create(request) && is_broken && response.status == StatusCode::BAD_REQUEST {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn refusal_fails(_: &Request, response: &mut Response) {
    let refused = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT];
    if refused.contains(&response.status) {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn no_expression(_: &Request, response: &mut Response) {
    if let Some(Value::Array(issues)) = response
        .resource_mut()
        .and_then(|outcome| get_mut(outcome, "issue"))
        .map(|issues| &mut issues.value)
    {
        for issue in issues {
            remove(issue, "expression");
            set(issue, "diagnostics", string("refused"));
        }
    }
}

pub(super) fn ignore_if_match(request: &mut Request) -> Option<Response> {
    if request.headers.contains_key(header::IF_MATCH) {
        request
            .headers
            .insert(header::IF_MATCH, HeaderValue::from_static("*"));
    }
    None
}

pub(super) fn ignore_body_id(request: &mut Request) -> Option<Response> {
    let id = request.path.get(1).cloned().unwrap_or_default();
    match request.method {
        Method::PUT => change_sent(request, |sent| set(sent, "id", string(id.clone()))),
        _ => None,
    }
}

pub(super) fn pretend_to_delete(request: &mut Request) -> Option<Response> {
    (request.method == Method::DELETE).then(|| Response::empty(StatusCode::NO_CONTENT))
}

pub(super) fn deleted_is_empty(_: &Request, response: &mut Response) {
    if response.status == StatusCode::GONE {
        response.status = StatusCode::OK;
        response.body = Body::Empty;
        response.remove_header("Content-Type");
    }
}

pub(super) fn keep_client_id(request: &Request, response: &mut Response) {
    let sent = crate::json::read_bytes(&request.body)
        .ok()
        .and_then(|document| document.root.str("id").map(str::to_owned));
    if is_create(request)
        && let (Some(sent), Some(resource)) = (sent, response.resource_mut())
    {
        set(resource, "id", string(sent.as_str()));
        let location = response
            .header("Location")
            .and_then(|location| location.split_once("/_history"))
            .and_then(|(instance, _)| instance.rsplit_once('/'))
            .map(|(base, _)| format!("{base}/{sent}"));
        if let Some(location) = location {
            response.set_header("Location", location);
        }
    }
}

pub(super) fn ignore_if_none_exist(request: &mut Request) -> Option<Response> {
    request.headers.remove("if-none-exist");
    None
}

pub(super) fn refuse_if_none_exist(request: &mut Request) -> Option<Response> {
    let text = "conditional create is not offered";
    let refusal = || Refusal::bad_request(IssueCode::NotSupported, text).into();
    request.headers.contains_key("if-none-exist").then(refusal)
}

pub(super) fn several_are_one(request: &Request, response: &mut Response) {
    if request.headers.contains_key("if-none-exist")
        && response.status == StatusCode::PRECONDITION_FAILED
    {
        *response = Response::empty(StatusCode::OK);
    }
}

pub(super) fn replace_any_version(request: &mut Request) -> Option<Response> {
    if request.method == Method::PUT && !request.headers.contains_key(header::IF_MATCH) {
        let any = HeaderValue::from_static("*");
        request.headers.insert(header::IF_MATCH, any);
    }
    None
}

pub(super) fn update_answers_201(request: &Request, response: &mut Response) {
    if request.method == Method::PUT && response.status == StatusCode::OK {
        response.status = StatusCode::CREATED;
    }
}

pub(super) fn version_stays(_: &Request, response: &mut Response) {
    if let Some(meta) = response
        .resource_mut()
        .and_then(|resource| get_mut(resource, "meta"))
    {
        set(meta, "versionId", string("1"));
    }
}

pub(super) fn update_unknown_fails(request: &Request, response: &mut Response) {
    let is_instance = request.path.len() == 2;
    if request.method == Method::PUT
        && is_instance
        && response.status == StatusCode::METHOD_NOT_ALLOWED
    {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn delete_fails(request: &Request, response: &mut Response) {
    if request.method == Method::DELETE && response.status == StatusCode::NO_CONTENT {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn merge_updates(settings: &mut Settings) {
    settings.updates_merge = true;
}

pub(super) fn store_before_checking(settings: &mut Settings) {
    settings.stores_before_checking = true;
}

pub(super) fn delete_once(settings: &mut Settings) {
    settings.deletes_once = true;
}

pub(super) fn withhold_representation(request: &Request, response: &mut Response) {
    if is_create(request) && request.preference("return") == Some("representation") {
        response.body = Body::Empty;
    }
}
