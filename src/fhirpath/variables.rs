//! `%name`: what FHIR defines (R4 2.9.1), what the caller sets, and what `defineVariable()` adds.

use super::error::{EvaluationError, EvaluationErrorKind as Kind};
use super::eval::{Evaluator, Outcome};
use super::item::{Collection, Item, UCUM_SYSTEM};
use super::value::Value;

const SNOMED_SYSTEM: &str = "http://snomed.info/sct";
const LOINC_SYSTEM: &str = "http://loinc.org";

/// Names that an expression cannot define anew.
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "context" | "resource" | "rootResource" | "ucum" | "sct" | "loinc"
    ) || name.starts_with("vs-")
        || name.starts_with("ext-")
}

/// The value of `%name`.
pub(super) fn value<'a>(
    evaluator: &Evaluator<'_, 'a>,
    name: &str,
    offset: u32,
) -> Outcome<Collection<'a>> {
    let context = evaluator.context;
    let text = |text: &'static str| Collection::of(Value::String(text.into()));
    let element = |element| Collection::of(Item::Element(element));
    match name {
        "context" => return Ok(element(context.focus)),
        "resource" => return Ok(element(context.resource)),
        "rootResource" => return Ok(element(context.root_resource)),
        "ucum" => return Ok(text(UCUM_SYSTEM)),
        "sct" => return Ok(text(SNOMED_SYSTEM)),
        "loinc" => return Ok(text(LOINC_SYSTEM)),
        _ => {}
    }
    let fhir = |kind: &str, name: &str| {
        let url = format!("http://hl7.org/fhir/{kind}/{name}");
        Collection::of(Value::String(url.into()))
    };
    if let Some(name) = name.strip_prefix("vs-") {
        return Ok(fhir("ValueSet", name));
    }
    if let Some(name) = name.strip_prefix("ext-") {
        return Ok(fhir("StructureDefinition", name));
    }
    let defined = evaluator.defined.borrow();
    if let Some((_, items)) = defined.iter().rev().find(|(own, _)| own == name) {
        return Ok(items.clone());
    }
    context
        .variables
        .and_then(|variables| variables.get(name))
        .cloned()
        .ok_or_else(|| {
            EvaluationError::new(
                Kind::UnknownVariable,
                offset,
                format!("expected a variable that is defined, found `%{name}`"),
            )
        })
}
