//! The history of one resource (R4 3.1.0.13), newest version first, on one page.

use axum::http::StatusCode;

use super::read::find;
use crate::reference::message::{Request, Response};
use crate::reference::outcome::Refusal;
use crate::reference::resource_type::ResourceType;
use crate::reference::store::{Change, Row, Store, Version};
use crate::reference::time;
use crate::reference::tree::{Tree, array, from_json, number, object, push_member, string};

/// Answers a history.
///
/// # Errors
/// 404 if there is no such row.
pub(in crate::reference) fn history(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    id: &str,
) -> Result<Response, Refusal> {
    let row = find(store, resource_type, id)?;
    let entries: Vec<Tree> = row
        .versions()
        .iter()
        .rev()
        .map(|version| entry(row, version, &request.base))
        .collect();
    let address = format!("{}{resource_type}/{id}/_history", request.base);
    let link = object([("relation", string("self")), ("url", string(address))]);
    let bundle = object([
        ("resourceType", string("Bundle")),
        ("type", string("history")),
        ("total", number(entries.len().to_string())),
        ("link", array(vec![link])),
        ("entry", array(entries)),
    ]);
    Ok(Response::fhir(StatusCode::OK, bundle))
}

fn entry(row: &Row, version: &Version, base: &str) -> Tree {
    let instance = format!("{}/{}", row.resource_type, row.id);
    let (method, address, status) = match version.change {
        Change::Create => ("POST", row.resource_type.code(), "201 Created"),
        Change::Update => ("PUT", instance.as_str(), "200 OK"),
        Change::Delete => ("DELETE", instance.as_str(), "204 No Content"),
    };
    let mut entry = object([("fullUrl", string(format!("{base}{instance}")))]);
    if let Some(resource) = &version.resource {
        push_member(&mut entry, "resource", resource.as_ref().clone());
    }
    let details = from_json(serde_json::json!({
        "request": { "method": method, "url": address },
        "response": {
            "status": status,
            "etag": version.etag(),
            "lastModified": time::instant(version.last_updated),
        },
    }));
    for member in details.members() {
        push_member(&mut entry, &member.name, member.value.clone());
    }
    entry
}
