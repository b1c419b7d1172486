//! What real servers were seen to do to content, links and whole interactions.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::body::each_resource;
use super::paging::links;
use super::search::each_parameter;
use crate::json::Value;
use crate::reference::message::{Request, Response};
use crate::reference::resource_type::ResourceType;
use crate::reference::tree::{Tree, from_json, get_mut, number, set, string, walk_mut};

/// Calls the function on each resource of that type that the response carries.
fn each(response: &mut Response, resource_type: ResourceType, change: impl Fn(&mut Tree)) {
    each_resource(response, |resource| {
        if resource.str("resourceType") == Some(resource_type.code()) {
            change(resource);
        }
    });
}

/// Gives the members of that name, wherever they stand, the text that is made of theirs.
fn each_text(response: &mut Response, name: &str, change: impl Fn(&str) -> Option<String>) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            if let Some(text) = node.str(name).and_then(&change) {
                set(node, name, string(text));
            }
        });
    });
}

pub(super) fn currency_sign(_: &Request, response: &mut Response) {
    each_text(response, "currency", |_| Some("$".to_owned()));
}

pub(super) fn relative_system(_: &Request, response: &mut Response) {
    each_text(response, "system", |system| {
        let at = system.find("CodeSystem/group-type")?;
        Some(system[at..].to_owned())
    });
}

pub(super) fn time_without_zone(_: &Request, response: &mut Response) {
    each(response, ResourceType::InsurancePlan, |plan| {
        if let Some(period) = get_mut(plan, "period") {
            for name in ["start", "end"] {
                let day = period.str(name).and_then(|text| text.get(..10));
                if let Some(text) = day.map(|day| format!("{day}T00:00:00")) {
                    set(period, name, string(text));
                }
            }
        }
    });
}

pub(super) fn misspelt_extension(_: &Request, response: &mut Response) {
    each_text(response, "url", |url| {
        (url.ends_with("/coverage-date") || url.ends_with("/unit-price"))
            .then(|| url.replace("_ig/StructureDefinition", "_ig//StructureDefinition"))
    });
}

pub(super) fn named_reference(_: &Request, response: &mut Response) {
    each(response, ResourceType::ClaimResponse, |answer| {
        if let Some(insurer) = get_mut(answer, "insurer") {
            set(insurer, "reference", string("openIMIS"));
        }
    });
}

pub(super) fn other_display(_: &Request, response: &mut Response) {
    each_text(response, "display", |display| {
        Some(format!("{display} (old)"))
    });
}

/// As a column of ten digits would.
pub(super) fn cap_amounts(_: &Request, response: &mut Response) {
    const MOST: f64 = 9_999_999_999.99;
    each(response, ResourceType::Claim, |claim| {
        walk_mut(claim, &mut |node| {
            let amount = node.get("value").and_then(|value| {
                let text = value.primitive_text()?;
                text.parse::<f64>().ok()
            });
            if amount.is_some_and(|amount| amount > MOST) {
                set(node, "value", number("9999999999.99".to_owned()));
            }
        });
    });
}

/// A type that is a code of HL7's system and none of the value set for types of identifiers.
pub(super) fn type_outside_the_set(_: &Request, response: &mut Response) {
    each(response, ResourceType::Practitioner, |practitioner| {
        let qualifications = get_mut(practitioner, "qualification").map(|it| &mut it.value);
        if let Some(Value::Array(qualifications)) = qualifications {
            let system = "http://terminology.hl7.org/CodeSystem/v2-0203";
            let issuer = json!({ "identifier": {
                "type": { "coding": [{ "system": system, "code": "AN" }] }, "value": "1",
            } });
            for qualification in qualifications {
                set(qualification, "issuer", from_json(issuer.clone()));
            }
        }
    });
}

pub(super) fn capital_code(_: &Request, response: &mut Response) {
    each(response, ResourceType::Group, |group| {
        set(group, "type", string("Person"));
    });
}

pub(super) fn usual_name(_: &Request, response: &mut Response) {
    each(response, ResourceType::Practitioner, |practitioner| {
        if let Some(Value::Array(names)) = get_mut(practitioner, "name").map(|it| &mut it.value) {
            for name in names {
                set(name, "use", string("usual"));
            }
        }
    });
}

/// A second identifier, of a type that the guide's closed slicing does not have.
pub(super) fn database_identifier(_: &Request, response: &mut Response) {
    each(response, ResourceType::Coverage, |coverage| {
        if let Some(Value::Array(own)) = get_mut(coverage, "identifier").map(|it| &mut it.value) {
            own.push(from_json(json!({
                "type": { "coding": [{
                    "system": "https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers",
                    "code": "DBID",
                }] },
                "value": "17",
            })));
        }
    });
}

pub(super) fn legal_state(_: &Request, response: &mut Response) {
    each(response, ResourceType::Contract, |contract| {
        let draft = json!({ "text": "draft" });
        set(contract, "legalState", from_json(draft));
    });
}

/// A search finds organizations that a read fails on.
pub(super) fn read_fails(request: &Request, response: &mut Response) {
    if request.path.len() == 2
        && request.path[0] == ResourceType::Organization.code()
        && response.status == StatusCode::OK
    {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

pub(super) fn create_fails(request: &Request, response: &mut Response) {
    if request.method == Method::POST
        && request.path == [ResourceType::CoverageEligibilityRequest.code()]
        && response.status == StatusCode::CREATED
    {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}

/// The address of the next page, encoded as if it were a value in another address.
pub(super) fn encoded_links(_: &Request, response: &mut Response) {
    for link in links(response).into_iter().flatten() {
        let encoded = link
            .str("url")
            .map(|url| url::form_urlencoded::byte_serialize(url.as_bytes()).collect::<String>());
        if let (Some("next"), Some(url)) = (link.str("relation"), encoded) {
            set(link, "url", string(url));
        }
    }
}

pub(super) fn count_zero_is_all(request: &mut Request) -> Option<Response> {
    each_parameter(request, |parameters| {
        parameters.retain(|(name, value)| name != "_count" || value != "0");
    })
}

pub(super) fn wrong_type_fails(request: &Request, response: &mut Response) {
    let sent = crate::json::read_bytes(&request.body)
        .ok()
        .and_then(|document| document.root.str("resourceType").map(str::to_owned));
    let other = sent.is_some_and(|sent| request.path.first() != Some(&sent));
    if other
        && request.method == Method::POST
        && request.path.len() == 1
        && response.status.is_client_error()
    {
        response.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
}
