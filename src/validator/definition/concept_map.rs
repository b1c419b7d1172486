//! ConceptMap (R4 4.10): the codes it maps are codes of the systems it names.

use super::{text, warn};
use crate::assertion::{At, Sink};
use crate::finding::{Words, quoted};
use crate::terminology::CodeCheck;
use crate::validator::Validator;

/// Judges a ConceptMap.
pub(super) fn check(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
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

fn check_code(validator: &Validator, system: Option<&str>, at: &At<'_>, sink: &mut Sink) {
    let (Some(system), Some(code)) = (system, text(at, "code")) else {
        return;
    };
    if let CodeCheck::Invalid(reason) = validator.terminology().code(system, code) {
        warn(at, sink, || {
            Words::new(
                at.subject(),
                format!("a code of {}", quoted(system)),
                quoted(code),
            )
            .hint(reason)
        });
    }
}
