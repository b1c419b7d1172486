//! The history of one resource (R4 3.1.0.13), newest version first: whole, or from `_since` on, or in
//! pages of `_count`.

use axum::http::StatusCode;
use jiff::Timestamp;
use url::form_urlencoded::Serializer;

use super::read::find;
use crate::reference::message::{Request, Response};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::store::{Change, Row, Store, Version};
use crate::reference::time;
use crate::reference::tree::{Tree, array, from_json, number, object, push_member, string};

/// What the next page begins before: the number of a version, so that a new one moves nothing.
const BEFORE: &str = "before";

/// Answers a history.
///
/// # Errors
/// 404 if there is no such row, 400 for a parameter that cannot be read.
pub(in crate::reference) fn history(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    id: &str,
) -> Result<Response, Refusal> {
    let row = find(store, resource_type, id)?;
    let since: Option<Timestamp> = parsed(request, "_since")?;
    let count: Option<usize> = parsed(request, "_count")?;
    let before: Option<u32> = parsed(request, BEFORE)?;
    let wanted = |it: &&Version| since.is_none_or(|since| it.last_updated >= since);
    let all: Vec<&Version> = row.versions().iter().rev().filter(wanted).collect();
    let rest = all
        .iter()
        .filter(|it| before.is_none_or(|before| it.number < before));
    let rest: Vec<&&Version> = rest.collect();
    let page = &rest[..count.unwrap_or(rest.len()).min(rest.len())];
    let mut links = vec![link("self", &address(request, row, before))];
    if let Some(last) = page.last()
        && page.len() < rest.len()
    {
        links.push(link("next", &address(request, row, Some(last.number))));
    }
    let mut bundle = object([
        ("resourceType", string("Bundle")),
        ("type", string("history")),
        ("total", number(all.len().to_string())),
        ("link", array(links)),
    ]);
    if !page.is_empty() {
        let entries = page
            .iter()
            .map(|version| entry(row, version, &request.base));
        push_member(&mut bundle, "entry", array(entries.collect()));
    }
    Ok(Response::fhir(StatusCode::OK, bundle))
}

fn parsed<T: std::str::FromStr>(request: &Request, name: &str) -> Result<Option<T>, Refusal> {
    let value = request.parameter(name);
    value.map(str::parse).transpose().map_err(|_| {
        let value = value.unwrap_or_default();
        let text = format!("`{value}` is no value of `{name}` on a history");
        Refusal::bad_request(IssueCode::Value, text)
    })
}

/// The history as it was asked for, from that version on.
fn address(request: &Request, row: &Row, before: Option<u32>) -> String {
    let mut query = Serializer::new(String::new());
    for name in ["_since", "_count"] {
        if let Some(value) = request.parameter(name) {
            query.append_pair(name, value);
        }
    }
    if let Some(before) = before {
        query.append_pair(BEFORE, &before.to_string());
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!(
        "{}{}/{}/_history{mark}{query}",
        request.base, row.resource_type, row.id
    )
}

fn link(relation: &str, url: &str) -> Tree {
    object([("relation", string(relation)), ("url", string(url))])
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
