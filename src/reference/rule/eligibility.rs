//! CoverageEligibilityRequest: what may be asked.

use super::Context;
use crate::reference::guide::system;
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::tree::{Tree, at, text_at};

/// The purpose is benefits, each item is of a category of the guide's, and none comes twice.
pub(super) fn question(_: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    let purposes: Vec<_> = at(resource, "purpose")
        .iter()
        .map(|it| it.as_str())
        .collect();
    if purposes != [Some("benefits")] {
        let text = "the only purpose is `benefits`";
        let place = "CoverageEligibilityRequest.purpose";
        issues.push(Issue::new(IssueCode::Value, text).at(place));
    }
    let mut seen = Vec::new();
    for (index, item) in at(resource, "item").into_iter().enumerate() {
        let place = format!("CoverageEligibilityRequest.item[{index}].category");
        let own_system = system("coverage-item-category");
        let kind = text_at(item, "category.coding.code");
        let is_ours = text_at(item, "category.coding.system") == Some(&own_system);
        if !is_ours || !matches!(kind, Some("item" | "service")) {
            let text = format!("the category is `item` or `service` of {own_system}");
            issues.push(Issue::new(IssueCode::CodeInvalid, text).at(place));
        } else if seen.contains(&kind) {
            let text = "at most one item and one service can be asked for";
            issues.push(Issue::new(IssueCode::BusinessRule, text).at(place));
        }
        seen.push(kind);
    }
    issues
}
