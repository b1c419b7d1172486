//! Faults found, and what is let pass because it may mean something.

use super::SemanticFaultKind as Kind;
use crate::fhirpath::testing::MODEL;
use crate::fhirpath::{Expression, Model, TypeId};

fn faults(types: &[&str], expression: &str) -> Vec<Kind> {
    let types: Vec<TypeId> = types
        .iter()
        .map(|name| MODEL.type_at(name).expect("a type"))
        .collect();
    let expression = Expression::parse(expression).expect("an expression");
    let found = expression.check(&*MODEL, &types);
    found.into_iter().map(|fault| fault.kind).collect()
}

fn passes(types: &[&str], expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(faults(types, expression), [], "{expression}");
    }
}

fn finds(types: &[&str], kind: Kind, expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(faults(types, expression), [kind], "{expression}");
    }
}

#[test]
fn elements_are_followed_through_choices_and_backbone_elements() {
    passes(
        &["Patient"],
        &[
            "name.given",
            "Patient.name.given",
            "Resource.id",
            "contact.name.family.length()",
            "deceased.toString()",
            "extension.value.code",
            "contained.name",
            "generalPractitioner.resolve().anything",
            "birthDate.extension.url",
            "name.where(use = 'official').given.first()",
            "%resource.whatever",
            "name.select(given | family).first()",
            "text.`div`.htmlChecks()",
        ],
    );
    finds(
        &["Patient"],
        Kind::UnknownElement,
        &[
            "name.givne",
            "deceasedBoolean",
            "Observation.status",
            "name.where(usage = 'official')",
            "contact.name.all(famly.exists())",
            "birthDate.value",
            "1.name",
        ],
    );
    passes(&[], &["anything.at.all"]);
}

#[test]
fn functions_need_an_input_they_can_take() {
    passes(
        &["Observation"],
        &["value.toString()", "status.length()", "code.text.upper()"],
    );
    finds(
        &["Observation"],
        Kind::InputType,
        &[
            "code.length()",
            "code.toString()",
            "subject.toInteger()",
            "status.abs()",
            "1.length()",
        ],
    );
    finds(
        &["Observation"],
        Kind::UnknownType,
        &["value is Nothing", "value.ofType(nothing)"],
    );
    finds(
        &["Patient"],
        Kind::Unordered,
        &[
            "children().first()",
            "descendants()[0]",
            "children().where(true).skip(1)",
        ],
    );
}

#[test]
fn guards_narrow_what_may_be_there() {
    let use_it = "$this.toString().length() > 1";
    let check = |types: &[&str], expression: &str| {
        faults(types, &expression.replace("USE", use_it)).is_empty()
    };
    for (types, expression, passes) in [
        (["Period", "dateTime"], "USE", true),
        (["Period", "Period"], "USE", false),
        (["Period", "Timing"], "$this is Period or USE", false),
        (["Period", "dateTime"], "$this is Period or USE", true),
        (
            ["Period", "Timing"],
            "$this is Period or $this is Timing or USE",
            true,
        ),
        (["Period", "Timing"], "$this is dateTime implies USE", true),
        (["Period", "Timing"], "$this is Period implies USE", false),
        (
            ["Period", "Timing"],
            "($this is Period).not() implies USE",
            false,
        ),
        (["Period", "Period"], "is(Period).not() implies USE", true),
        (
            ["Period", "Timing"],
            "($this is dateTime or $this is Period) implies USE",
            false,
        ),
        (
            ["Period", "Timing"],
            "($this is dateTime and true) implies USE",
            true,
        ),
        (
            ["Period", "Timing"],
            "iif($this is dateTime, USE, true)",
            true,
        ),
        (
            ["Period", "Timing"],
            "iif($this is dateTime, true, USE)",
            false,
        ),
        (["Period", "Timing"], "$this is Element implies USE", false),
        (
            ["Period", "Timing"],
            "where($this is dateTime).toString().length() > 1",
            true,
        ),
        (
            ["Period", "Timing"],
            "where($this is Period).toString().length() > 1",
            false,
        ),
        (
            ["Period", "Timing"],
            "($this as dateTime).toString().length() > 1",
            true,
        ),
    ] {
        assert_eq!(check(&types, expression), passes, "{types:?} {expression}");
    }
    passes(
        &["Observation"],
        &["value is Quantity implies value.unit.exists()"],
    );
    finds(
        &["Observation"],
        Kind::UnknownElement,
        &["value is Quantity implies value.coding.exists()"],
    );
}

#[test]
fn faults_say_where_and_what() {
    let patient = MODEL.type_named("Patient").expect("a type");
    let expression = Expression::parse("name.exists() and name.givne.exists()").expect("parsed");
    let faults = expression.check(&*MODEL, &[patient]);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].offset, 23);
    assert_eq!(
        faults[0].message,
        "expected an element of `HumanName`, found `givne`"
    );
}
