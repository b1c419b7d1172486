//! Faults of pages: links, cursors and totals.

use super::body::entry_count;
use crate::json::Value;
use crate::reference::message::{Request, Response};
use crate::reference::search::{CURSOR, Cursor};
use crate::reference::tree::{Tree, get_mut, number, object, set, string};

/// Changes where a further page begins.
fn move_cursor(request: &mut Request, change: impl Fn(usize) -> usize) -> Option<Response> {
    for (name, value) in &mut request.query {
        if name == CURSOR
            && let Some(cursor) = Cursor::read(value)
            && cursor.offset > 0
        {
            let offset = change(cursor.offset);
            *value = Cursor { offset, ..cursor }.text();
        }
    }
    None
}

pub(super) fn lose(request: &mut Request) -> Option<Response> {
    move_cursor(request, |offset| offset + 1)
}

pub(super) fn repeat(request: &mut Request) -> Option<Response> {
    move_cursor(request, |offset| offset - 1)
}

pub(super) fn links(response: &mut Response) -> Option<&mut Vec<Tree>> {
    let bundle = response
        .resource_mut()
        .filter(|tree| tree.str("type") == Some("searchset"))?;
    match &mut get_mut(bundle, "link")?.value {
        Value::Array(links) => Some(links),
        _ => None,
    }
}

fn link_to(links: &[Tree], relation: &str) -> Option<String> {
    links
        .iter()
        .find(|link| link.str("relation") == Some(relation))
        .and_then(|link| link.str("url").map(str::to_owned))
}

fn without_link(response: &mut Response, relation: &str) {
    if let Some(links) = links(response) {
        links.retain(|link| link.str("relation") != Some(relation));
    }
}

pub(super) fn no_self_link(_: &Request, response: &mut Response) {
    without_link(response, "self");
}

pub(super) fn no_next_link(_: &Request, response: &mut Response) {
    without_link(response, "next");
}

fn each_link(response: &mut Response, change: impl Fn(&str, &str) -> String) {
    for link in links(response).into_iter().flatten() {
        let changed = link
            .str("relation")
            .zip(link.str("url"))
            .map(|(relation, url)| change(relation, url));
        if let Some(changed) = changed {
            set(link, "url", string(changed));
        }
    }
}

pub(super) fn self_link_claims_all(request: &Request, response: &mut Response) {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request.query)
        .finish();
    each_link(response, |relation, url| match relation {
        "self" => format!("{}?{query}", url.split('?').next().unwrap_or(url)),
        _ => url.to_owned(),
    });
}

fn set_total(response: &mut Response, total: usize) {
    if let Some(bundle) = response.resource_mut() {
        set(bundle, "total", number(total.to_string()));
    }
}

pub(super) fn total(response: &Response) -> Option<usize> {
    response
        .resource()?
        .get("total")?
        .primitive_text()?
        .parse()
        .ok()
}

pub(super) fn wrong_total(_: &Request, response: &mut Response) {
    if let Some(total) = total(response) {
        set_total(response, total + 1);
    }
}

pub(super) fn total_of_page(_: &Request, response: &mut Response) {
    if total(response).is_some_and(|total| total > 0) {
        let count = entry_count(response);
        set_total(response, count);
    }
}

pub(super) fn never_end(_: &Request, response: &mut Response) {
    if let Some(links) = links(response)
        && link_to(links, "next").is_none()
        && let Some(own) = link_to(links, "self")
    {
        let next = [("relation", string("next")), ("url", string(own))];
        links.push(object(next));
    }
}

pub(super) fn forget_criteria(_: &Request, response: &mut Response) {
    each_link(response, |relation, url| match relation {
        "next" => {
            let (address, query) = url.split_once('?').unwrap_or((url, ""));
            let kept: Vec<&str> = query
                .split('&')
                .filter(|pair| pair.starts_with(CURSOR) || pair.starts_with("_count="))
                .collect();
            format!("{address}?{}", kept.join("&"))
        }
        _ => url.to_owned(),
    });
}

pub(super) fn relative_links(request: &Request, response: &mut Response) {
    let base = request.base.clone();
    each_link(response, |_, url| {
        url.strip_prefix(&base).unwrap_or(url).to_owned()
    });
}

pub(super) fn foreign_links(_: &Request, response: &mut Response) {
    each_link(response, |_, url| match url.split_once("/api/") {
        Some((_, rest)) => format!("http://fhir.example.org/api/{rest}"),
        None => url.to_owned(),
    });
}
