//! CapabilityStatement (R4 5.2): the search parameters that it declares are those that it names.

use super::fault;
use crate::assertion::{At, Place, Sink};
use crate::finding::{Words, quoted};
use crate::json::Node;
use crate::validator::Validator;

/// Judges a CapabilityStatement.
pub(super) fn check(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    for rest in at.place.children("rest", "BackboneElement") {
        for parameter in rest.children("searchParam", "BackboneElement") {
            check_type(validator, &parameter, at, sink);
        }
        for resource in rest.children("resource", "BackboneElement") {
            for parameter in resource.children("searchParam", "BackboneElement") {
                check_type(validator, &parameter, at, sink);
            }
        }
    }
}

/// R4 CapabilityStatement.rest.resource.searchParam.type: "It SHALL be the same as the type in the
/// search parameter definition".
fn check_type(validator: &Validator, parameter: &Place<'_>, at: &At<'_>, sink: &mut Sink) {
    let get = |name: &str| parameter.item.get(name).and_then(Node::as_str);
    let definition = get("definition");
    let Some(definition) = definition.and_then(|url| validator.definitions().search_parameter(url))
    else {
        return;
    };
    let (Some(stated), expected) = (get("type"), definition.kind.code()) else {
        return;
    };
    if stated == expected {
        return;
    }
    let at = at.to(parameter, "CapabilityStatement.rest.resource.searchParam");
    fault(&at, sink, || {
        Words::new(
            format!("`type` of {}", at.subject()),
            format!("{}, the type in its `definition`", quoted(expected)),
            quoted(stated),
        )
    });
}
