//! Meta (R4 2.24.0.5): security labels and tags are sets, in which system and code tell entries apart.

use super::sink::Sink;
use super::walk::At;
use crate::finding::{Rule, Severity, Words, quoted};
use crate::json::Node;

/// Judges the labels of a resource.
pub(super) fn check(at: &At<'_>, sink: &mut Sink) {
    for (name, severity) in [("security", Severity::Error), ("tag", Severity::Warning)] {
        let labels = at.place.item.get(name).map(Node::entries_or_self);
        let labels = labels.unwrap_or_default();
        let label = |node: &Node<'_>| {
            let text = |name: &str| node.str(name).map(str::to_owned);
            (text("system"), text("code"))
        };
        for (index, own) in labels.iter().enumerate().skip(1) {
            let is_same = |other: &Node<'_>| label(other) == label(own);
            if own.str("code").is_none() || !labels[..index].iter().any(is_same) {
                continue;
            }
            at.report(sink, Rule::Binding, severity, || {
                Words::new(
                    format!("`{name}` of {}", at.subject()),
                    "each label once",
                    format!("{} again", quoted(own.str("code").unwrap_or_default())),
                )
            });
        }
    }
}
