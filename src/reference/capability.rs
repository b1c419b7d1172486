//! The CapabilityStatement (R4 5.2), made from the same tables the routes and searches read, so
//! that it says what is so.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::message::Response;
use super::resource_type::{Interaction, ResourceType};
use super::search::{Kind, parameters};
use super::tree::from_json;

const GUIDE: &str = "https://openimis.github.io/openimis_fhir_r4_ig";
/// The operation that says what is wrong with a resource.
const VALIDATE: &str = "http://hl7.org/fhir/OperationDefinition/Resource-validate";
/// When what it says last changed.
const DATE: &str = "2024-06-01";

/// Answers `GET metadata`.
pub(super) fn answer(base: &str) -> Response {
    let mut response = Response::fhir(StatusCode::OK, from_json(statement(base)));
    response.set_header("ETag", format!("W/\"{}\"", env!("CARGO_PKG_VERSION")));
    response
}

fn statement(base: &str) -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "name": "OpenimisReferenceServer",
        "title": "Reference server for the openIMIS FHIR R4 API",
        "status": "active",
        "experimental": true,
        "date": DATE,
        "description": "A server with invented data that behaves as FHIR R4 and the guide ask.",
        "kind": "instance",
        "software": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Reference server on loopback", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "implementationGuide": [format!("{GUIDE}/ImplementationGuide/openimis.fhir.r4")],
        "rest": [{
            "mode": "server",
            "security": {
                "cors": false,
                "description": "POST login/ with username and password answers a token, sent as `Authorization: Bearer`. CapabilityStatement and login are open.",
            },
            "resource": ResourceType::ALL.iter().map(|it| resource(*it)).collect::<Vec<_>>(),
        }],
    })
}

fn resource(resource_type: ResourceType) -> Value {
    let interactions: Vec<Value> = resource_type
        .interactions()
        .iter()
        .map(|interaction| json!({ "code": interaction.code() }))
        .collect();
    let search_parameters: Vec<Value> = parameters(resource_type)
        .map(|parameter| json!({ "name": parameter.code, "type": parameter.kind.code() }))
        .collect();
    let references: Vec<String> = parameters(resource_type)
        .filter(|parameter| parameter.kind == Kind::Reference)
        .map(|parameter| format!("{resource_type}:{}", parameter.code))
        .collect();
    let mut resource = json!({
        "type": resource_type.code(),
        "interaction": interactions,
        "versioning": match resource_type.wants_version() {
            true => "versioned-update",
            false => "versioned",
        },
        "readHistory": true,
        "updateCreate": resource_type.is_created_by_update(),
        "conditionalCreate": resource_type.creates_on_condition(),
        "conditionalRead": "full-support",
        "conditionalUpdate": false,
        "searchParam": search_parameters,
        "operation": [{ "name": "validate", "definition": VALIDATE }],
    });
    let profiles: Vec<String> = resource_type
        .profiles()
        .iter()
        .map(|profile| format!("{GUIDE}/StructureDefinition/{profile}"))
        .collect();
    if !profiles.is_empty() {
        resource["supportedProfile"] = json!(profiles);
    }
    if !references.is_empty() {
        resource["searchInclude"] = json!(references);
    }
    let referring: Vec<String> = referring(resource_type).collect();
    if !referring.is_empty() {
        resource["searchRevInclude"] = json!(referring);
    }
    if resource_type.offers(Interaction::Delete) {
        resource["conditionalDelete"] = json!("not-supported");
    }
    resource
}

/// The parameters of every type by which resources refer to those of this one.
fn referring(target: ResourceType) -> impl Iterator<Item = String> {
    ResourceType::ALL.iter().flat_map(move |&source| {
        parameters(source)
            .filter(move |parameter| parameter.targets.contains(&target))
            .map(move |parameter| format!("{source}:{}", parameter.code))
    })
}
