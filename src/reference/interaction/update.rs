//! Update (R4 3.1.0.4).

use axum::http::StatusCode;

use super::{sent, written};
use crate::reference::flow;
use crate::reference::message::{Request, Response};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::route::Route;
use crate::reference::rule::{self, Context};
use crate::reference::service::Settings;
use crate::reference::store::{Store, Version};
use crate::reference::time;
use crate::reference::tree::push_member;

/// Answers an update: 200, or 201 if it brings a deleted resource back or makes a new one.
///
/// # Errors
/// 405 for an id that was never given where a client cannot make one up, 400 if the body has
/// another id, what [`check_version`] and what the rules refuse.
pub(in crate::reference) fn update(
    store: &mut Store,
    request: &Request,
    resource_type: ResourceType,
    id: &str,
    settings: &Settings,
) -> Result<Response, Refusal> {
    let mut resource = sent::resource(request, resource_type)?;
    if resource.str("id") != Some(id) {
        return Err(Refusal::bad_request(
            IssueCode::Value,
            format!("the id of the body has to be that of the address, `{id}`"),
        ));
    }
    let current = store.row(resource_type, id).and_then(|row| row.current());
    if current.is_none() && !resource_type.is_created_by_update() {
        let route = Route::Instance(resource_type, id.to_owned());
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            IssueCode::NotSupported,
            "an update cannot create: the server gives the ids",
        )
        .header("Allow", route.allow()));
    }
    if let Some(current) = current {
        check_version(request, resource_type, current)?;
    }
    let replaced = current.and_then(|version| version.resource.as_ref());
    let status = match replaced {
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    if settings.updates_merge
        && let Some(current) = replaced
    {
        for member in current.members() {
            if resource.get(&member.name).is_none() {
                push_member(&mut resource, &member.name, member.value.clone());
            }
        }
    }
    let context = Context {
        store,
        base: &request.base,
        resource_type,
        id: Some(id),
    };
    rule::check(&context, &resource, &settings.rules_left_out)?;
    flow::prepare_references(&mut resource, &request.base);
    let version = store.write(resource_type, id, resource, time::now());
    Ok(written(request, status, resource_type, id, version))
}

/// Which version is to be replaced (R4 3.1.0.5).
///
/// # Errors
/// 412 if `If-Match` names another version, 400 if it is not there where it has to be.
fn check_version(
    request: &Request,
    resource_type: ResourceType,
    current: &Version,
) -> Result<(), Refusal> {
    let own = current.etag();
    match request.header("if-match") {
        Some(expected)
            if expected != "*"
                && expected.trim_start_matches("W/") != own.trim_start_matches("W/") =>
        {
            Err(Refusal::new(
                StatusCode::PRECONDITION_FAILED,
                IssueCode::Conflict,
                format!("the version is {own}, not {expected}"),
            ))
        }
        None if resource_type.wants_version() && current.resource.is_some() => {
            let text = "an update of this type has to name the version in `If-Match`";
            Err(Refusal::bad_request(IssueCode::Required, text))
        }
        _ => Ok(()),
    }
}
