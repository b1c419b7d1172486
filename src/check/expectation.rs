//! Expectations of scenario files: FHIRPath that must be true of an answer.

use super::{Check, Judgement};
use crate::fhirpath::{Collection, Context, Element, Expression, LocalEnvironment, Model};
use crate::finding::{Finding, Rule, Severity};
use crate::json::{Document, Node};
use crate::result::Subject;
use crate::suite::Expectation;
use crate::validator::{Request, Validator};

/// The check that all expectations share; each names its own requirement.
pub const EXPECTATION: Check = Check {
    id: "expectation",
    requirements: &["RT-1.identifier"],
    title: "an expectation of the scenario holds",
};

/// Holds a resource to the profile that an expectation names, by id or canonical URL.
#[must_use]
pub fn judge_profile(
    validator: &Validator,
    expectation: &Expectation,
    profile: &str,
    exchange: &str,
    document: &Document<'_>,
    subject: &Subject,
) -> Judgement {
    let mut judgement =
        Judgement::new(&EXPECTATION, subject).of_requirement(&expectation.requirement);
    let profiles = validator.definitions().profiles();
    let known = profiles
        .iter()
        .find(|known| known.id == profile || known.url == profile);
    let Some(known) = known else {
        let hint = crate::wording::did_you_mean(profile, profiles.iter().map(|it| it.id.as_str()));
        judgement.error(format!(
            "expected a profile of the guide, found `{profile}`{hint}"
        ));
        return judgement;
    };
    judgement.saw_resource();
    let request = Request {
        profiles: vec![known.url.clone()],
        claims: false,
        guide: false,
        ..Request::default()
    };
    let label = super::validity::label(&document.root);
    for finding in validator.validate(document, &request).findings {
        if !super::validity::is_advice(&finding) {
            judgement.find(exchange, Some(&label), finding);
        }
    }
    judgement
}

/// Holds one expectation (captures already filled in) to a resource.
#[must_use]
pub fn judge(
    model: &dyn Model,
    expectation: &Expectation,
    fhirpath: &str,
    exchange: &str,
    resource: &Node<'_>,
    subject: &Subject,
) -> Judgement {
    let mut judgement =
        Judgement::new(&EXPECTATION, subject).of_requirement(&expectation.requirement);
    judgement.saw_resource();
    match is_true(model, fhirpath, resource) {
        Ok(true) => {}
        Ok(false) => {
            let label = super::validity::label(resource);
            let mut finding = Finding::new(
                Severity::Error,
                Rule::Expectation,
                resource.str("resourceType").unwrap_or_default(),
                format!(
                    "expected that {}, found that it does not hold",
                    expectation.says
                ),
            );
            finding.constraint = Some(expectation.says.clone());
            finding.expected = Some(format!("`{fhirpath}`"));
            judgement.find(exchange, Some(&label), finding);
        }
        Err(message) => judgement.error(message),
    }
    judgement
}

/// Whether an expression is true of a resource; an empty result is not.
///
/// # Errors
/// The expression cannot be read or evaluated.
pub fn is_true(model: &dyn Model, fhirpath: &str, resource: &Node<'_>) -> Result<bool, String> {
    let expression =
        Expression::parse(fhirpath).map_err(|error| format!("`{fhirpath}`: {error}"))?;
    let environment = LocalEnvironment::new(model);
    let context = Context::new(model, &environment, Element::resource(resource, model));
    expression
        .evaluate_boolean(&context)
        .map(|value| value == Some(true))
        .map_err(|error| format!("`{fhirpath}`: {error}"))
}

/// The first value of an expression as text.
///
/// # Errors
/// The expression cannot be read or evaluated.
pub fn first_text(
    model: &dyn Model,
    fhirpath: &str,
    resource: &Node<'_>,
) -> Result<Option<String>, String> {
    let expression =
        Expression::parse(fhirpath).map_err(|error| format!("`{fhirpath}`: {error}"))?;
    let environment = LocalEnvironment::new(model);
    let context = Context::new(model, &environment, Element::resource(resource, model));
    let items: Collection<'_> = expression
        .evaluate(&context)
        .map_err(|error| format!("`{fhirpath}`: {error}"))?;
    Ok(items
        .iter()
        .find_map(|item| item.to_text().map(|text| text.to_string())))
}
