//! Types (FHIRPath 6.3): `is`, `as`, `ofType` and `type`.

use std::sync::Arc;

use super::{Site, Types};
use crate::fhirpath::ast::TypeSpecifier;
use crate::fhirpath::context::Strictness;
use crate::fhirpath::element::Element;
use crate::fhirpath::error::{EvaluationError, EvaluationErrorKind as Kind};
use crate::fhirpath::eval::{Evaluator, Outcome};
use crate::fhirpath::item::{Collection, Item, Namespace, TypeInfo};
use crate::fhirpath::model::TypeKind;
use crate::fhirpath::value::{SystemType, Value};

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Types) -> Outcome<Collection<'a>> {
    let Some(specifier) = &site.call.type_specifier else {
        return types(site);
    };
    match function {
        Types::Is => match site.single_input()? {
            None => Ok(Collection::new()),
            Some(item) => {
                let held = is_of_type(site.evaluator, &item, specifier)?;
                Ok(Collection::of(Value::Boolean(held)))
            }
        },
        Types::As => cast(site.evaluator, site.input()?, specifier, site.offset),
        Types::Type => types(site),
    }
}

/// `ofType(Type)`
pub(super) fn of_type<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    match &site.call.type_specifier {
        Some(specifier) => of_type_items(site.evaluator, site.input()?, specifier),
        None => Ok(Collection::new()),
    }
}

/// The items of that type; a primitive counts by its exact type.
fn of_type_items<'a>(
    evaluator: &Evaluator<'_, 'a>,
    items: Collection<'a>,
    specifier: &TypeSpecifier,
) -> Outcome<Collection<'a>> {
    let mut out = Collection::new();
    require_type(evaluator, specifier)?;
    for item in items {
        if converts(evaluator, &item, specifier) {
            out.push(item);
            continue;
        }
        let exact = match &item {
            Item::Element(element) if element.type_id().kind().is_primitive() => {
                evaluator.context.model.name(element.type_id()) == specifier.name
            }
            _ => true,
        };
        if exact && is_of_type(evaluator, &item, specifier)? {
            out.push(item);
        }
    }
    Ok(out)
}

/// Whether a primitive of FHIR converts to the type of System that is named. The constraints written
/// for R4 say `value as String` of a FHIR `string`; by the letter that is nothing.
fn converts(evaluator: &Evaluator<'_, '_>, item: &Item<'_>, specifier: &TypeSpecifier) -> bool {
    let Item::Element(element) = item else {
        return false;
    };
    evaluator.context.strictness == Strictness::R4
        && specifier.namespace != Some(Namespace::Fhir)
        && element.type_id().kind().is_primitive()
        && element.value().map(|value| value.system_type())
            == SystemType::from_name(&specifier.name)
        && element.value().is_some()
}

/// `as`: one item at most, except where the constraints of R4 are evaluated.
pub(in crate::fhirpath) fn cast<'a>(
    evaluator: &Evaluator<'_, 'a>,
    items: Collection<'a>,
    specifier: &TypeSpecifier,
    offset: u32,
) -> Outcome<Collection<'a>> {
    if evaluator.context.strictness != Strictness::R4 {
        evaluator.at_most_one(&items, offset, "`as`")?;
    }
    of_type_items(evaluator, items, specifier)
}

/// Whether an item is of the type or of one that specialises it. A name without namespace is
/// that of a FHIR type for elements and of a System type for values.
pub(in crate::fhirpath) fn is_of_type<'a>(
    evaluator: &Evaluator<'_, 'a>,
    item: &Item<'a>,
    specifier: &TypeSpecifier,
) -> Outcome<bool> {
    require_type(evaluator, specifier)?;
    let name = specifier.name.as_str();
    Ok(match (item, specifier.namespace) {
        (Item::Value(value), None | Some(Namespace::System)) => SystemType::from_name(name)
            .is_some_and(|system| system == SystemType::Any || system == value.system_type()),
        (Item::Element(element), None | Some(Namespace::Fhir)) => {
            element_is(evaluator, element, name)
        }
        _ => false,
    })
}

fn element_is(evaluator: &Evaluator<'_, '_>, element: &Element<'_>, name: &str) -> bool {
    let model = evaluator.context.model;
    if element.type_id().kind() == TypeKind::Unknown {
        return element.node().and_then(|node| node.str("resourceType")) == Some(name);
    }
    model
        .type_named(name)
        .is_some_and(|ancestor| model.is_a(element.type_id(), ancestor))
}

/// An error for a name that no namespace has. `System` is closed, so a name it lacks is simply
/// not the type of anything.
fn require_type(evaluator: &Evaluator<'_, '_>, specifier: &TypeSpecifier) -> Outcome<()> {
    let name = &specifier.name;
    let known = match specifier.namespace {
        Some(Namespace::System) => true,
        Some(Namespace::Fhir) => evaluator.context.model.type_named(name).is_some(),
        None => {
            SystemType::from_name(name).is_some()
                || evaluator.context.model.type_named(name).is_some()
        }
    };
    if known {
        return Ok(());
    }
    Err(EvaluationError::new(
        Kind::UnknownType,
        specifier.offset,
        format!("expected the name of a type, found `{name}`"),
    ))
}

/// `type()`
fn types<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let model = site.evaluator.context.model;
    let info = |item: &Item<'a>| match item {
        Item::Element(element) => TypeInfo {
            namespace: Namespace::Fhir,
            name: model.name(element.type_id()).to_owned(),
            base: model
                .base(element.type_id())
                .map(|base| format!("FHIR.{}", model.name(base)))
                .unwrap_or_default(),
        },
        Item::Value(value) => TypeInfo {
            namespace: Namespace::System,
            name: value.system_type().name().to_owned(),
            base: "System.Any".to_owned(),
        },
        Item::Type(_) => TypeInfo {
            namespace: Namespace::System,
            name: "TypeInfo".to_owned(),
            base: "System.Any".to_owned(),
        },
    };
    Ok(site
        .input()?
        .iter()
        .map(|item| Item::Type(Arc::new(info(item))))
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{fails, gives};

    #[test]
    fn is_counts_specialisations_and_keeps_namespaces_apart() {
        gives(&[
            ("name.use.first() is code", "true"),
            ("name.use.first() is string", "true"),
            ("name.use.first() is uri", "false"),
            ("name.use.first() is String", "false"),
            ("'a' is String", "true"),
            ("'a' is string", "false"),
            ("1 is System.Integer", "true"),
            ("1 is System.Any", "true"),
            ("1 is Decimal", "false"),
            ("birthDate is date", "true"),
            ("@2020 is Date", "true"),
            ("contact.first() is BackboneElement", "true"),
            ("contact.first() is Element", "true"),
            ("name.first() is BackboneElement", "false"),
            ("$this is DomainResource", "true"),
            ("$this is FHIR.Patient", "true"),
            ("Patient is System.Patient", "false"),
            ("multipleBirth is integer", "true"),
            ("multipleBirth is boolean", "false"),
            ("contained.first() is Organization", "true"),
            ("{} is Patient", ""),
            ("id is id", "true"),
            ("name.first() is `HumanName`", "true"),
        ]);
        fails(
            Kind::Cardinality,
            &["name is HumanName", "(1 | 2) is Integer"],
        );
    }

    #[test]
    fn as_takes_one_item() {
        gives(&[
            ("multipleBirth as integer", "2"),
            ("multipleBirth as boolean", ""),
            ("multipleBirth.as(integer) + 1", "3"),
        ]);
        fails(
            Kind::Cardinality,
            &["name as HumanName", "name.as(HumanName)"],
        );
    }

    #[test]
    fn types_are_described() {
        gives(&[
            ("type().name", "Patient"),
            ("type().namespace", "FHIR"),
            ("type().baseType", "FHIR.DomainResource"),
            ("contact.first().type().name", "BackboneElement"),
            ("name.use.type().name.distinct()", "code"),
            ("1.type()", "System.Integer"),
            ("1.type() = 2.type()", "true"),
            ("1.type() = 'a'.type()", "false"),
        ]);
    }
}
