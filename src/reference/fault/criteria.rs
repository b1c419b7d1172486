//! Faults of the finer points of search: forms of values, combinations, subsets, includes and what
//! the self link says.

use axum::http::StatusCode;

use super::paging::{links, total};
use super::search::{each_entry, each_parameter, is_searchset};
use crate::json::Value;
use crate::reference::message::{Request, Response, pairs};
use crate::reference::outcome::Refusal;
use crate::reference::resource_type::ResourceType;
use crate::reference::tree::{Tree, get_mut, number, remove, set, string};

/// A value that nothing has.
const NOTHING: &str = "nothing-has-this-value";

/// Gives parameters another value where `wrong` says so of name and value.
fn spoil(request: &mut Request, wrong: impl Fn(&str, &str) -> bool) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, value) in parameters {
            if wrong(name, value) {
                NOTHING.clone_into(value);
            }
        }
    })
}

/// Parameters of the seed whose tokens have a system.
fn is_concept(name: &str) -> bool {
    matches!(
        name,
        "type" | "code" | "topic" | "form" | "class-type" | "role"
    )
}

pub(super) fn token_needs_system(request: &mut Request) -> Option<Response> {
    spoil(request, |name, value| {
        is_concept(name) && !value.contains('|')
    })
}

pub(super) fn token_needs_code(request: &mut Request) -> Option<Response> {
    spoil(request, |name, value| {
        is_concept(name) && value.ends_with('|')
    })
}

pub(super) fn bar_is_ignored(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (_, value) in parameters {
            if let Some(code) = value.strip_prefix('|') {
                *value = code.to_owned();
            }
        }
    })
}

fn is_reference(name: &str) -> bool {
    matches!(name, "general-practitioner" | "beneficiary" | "patient")
}

pub(super) fn reference_needs_type(request: &mut Request) -> Option<Response> {
    spoil(request, |name, value| {
        is_reference(name) && !value.contains('/')
    })
}

pub(super) fn reference_needs_to_be_relative(request: &mut Request) -> Option<Response> {
    spoil(request, |name, value| {
        is_reference(name) && value.starts_with("http")
    })
}

/// Compares texts as they are, by the modifier that does so.
pub(super) fn exact_strings(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, _) in parameters {
            if matches!(name.as_str(), "name" | "family" | "given") {
                name.push_str(":exact");
            }
        }
    })
}

pub(super) fn dates_need_a_day(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, value) in parameters {
            if matches!(name.as_str(), "_lastUpdated" | "birthdate") && value.len() == 7 {
                *value = "1800-01".to_owned();
            }
        }
    })
}

/// Reads the clock of an instant and not its offset.
pub(super) fn offsets_are_dropped(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (_, value) in parameters {
            let offset = value.find('T').and_then(|time| {
                let at = value[time..].rfind(['+', '-'])?;
                Some(time + at)
            });
            if let Some(offset) = offset
                && value.len() == offset + "+00:00".len()
            {
                value.replace_range(offset.., "Z");
            }
        }
    })
}

pub(super) fn plus_stays_a_plus(request: &mut Request) -> Option<Response> {
    request.query = pairs(request.encoded_query.replace('+', "%2B").as_bytes());
    None
}

pub(super) fn first_alternative_only(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, value) in parameters {
            if name == "_id" && !value.contains('\\') {
                *value = value.split(',').next().unwrap_or_default().to_owned();
            }
        }
    })
}

pub(super) fn last_repetition_only(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        if let Some(last) = parameters.iter().rposition(|(name, _)| name == "_id") {
            let mut place = 0;
            parameters.retain(|(name, _)| {
                place += 1;
                name != "_id" || place == last + 1
            });
        }
    })
}

pub(super) fn escapes_are_ignored(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (_, value) in parameters {
            *value = value.replace('\\', "");
        }
    })
}

pub(super) fn refuse_total(request: &mut Request) -> Option<Response> {
    refuse(request, |name| name == "_total")
}

pub(super) fn refuse_unknown(request: &mut Request) -> Option<Response> {
    refuse(request, |name| {
        name == "conformance-unknown" || name == "colour"
    })
}

fn refuse(request: &Request, unwanted: impl Fn(&str) -> bool) -> Option<Response> {
    let found = request.query.iter().find(|(name, _)| unwanted(name))?;
    let text = format!("`{}` is not taken", found.0);
    Some(Refusal::bad_request(crate::reference::outcome::IssueCode::NotSupported, text).into())
}

pub(super) fn ignore_query(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        parameters.retain(|(name, _)| name != "_query");
    })
}

fn each_match(response: &mut Response, mut change: impl FnMut(&mut Tree)) {
    each_entry(response, |entry| {
        if let Some(resource) = get_mut(entry, "resource") {
            change(resource);
        }
    });
}

pub(super) fn no_subset_tag(_: &Request, response: &mut Response) {
    each_match(response, |resource| {
        if let Some(meta) = get_mut(resource, "meta") {
            remove(meta, "tag");
        }
    });
}

/// Whether a part of each resource was asked for.
fn asks_for_part(request: &Request) -> bool {
    request
        .parameter("_summary")
        .is_some_and(|value| value != "count")
        || request.parameter("_elements").is_some()
}

pub(super) fn subset_loses_mandatory(request: &Request, response: &mut Response) {
    if asks_for_part(request) {
        each_match(response, |resource| {
            remove(resource, "status");
        });
    }
}

/// Adds to each part what does not belong to it: a narrative where it was to go, another element
/// elsewhere, and takes something from the whole.
pub(super) fn wrong_subset(request: &Request, response: &mut Response) {
    let summary = request.parameter("_summary").map(str::to_owned);
    if !asks_for_part(request) {
        return;
    }
    each_match(response, |resource| match summary.as_deref() {
        Some("false" | "data") => {
            remove(resource, "identifier");
        }
        Some("text") => {
            set(resource, "identifier", string("stays"));
        }
        _ => {
            set(resource, "text", string("stays"));
        }
    });
}

fn is_included(entry: &Tree) -> bool {
    entry.get("search").and_then(|search| search.str("mode")) == Some("include")
}

pub(super) fn include_as_match(_: &Request, response: &mut Response) {
    each_entry(response, |entry| {
        if is_included(entry)
            && let Some(search) = get_mut(entry, "search")
        {
            set(search, "mode", string("match"));
        }
    });
}

pub(super) fn count_included(request: &Request, response: &mut Response) {
    let asked = ["_include", "_revinclude"];
    if asked.iter().any(|name| request.parameter(name).is_some())
        && let Some(counted) = total(response)
        && let Some(bundle) = response.resource_mut()
    {
        set(bundle, "total", number((counted + 5).to_string()));
    }
}

pub(super) fn include_twice(_: &Request, response: &mut Response) {
    if is_searchset(response)
        && let Some(Value::Array(entries)) = response
            .resource_mut()
            .and_then(|bundle| get_mut(bundle, "entry"))
            .map(|entries| &mut entries.value)
        && let Some(first) = entries.iter().find(|entry| is_included(entry)).cloned()
    {
        entries.push(first);
    }
}

pub(super) fn ignore_include(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        parameters.retain(|(name, _)| name != "_include" && name != "_revinclude");
    })
}

pub(super) fn bare_self_link(_: &Request, response: &mut Response) {
    for link in links(response).into_iter().flatten() {
        if link.str("relation") == Some("self") {
            let bare = link
                .str("url")
                .and_then(|url| url.split('?').next())
                .map(str::to_owned);
            if let Some(bare) = bare {
                set(link, "url", string(bare));
            }
        }
    }
}

/// Turns pages round whose size is even, so that the order depends on the size.
pub(super) fn unstable_order(request: &Request, response: &mut Response) {
    let even = request
        .parameter("_count")
        .and_then(|count| count.parse::<usize>().ok())
        .is_some_and(|count| count % 2 == 0);
    if even
        && is_searchset(response)
        && let Some(Value::Array(entries)) = response
            .resource_mut()
            .and_then(|bundle| get_mut(bundle, "entry"))
            .map(|entries| &mut entries.value)
    {
        entries.reverse();
    }
}

/// Insurees of the seed.
const SEEDED_INSUREES: usize = 38;

pub(super) fn stale_total(request: &Request, response: &mut Response) {
    let all = request.path == ["Patient"]
        && request
            .query
            .iter()
            .all(|(name, _)| matches!(name.as_str(), "_count" | "_cursor"));
    if all
        && is_searchset(response)
        && let Some(bundle) = response.resource_mut()
    {
        set(bundle, "total", number(SEEDED_INSUREES.to_string()));
    }
}

pub(super) fn forget_count(_: &Request, response: &mut Response) {
    for link in links(response).into_iter().flatten() {
        let changed = match (link.str("relation"), link.str("url")) {
            (Some("next"), Some(url)) => url.split_once('?').map(|(address, query)| {
                let pairs: Vec<&str> = query
                    .split('&')
                    .map(|pair| {
                        if pair.starts_with("_count=") {
                            "_count=1"
                        } else {
                            pair
                        }
                    })
                    .collect();
                format!("{address}?{}", pairs.join("&"))
            }),
            _ => None,
        };
        if let Some(changed) = changed {
            set(link, "url", string(changed));
        }
    }
}

pub(super) fn refuse_metadata_without_token(request: &mut Request) -> Option<Response> {
    let is_metadata = request
        .path
        .first()
        .is_some_and(|first| first == "metadata");
    (is_metadata && request.header("authorization").is_none()).then(|| {
        let refusal = Refusal::new(
            StatusCode::UNAUTHORIZED,
            crate::reference::outcome::IssueCode::Login,
            "the CapabilityStatement is for those who are logged in",
        );
        refusal.into()
    })
}

/// Changes the CapabilityStatement.
fn in_statement(request: &Request, response: &mut Response, change: impl FnOnce(&mut Tree)) {
    let is_metadata = request
        .path
        .first()
        .is_some_and(|first| first == "metadata");
    if let (true, Some(statement)) = (is_metadata, response.resource_mut()) {
        change(statement);
    }
}

fn each_resource(statement: &mut Tree, mut change: impl FnMut(&mut Tree)) {
    let Some(Value::Array(rest)) = get_mut(statement, "rest").map(|rest| &mut rest.value) else {
        return;
    };
    for rest in rest {
        if let Some(Value::Array(resources)) =
            get_mut(rest, "resource").map(|resources| &mut resources.value)
        {
            resources.iter_mut().for_each(&mut change);
        }
    }
}

pub(super) fn metadata_of_a_kind(request: &Request, response: &mut Response) {
    in_statement(request, response, |statement| {
        set(statement, "kind", string("requirements"));
    });
}

pub(super) fn metadata_only_xml(request: &Request, response: &mut Response) {
    in_statement(request, response, |statement| {
        set(
            statement,
            "format",
            crate::reference::tree::array(vec![string("xml")]),
        );
    });
}

pub(super) fn metadata_without_etag(request: &Request, response: &mut Response) {
    if request
        .path
        .first()
        .is_some_and(|first| first == "metadata")
    {
        response.remove_header("ETag");
    }
}

pub(super) fn metadata_understates(request: &Request, response: &mut Response) {
    in_statement(request, response, |statement| {
        each_resource(statement, |resource| {
            for name in ["interaction", "searchParam", "supportedProfile"] {
                remove(resource, name);
            }
        });
    });
}

pub(super) fn ap_leaves_value_out(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (_, value) in parameters {
            let rest = value.strip_prefix("ap");
            if rest.is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit())) {
                *value = "1800-01-01".to_owned();
            }
        }
    })
}

/// Makes a search for nothing of one with a parameter that the server does not offer.
fn find_nothing(request: &mut Request, offered: impl Fn(&str) -> bool) -> Option<Response> {
    each_parameter(request, |parameters| {
        for (name, value) in parameters {
            if offered(name) {
                *name = "_id".to_owned();
                NOTHING.clone_into(value);
            }
        }
    })
}

pub(super) fn chain_finds_nothing(request: &mut Request) -> Option<Response> {
    find_nothing(request, |name| {
        name.contains('.') && !name.starts_with("_has")
    })
}

pub(super) fn has_finds_nothing(request: &mut Request) -> Option<Response> {
    find_nothing(request, |name| name.starts_with("_has:"))
}

/// `[base]/Patient/[id]/[type]` is a search of the whole type.
pub(super) fn compartment_of_all(request: &mut Request) -> Option<Response> {
    let holds = |name: &String| ResourceType::from_code(name).is_some();
    if request.path.len() == 3
        && request.path[0] == "Patient"
        && request.path.last().is_some_and(holds)
    {
        request.path.drain(..2);
    }
    None
}
