//! Create (R4 3.1.0.8).

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::{sent, written};
use crate::reference::message::{Request, Response};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::rule::{self, Context, Rule, identifiers};
use crate::reference::store::Store;
use crate::reference::time;
use crate::reference::tree::{Tree, entries_mut, from_json};

/// Answers a create.
///
/// # Errors
/// What [`sent::resource`] and [`rule::check`] refuse, and conditional create, which is not
/// offered (R4 3.1.0.8.1 wants a 400 then).
pub(in crate::reference) fn create(
    store: &mut Store,
    request: &Request,
    resource_type: ResourceType,
    left_out: &BTreeSet<Rule>,
) -> Result<Response, Refusal> {
    if request.header("if-none-exist").is_some() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            IssueCode::NotSupported,
            "conditional create is not offered",
        ));
    }
    let mut resource = sent::resource(request, resource_type)?;
    let context = Context {
        store,
        base: &request.base,
        resource_type,
        id: None,
    };
    rule::check(&context, &resource, left_out)?;
    let id = uuid::Uuid::new_v4().to_string();
    add_identifier(resource_type, &mut resource, &id);
    let version = store.write(resource_type, &id, resource, time::now());
    Ok(written(
        request,
        StatusCode::CREATED,
        resource_type,
        &id,
        version,
    ))
}

/// openIMIS gives each entity a UUID; the guide shows it as an identifier beside the code.
fn add_identifier(resource_type: ResourceType, resource: &mut Tree, id: &str) {
    let identified = matches!(
        resource_type,
        ResourceType::Claim
            | ResourceType::Contract
            | ResourceType::Group
            | ResourceType::Patient
            | ResourceType::PaymentNotice
    );
    if !identified || !identifiers(resource, "UUID").is_empty() {
        return;
    }
    let identifier = from_json(serde_json::json!({
        "type": {
            "coding": [{
                "system": "https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers",
                "code": "UUID",
            }]
        },
        "value": id,
    }));
    if let Some(identifiers) = entries_mut(resource, "identifier") {
        identifiers.push(identifier);
    }
}
