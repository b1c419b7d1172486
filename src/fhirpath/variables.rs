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

#[cfg(test)]
mod tests {
    use crate::fhirpath::testing::{MODEL, PATIENT, fails, gives};
    use crate::fhirpath::{
        Collection, Context, Element, EvaluationErrorKind as Kind, Expression, Item, Model,
        NoEnvironment, Value, Variables,
    };
    use crate::json;

    #[test]
    fn fhir_defines_systems_value_sets_and_extensions() {
        gives(&[
            ("%ucum", "http://unitsofmeasure.org"),
            ("%sct", "http://snomed.info/sct"),
            ("%loinc", "http://loinc.org"),
            (
                "%`vs-administrative-gender`",
                "http://hl7.org/fhir/ValueSet/administrative-gender",
            ),
            (
                "%\"vs-administrative-gender\"",
                "http://hl7.org/fhir/ValueSet/administrative-gender",
            ),
            (
                "%`ext-patient-birthTime`",
                "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
            ),
            ("%resource.id | %context.id | %rootResource.id", "p1"),
            ("name.where(%context.active).use", "official, usual"),
        ]);
        fails(Kind::UnknownVariable, &["%unknown"]);
    }

    #[test]
    fn a_contained_resource_knows_its_container() {
        let document = json::read(PATIENT).expect("JSON");
        let root = Element::resource(&document.root, &*MODEL);
        let contained = document.root.get("contained").expect("contained").entries();
        let organization = Element::resource(&contained[0], &*MODEL);
        let reference = MODEL.type_named("Reference").expect("a type");
        let part_of = Element::new(contained[0].get("partOf"), None, reference);
        let mut variables = Variables::new();
        variables.set("own", Collection::of(Value::Integer(7)));
        let context = Context::new(&*MODEL, &NoEnvironment, part_of)
            .with_resource(organization)
            .with_root_resource(root)
            .with_variables(&variables);
        let text = |expression: &str| {
            let expression = Expression::parse(expression).expect("an expression");
            let items = expression.evaluate(&context).expect("a value");
            let texts: Vec<_> = items.iter().filter_map(Item::to_text).collect();
            texts.join(", ")
        };
        assert_eq!(text("reference"), "#");
        assert_eq!(text("%context.reference"), "#");
        assert_eq!(text("%resource.id"), "org");
        assert_eq!(text("%rootResource.id"), "p1");
        assert_eq!(text("%rootResource.contained.id"), "org, doc");
        assert_eq!(text("%own + 1"), "8");
    }
}
