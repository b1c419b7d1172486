//! Delete (R4 3.1.0.7).

use axum::http::StatusCode;

use crate::reference::message::Response;
use crate::reference::resource_type::ResourceType;
use crate::reference::store::Store;
use crate::reference::time;

/// Answers a delete: 204, also if there is nothing (any more) to delete.
pub(in crate::reference) fn delete(
    store: &mut Store,
    resource_type: ResourceType,
    id: &str,
) -> Response {
    store.delete(resource_type, id, time::now());
    let mut response = Response::empty(StatusCode::NO_CONTENT);
    if let Some(version) = store.row(resource_type, id).and_then(|row| row.current()) {
        response.set_header("ETag", version.etag());
    }
    response
}
