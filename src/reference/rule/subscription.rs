//! Subscription: who wants to hear of what.

use url::Url;

use super::Context;
use crate::reference::flow::read_criteria;
use crate::reference::outcome::{Issue, IssueCode};
use crate::reference::search::check_parameters;
use crate::reference::tree::{Tree, text_at};

/// A rest-hook to an address, for a search that this server can run.
pub(super) fn criteria(context: &Context<'_>, resource: &Tree) -> Vec<Issue> {
    let mut issues = Vec::new();
    if text_at(resource, "channel.type") != Some("rest-hook") {
        let text = "the channel is a `rest-hook`";
        issues.push(Issue::new(IssueCode::Value, text).at("Subscription.channel.type"));
    }
    let endpoint = text_at(resource, "channel.endpoint").map(Url::parse);
    let is_address = endpoint.is_some_and(|it| it.is_ok_and(|it| it.has_host()));
    if !is_address {
        let text = "the endpoint is the address of a web server";
        issues.push(Issue::new(IssueCode::Value, text).at("Subscription.channel.endpoint"));
    }
    let criteria = resource.str("criteria").unwrap_or_default();
    let is_search = read_criteria(criteria).is_some_and(|(resource_type, parameters)| {
        check_parameters(resource_type, &parameters, context.base)
    });
    if !is_search {
        let text = format!("`{criteria}` is no search of this server");
        issues.push(Issue::new(IssueCode::NotSupported, text).at("Subscription.criteria"));
    }
    issues
}
