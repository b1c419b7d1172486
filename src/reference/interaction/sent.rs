//! The resource in the body of a request.

use crate::json::{FaultKind, read_bytes};
use crate::reference::media_type::check_content_type;
use crate::reference::message::Request;
use crate::reference::outcome::{IssueCode, Refusal};
use crate::reference::resource_type::ResourceType;
use crate::reference::tree::Tree;

/// Reads the body as a resource of that type.
///
/// # Errors
/// 415 for another media type; 400 for what is not JSON, names a property twice, is no resource,
/// or is one of another type (R4 3.1.0.8).
pub(super) fn resource(request: &Request, resource_type: ResourceType) -> Result<Tree, Refusal> {
    check_content_type(
        request,
        &["application/fhir+json", "application/json", "text/json"],
    )?;
    let malformed = |text: String| Refusal::bad_request(IssueCode::Structure, text);
    let document =
        read_bytes(&request.body).map_err(|error| malformed(format!("no JSON: {error}")))?;
    for fault in &document.faults {
        if let FaultKind::DuplicateName(name) = &fault.kind {
            return Err(malformed(format!("the property `{name}` is there twice")));
        }
    }
    match document.root.str("resourceType") {
        None => Err(malformed(
            "expected a resource, found no `resourceType`".to_owned(),
        )),
        Some(found) if found != resource_type.code() => Err(malformed(format!(
            "expected a `{resource_type}`, found a `{found}`"
        ))),
        Some(_) => Ok(document.root.into_owned()),
    }
}
