//! Search (R4 3.1.1): a query becomes a [`query::Search`], which is held against each resource of
//! the type; what matches is sorted, cut into pages and put into a Bundle.
//!
//! Not offered, and so ignored (or refused under strict handling): chaining, `_has`, composite
//! parameters, `_contained`, full-text search.

mod bundle;
mod date;
mod include;
mod parameter;
mod query;
mod sort;
mod subset;
mod text;
mod value;

use super::outcome::Refusal;
use super::resource_type::ResourceType;
use super::store::Store;
use super::tree::Tree;
use query::{Handling, Search};

pub(super) use bundle::answer;
pub(super) use parameter::{Kind, parameters};
pub(super) use query::{CURSOR, Cursor};
pub(super) use subset::Subset;

/// The first instant of a FHIR date of any precision, if the text is one.
pub(super) fn date_start(text: &str) -> Option<jiff::Timestamp> {
    date::Interval::read(text).map(|interval| interval.start)
}

/// Whether the parameters can all be used in a search of the type.
pub(super) fn check_parameters(
    resource_type: ResourceType,
    parameters: &[(String, String)],
    base: &str,
) -> bool {
    Search::read(resource_type, parameters, Handling::Strict, base).is_ok()
}

/// The resources that a search of the type finds, all of them.
///
/// # Errors
/// 400 for parameters that cannot be used.
pub(super) fn matches<'s>(
    store: &'s Store,
    resource_type: ResourceType,
    parameters: &[(String, String)],
    base: &str,
) -> Result<Vec<&'s Tree>, Refusal> {
    let search = Search::read(resource_type, parameters, Handling::Strict, base)?;
    let resources = store.resources(resource_type).map(|it| &**it);
    Ok(resources.filter(|it| search.matches(it)).collect())
}

/// Whether a search of the type would find the resource.
pub(super) fn finds(
    resource_type: ResourceType,
    parameters: &[(String, String)],
    base: &str,
    resource: &Tree,
) -> bool {
    resource.str("resourceType") == Some(resource_type.code())
        && Search::read(resource_type, parameters, Handling::Strict, base)
            .is_ok_and(|search| search.matches(resource))
}
