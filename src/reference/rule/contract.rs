//! Contract: the policy of a family.

use super::Context;
use super::reference::id_of;
use crate::reference::guide::{code, has_code};
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::resource_type::ResourceType::{Group, InsurancePlan, Patient};
use crate::reference::tree::{Tree, at, text_at};

/// The scope is a code of the guide, each period ends after it begins, everybody insured is a
/// member of the family, and the product is active when the policy begins.
pub(super) fn terms(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    let scope = code(resource, "scope").unwrap_or_default();
    if !has_code(context.store, "contract-scope", scope) {
        let text = format!("`{scope}` is no scope of a policy");
        issues.push(Issue::new(IssueCode::CodeInvalid, text).at("Contract.scope"));
    }
    for asset in at(resource, "term.asset") {
        issues.extend(periods(asset));
        issues.extend(insured(context, resource, asset));
        issues.extend(product(context, asset));
    }
    issues
}

fn periods(asset: &Tree) -> Option<Issue> {
    let is_reversed = ["period", "usePeriod"].into_iter().any(|name| {
        at(asset, name)
            .iter()
            .any(|period| period.str("start") > period.str("end"))
    });
    is_reversed.then(|| {
        let text = "the policy ends before it begins";
        Issue::new(IssueCode::BusinessRule, text).at("Contract.term.asset.period")
    })
}

fn insured(context: &Context<'_>, resource: &Tree, asset: &Tree) -> Vec<Issue> {
    let family = at(resource, "subject")
        .into_iter()
        .find_map(|subject| id_of(context, subject, Group))
        .and_then(|id| context.store.resource(Group, &id));
    // A policy holder's policy insures whom it names.
    let Some(family) = family else {
        return Vec::new();
    };
    let members: Vec<String> = at(family, "member.entity")
        .into_iter()
        .filter_map(|entity| id_of(context, entity, Patient))
        .collect();
    let head = at(resource, "term.offer.party.reference");
    at(asset, "typeReference")
        .into_iter()
        .chain(head)
        .filter_map(|insured| id_of(context, insured, Patient))
        .filter(|id| !members.contains(id))
        .map(|id| {
            let text = format!("`Patient/{id}` is no member of the family");
            Issue::new(IssueCode::BusinessRule, text).at("Contract.term.asset.typeReference")
        })
        .collect()
}

fn product(context: &Context<'_>, asset: &Tree) -> Vec<Issue> {
    let start = text_at(asset, "period.start").unwrap_or_default();
    at(asset, "valuedItem.entityReference")
        .into_iter()
        .filter_map(|reference| id_of(context, reference, InsurancePlan))
        .filter_map(|id| context.store.resource(InsurancePlan, &id))
        .filter(|plan| {
            plan.str("status") != Some("active")
                || text_at(plan, "period.start").is_some_and(|from| start < from)
                || text_at(plan, "period.end").is_some_and(|to| start > to)
        })
        .map(|plan| {
            let name = plan.str("name").unwrap_or_default();
            let text = format!("the product `{name}` cannot be had on {start}");
            Issue::new(IssueCode::BusinessRule, text)
                .at("Contract.term.asset.valuedItem.entityReference")
        })
        .collect()
}
