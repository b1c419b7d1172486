//! Group: the family.

use super::reference::id_of;
use super::{Context, identifiers};
use crate::reference::guide::extension;
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::resource_type::ResourceType::{Group, Patient};
use crate::reference::tree::{Tree, at};

/// There is an address.
pub(super) fn address(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    if extension(resource, "group-address").is_some() {
        return Vec::new();
    }
    let text = "a family needs the extension `group-address`";
    vec![Issue::new(IssueCode::Required, text).at("Group.extension")]
}

/// The quantity is the number of members, and the family's code is that of its head: the member
/// who is said to be, else the first.
pub(super) fn composition(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    let members = at(resource, "member.entity");
    let quantity = resource.get("quantity").and_then(Tree::primitive_text);
    if quantity.is_some_and(|quantity| quantity != members.len().to_string()) {
        let text = format!("the family has {} members", members.len());
        issues.push(Issue::new(IssueCode::BusinessRule, text).at("Group.quantity"));
    }
    let insurees: Vec<&Tree> = members
        .iter()
        .filter_map(|entity| id_of(context, entity, Patient))
        .filter_map(|id| context.store.resource(Patient, &id))
        .collect();
    let head = insurees.iter().find(|insuree| is_head(insuree));
    if let Some(head) = head.or(insurees.first()) {
        let codes = identifiers(head, "Code");
        if identifiers(resource, "Code") != codes {
            let text = format!("the family's code is that of its head, {codes:?}");
            issues.push(Issue::new(IssueCode::BusinessRule, text).at("Group.identifier"));
        }
    }
    issues
}

fn is_head(insuree: &Tree) -> bool {
    extension(insuree, "patient-is-head")
        .and_then(|extension| extension.get("valueBoolean"))
        .and_then(Tree::as_bool)
        .unwrap_or(false)
}

/// Members that another family has already.
pub(super) fn one_family_each(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let members = |group: &Tree| -> Vec<String> {
        at(group, "member.entity")
            .into_iter()
            .filter_map(|entity| id_of(context, entity, Patient))
            .collect()
    };
    let elsewhere: Vec<String> = context
        .store
        .resources(Group)
        .filter(|group| group.str("id") != context.id)
        .flat_map(|group| members(group))
        .collect();
    members(resource)
        .into_iter()
        .enumerate()
        .filter(|(_, id)| elsewhere.contains(id))
        .map(|(index, id)| {
            Issue::new(
                IssueCode::BusinessRule,
                format!("`Patient/{id}` belongs to another family"),
            )
            .at(format!("Group.member[{index}].entity"))
        })
        .collect()
}
