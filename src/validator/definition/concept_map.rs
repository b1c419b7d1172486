//! ConceptMap (R4 4.10): the codes it maps are codes of the systems it names.

use super::{fault, text};
use crate::assertion::{At, Sink};
use crate::finding::{Words, quoted};
use crate::terminology::CodeCheck;
use crate::validator::Validator;

/// Judges a ConceptMap.
pub(super) fn check(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    for name in ["source", "target"] {
        if let Some(scope) = at.place.chosen(name) {
            check_scope(validator, &at.to(&scope, "ConceptMap.source[x]"), sink);
        }
    }
    for group in at.place.children("group", "BackboneElement") {
        let at = at.to(&group, "ConceptMap.group");
        let (source, target) = (text(&at, "source"), text(&at, "target"));
        for element in group.children("element", "BackboneElement") {
            let at = at.to(&element, "ConceptMap.group.element");
            check_code(validator, source, &at, sink);
            for mapped in element.children("target", "BackboneElement") {
                let at = at.to(&mapped, "ConceptMap.group.element.target");
                check_code(validator, target, &at, sink);
            }
        }
    }
}

/// `source[x]` and `target[x]` of a map are value sets.
fn check_scope(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    let Some(url) = at.place.item.text() else {
        return;
    };
    let definitions = validator.definitions();
    if definitions.value_set(url).is_none() && definitions.code_system(url).is_some() {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                "a value set",
                format!("{}, which is a code system", quoted(url)),
            )
        });
    }
}

fn check_code(validator: &Validator, system: Option<&str>, at: &At<'_>, sink: &mut Sink) {
    let (Some(system), Some(code)) = (system, text(at, "code")) else {
        return;
    };
    if let CodeCheck::Invalid(reason) = validator.terminology().code(system, code) {
        fault(at, sink, || {
            Words::new(
                at.subject(),
                format!("a code of {}", quoted(system)),
                quoted(code),
            )
            .hint(reason)
        });
    }
}
