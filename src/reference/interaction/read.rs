//! Read and vread (R4 3.1.0.2 and 3.1.0.3).

use axum::http::StatusCode;

use super::with_version;
use crate::reference::message::{Request, Response};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::search::Subset;
use crate::reference::store::{Row, Store, Version};
use crate::reference::time;

/// Answers a read.
///
/// # Errors
/// 404 if there is no such row, 410 if it was deleted, 400 for a bad `_summary`.
pub(in crate::reference) fn read(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    id: &str,
) -> Result<Response, Refusal> {
    let row = find(store, resource_type, id)?;
    let version = row.current().ok_or_else(|| absent(resource_type, id))?;
    if version.resource.is_some() && is_unchanged(request, version) {
        let response = Response::empty(StatusCode::NOT_MODIFIED);
        return Ok(with_version(response, version));
    }
    show(request, row, version)
}

/// Answers a vread.
///
/// # Errors
/// 404 if there is no such row or version, 410 if the version is a deletion.
pub(in crate::reference) fn read_version(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    id: &str,
    number: &str,
) -> Result<Response, Refusal> {
    let row = find(store, resource_type, id)?;
    let version = row
        .versions()
        .iter()
        .find(|version| version.number.to_string() == number)
        .ok_or_else(|| {
            Refusal::not_found(format!("`{resource_type}/{id}` has no version `{number}`"))
        })?;
    show(request, row, version)
}

/// The row of that id.
///
/// # Errors
/// 404 if there is none.
pub(super) fn find<'s>(
    store: &'s Store,
    resource_type: ResourceType,
    id: &str,
) -> Result<&'s Row, Refusal> {
    store
        .row(resource_type, id)
        .ok_or_else(|| absent(resource_type, id))
}

fn absent(resource_type: ResourceType, id: &str) -> Refusal {
    Refusal::not_found(format!("there is no `{resource_type}` with the id `{id}`"))
}

fn show(request: &Request, row: &Row, version: &Version) -> Result<Response, Refusal> {
    let Some(resource) = &version.resource else {
        return Err(Refusal::new(
            StatusCode::GONE,
            IssueCode::Deleted,
            format!("`{}/{}` was deleted", row.resource_type, row.id),
        )
        .header("ETag", version.etag()));
    };
    let mut resource = resource.as_ref().clone();
    for name in ["_summary", "_elements"] {
        if let Some(value) = request.parameter(name) {
            let subset = Subset::read(name, value).ok_or_else(|| {
                Refusal::bad_request(
                    IssueCode::Value,
                    format!("`{value}` is no value of `{name}` on a read"),
                )
            })?;
            subset.apply(&mut resource);
        }
    }
    Ok(with_version(
        Response::fhir(StatusCode::OK, resource),
        version,
    ))
}

/// Conditional read (R4 3.1.0.2.1): `If-None-Match` before `If-Modified-Since`.
fn is_unchanged(request: &Request, version: &Version) -> bool {
    if let Some(known) = request.header("if-none-match") {
        let own = version.etag();
        return known
            .split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/") == own.trim_start_matches("W/"));
    }
    request
        .header("if-modified-since")
        .and_then(time::parse_http_date)
        .is_some_and(|since| time::whole_second(version.last_updated) <= since)
}
