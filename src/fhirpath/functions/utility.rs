//! Utility functions (FHIRPath 5.9, 6.5.5, 7) and `defineVariable`, `sort` and `comparable` of the
//! 3.0 ballot.

use super::{Site, Utility};
use crate::fhirpath::error::EvaluationErrorKind as Kind;
use crate::fhirpath::eval::{Outcome, Scope};
use crate::fhirpath::item::{Collection, Item};
use crate::fhirpath::value::Value;
use crate::fhirpath::variables;

pub(super) fn call<'a>(site: &Site<'_, '_, 'a>, function: Utility) -> Outcome<Collection<'a>> {
    match function {
        Utility::Trace => trace(site),
        Utility::DefineVariable => define_variable(site),
        Utility::Aggregate => aggregate(site),
        Utility::Sort => super::sort::sort(site),
        Utility::Not => {
            let input = site.input()?;
            let value = site.evaluator.singleton(&input, site.offset)?;
            Ok(Collection::of_boolean(value.map(|value| !value)))
        }
        Utility::Comparable => comparable(site),
    }
}

/// `trace(label, projection)`: gives its input; the environment hears of it.
fn trace<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let label = site.argument_text(0)?;
    let label = label.as_deref().unwrap_or_default();
    match site.argument(1) {
        None => site.evaluator.context.environment.trace(label, &input),
        Some(projection) => {
            let mut projected = Collection::new();
            for (index, item) in input.iter().enumerate() {
                let scope = site.scope.item(item, index);
                projected.extend(site.evaluator.scoped(projection, scope)?);
            }
            site.evaluator.context.environment.trace(label, &projected);
        }
    }
    Ok(input)
}

/// `defineVariable(name, value)`: known to what follows in the same chain.
fn define_variable<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let Some(name) = site.argument_text(0)? else {
        return Err(site.fail(
            Kind::Argument,
            "expected a name for the variable, found nothing",
        ));
    };
    let taken = variables::is_reserved(&name)
        || site
            .evaluator
            .defined
            .borrow()
            .iter()
            .any(|(own, _)| *own == *name);
    if taken {
        return Err(site.fail(
            Kind::Argument,
            format!(
                "expected a name that is not defined yet, found `{}`",
                &*name
            ),
        ));
    }
    let value = match site.argument(1) {
        None => input.clone(),
        Some(value) => {
            let first = input.first();
            let scope = Scope {
                this: first.or(site.scope.this),
                ..site.scope
            };
            site.evaluator.scoped(value, scope)?
        }
    };
    site.charge_items(value.len())?;
    site.evaluator
        .defined
        .borrow_mut()
        .push((name.to_string(), value));
    Ok(input)
}

/// `aggregate(aggregator, init)`
fn aggregate<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let input = site.input()?;
    let mut total = site.argument_items(1)?;
    let Some(aggregator) = site.argument(0) else {
        return Ok(total);
    };
    for (index, item) in input.iter().enumerate() {
        let scope = Scope {
            total: Some(&total),
            ..site.scope.item(item, index)
        };
        let next = site.evaluator.scoped(aggregator, scope)?;
        site.charge_items(1 + next.len())?;
        total = next;
    }
    Ok(total)
}

/// `comparable(other)`: whether two quantities have units of one dimension.
fn comparable<'a>(site: &Site<'_, '_, 'a>) -> Outcome<Collection<'a>> {
    let left = site.value_input()?;
    let right = site.argument_item(0)?;
    let (Some(left), Some(right)) = (left, right.and_then(|item| item.value())) else {
        return Ok(Collection::new());
    };
    match (left, right) {
        (Value::Quantity(left), Value::Quantity(right)) => {
            Ok(Collection::of(Value::Boolean(left.comparable(&right))))
        }
        (Value::Quantity(_), other) | (other, _) => {
            Err(site.type_error("two quantities", &Item::Value(other)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::fhirpath::testing::{PATIENT, evaluate_in, fails, gives};
    use crate::fhirpath::{Element, Environment, EvaluationErrorKind as Kind, Item};

    #[test]
    fn aggregates_see_the_total() {
        gives(&[
            ("(1 | 2 | 3).aggregate($total + $this, 0)", "6"),
            (
                "(1 | 2 | 3).aggregate(iif($total.empty(), $this, $total * $this))",
                "6",
            ),
            (
                "('a' | 'b').aggregate($total & $this & $index.toString(), '')",
                "a0b1",
            ),
            ("{}.aggregate($total + 1, 7)", "7"),
        ]);
    }

    #[test]
    fn variables_live_to_the_end_of_their_expression() {
        gives(&[
            (
                "defineVariable('n', name.first()).contact.select(%n.family & name.text)",
                "DoeA, Doe",
            ),
            ("name.defineVariable('x').select(%x.count())", "2, 2"),
            (
                "name.select(defineVariable('u', use).given.select($this & '/' & %u))",
                "Jane/official, /official, Janie/usual",
            ),
            (
                "(defineVariable('a', 1).select(%a)) | (defineVariable('a', 2).select(%a))",
                "1, 2",
            ),
        ]);
        fails(
            Kind::UnknownVariable,
            &["%nothing", "(defineVariable('a', 1)).select(true) | %a"],
        );
        fails(
            Kind::Argument,
            &[
                "defineVariable('context', 1)",
                "defineVariable('a').defineVariable('a')",
            ],
        );
    }

    #[test]
    fn items_are_sorted_by_keys() {
        gives(&[
            ("(3 | 1 | 2).sort()", "1, 2, 3"),
            ("('b' | 'a').sort(-$this)", "b, a"),
            ("('b' | 'a').sort($this desc)", "b, a"),
            ("(3 | 1 | 2).sort($this mod 2, -$this)", "2, 3, 1"),
            ("name.sort(family).use", "usual, official"),
            ("(@2020-01 | @2020 | @2019).sort().count()", "3"),
        ]);
        fails(Kind::Type, &["(1 | 'a').sort()"]);
        fails(Kind::Cardinality, &["name.sort(given)"]);
    }

    #[test]
    fn not_is_singleton_evaluation() {
        gives(&[
            ("true.not()", "false"),
            ("name.first().not()", "false"),
            ("{}.not()", ""),
        ]);
        fails(Kind::Cardinality, &["name.not()"]);
    }

    #[test]
    fn comparable_units_have_one_dimension() {
        gives(&[
            ("(1 'cm').comparable(1 'm')", "true"),
            ("(1 'cm').comparable(1 's')", "false"),
            ("{}.comparable(1 's')", ""),
        ]);
        fails(Kind::Type, &["(1 'cm').comparable(1)"]);
    }

    /// Keeps what was traced.
    #[derive(Default)]
    struct Traces(RefCell<Vec<String>>);

    impl<'a> Environment<'a> for Traces {
        fn resolve(&self, _: &str, _: Element<'a>) -> Option<Element<'a>> {
            None
        }

        fn member_of(&self, _: &str, _: &Item<'a>) -> Option<bool> {
            None
        }

        fn conforms_to(&self, _: &str, _: Element<'a>) -> Option<bool> {
            None
        }

        fn trace(&self, label: &str, items: &[Item<'a>]) {
            let texts: Vec<_> = items.iter().filter_map(Item::to_text).collect();
            self.0
                .borrow_mut()
                .push(format!("{label}: {}", texts.join(" ")));
        }
    }

    #[test]
    fn the_environment_hears_what_is_traced() {
        let traces = Traces::default();
        let found = evaluate_in(
            &traces,
            PATIENT,
            "name.trace('uses', use).given.trace('given').count()",
        );
        assert_eq!(found, Ok(vec!["3".to_owned()]));
        assert_eq!(
            *traces.0.borrow(),
            ["uses: official usual", "given: Jane Janie"]
        );
    }
}
