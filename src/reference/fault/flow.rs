//! Faults of the guide's flows.

use std::time::Duration;

use serde_json::json;

use super::body::each_resource;
use super::write::is_new;
use crate::json::Value;
use crate::reference::message::{Request, Response};
use crate::reference::resource_type::ResourceType;
use crate::reference::service::Settings;
use crate::reference::tree::{
    Tree, array, at, from_json, get_mut, number, remove, set, string, walk_mut,
};

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

pub(super) fn no_coverage_dates(_: &Request, response: &mut Response) {
    each(response, ResourceType::Coverage, |coverage| {
        remove(coverage, "extension");
    });
}

pub(super) fn draft_coverage(_: &Request, response: &mut Response) {
    each(response, ResourceType::Coverage, |coverage| {
        if is_new(coverage) {
            set(coverage, "status", string("draft"));
        }
    });
}

pub(super) fn other_family_code(_: &Request, response: &mut Response) {
    each(response, ResourceType::Group, |group| {
        for identifier in entries(group, "identifier").into_iter().flatten() {
            let is_code = at(identifier, "type.coding.code")
                .iter()
                .any(|code| code.as_str() == Some("Code"));
            if is_code {
                set(identifier, "value", string("FAMILY"));
            }
        }
    });
}

pub(super) fn lone_ward(_: &Request, response: &mut Response) {
    each(response, ResourceType::Location, |location| {
        let is_ward = at(location, "physicalType.coding.code")
            .iter()
            .any(|code| code.as_str() == Some("W"));
        if is_ward {
            remove(location, "partOf");
        }
    });
}

pub(super) fn lose_photo(_: &Request, response: &mut Response) {
    each(response, ResourceType::Patient, |patient| {
        remove(patient, "photo");
    });
}

/// Calls the function on each adjudication of each line.
fn each_adjudication(answer: &mut Tree, change: impl Fn(&mut Tree)) {
    for item in entries(answer, "item").into_iter().flatten() {
        let adjudications = entries(item, "adjudication").into_iter().flatten();
        adjudications.for_each(&change);
    }
}

pub(super) fn no_reason(_: &Request, response: &mut Response) {
    each(response, ResourceType::ClaimResponse, |answer| {
        each_adjudication(answer, |adjudication| {
            remove(adjudication, "reason");
        });
    });
}

/// Gives a concept another code, where it has this one; the display would be that of the first.
fn recode(concept: &mut Tree, from: &str, to: &str) {
    for coding in entries(concept, "coding").into_iter().flatten() {
        if coding.str("code") == Some(from) {
            set(coding, "code", string(to));
            remove(coding, "display");
        }
    }
}

/// What is valuated is said to be checked only.
pub(super) fn never_valuated(_: &Request, response: &mut Response) {
    each(response, ResourceType::ClaimResponse, |answer| {
        each_adjudication(answer, |adjudication| {
            if let Some(category) = get_mut(adjudication, "category") {
                recode(category, "16", "4");
            }
        });
    });
}

/// What carries its products along is rejected line by line: invalid item or service.
pub(super) fn reject_contained(request: &Request, response: &mut Response) {
    if !String::from_utf8_lossy(&request.body).contains("\"contained\"") {
        return;
    }
    each(response, ResourceType::ClaimResponse, |answer| {
        each_adjudication(answer, |adjudication| {
            if let Some(reason) = get_mut(adjudication, "reason") {
                recode(reason, "0", "1");
            }
        });
    });
}

pub(super) fn lose_answer(_: &Request, response: &mut Response) {
    each(response, ResourceType::Communication, |communication| {
        if let Some(answers) = entries(communication, "payload") {
            answers.pop();
        }
    });
}

pub(super) fn lose_question(_: &Request, response: &mut Response) {
    each(response, ResourceType::CommunicationRequest, |request| {
        if let Some(questions) = entries(request, "payload") {
            questions.pop();
        }
    });
}

pub(super) fn executed_unpaid(_: &Request, response: &mut Response) {
    each(response, ResourceType::Contract, |contract| {
        if contract.str("status") == Some("offered") {
            set(contract, "status", string("executed"));
        }
    });
}

/// An invoice is for a place, of all things.
pub(super) fn invoice_to_place(_: &Request, response: &mut Response) {
    each(response, ResourceType::Invoice, |invoice| {
        if let Some(recipient) = get_mut(invoice, "recipient") {
            set(recipient, "reference", string("Location/1"));
        }
    });
}

pub(super) fn wrong_sum(_: &Request, response: &mut Response) {
    each(response, ResourceType::Invoice, |invoice| {
        if let Some(total) = get_mut(invoice, "totalGross") {
            set(total, "value", number("0.01"));
        }
    });
}

pub(super) fn nest_contained(_: &Request, response: &mut Response) {
    each(response, ResourceType::Claim, |claim| {
        for contained in entries(claim, "contained").into_iter().flatten() {
            let inner = json!({ "resourceType": "Basic", "id": "inner", "code": { "text": "-" } });
            set(contained, "contained", array(vec![from_json(inner)]));
        }
    });
}

/// No product can be had any more.
pub(super) fn retire_products(_: &Request, response: &mut Response) {
    each(response, ResourceType::InsurancePlan, |plan| {
        if let Some(period) = get_mut(plan, "period") {
            set(period, "end", string("2020-12-31"));
        }
    });
}

/// An insuree of each of the two families of the seed.
const OF_TWO_FAMILIES: [&str; 2] = [
    "Patient/d07e2aa9-44a6-5570-be25-6c22773687fa",
    "Patient/ff46d6f2-27ca-5eda-a466-5519b922f92d",
];

/// The one of the two that is not this one.
fn other_than(reference: &str) -> &'static str {
    match OF_TWO_FAMILIES[0] == reference {
        true => OF_TWO_FAMILIES[1],
        false => OF_TWO_FAMILIES[0],
    }
}

/// Only where it is read: what a search finds by it is right.
fn is_read_by_id(request: &Request) -> bool {
    request.path.len() == 2 && request.path[1] != "_search"
}

pub(super) fn answer_about_another(request: &Request, response: &mut Response) {
    if !is_read_by_id(request) {
        return;
    }
    each(response, ResourceType::ClaimResponse, |answer| {
        if is_new(answer) {
            return;
        }
        if let Some(patient) = get_mut(answer, "patient") {
            let other = other_than(patient.str("reference").unwrap_or_default());
            set(patient, "reference", string(other));
        }
    });
}

pub(super) fn swap_members(request: &Request, response: &mut Response) {
    if !is_read_by_id(request) {
        return;
    }
    each(response, ResourceType::Group, |group| {
        if is_new(group) {
            return;
        }
        let text = group.to_json();
        let is_first = text.contains(OF_TWO_FAMILIES[0]);
        let stranger = OF_TWO_FAMILIES[usize::from(is_first)];
        for member in entries(group, "member").into_iter().flatten() {
            if let Some(entity) = get_mut(member, "entity") {
                set(entity, "reference", string(stranger));
            }
        }
    });
}

pub(super) fn mix_currencies(_: &Request, response: &mut Response) {
    each(response, ResourceType::Invoice, |invoice| {
        if let Some(total) = get_mut(invoice, "totalNet") {
            set(total, "currency", string("XAF"));
        }
    });
}
