//! The answer to a search: one page of matches as a Bundle, with the links that lead on (R4
//! 3.1.1.5.6).

use std::sync::Arc;

use axum::http::StatusCode;
use url::form_urlencoded::Serializer;

use super::include::{address, included};
use super::query::{CURSOR, Cursor, Handling, Search, Total};
use super::sort::sort;
use crate::reference::message::{Request, Response};
use crate::reference::outcome::{Refusal, outcome};
use crate::reference::resource_type::ResourceType;
use crate::reference::store::Store;
use crate::reference::tree::{Tree, array, from_json, number, object, push_member, string};

/// Runs a search.
///
/// # Errors
/// 400 for parameters that cannot be used: see [`Search::read`].
pub(in crate::reference) fn answer(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    parameters: &[(String, String)],
) -> Result<Response, Refusal> {
    let handling = Handling::of(request);
    let search = Search::read(resource_type, parameters, handling, &request.base)?;
    let page = Page::cut(store, &search);
    let mut bundle = object([
        ("resourceType", string("Bundle")),
        ("type", string("searchset")),
    ]);
    if search.total == Total::Accurate {
        push_member(&mut bundle, "total", number(page.total.to_string()));
    }
    push_member(
        &mut bundle,
        "link",
        array(links(&search, &page, &request.base)),
    );
    let mut entries = Vec::new();
    for resource in &page.matches {
        entries.push(entry(&search, resource, &request.base, "match"));
    }
    for resource in included(&search.includes, store, page.cursor.sequence, &page.matches) {
        entries.push(entry(&search, &resource, &request.base, "include"));
    }
    if handling == Handling::Lenient && !search.ignored.is_empty() {
        entries.push(object([
            ("resource", outcome("warning", &search.ignored)),
            (
                "search",
                from_json(serde_json::json!({ "mode": "outcome" })),
            ),
        ]));
    }
    if !entries.is_empty() {
        push_member(&mut bundle, "entry", array(entries));
    }
    Ok(Response::fhir(StatusCode::OK, bundle))
}

/// The matches of one page, and where it stands among all.
struct Page {
    matches: Vec<Arc<Tree>>,
    total: usize,
    cursor: Cursor,
}

impl Page {
    fn cut(store: &Store, search: &Search) -> Self {
        let cursor = search.cursor.unwrap_or(Cursor {
            offset: 0,
            sequence: store.sequence(),
        });
        let mut matches: Vec<&Arc<Tree>> = store
            .resources_at(search.resource_type, cursor.sequence)
            .filter(|resource| search.matches(resource))
            .collect();
        sort(&mut matches, &search.sort);
        Self {
            total: matches.len(),
            matches: matches
                .into_iter()
                .skip(cursor.offset)
                .take(search.count)
                .cloned()
                .collect(),
            cursor,
        }
    }
}

fn links(search: &Search, page: &Page, base: &str) -> Vec<Tree> {
    let count = search.count;
    let address = |offset: Option<usize>| {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&search.used);
        if let Some(offset) = offset {
            let cursor = Cursor {
                offset,
                ..page.cursor
            };
            query.append_pair(CURSOR, &cursor.text());
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{base}{}{mark}{query}", search.resource_type)
    };
    let link = |relation: &str, offset| {
        object([
            ("relation", string(relation)),
            ("url", string(address(offset))),
        ])
    };
    let offset = page.cursor.offset;
    let mut links = vec![link("self", search.cursor.map(|cursor| cursor.offset))];
    if count == 0 {
        return links;
    }
    links.push(link("first", Some(0)));
    if offset > 0 {
        links.push(link("previous", Some(offset.saturating_sub(count))));
    }
    if offset.saturating_add(count) < page.total {
        links.push(link("next", Some(offset + count)));
    }
    let last = page.total.saturating_sub(1) / count * count;
    links.push(link("last", Some(last)));
    links
}

fn entry(search: &Search, resource: &Tree, base: &str, mode: &str) -> Tree {
    let full_url = format!("{base}{}", address(resource).unwrap_or_default());
    let mut resource = resource.clone();
    search.subset.apply(&mut resource);
    object([
        ("fullUrl", string(full_url)),
        ("resource", resource),
        ("search", object([("mode", string(mode))])),
    ])
}
