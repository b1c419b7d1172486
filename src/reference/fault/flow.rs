//! Faults of the guide's flows.

use std::time::Duration;

use serde_json::json;

use super::body::each_resource;
use crate::json::Value;
use crate::reference::message::{Request, Response};
use crate::reference::resource_type::ResourceType;
use crate::reference::service::Settings;
use crate::reference::tree::{Tree, from_json, get_mut, number, set, string, walk_mut};

/// Calls the function on each resource of that type that the response carries.
fn each(response: &mut Response, resource_type: ResourceType, change: impl Fn(&mut Tree)) {
    each_resource(response, |resource| {
        if resource.str("resourceType") == Some(resource_type.code()) {
            change(resource);
        }
    });
}

fn entries<'t>(tree: &'t mut Tree, name: &str) -> Option<&'t mut Vec<Tree>> {
    match &mut get_mut(tree, name)?.value {
        Value::Array(entries) => Some(entries),
        _ => None,
    }
}

pub(super) fn active_family(_: &Request, response: &mut Response) {
    each(response, ResourceType::Group, |group| {
        set(group, "active", from_json(json!(true)));
    });
}

/// Calls the function on the education levels where they are read by themselves.
fn education_levels(request: &Request, response: &mut Response, change: impl Fn(&mut Tree)) {
    if request.path == ["CodeSystem", "patient-education-level"] {
        each(response, ResourceType::CodeSystem, change);
    }
}

/// Where the resource was read, as openIMIS has it; codings name another system then.
pub(super) fn code_system_elsewhere(request: &Request, response: &mut Response) {
    education_levels(request, response, |system| {
        let url = "http://127.0.0.1/CodeSystem/patient-education-level/";
        set(system, "url", string(url));
    });
}

pub(super) fn cut_code_system(request: &Request, response: &mut Response) {
    education_levels(request, response, |system| {
        if let Some(concepts) = entries(system, "concept") {
            concepts.truncate(1);
        }
        set(system, "count", from_json(json!(1)));
    });
}

pub(super) fn offered_policy(_: &Request, response: &mut Response) {
    each(response, ResourceType::Contract, |contract| {
        set(contract, "status", string("offered"));
    });
}

pub(super) fn short_coverage(_: &Request, response: &mut Response) {
    each(response, ResourceType::Coverage, |coverage| {
        if let Some(period) = get_mut(coverage, "period") {
            let start = period.str("start").unwrap_or_default().to_owned();
            set(period, "end", string(start));
        }
    });
}

pub(super) fn other_plan(_: &Request, response: &mut Response) {
    each(response, ResourceType::Coverage, |coverage| {
        for class in entries(coverage, "class").into_iter().flatten() {
            set(class, "value", string("OTHER"));
        }
    });
}

pub(super) fn other_identifier(_: &Request, response: &mut Response) {
    each(
        response,
        ResourceType::CoverageEligibilityResponse,
        |answer| {
            for identifier in entries(answer, "identifier").into_iter().flatten() {
                set(identifier, "value", string(uuid::Uuid::nil().to_string()));
            }
        },
    );
}

pub(super) fn no_products(_: &Request, response: &mut Response) {
    each(
        response,
        ResourceType::CoverageEligibilityResponse,
        |answer| {
            walk_mut(answer, &mut |node| {
                if let Some(items) = entries(node, "item") {
                    items.truncate(1);
                }
            });
        },
    );
}

pub(super) fn never_settle(settings: &mut Settings) {
    settings.settling = Duration::from_secs(24 * 60 * 60);
}

pub(super) fn reorder_lines(_: &Request, response: &mut Response) {
    each(response, ResourceType::ClaimResponse, |answer| {
        if let Some(items) = entries(answer, "item") {
            items.reverse();
        }
    });
}

pub(super) fn lose_line(_: &Request, response: &mut Response) {
    each(response, ResourceType::ClaimResponse, |answer| {
        if let Some(items) = entries(answer, "item") {
            items.pop();
        }
    });
}

pub(super) fn wrong_total(_: &Request, response: &mut Response) {
    each(response, ResourceType::ClaimResponse, |answer| {
        for total in entries(answer, "total").into_iter().flatten() {
            if let Some(amount) = get_mut(total, "amount") {
                set(amount, "value", number("1.00"));
            }
        }
    });
}
