//! Business codes are unique within a type.

use super::{Context, identifiers};
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::tree::Tree;

/// The codes that another resource of the type has already.
pub(super) fn taken(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let resource_type = context.resource_type;
    identifiers(resource, "Code")
        .into_iter()
        .filter(|code| {
            context
                .store
                .resources(resource_type)
                .filter(|other| other.str("id") != context.id)
                .any(|other| identifiers(other, "Code").contains(code))
        })
        .map(|code| {
            Issue::new(
                IssueCode::Duplicate,
                format!("another `{resource_type}` has the code `{code}`"),
            )
            .at(format!("{resource_type}.identifier"))
        })
        .collect()
}
