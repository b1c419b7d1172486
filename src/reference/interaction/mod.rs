//! The interactions of R4's RESTful API on one resource; search is in [`super::search`].

mod create;
mod delete;
mod history;
mod read;
mod sent;
mod update;
mod validate;

pub(super) use create::create;
pub(super) use delete::delete;
pub(super) use history::history;
pub(super) use read::{read, read_version};
pub(super) use update::update;
pub(super) use validate::validate;

use axum::http::StatusCode;

use super::message::{Body, Request, Response};
use super::outcome::{Issue, IssueCode, outcome};
use super::resource_type::ResourceType;
use super::store::Version;
use super::time;

/// Puts the headers of a version on a response: ETag and Last-Modified (R4 3.1.0.1.3).
fn with_version(mut response: Response, version: &Version) -> Response {
    response.set_header("ETag", version.etag());
    response.set_header("Last-Modified", time::http_date(version.last_updated));
    response
}

/// The answer to a write: the headers, and the body that `Prefer: return` asks for (R4
/// 3.1.0.1.8); the resource if it does not ask.
fn written(
    request: &Request,
    status: StatusCode,
    resource_type: ResourceType,
    id: &str,
    version: &Version,
) -> Response {
    let body = match (request.preference("return"), &version.resource) {
        (Some("minimal"), _) | (_, None) => Body::Empty,
        (Some("OperationOutcome"), _) => {
            let text = format!(
                "`{resource_type}/{id}` is stored as version {}",
                version.number
            );
            Body::Fhir(outcome(
                "information",
                &[Issue::new(IssueCode::Informational, text)],
            ))
        }
        (_, Some(resource)) => Body::Fhir(resource.as_ref().clone()),
    };
    let mut response = with_version(Response::new(status, body), version);
    if status == StatusCode::CREATED {
        response.set_header(
            "Location",
            format!(
                "{}{resource_type}/{id}/_history/{}",
                request.base, version.number
            ),
        );
    }
    response
}
