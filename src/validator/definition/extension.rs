//! Where an extension may stand, and its url (R4 2.5, Defining Extensions).

use super::{fault, warn};
use crate::assertion::{At, Sink};
use crate::fhir::{Derivation, ExtensionContextType, StructureDefinition};
use crate::fhirpath::Expression;
use crate::finding::{Words, quoted};
use crate::validator::Validator;

/// Judges the contexts and the url of a definition.
pub(super) fn check(
    validator: &Validator,
    definition: &StructureDefinition,
    at: &At<'_>,
    sink: &mut Sink,
) {
    if definition.type_name != "Extension" {
        if !definition.context.is_empty() || !definition.context_invariant.is_empty() {
            fault(at, sink, || {
                Words::new(
                    at.subject(),
                    "`context` and `contextInvariant` in definitions of extensions only",
                    format!("one in a definition of {}", quoted(&definition.type_name)),
                )
            });
        }
        return;
    }
    if definition.derivation == Some(Derivation::Constraint) {
        check_url(definition, at, sink);
    }
    for place in at.place.children("context", "BackboneElement") {
        let at = at.to(&place, "StructureDefinition.context");
        check_context(validator, &at, sink);
    }
}

/// `Extension.url` is fixed to the url of the definition.
fn check_url(definition: &StructureDefinition, at: &At<'_>, sink: &mut Sink) {
    let elements = definition.differential.iter();
    let url = elements
        .chain(definition.snapshot.iter().flatten())
        .find(|element| element.id == "Extension.url" && element.fixed.is_some());
    let fixed = url.and_then(|element| element.fixed.as_ref()?.value.as_str());
    let is_base = definition.base_definition.as_deref()
        == Some("http://hl7.org/fhir/StructureDefinition/Extension");
    if fixed == Some(definition.url.as_str()) || (fixed.is_none() && !is_base) {
        return;
    }
    fault(at, sink, || {
        Words::new(
            format!("the fixed value of `Extension.url` in {}", at.subject()),
            format!("{}, the url of the definition", quoted(&definition.url)),
            fixed.map_or_else(|| "none".to_owned(), quoted),
        )
    });
}

fn check_context(validator: &Validator, at: &At<'_>, sink: &mut Sink) {
    let (Some(kind), Some(found)) = (
        super::text(at, "type").and_then(ExtensionContextType::from_code),
        super::text(at, "expression"),
    ) else {
        return;
    };
    let definitions = validator.definitions();
    let words = |expected: &str| {
        Words::new(
            format!("`expression` of {}", at.subject()),
            expected,
            quoted(found),
        )
    };
    let url = found.split('#').next().unwrap_or_default();
    match kind {
        ExtensionContextType::FhirPath => {
            if Expression::parse(found).is_err() {
                fault(at, sink, || words("FHIRPath"));
            }
        }
        ExtensionContextType::Extension => {
            if definitions.structure_definition(url).is_none() {
                warn(at, sink, || words("an extension that is known"));
            }
        }
        ExtensionContextType::Element if found.contains(':') => {
            if definitions.structure_definition(url).is_none() {
                warn(at, sink, || {
                    words("an element of a definition that is known")
                });
            }
        }
        ExtensionContextType::Element => {
            if !is_element(validator, found) {
                fault(at, sink, || words("a type of R4 or one of its elements"));
            }
        }
    }
}

fn is_element(validator: &Validator, expression: &str) -> bool {
    let type_name = expression.split('.').next().unwrap_or_default();
    let Some(definition) = validator.definitions().type_definition(type_name) else {
        return false;
    };
    let mut elements = definition.snapshot.iter().flatten();
    expression == type_name
        || elements.any(|own| {
            own.path == expression || own.path.strip_suffix("[x]") == Some(expression)
        })
        // Below an element of a data type.
        || expression.matches('.').count() > 1
}
