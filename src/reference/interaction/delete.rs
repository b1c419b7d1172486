//! Delete (R4 3.1.0.7).

use axum::http::StatusCode;

use crate::reference::message::Response;
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::service::Settings;
use crate::reference::store::Store;
use crate::reference::time;

/// Answers a delete: 204, also if there is nothing (any more) to delete.
///
/// # Errors
/// Only where a fault wants a second delete to fail.
pub(in crate::reference) fn delete(
    store: &mut Store,
    resource_type: ResourceType,
    id: &str,
    settings: &Settings,
) -> Result<Response, Refusal> {
    let is_deleted = store
        .row(resource_type, id)
        .and_then(|row| row.current())
        .is_some_and(|version| version.resource.is_none());
    if is_deleted && settings.deletes_once {
        return Err(Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            IssueCode::Exception,
            "it is deleted already",
        ));
    }
    store.delete(resource_type, id, time::now());
    let mut response = Response::empty(StatusCode::NO_CONTENT);
    if let Some(version) = store.row(resource_type, id).and_then(|row| row.current()) {
        response.set_header("ETag", version.etag());
    }
    Ok(response)
}
