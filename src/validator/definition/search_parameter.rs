//! SearchParameter (R4 2.27): its expression can be read, and it agrees with what it derives from.

use super::{expression, fault, text};
use crate::assertion::{At, Sink};
use crate::finding::{Words, quoted};
use crate::json::Node;
use crate::validator::Validator;

/// Judges a SearchParameter.
pub(super) fn check(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    let bases = at.place.item.get("base").map(Node::entries_or_self);
    let names = bases.unwrap_or_default().iter().filter_map(Node::as_str);
    let focus = expression::types(names, at);
    expression::check("expression", &focus, at, sink);
    let derived = text(at, "derivedFrom");
    let Some(general) = derived.and_then(|url| validator.definitions().search_parameter(url))
    else {
        return;
    };
    let kind = text(at, "type").unwrap_or_default();
    let wrong = |name: &str, expected: &str, found: &str, sink: &mut Sink| {
        fault(at, sink, || {
            Words::new(
                format!("`{name}` of {}", at.subject()),
                format!(
                    "{}, as in the parameter that it derives from",
                    quoted(expected)
                ),
                quoted(found),
            )
        });
    };
    if kind != general.kind.code() {
        wrong("type", general.kind.code(), kind, sink);
    }
    let bases = at.place.item.get("base").map(Node::entries_or_self);
    for base in bases.unwrap_or_default().iter().filter_map(Node::as_str) {
        let is_general = |own: &String| own == base || own == "Resource" || own == "DomainResource";
        if !general.base.iter().any(is_general) {
            wrong("base", &general.base.join(", "), base, sink);
        }
    }
}
