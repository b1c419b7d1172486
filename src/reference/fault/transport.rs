//! Faults of HTTP: media types, addresses, status codes, headers.

use axum::http::{HeaderValue, Method, StatusCode, header};

use crate::reference::message::{Body, Request, Response};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;

const PAGE: &str =
    "<!doctype html><html><head><title>Error</title></head><body><h1>Error</h1></body></html>";

fn page(status: StatusCode) -> Response {
    let mut response = Response::new(status, Body::Html(PAGE.to_owned()));
    response.set_header("Content-Type", "text/html; charset=utf-8");
    response
}

pub(super) fn no_metadata(request: &mut Request) -> Option<Response> {
    (request.path == ["metadata"]).then(|| page(StatusCode::NOT_FOUND))
}

pub(super) fn refuse_fhir_json(request: &mut Request) -> Option<Response> {
    let names = |name: &str| {
        request
            .header(name)
            .is_some_and(|value| value.contains("application/fhir+json"))
    };
    let refuse = |status| {
        let text = "`application/fhir+json` is not offered";
        Some(Refusal::new(status, IssueCode::NotSupported, text).into())
    };
    let accepts_plain = request
        .header("accept")
        .is_some_and(|accept| accept.contains("application/json") || accept.contains("*/*"));
    if names("content-type") {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if names("accept") && !accepts_plain {
        return refuse(StatusCode::NOT_ACCEPTABLE);
    }
    request.query.retain(|(name, _)| name != "_format");
    request
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    None
}

pub(super) fn answer_plain_json(_: &Request, response: &mut Response) {
    if matches!(response.body, Body::Fhir(_)) {
        response.set_header("Content-Type", "application/json");
    }
}

pub(super) fn ignore_accept(request: &mut Request) -> Option<Response> {
    request.headers.remove(header::ACCEPT);
    None
}

pub(super) fn ignore_format(request: &mut Request) -> Option<Response> {
    request.query.retain(|(name, _)| name != "_format");
    None
}

pub(super) fn accept_any_content_type(request: &mut Request) -> Option<Response> {
    let searches = request.path.last().is_some_and(|last| last == "_search");
    if !searches && !request.body.is_empty() {
        let json = HeaderValue::from_static("application/fhir+json");
        request.headers.insert(header::CONTENT_TYPE, json);
    }
    None
}

pub(super) fn want_trailing_slash(request: &mut Request) -> Option<Response> {
    if request.trailing_slash {
        return None;
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request.query)
        .finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let location = format!("{}{}/{mark}{query}", request.base, request.path.join("/"));
    let mut response = Response::empty(StatusCode::MOVED_PERMANENTLY);
    response.set_header("Location", location);
    Some(response)
}

fn is_error(response: &Response) -> bool {
    response.status.is_client_error() || response.status.is_server_error()
}

pub(super) fn html_errors(_: &Request, response: &mut Response) {
    if is_error(response) {
        let headers = std::mem::take(&mut response.headers);
        *response = page(response.status);
        for (name, value) in headers {
            if !name.eq_ignore_ascii_case("content-type") {
                response.set_header(&name, value);
            }
        }
    }
}

pub(super) fn empty_errors(_: &Request, response: &mut Response) {
    if is_error(response) {
        response.body = Body::Empty;
        response.remove_header("Content-Type");
    }
}

pub(super) fn no_allow_header(_: &Request, response: &mut Response) {
    if response.status == StatusCode::METHOD_NOT_ALLOWED {
        response.remove_header("Allow");
    }
}

pub(super) fn any_method_succeeds(_: &Request, response: &mut Response) {
    if response.status == StatusCode::METHOD_NOT_ALLOWED {
        response.status = StatusCode::OK;
    }
}

fn names_known_type(request: &Request) -> bool {
    request
        .path
        .first()
        .is_some_and(|first| ResourceType::from_code(first).is_some())
}

pub(super) fn unknown_type_fails(request: &Request, response: &mut Response) {
    if response.status == StatusCode::NOT_FOUND && !names_known_type(request) {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn unknown_id_fails(request: &Request, response: &mut Response) {
    if response.status == StatusCode::NOT_FOUND && names_known_type(request) {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn no_etag(_: &Request, response: &mut Response) {
    response.remove_header("ETag");
}

pub(super) fn no_etag_of_family(request: &Request, response: &mut Response) {
    if request.method == Method::POST && request.path == ["Group"] {
        no_etag(request, response);
    }
}

pub(super) fn wrong_etag(_: &Request, response: &mut Response) {
    if response.header("ETag").is_some() {
        response.set_header("ETag", "W/\"4711\"");
    }
}

pub(super) fn no_last_modified(_: &Request, response: &mut Response) {
    response.remove_header("Last-Modified");
}

pub(super) fn ignore_conditions(request: &mut Request) -> Option<Response> {
    if matches!(request.method, Method::GET | Method::HEAD) {
        request.headers.remove(header::IF_NONE_MATCH);
        request.headers.remove(header::IF_MODIFIED_SINCE);
    }
    None
}
