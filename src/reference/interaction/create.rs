//! Create (R4 3.1.0.8).

use axum::http::StatusCode;

use super::{sent, written};
use crate::reference::flow::{self, Flow, Notification};
use crate::reference::guide;
use crate::reference::message::{Body, Request, Response, pairs};
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::rule::{self, Context, identifiers};
use crate::reference::search;
use crate::reference::service::{Settings, State};
use crate::reference::store::Store;
use crate::reference::time;
use crate::reference::tree::{Tree, entries_mut, from_json};

/// Answers a create, and says whom to tell of what came of it.
///
/// A claim and a question about eligibility are answered with what the guide's flows want: the
/// response. A client that prefers the representation gets what it created, as R4 says.
///
/// # Errors
/// What [`sent::resource`], [`rule::check`] and [`existing`] refuse.
pub(in crate::reference) fn create(
    state: &mut State,
    settings: &Settings,
    request: &Request,
    resource_type: ResourceType,
) -> Result<(Response, Vec<Notification>), Refusal> {
    if let Some(condition) = request.header("if-none-exist")
        && let Some(response) = existing(&state.store, request, resource_type, condition)?
    {
        return Ok((response, Vec::new()));
    }
    let mut resource = sent::resource(request, resource_type)?;
    let context = Context {
        store: &state.store,
        base: &request.base,
        resource_type,
        id: None,
    };
    let checked = rule::check(&context, &resource, &settings.rules_left_out);
    if checked.is_err() && settings.stores_before_checking {
        let id = uuid::Uuid::new_v4().to_string();
        state
            .store
            .write(resource_type, &id, resource.clone(), time::now());
    }
    checked?;
    let id = uuid::Uuid::new_v4().to_string();
    let at = time::now();
    add_identifier(resource_type, &mut resource, &id);
    flow::prepare(resource_type, &mut resource, &request.base);
    let version = state.store.write(resource_type, &id, resource, at).clone();
    let mut response = written(request, StatusCode::CREATED, resource_type, &id, &version);
    let consequence = Flow {
        store: &mut state.store,
        agenda: &mut state.agenda,
        left_out: &settings.effects_left_out,
        settling: settings.settling,
        base: &request.base,
        at,
    }
    .follow(resource_type, version.resource.as_deref());
    if request.preference("return").is_none()
        && let Some(answer) = consequence.answer
    {
        response.body = Body::Fhir(answer);
    }
    Ok((response, consequence.notifications))
}

/// The answer to a conditional create where a resource is there already (R4 3.1.0.8.1).
///
/// # Errors
/// 412 if there are several, 400 for a condition that is no search, and for types of which none is
/// offered.
fn existing(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    condition: &str,
) -> Result<Option<Response>, Refusal> {
    if !resource_type.creates_on_condition() {
        let text = format!("conditional create of {resource_type} is not offered");
        return Err(Refusal::bad_request(IssueCode::NotSupported, text));
    }
    let parameters = pairs(condition.as_bytes());
    let found = search::matches(store, resource_type, &parameters, &request.base)?;
    let version = match found.as_slice() {
        [] => None,
        [one] => one
            .str("id")
            .and_then(|id| store.row(resource_type, id)?.current()),
        several => {
            return Err(Refusal::new(
                StatusCode::PRECONDITION_FAILED,
                IssueCode::Conflict,
                format!("`{condition}` matches {} resources, not one", several.len()),
            ));
        }
    };
    Ok(version.map(|version| {
        let id = found[0].str("id").unwrap_or_default();
        written(request, StatusCode::OK, resource_type, id, version)
    }))
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
    if let Some(identifiers) = entries_mut(resource, "identifier") {
        identifiers.push(from_json(guide::identifier("UUID", id)));
    }
}
