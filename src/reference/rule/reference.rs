//! References (R4 2.3.0): each literal one has to lead somewhere.

use super::Context;
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::resource_type::ResourceType;
use crate::reference::tree::{Tree, at};

/// The literal references that lead nowhere: neither to a contained resource nor to a row.
pub(super) fn unresolved(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut found = Vec::new();
    collect(
        resource,
        context.resource_type.code().to_owned(),
        &mut found,
    );
    found
        .into_iter()
        .filter(|(_, reference)| !resolves(context, resource, reference))
        .map(|(place, reference)| {
            Issue::new(
                IssueCode::NotFound,
                format!("`{reference}` does not lead to a resource"),
            )
            .at(place)
        })
        .collect()
}

fn collect(node: &Tree, path: String, found: &mut Vec<(String, String)>) {
    for member in node.members() {
        if member.name == "reference"
            && let Some(reference) = member.value.as_str()
        {
            found.push((path.clone(), reference.to_owned()));
        } else {
            collect(&member.value, format!("{path}.{}", member.name), found);
        }
    }
    for (index, entry) in node.entries().iter().enumerate() {
        collect(entry, format!("{path}[{index}]"), found);
    }
}

fn resolves(context: &Context<'_>, resource: &Tree, reference: &str) -> bool {
    if let Some(id) = reference.strip_prefix('#') {
        return at(resource, "contained.id")
            .iter()
            .any(|contained| contained.as_str() == Some(id));
    }
    let local = reference.strip_prefix(context.base).unwrap_or(reference);
    if local.contains("://") || local.starts_with("urn:") {
        // Another server's: not ours to judge.
        return true;
    }
    context.store.resolve(local).is_some()
}

/// The id that the element's reference names, if it is one of that type.
pub(super) fn id_of(
    context: &Context<'_>,
    element: &Tree,
    resource_type: ResourceType,
) -> Option<String> {
    let reference = element.str("reference")?;
    let local = reference.strip_prefix(context.base).unwrap_or(reference);
    let (named, id) = local.split_once('/')?;
    (named == resource_type.code()).then(|| id.to_owned())
}
