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
    site.charge_items(out.len())?;
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
        if let Some(found) = site.evaluator.told(found) {
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
    let environment = site.evaluator.context.environment;
    let is_member = environment.member_of(&value_set, &item);
    Ok(Collection::of_boolean(site.evaluator.told(is_member)))
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

#[cfg(test)]
mod tests {
    use crate::fhirpath::testing::{MODEL, PATIENT, evaluate_in, fails, gives};
    use crate::fhirpath::{
        Element, Environment, EvaluationErrorKind as Kind, Item, LocalEnvironment, Model,
    };

    #[test]
    fn extensions_are_found_by_url_also_on_primitives() {
        gives(&[
            ("extension('http://example.org/a').value", "5"),
            (
                "birthDate.extension('http://example.org/time').value",
                "1970-03-30T14:35:00+01:00",
            ),
            (
                "gender.extension('http://example.org/reason').value",
                "asked, not told",
            ),
            (
                "name.given.extension('http://example.org/none').value",
                "unknown",
            ),
            ("extension('http://example.org/z').exists()", "false"),
            ("birthDate.hasExtension('http://example.org/time')", "true"),
            ("extension({})", ""),
        ]);
    }

    #[test]
    fn values_of_primitives() {
        gives(&[
            ("birthDate.hasValue()", "true"),
            ("gender.hasValue()", "false"),
            ("name.first().hasValue()", "false"),
            ("name.given.hasValue()", "false"),
            ("{}.hasValue()", "false"),
            ("birthDate.getValue() is Date", "true"),
            ("gender.getValue()", ""),
            ("name.given.getValue()", ""),
        ]);
    }

    #[test]
    fn references_resolve_inside_the_root_resource() {
        gives(&[
            ("managingOrganization.resolve().name", "Clinic"),
            ("generalPractitioner.resolve().id", "doc, org"),
            (
                "generalPractitioner.where(resolve() is Practitioner).reference",
                "#doc",
            ),
            ("contained.where(id = 'org').partOf.resolve().id", "p1"),
            ("'#org'.resolve().name", "Clinic"),
            ("name.resolve()", ""),
            ("1.resolve()", ""),
            ("{}.resolve()", ""),
        ]);
    }

    #[test]
    fn entries_of_a_bundle_resolve_by_full_url() {
        let bundle = r#"{"resourceType": "Bundle", "entry": [
            {"fullUrl": "http://example.org/fhir/Patient/1", "resource": {"resourceType": "Patient", "id": "1"}},
            {"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": {"resourceType": "Group", "id": "2",
              "member": [{"entity": {"reference": "Patient/1"}}, {"entity": {"reference": "ient/1"}}],
              "managingEntity": {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}}}
        ]}"#;
        let environment = LocalEnvironment::new(&*MODEL);
        let ids = |expression: &str| evaluate_in(&environment, bundle, expression);
        assert_eq!(
            ids("entry.resource.member.entity.resolve().id"),
            Ok(vec!["1".to_owned()])
        );
        assert_eq!(
            ids("entry.resource.managingEntity.resolve().id"),
            Ok(vec!["2".to_owned()])
        );
    }

    /// Knows one value set and one profile, and answers references by their type alone.
    struct World;

    impl<'a> Environment<'a> for World {
        fn resolve(&self, reference: &str, _root: Element<'a>) -> Option<Element<'a>> {
            let type_id = MODEL.type_named(reference.split_once('/')?.0)?;
            Some(Element::new(None, None, type_id))
        }

        fn member_of(&self, value_set: &str, item: &Item<'a>) -> Option<bool> {
            let code = match item {
                Item::Element(element) => element
                    .text()
                    .or_else(|| {
                        element
                            .node()?
                            .get("coding")?
                            .entries()
                            .first()?
                            .str("code")
                    })
                    .or_else(|| element.node()?.str("code"))
                    .map(str::to_owned),
                other => other.to_text(),
            };
            (value_set == "http://example.org/known").then(|| code.as_deref() == Some("a"))
        }

        fn conforms_to(&self, profile: &str, element: Element<'a>) -> Option<bool> {
            (profile == "http://example.org/profile").then(|| {
                element
                    .node()
                    .is_some_and(|node| node.get("family").is_some())
            })
        }
    }

    #[test]
    fn membership_is_asked_of_the_environment() {
        let resource = r#"{"resourceType": "Observation", "status": "a",
            "code": {"coding": [{"system": "s", "code": "a"}]}, "valueCodeableConcept": {"coding": [{"code": "b"}]}}"#;
        let ask = |expression: &str| {
            evaluate_in(&World, resource, expression).map(|items| items.join(", "))
        };
        for (expression, expected) in [
            ("status.memberOf('http://example.org/known')", "true"),
            ("code.memberOf('http://example.org/known')", "true"),
            ("code.coding.memberOf('http://example.org/known')", "true"),
            ("value.memberOf('http://example.org/known')", "false"),
            ("'a'.memberOf('http://example.org/known')", "true"),
            ("code.memberOf('http://example.org/unknown')", ""),
            ("{}.memberOf('http://example.org/known')", ""),
            ("code.memberOf({})", ""),
        ] {
            assert_eq!(ask(expression).as_deref(), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn conformance_is_asked_of_the_environment_and_unknown_profiles_are_errors() {
        let ask = |expression: &str| {
            evaluate_in(&World, PATIENT, expression).map(|items| items.join(", "))
        };
        let known = "conformsTo('http://example.org/profile')";
        assert_eq!(ask(&format!("name.first().{known}")).as_deref(), Ok("true"));
        assert_eq!(ask(&format!("name.last().{known}")).as_deref(), Ok("false"));
        assert_eq!(ask(&format!("photo.{known}")).as_deref(), Ok(""));
        assert_eq!(ask(&format!("name.{known}")), Err(Kind::Cardinality));
        assert_eq!(
            ask("conformsTo('http://example.org/other')"),
            Err(Kind::UnknownProfile)
        );
        assert_eq!(ask(&format!("'a'.{known}")), Err(Kind::Type));
    }

    #[test]
    fn a_target_may_be_known_by_its_type_only() {
        let resource = r#"{"resourceType": "Observation", "subject": {"reference": "Patient/1"}}"#;
        let ask = |expression: &str| evaluate_in(&World, resource, expression);
        assert_eq!(
            ask("subject.resolve() is Patient"),
            Ok(vec!["true".to_owned()])
        );
        assert_eq!(ask("subject.resolve().name"), Ok(Vec::new()));
        assert_eq!(
            ask("subject.resolve().descendants().count()"),
            Ok(vec!["0".to_owned()])
        );
    }

    #[test]
    fn narratives_are_checked() {
        let check = |div: &str| {
            let div = div.replace('"', "\\\"");
            let resource = format!(
                r#"{{"resourceType": "Patient", "text": {{"status": "generated", "div": "{div}"}}}}"#
            );
            evaluate_in(&World, &resource, "text.`div`.htmlChecks()").map(|items| items.join(", "))
        };
        let div =
            |inner: &str| format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inner}</div>");
        assert_eq!(check(&div("<p>text</p>")).as_deref(), Ok("true"));
        assert_eq!(check(&div("<script>x</script>")).as_deref(), Ok("false"));
        assert_eq!(check("<div>text</div>").as_deref(), Ok("false"));
        gives(&[("text.`div`.htmlChecks()", "")]);
    }

    #[test]
    fn what_is_not_supported_says_so() {
        fails(
            Kind::Unsupported,
            &[
                "name.first().elementDefinition()",
                "slice('a', 'b')",
                "checkModifiers('a')",
                "maritalStatus.subsumes(maritalStatus)",
            ],
        );
    }
}
