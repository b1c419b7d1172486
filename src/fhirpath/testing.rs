//! Short forms for the tests of this module.

use std::sync::LazyLock;

use super::{
    Collection, Context, DefinitionsModel, Element, Environment, EvaluationErrorKind, Expression,
    Limits, LocalEnvironment, Strictness,
};
use crate::json;
use crate::package::Definitions;

/// The types of R4 core.
pub(super) static MODEL: LazyLock<DefinitionsModel> =
    LazyLock::new(|| DefinitionsModel::new(Definitions::core()));

/// A Patient with something of everything.
pub(super) const PATIENT: &str = r##"{
  "resourceType": "Patient", "id": "p1", "active": true,
  "contained": [
    {"resourceType": "Organization", "id": "org", "name": "Clinic", "partOf": {"reference": "#"}},
    {"resourceType": "Practitioner", "id": "doc"}
  ],
  "extension": [
    {"url": "http://example.org/a", "valueInteger": 5},
    {"url": "http://example.org/b", "valueQuantity": {"value": 4.50, "system": "http://unitsofmeasure.org", "code": "mg"}}
  ],
  "identifier": [{"system": "urn:a", "value": "1", "period": {"start": "2020-01", "end": "2020-03-01"}}],
  "name": [
    {"use": "official", "family": "Doe", "given": ["Jane", null], "_given": [null, {"extension": [{"url": "http://example.org/none", "valueCode": "unknown"}]}]},
    {"use": "usual", "given": ["Janie"]}
  ],
  "birthDate": "1970-03-30", "_birthDate": {"id": "b", "extension": [{"url": "http://example.org/time", "valueDateTime": "1970-03-30T14:35:00+01:00"}]},
  "_gender": {"extension": [{"url": "http://example.org/reason", "valueString": "asked, not told"}]},
  "multipleBirthInteger": 2,
  "generalPractitioner": [{"reference": "#doc"}, {"reference": "#org"}, {"reference": "#missing"}],
  "managingOrganization": {"reference": "#org"},
  "contact": [{"name": {"text": "A"}}, {"relationship": [{"text": "B"}]}]
}"##;

/// The items an expression gives on a resource, as text; elements without a value by their type.
pub(super) fn evaluate(
    resource: &str,
    expression: &str,
) -> Result<Vec<String>, EvaluationErrorKind> {
    evaluate_in(&LocalEnvironment::new(&*MODEL), resource, expression)
}

/// The same with an environment of the test.
pub(super) fn evaluate_in<E: for<'a> Environment<'a>>(
    environment: &E,
    resource: &str,
    expression: &str,
) -> Result<Vec<String>, EvaluationErrorKind> {
    let document = json::read(resource).expect("JSON");
    let root = Element::resource(&document.root, &*MODEL);
    let context = Context::new(&*MODEL, environment, root)
        .with_strictness(Strictness::Normative)
        .with_limits(Limits { steps: 200_000 });
    let expression =
        Expression::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let items = expression
        .evaluate(&context)
        .map_err(|error| error.kind())?;
    Ok(texts(&items))
}

fn texts(items: &Collection<'_>) -> Vec<String> {
    items
        .iter()
        .map(|item| item.to_text().unwrap_or_else(|| item.type_name(&*MODEL)))
        .collect()
}

/// Asserts what expressions give on [`PATIENT`], as text joined by `, `.
pub(super) fn gives(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        match evaluate(PATIENT, expression) {
            Ok(found) => assert_eq!(found.join(", "), *expected, "{expression}"),
            Err(kind) => panic!("{expression}: {kind:?}"),
        }
    }
}

/// Asserts that expressions fail on [`PATIENT`] with errors of that kind.
pub(super) fn fails(kind: EvaluationErrorKind, expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(evaluate(PATIENT, expression), Err(kind), "{expression}");
    }
}

/// The message of the error that an expression ends in, parsing or evaluating.
pub(super) fn error(expression: &str) -> String {
    let expression = match Expression::parse(expression) {
        Ok(expression) => expression,
        Err(error) => return error.to_string(),
    };
    let document = json::read(PATIENT).expect("JSON");
    let root = Element::resource(&document.root, &*MODEL);
    let environment = LocalEnvironment::new(&*MODEL);
    match expression.evaluate(&Context::new(&*MODEL, &environment, root)) {
        Ok(items) => panic!("no error, but {:?}", texts(&items)),
        Err(error) => error.to_string(),
    }
}
