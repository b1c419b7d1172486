//! What FHIR adds to FHIRPath (R4 2.9.1.1).

use super::{Fhir, Site};
use crate::fhirpath::element::Element;
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::Outcome;
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::value::Value;
use crate::fhirpath::xhtml;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Fhir) -> Outcome<Collection<'a>> {
    match function {
        Fhir::Extension => extension(site),
        Fhir::HasExtension => {
            let found = !extension(site)?.is_empty();
            Ok(Collection::of(Value::Boolean(found)))
        }
        Fhir::HasValue => {
            let input = site.input()?;
            let held = matches!(&*input, [item] if has_value(item));
            Ok(Collection::of(Value::Boolean(held)))
        }
        Fhir::GetValue => {
            let input = site.input()?;
            match &*input {
                [item] if has_value(item) => Ok(item.value().into()),
                _ => Ok(Collection::new()),
            }
        }
        Fhir::Resolve => resolve(site),
        Fhir::MemberOf => member_of(site),
        Fhir::ConformsTo => conforms_to(site),
        Fhir::HtmlChecks => html_checks(site),
        Fhir::Subsumes
        | Fhir::SubsumedBy
        | Fhir::ElementDefinition
        | Fhir::Slice
        | Fhir::CheckModifiers => Err(site.fail(
            Kind::Unsupported,
            format!(
                "expected a function that can be evaluated here, found `{}()`, which is not supported",
                site.name()
            ),
        )),
    }
}

fn has_value(item: &Item<'_>) -> bool {
    match item {
        Item::Element(element) => element.has_value(),
        Item::Value(_) => true,
        Item::Type(_) => false,
    }
}

/// `extension(url)`: short for `extension.where(url = …)`.
fn extension<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let (input, url) = (site.input()?, site.argument_text(0)?);
    let mut out = Collection::new();
    let Some(url) = url else {
        return Ok(out);
    };
    for element in input.iter().filter_map(Item::element) {
        element.each_named("extension", site.evaluator.context.model, &mut |child| {
            if child.node().and_then(|node| node.str("url")) == Some(&*url) {
                out.push(child);
            }
            true
        });
    }
    site.charge(out.len() as u64)?;
    Ok(out)
}

/// `resolve()`: what is no reference, and what cannot be found, is left out.
fn resolve<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let context = site.evaluator.context;
    let mut out = Collection::new();
    for item in &site.input()? {
        site.charge(1)?;
        let found = match item {
            Item::Element(element) => reference_of(element).and_then(|reference| {
                context
                    .environment
                    .resolve(reference, context.root_resource)
            }),
            Item::Value(Value::String(text)) => {
                context.environment.resolve(text, context.root_resource)
            }
            _ => None,
        };
        if let Some(found) = found {
            out.push(found);
        }
    }
    Ok(out)
}

/// The text of a Reference, or of a primitive such as a canonical.
fn reference_of<'a>(element: &Element<'a>) -> Option<&'a str> {
    match element.text() {
        Some(text) => Some(text),
        None => element.node()?.str("reference"),
    }
}

/// `memberOf(valueset)`: nothing where the answer cannot be known.
fn member_of<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let (item, value_set) = (site.single_input()?, site.argument_text(0)?);
    let (Some(item), Some(value_set)) = (item, value_set) else {
        return Ok(Collection::new());
    };
    Ok(Collection::of_boolean(
        site.evaluator
            .context
            .environment
            .member_of(&value_set, &item),
    ))
}

/// `conformsTo(profile)`
fn conforms_to<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let (item, profile) = (site.single_input()?, site.argument_text(0)?);
    let (Some(item), Some(profile)) = (item, profile) else {
        return Ok(Collection::new());
    };
    let Item::Element(element) = item else {
        return Err(site.type_error("an element as the input", &item));
    };
    match site
        .evaluator
        .context
        .environment
        .conforms_to(&profile, element)
    {
        Some(held) => Ok(Collection::of(Value::Boolean(held))),
        None => Err(site.fail(
            Kind::UnknownProfile,
            format!(
                "expected the URL of a profile that is known, found `{}`",
                &*profile
            ),
        )),
    }
}

/// `htmlChecks()`: the rules of narrative (R4 2.4.0, txt-1).
fn html_checks<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let Some(text) = site.text_input()? else {
        return Ok(Collection::new());
    };
    site.charge(text.len() as u64 / 64)?;
    Ok(Collection::of(Value::Boolean(xhtml::check(&text).is_ok())))
}
