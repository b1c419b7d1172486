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
use crate::reference::store::Store;
use crate::reference::time;
use crate::reference::tree::push_member;

/// Answers an update: 200, or 201 if it brings a deleted resource back.
///
/// # Errors
/// 405 for an id that was never given (a client cannot make one up), 400 if the body has another
/// id, 412 if `If-Match` names another version, and what the rules refuse.
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
    let Some(current) = store.row(resource_type, id).and_then(|row| row.current()) else {
        let route = Route::Instance(resource_type, id.to_owned());
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            IssueCode::NotSupported,
            "an update cannot create: the server gives the ids",
        )
        .header("Allow", route.allow()));
    };
    if let Some(expected) = request.header("if-match")
        && expected != "*"
        && expected.trim_start_matches("W/") != current.etag().trim_start_matches("W/")
    {
        return Err(Refusal::new(
            StatusCode::PRECONDITION_FAILED,
            IssueCode::Conflict,
            format!("the version is {}, not {expected}", current.etag()),
        ));
    }
    let status = match current.resource {
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    if settings.updates_merge
        && let Some(current) = &current.resource
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
