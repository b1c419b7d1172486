//! The operation `$validate` (R4 Resource-validate): what a create or an update would say.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::sent;
use crate::reference::message::{Request, Response};
use crate::reference::outcome::{Issue, IssueCode, Refusal, outcome};
use crate::reference::resource_type::ResourceType;
use crate::reference::rule::{self, Context, Rule};
use crate::reference::store::Store;

/// Answers what is wrong with the resource in the body, with 200 whether or not it is valid.
///
/// # Errors
/// What [`sent::resource`] refuses: there is no resource to look at.
pub(in crate::reference) fn validate(
    store: &Store,
    request: &Request,
    resource_type: ResourceType,
    left_out: &BTreeSet<Rule>,
) -> Result<Response, Refusal> {
    let resource = sent::resource(request, resource_type)?;
    let context = Context {
        store,
        base: &request.base,
        resource_type,
        id: resource.str("id"),
    };
    let found = match rule::check(&context, &resource, left_out) {
        Ok(()) => {
            let nothing = Issue::new(IssueCode::Informational, "nothing is wrong with it");
            outcome("information", &[nothing])
        }
        Err(refusal) => outcome("error", &refusal.issues),
    };
    Ok(Response::fhir(StatusCode::OK, found))
}
