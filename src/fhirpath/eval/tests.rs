//! Paths, logic, strictness, messages and bounds.

use crate::fhirpath::generate::{any_expression, any_resource};
use crate::fhirpath::testing::{MODEL, PATIENT, error, evaluate, fails, gives};
use crate::fhirpath::{
    Context, Element, EvaluationErrorKind as Kind, Expression, Item, Limits, LocalEnvironment,
    NoEnvironment, NoModel, Strictness,
};
use crate::json;
use proptest::prelude::*;

#[test]
fn paths_walk_choices_siblings_and_types() {
    gives(&[
        ("Patient.name.family", "Doe"),
        ("name.family", "Doe"),
        ("DomainResource.id", "p1"),
        ("Observation.id", ""),
        ("multipleBirth", "2"),
        ("multipleBirthInteger", ""),
        ("birthDate.id", "b"),
        ("gender", "code"),
        ("name.given", "Jane, string, Janie"),
        ("extension.value", "5, 4.50 'mg'"),
        ("contained.name", "Clinic"),
        ("resourceType", ""),
        ("nothing.at.all", ""),
        ("$this.id", "p1"),
        ("name.$this.use", "official, usual"),
        (
            "name.select($this.use & $index.toString())",
            "official0, usual1",
        ),
    ]);
}

#[test]
fn logic_has_three_values() {
    for (operator, expected) in [
        (
            "and",
            [
                "true", "false", "", "false", "false", "false", "", "false", "",
            ],
        ),
        (
            "or",
            ["true", "true", "true", "true", "false", "", "true", "", ""],
        ),
        (
            "xor",
            ["false", "true", "", "true", "false", "", "", "", ""],
        ),
        (
            "implies",
            ["true", "false", "", "true", "true", "true", "true", "", ""],
        ),
    ] {
        let values = ["true", "false", "{}"];
        let pairs = values
            .iter()
            .flat_map(|left| values.iter().map(move |right| (left, right)));
        for ((left, right), expected) in pairs.zip(expected) {
            gives(&[(&format!("{left} {operator} {right}"), expected)]);
        }
    }
    gives(&[
        ("name.first() and active", "true"),
        ("gender and true", "true"),
    ]);
    fails(Kind::Cardinality, &["name and true"]);
}

#[test]
fn and_and_or_stop_where_they_are_decided() {
    gives(&[
        ("false and (1 | 2).single()", "false"),
        ("true or (1 | 2).single()", "true"),
        ("false implies (1 | 2).single()", "true"),
    ]);
}

#[test]
fn without_a_model_values_are_what_json_says() {
    let document = json::read(PATIENT).expect("JSON");
    let root = Element::resource(&document.root, &NoModel);
    let context = Context::new(&NoModel, &NoEnvironment, root);
    let text = |expression: &str| {
        let expression = Expression::parse(expression).expect("an expression");
        let items = expression.evaluate(&context).expect("a value");
        let texts: Vec<_> = items.iter().filter_map(Item::to_text).collect();
        texts.join(", ")
    };
    assert_eq!(text("Patient.name.family"), "Doe");
    assert_eq!(text("multipleBirth + 1"), "3");
    assert_eq!(text("birthDate & '!'"), "1970-03-30!");
    assert_eq!(text("contained.name"), "Clinic");
    assert_eq!(text("extension.value.code"), "mg");
}

#[test]
fn strict_evaluation_refuses_unknown_elements() {
    let document = json::read(PATIENT).expect("JSON");
    let root = Element::resource(&document.root, &*MODEL);
    let context = Context::new(&*MODEL, &NoEnvironment, root).with_strictness(Strictness::Strict);
    let kind = |expression: &str| {
        let expression = Expression::parse(expression).expect("an expression");
        let items = expression.evaluate(&context);
        items.map(|items| items.len()).map_err(|error| error.kind())
    };
    assert_eq!(kind("name.given"), Ok(3));
    assert_eq!(kind("multipleBirth"), Ok(1));
    assert_eq!(kind("name.given1"), Err(Kind::UnknownElement));
    assert_eq!(kind("name.given1.exists()"), Err(Kind::UnknownElement));
    assert_eq!(kind("multipleBirthInteger"), Err(Kind::UnknownElement));
}

#[test]
fn a_boolean_is_asked_for_by_singleton_evaluation() {
    let document = json::read(PATIENT).expect("JSON");
    let root = Element::resource(&document.root, &*MODEL);
    let context = Context::new(&*MODEL, &NoEnvironment, root);
    let held = |expression: &str| {
        let expression = Expression::parse(expression).expect("an expression");
        expression
            .evaluate_boolean(&context)
            .map_err(|error| error.kind())
    };
    assert_eq!(held("active"), Ok(Some(true)));
    assert_eq!(held("name.first()"), Ok(Some(true)));
    assert_eq!(held("name.family = 'x'"), Ok(Some(false)));
    assert_eq!(held("photo"), Ok(None));
    assert_eq!(held("name"), Err(Kind::Cardinality));
}

#[test]
fn errors_say_where_and_what() {
    assert_eq!(
        error("name.first().given.length()"),
        "offset 19: expected one item at most as the input of `length()`, found 2"
    );
    assert_eq!(
        error("active.toInteger() + name.abs()"),
        "offset 26: expected one item at most as the input of `abs()`, found 2"
    );
    assert_eq!(
        error("name[name.family]"),
        "offset 10: expected an integer as index, found string `Doe`"
    );
}

#[test]
fn steps_are_bounded() {
    let ten = "(1|2|3|4|5|6|7|8|9|10)";
    let nested = (0..9).fold("1".to_owned(), |inner, _| format!("{ten}.select({inner})"));
    let growing = ".replace('', 'abcdefghijklmnop')".repeat(6);
    fails(
        Kind::Limit,
        &[
            &nested,
            "(1|2|3|4|5|6|7|8|9|10).repeatAll(1 | 2)",
            "descendants().select(%resource.descendants()).select(%resource.descendants())",
            "'ab'.repeat($this & $this)",
            &format!("'ab'{growing}"),
        ],
    );
    let document = json::read(PATIENT).expect("JSON");
    let root = Element::resource(&document.root, &*MODEL);
    let context = Context::new(&*MODEL, &NoEnvironment, root).with_limits(Limits { steps: 10 });
    let expression = Expression::parse("descendants().count()").expect("an expression");
    let kind = expression.evaluate(&context).map_err(|error| error.kind());
    assert_eq!(kind.map(|items| items.len()), Err(Kind::Limit));
    assert!(evaluate(PATIENT, "descendants().count()").is_ok());
}

#[test]
fn evaluations_can_share_their_steps() {
    let document = json::read(PATIENT).expect("JSON");
    let root = Element::resource(&document.root, &*MODEL);
    let budget = std::cell::Cell::new(400);
    let context = Context::new(&*MODEL, &NoEnvironment, root).with_budget(&budget);
    let expression = Expression::parse("descendants().exists()").expect("an expression");
    let mut held = 0;
    let error = loop {
        match expression.evaluate_boolean(&context) {
            Ok(_) => held += 1,
            Err(error) => break error,
        }
    };
    assert!(held > 0 && budget.get() == 0);
    assert_eq!(error.kind(), Kind::Limit);
    assert!(error.to_string().contains("altogether"), "{error}");
}

proptest! {
    #[test]
    fn any_expression_over_any_resource_ends(
        expression in any_expression(),
        resource in any_resource(),
        strictness in prop::sample::select(vec![Strictness::R4, Strictness::Normative, Strictness::Strict]),
    ) {
        let document = json::read(&resource).expect("JSON");
        let root = Element::resource(&document.root, &*MODEL);
        let environment = LocalEnvironment::new(&*MODEL);
        let context = Context::new(&*MODEL, &environment, root)
            .with_strictness(strictness)
            .with_limits(Limits { steps: 20_000 });
        let expression = Expression::parse(&expression).expect("an expression");
        let _ = expression.evaluate_boolean(&context);
        let _ = expression.check(&*MODEL, &[root.type_id()]);
        if let Ok(items) = expression.evaluate(&context) {
            for item in &items {
                let _ = (item.to_text(), item.type_name(&*MODEL));
            }
        }
    }
}
