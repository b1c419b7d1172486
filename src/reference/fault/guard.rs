//! Faults of what answers guard and tell, of values that are executed, and of references.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};

use super::body::each_resource;
use crate::reference::message::{Body, Request, Response};
use crate::reference::tree::{get_mut, push_member, set, string, walk_mut};

pub(super) fn cacheable(_: &Request, response: &mut Response) {
    response.set_header("Cache-Control", "public, max-age=3600");
}

pub(super) fn sniffable(_: &Request, response: &mut Response) {
    response.remove_header("X-Content-Type-Options");
}

pub(super) fn tell_version(_: &Request, response: &mut Response) {
    response.set_header("Server", "example-server/1.2.3");
}

pub(super) fn open_to_all_pages(request: &Request, response: &mut Response) {
    if let Some(origin) = request.header("origin") {
        response.set_header("Access-Control-Allow-Origin", origin);
        response.set_header("Access-Control-Allow-Credentials", "true");
    }
}

pub(super) fn show_password(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        push_member(resource, "password", string("pbkdf2$260000$abc"));
    });
}

/// A value with a quote in it makes a search answer with everything.
pub(super) fn execute_values(request: &mut Request) -> Option<Response> {
    request
        .query
        .retain(|(name, value)| name != "identifier" || !value.contains('\''));
    None
}

/// What follows a line break in a value becomes a header.
pub(super) fn value_in_header(request: &Request, response: &mut Response) {
    let headers = request
        .query
        .iter()
        .filter_map(|(_, value)| value.split_once("\r\n"))
        .filter_map(|(_, rest)| rest.split_once(": "));
    for (name, value) in headers {
        response.set_header(name, value);
    }
}

/// Markup is taken out of what is stored.
pub(super) fn strip_markup(request: &mut Request) -> Option<Response> {
    if request.is_read() {
        return None;
    }
    let text = String::from_utf8_lossy(&request.body).replace("<script>", "");
    request.body = Bytes::from(text);
    None
}

pub(super) fn malformed_login_fails(request: &Request, response: &mut Response) {
    if request.path == ["login"] && response.status == StatusCode::BAD_REQUEST {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn odd_parameter_fails(request: &Request, response: &mut Response) {
    let is_odd = |(name, _): &(String, String)| {
        !name.starts_with(|it: char| it.is_alphabetic() || it == '_')
    };
    if request.query.iter().any(is_odd) {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn wrong_reference_type(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            if node.get("reference").is_some() && node.get("type").is_some() {
                set(node, "type", string("Device"));
            }
        });
    });
}

pub(super) fn wrong_reference_identifier(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            if node.get("reference").is_some()
                && let Some(identifier) = get_mut(node, "identifier")
            {
                set(identifier, "value", string("of-somebody-else"));
            }
        });
    });
}

pub(super) fn no_transport_security(_: &Request, response: &mut Response) {
    response.remove_header("Strict-Transport-Security");
}

/// The connection ends where the answer to an odd id was to begin.
pub(super) fn hang_up(request: &Request, response: &mut Response) {
    let is_odd = |part: &String| part.contains(['\0', '\n', '"', '<']);
    if request.path.get(1).is_some_and(is_odd) {
        response.body = Body::Cut;
    }
}

pub(super) fn options_fail(request: &Request, response: &mut Response) {
    if request.method == Method::OPTIONS {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn options_without_allow(request: &Request, response: &mut Response) {
    if request.method == Method::OPTIONS {
        response.remove_header("Allow");
    }
}

/// A browser sends no token with this question, so that the page may never ask.
pub(super) fn preflight_needs_token(request: &mut Request) -> Option<Response> {
    let is_preflight = request.method == Method::OPTIONS
        && request.header("access-control-request-method").is_some();
    is_preflight.then(|| {
        let mut response = Response::empty(StatusCode::UNAUTHORIZED);
        response.set_header("Access-Control-Allow-Origin", "*");
        response
    })
}

pub(super) fn busy_without_word(request: &Request, response: &mut Response) {
    let is_odd = |part: &String| part.contains(['\0', '\n', '"', '<']);
    if request.path.get(1).is_some_and(is_odd) {
        response.status = StatusCode::SERVICE_UNAVAILABLE;
    }
}

pub(super) fn hostile_body_fails(request: &Request, response: &mut Response) {
    if request.body.windows(4).any(|part| part == b":NaN") {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}
