//! Faults of search.

use axum::body::Bytes;
use axum::http::StatusCode;

use super::body::entry_count;
use crate::json::Value;
use crate::reference::message::{Request, Response, pairs};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::tree::{Tree, at, get_mut, remove, set, string};

/// Changes the parameters of a search, whether they come in the address or in a form.
pub(super) fn each_parameter(
    request: &mut Request,
    change: impl Fn(&mut Vec<(String, String)>),
) -> Option<Response> {
    let by_form = request.path.last().is_some_and(|last| last == "_search");
    if request.path.len() == 1 || by_form {
        change(&mut request.query);
    }
    if by_form {
        let mut form = pairs(&request.body);
        change(&mut form);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        request.body = Bytes::from(form);
    }
    None
}

fn without(request: &mut Request, unwanted: impl Fn(&str) -> bool) -> Option<Response> {
    each_parameter(request, |parameters| {
        parameters.retain(|(name, _)| !unwanted(name.split(':').next().unwrap_or(name)));
    })
}

pub(super) fn ignore_parameters(request: &mut Request) -> Option<Response> {
    without(request, |name| {
        !matches!(
            name,
            "_count" | "_cursor" | "_format" | "_summary" | "_elements"
        )
    })
}

pub(super) fn ignore_id(request: &mut Request) -> Option<Response> {
    without(request, |name| name == "_id")
}

pub(super) fn ignore_last_updated(request: &mut Request) -> Option<Response> {
    without(request, |name| name == "_lastUpdated")
}

pub(super) fn ignore_identifier(request: &mut Request) -> Option<Response> {
    without(request, |name| name == "identifier")
}

pub(super) fn ignore_count(request: &mut Request) -> Option<Response> {
    without(request, |name| name == "_count")
}

/// Sorts by nothing, but leaves a parameter in place so that the self link still claims it.
pub(super) fn ignore_sort(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, value) in parameters {
            if name == "_sort" {
                *value = "_profile".to_owned();
            }
        }
    })
}

pub(super) fn ignore_summary(request: &mut Request) -> Option<Response> {
    without(request, |name| matches!(name, "_summary" | "_elements"))
}

pub(super) fn ignore_system(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (_, value) in parameters {
            let codes = value
                .split(',')
                .map(|part| part.rsplit('|').next().unwrap_or(part));
            *value = codes.collect::<Vec<_>>().join(",");
        }
    })
}

/// The prefixes of R4 3.1.1.4.6.
const PREFIXES: [&str; 9] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

/// Whether it is a date: an id may begin with the letters of a prefix too.
fn starts_with_year(text: &str) -> bool {
    let year = text.get(..4);
    year.is_some_and(|year| year.bytes().all(|it| it.is_ascii_digit()))
        && matches!(text.as_bytes().get(4), None | Some(b'-'))
}

pub(super) fn ignore_prefix(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (_, value) in parameters {
            let rest = PREFIXES
                .iter()
                .find_map(|prefix| value.strip_prefix(prefix));
            if let Some(rest) = rest.filter(|rest| starts_with_year(rest)) {
                *value = rest.to_owned();
            }
        }
    })
}

pub(super) fn ignore_modifiers(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, _) in parameters {
            if let Some((code, _)) = name.split_once(':') {
                *name = code.to_owned();
            }
        }
    })
}

pub(super) fn ignore_strict(request: &mut Request) -> Option<Response> {
    if request.preference("handling").is_some() {
        request.headers.remove("prefer");
    }
    None
}

pub(super) fn no_post_search(request: &mut Request) -> Option<Response> {
    request
        .path
        .last()
        .is_some_and(|last| last == "_search")
        .then(|| Refusal::not_found("`_search` is not offered here").into())
}

pub(super) fn invalid_value_fails(request: &Request, response: &mut Response) {
    if response.status == StatusCode::BAD_REQUEST && request.is_read() {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn is_searchset(response: &Response) -> bool {
    response
        .resource()
        .is_some_and(|tree| tree.str("type") == Some("searchset"))
}

pub(super) fn empty_is_not_found(request: &Request, response: &mut Response) {
    let asks_for_count = request.parameter("_summary") == Some("count");
    if is_searchset(response) && entry_count(response) == 0 && !asks_for_count {
        *response = Refusal::not_found("nothing was found").into();
        response.set_header("Content-Type", "application/fhir+json; charset=utf-8");
    }
}

pub(super) fn one_row_breaks_search(_: &Request, response: &mut Response) {
    const ROW: &str = "PractitionerRole/2b57fe4d-160c-5612-affe-769b9350fbd0";
    let has_row = is_searchset(response)
        && response.resource().is_some_and(|bundle| {
            let addresses = at(bundle, "entry.fullUrl");
            addresses
                .iter()
                .any(|it| it.as_str().is_some_and(|it| it.ends_with(ROW)))
        });
    if has_row {
        let code = IssueCode::Exception;
        *response = Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code, "X is missing").into();
        response.set_header("Content-Type", "application/fhir+json; charset=utf-8");
    }
}

pub(super) fn unknown_identifier_fails(request: &Request, response: &mut Response) {
    let by_identifier = request.parameter("identifier").is_some();
    if by_identifier && is_searchset(response) && entry_count(response) == 0 {
        let code = IssueCode::Exception;
        let text = "failed to retrieve the resource with this identifier";
        *response = Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code, text).into();
        response.set_header("Content-Type", "application/fhir+json; charset=utf-8");
    }
}

pub(super) fn bare_resource(request: &Request, response: &mut Response) {
    if is_searchset(response) && request.parameter("identifier").is_some() {
        let found = response
            .resource()
            .and_then(|bundle| at(bundle, "entry.resource").first().map(|it| (*it).clone()));
        if let (Some(found), Some(body)) = (found, response.resource_mut()) {
            *body = found;
        }
    }
}

pub(super) fn wrong_bundle_type(_: &Request, response: &mut Response) {
    if is_searchset(response)
        && let Some(bundle) = response.resource_mut()
    {
        set(bundle, "type", string("collection"));
    }
}

pub(super) fn each_entry(response: &mut Response, change: impl FnMut(&mut Tree)) {
    if is_searchset(response)
        && let Some(Value::Array(entries)) = response
            .resource_mut()
            .and_then(|bundle| get_mut(bundle, "entry"))
            .map(|entries| &mut entries.value)
    {
        entries.iter_mut().for_each(change);
    }
}

pub(super) fn no_full_url(_: &Request, response: &mut Response) {
    each_entry(response, |entry| {
        remove(entry, "fullUrl");
    });
}

pub(super) fn wrong_full_url(_: &Request, response: &mut Response) {
    each_entry(response, |entry| {
        let wrong = entry.str("fullUrl").map(|it| format!("{it}-elsewhere"));
        if let Some(wrong) = wrong {
            set(entry, "fullUrl", string(wrong));
        }
    });
}

pub(super) fn no_mode(_: &Request, response: &mut Response) {
    each_entry(response, |entry| {
        remove(entry, "search");
    });
}

pub(super) fn matches_without_id(_: &Request, response: &mut Response) {
    each_entry(response, |entry| {
        if let Some(resource) = get_mut(entry, "resource") {
            remove(resource, "id");
        }
    });
}
