//! Faults of login and tokens.

use std::time::Duration;

use axum::http::StatusCode;

use crate::json::Value;
use crate::reference::message::{Body, Request, Response};
use crate::reference::service::Settings;
use crate::reference::tree::{get_mut, remove, set, string};

pub(super) fn admit_without_token(request: &mut Request) -> Option<Response> {
    if request.header("authorization").is_none() {
        request.is_admitted = true;
    }
    None
}

pub(super) fn accept_any_token(request: &mut Request) -> Option<Response> {
    if request.header("authorization").is_some() {
        request.is_admitted = true;
    }
    None
}

pub(super) fn expire_at_once(settings: &mut Settings) {
    settings.token_lifetime = Duration::ZERO;
}

pub(super) fn no_challenge(_: &Request, response: &mut Response) {
    response.remove_header("WWW-Authenticate");
}

pub(super) fn forbid(request: &Request, response: &mut Response) {
    if response.status == StatusCode::UNAUTHORIZED && request.header("authorization").is_none() {
        response.status = StatusCode::FORBIDDEN;
    }
}

fn is_login(request: &Request) -> bool {
    request.path == ["login"]
}

pub(super) fn login_fails(request: &Request, response: &mut Response) {
    if is_login(request) && response.status == StatusCode::UNAUTHORIZED {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn reveal_users(request: &Request, response: &mut Response) {
    let knows_user = String::from_utf8_lossy(&request.body).contains(super::super::server::USER);
    if is_login(request) && response.status == StatusCode::UNAUTHORIZED && !knows_user {
        response.status = StatusCode::NOT_FOUND;
    }
}

pub(super) fn no_expiry(request: &Request, response: &mut Response) {
    if is_login(request)
        && let Body::Json(answer) = &mut response.body
    {
        remove(answer, "exp");
    }
}

/// A login of an account that nobody has is refused as it should be, and says why.
pub(super) fn name_unknown_user(request: &Request, response: &mut Response) {
    let knows_user = String::from_utf8_lossy(&request.body).contains(super::super::server::USER);
    if is_login(request) && response.status == StatusCode::UNAUTHORIZED && !knows_user {
        let issues = response
            .resource_mut()
            .and_then(|outcome| get_mut(outcome, "issue"));
        if let Some(Value::Array(issues)) = issues.map(|issues| &mut issues.value) {
            for issue in issues {
                set(issue, "diagnostics", string("user does not exist"));
            }
        }
    }
}

pub(super) fn no_token(request: &Request, response: &mut Response) {
    if is_login(request)
        && let Body::Json(answer) = &mut response.body
    {
        remove(answer, "token");
    }
}
