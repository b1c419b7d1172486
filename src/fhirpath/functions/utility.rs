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
    site.charge(value.len() as u64)?;
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
        site.charge(1 + 4 * next.len() as u64)?;
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
