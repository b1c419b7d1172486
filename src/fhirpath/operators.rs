//! Arithmetic (FHIRPath 6.6) and ordering (6.2).

use std::cmp::Ordering;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::ast::{BinaryOperator as Op, Expr};
use super::equality::{self, Order};
use super::error::{EvaluationError, EvaluationErrorKind as Kind};
use super::eval::{Evaluator, Outcome, Scope};
use super::item::{Collection, Item};
use super::model::TypeKind;
use super::number;
use super::quantity::{Quantity, QuantityUnit};
use super::temporal::CalendarUnit;
use super::value::Value;

/// `-operand` and `+operand`.
pub(super) fn signed<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    operand: &Expr,
    scope: Scope<'_, 'a>,
    negative: bool,
) -> Outcome<Collection<'a>> {
    let Some(item) = evaluator.one(operand, scope, expr.offset, "a sign")? else {
        return Ok(Collection::new());
    };
    let value = match (item.value(), negative) {
        (Some(value @ (Value::Integer(_) | Value::Decimal(_) | Value::Quantity(_))), false) => {
            Some(value)
        }
        (Some(Value::Integer(value)), true) => value.checked_neg().map(Value::Integer),
        (Some(Value::Decimal(value)), true) => Some(Value::Decimal(-value)),
        (Some(Value::Quantity(value)), true) => Some(Value::Quantity(Arc::new(value.negated()))),
        _ => {
            return Err(EvaluationError::new(
                Kind::Type,
                expr.offset,
                format!(
                    "expected a number after a sign, found {}",
                    evaluator.describe(&item)
                ),
            ));
        }
    };
    Ok(value.into())
}

/// Operators whose result is a value; overflow and division by zero give nothing.
pub(super) fn calculate<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    operator: Op,
    (left, right): (&Expr, &Expr),
    scope: Scope<'_, 'a>,
) -> Outcome<Collection<'a>> {
    let what = operator.symbol();
    let left = evaluator.one(left, scope, expr.offset, what)?;
    let right = evaluator.one(right, scope, expr.offset, what)?;
    let (left, right) = (left.as_ref(), right.as_ref());
    if operator == Op::Concatenate {
        return concatenate(evaluator, expr, left, right);
    }
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(Collection::new());
    };
    let (Some(left_value), Some(right_value)) = (
        operand(evaluator, expr, operator, left)?,
        operand(evaluator, expr, operator, right)?,
    ) else {
        return Ok(Collection::new());
    };
    if let Value::String(text) = &left_value {
        evaluator.charge(text.len() as u64 / 64, expr.offset)?;
    }
    match apply(operator, &left_value, &right_value) {
        Ok(value) => Ok(value.into()),
        Err(NotDefined) => Err(not_defined(evaluator, expr, operator, left, right)),
    }
}

/// The operator is not defined for operands of these types.
struct NotDefined;

type Applied<'a> = Result<Option<Value<'a>>, NotDefined>;

fn apply<'a>(operator: Op, left: &Value<'a>, right: &Value<'a>) -> Applied<'a> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => integers(operator, *left, *right),
        (Value::String(left), Value::String(right)) if operator == Op::Add => Ok(Some(
            Value::String(format!("{}{}", &**left, &**right).into()),
        )),
        (Value::Quantity(left), Value::Quantity(right)) => quantities(operator, left, right),
        (Value::Quantity(left), right) => match right.as_decimal() {
            Some(right) => quantities(operator, left, &Quantity::of_number(right)),
            None => Err(NotDefined),
        },
        (moment, Value::Quantity(quantity)) if moment.as_decimal().is_none() => {
            moved(operator, moment, quantity)
        }
        (left, Value::Quantity(right)) => match left.as_decimal() {
            Some(left) => quantities(operator, &Quantity::of_number(left), right),
            None => Err(NotDefined),
        },
        (left, right) => match (left.as_decimal(), right.as_decimal()) {
            (Some(left), Some(right)) => decimals(operator, left, right),
            _ => Err(NotDefined),
        },
    }
}

fn integers<'a>(operator: Op, left: i64, right: i64) -> Applied<'a> {
    Ok(match operator {
        Op::Add => left.checked_add(right),
        Op::Subtract => left.checked_sub(right),
        Op::Multiply => left.checked_mul(right),
        Op::Div => left.checked_div(right),
        Op::Mod => left.checked_rem(right),
        _ => return decimals(operator, Decimal::from(left), Decimal::from(right)),
    }
    .map(Value::Integer))
}

fn decimals<'a>(operator: Op, left: Decimal, right: Decimal) -> Applied<'a> {
    let value = match operator {
        Op::Add => left.checked_add(right),
        Op::Subtract => left.checked_sub(right),
        Op::Multiply => left.checked_mul(right),
        Op::Divide => number::quotient(left, right),
        Op::Mod => left.checked_rem(right),
        Op::Div => {
            return Ok(left
                .checked_div(right)
                .and_then(|quotient| quotient.trunc().to_i64())
                .map(Value::Integer));
        }
        _ => return Err(NotDefined),
    };
    Ok(value.map(Value::Decimal))
}

fn quantities<'a>(operator: Op, left: &Quantity, right: &Quantity) -> Applied<'a> {
    let value = match operator {
        Op::Add => left.add(right),
        Op::Subtract => left.add(&right.negated()),
        Op::Multiply => left.multiply(right),
        Op::Divide => left.divide(right),
        _ => return Err(NotDefined),
    };
    Ok(value.map(|value| Value::Quantity(Arc::new(value))))
}

/// A date or time moved by a calendar duration. The decimal places of the duration are ignored
/// (FHIRPath 6.6.8), and UCUM units of indefinite length are refused.
fn moved<'a>(operator: Op, moment: &Value<'a>, quantity: &Quantity) -> Applied<'a> {
    let unit = match &quantity.unit {
        QuantityUnit::Calendar(unit) => *unit,
        QuantityUnit::Ucum(code) => CalendarUnit::from_definite_ucum(code).ok_or(NotDefined)?,
        QuantityUnit::Other(_) => return Err(NotDefined),
    };
    let Some(amount) = quantity.value.trunc().to_i64() else {
        return Ok(None);
    };
    let amount = match operator {
        Op::Add => amount,
        Op::Subtract => -amount,
        _ => return Err(NotDefined),
    };
    Ok(match moment {
        Value::Date(date) => date.plus(amount, unit).map(Value::Date),
        Value::DateTime(moment) => moment.plus(amount, unit).map(Value::DateTime),
        Value::Time(time) => time.plus(amount, unit).map(Value::Time),
        _ => return Err(NotDefined),
    })
}

/// `&`: nothing counts as the empty string (FHIRPath 6.6.6).
fn concatenate<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    left: Option<&Item<'a>>,
    right: Option<&Item<'a>>,
) -> Outcome<Collection<'a>> {
    let mut out = String::new();
    for item in [left, right].into_iter().flatten() {
        match item {
            Item::Value(Value::String(text)) => out.push_str(text),
            Item::Element(element) if element.is_primitive() => {
                out.push_str(element.text().unwrap_or_default());
            }
            other => {
                return Err(EvaluationError::new(
                    Kind::Type,
                    expr.offset,
                    format!(
                        "expected a string as an operand of `&`, found {}",
                        evaluator.describe(other)
                    ),
                ));
            }
        }
    }
    evaluator.charge(out.len() as u64 / 64, expr.offset)?;
    Ok(Collection::of(Value::String(out.into())))
}

/// `<`, `<=`, `>` and `>=`.
pub(super) fn ordered<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    operator: Op,
    (left, right): (&Expr, &Expr),
    scope: Scope<'_, 'a>,
) -> Outcome<Option<bool>> {
    let what = operator.symbol();
    let left = evaluator.one(left, scope, expr.offset, what)?;
    let right = evaluator.one(right, scope, expr.offset, what)?;
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(None);
    };
    let (Some(left_value), Some(right_value)) = (
        operand(evaluator, expr, operator, &left)?,
        operand(evaluator, expr, operator, &right)?,
    ) else {
        return Ok(evaluator.told(None));
    };
    let is_boolean = matches!(left_value, Value::Boolean(_));
    match equality::compare(&left_value, &right_value) {
        Order::Known(order) if !is_boolean => Ok(Some(holds(operator, order))),
        Order::Unknown => Ok(evaluator.told(None)),
        Order::Known(_) | Order::DifferentTypes => {
            Err(not_defined(evaluator, expr, operator, &left, &right))
        }
    }
}

/// Whether an operator of order holds for two values in that order.
pub(super) fn holds(operator: Op, order: Ordering) -> bool {
    match operator {
        Op::LessThan => order == Ordering::Less,
        Op::LessOrEqual => order != Ordering::Greater,
        Op::GreaterThan => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }
}

/// The value of an operand; nothing for a primitive or quantity that has none.
fn operand<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    operator: Op,
    item: &Item<'a>,
) -> Outcome<Option<Value<'a>>> {
    match (item.value(), item) {
        (Some(value), _) => Ok(Some(value)),
        (None, Item::Element(element))
            if element.is_primitive() || element.type_id().kind() == TypeKind::Quantity =>
        {
            Ok(None)
        }
        _ => Err(EvaluationError::new(
            Kind::Type,
            expr.offset,
            format!(
                "expected a value as an operand of `{}`, found {}",
                operator.symbol(),
                evaluator.describe(item)
            ),
        )),
    }
}

fn not_defined<'a>(
    evaluator: &Evaluator<'_, 'a>,
    expr: &Expr,
    operator: Op,
    left: &Item<'a>,
    right: &Item<'a>,
) -> EvaluationError {
    EvaluationError::new(
        Kind::Type,
        expr.offset,
        format!(
            "expected operands that `{}` is defined for, found {} and {}",
            operator.symbol(),
            evaluator.describe(left),
            evaluator.describe(right)
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::fhirpath::EvaluationErrorKind as Kind;
    use crate::fhirpath::testing::{error, fails, gives};

    #[test]
    fn numbers_are_calculated_exactly_and_overflow_gives_nothing() {
        gives(&[
            ("0.1 + 0.2 = 0.3", "true"),
            ("1 + 2 * 3 - 4 div 3 mod 2", "6"),
            ("7 / 2", "3.5"),
            ("7 div 2 | -7 div 2", "3, -3"),
            ("-7 mod 2", "-1"),
            ("2.5 div 0.5 | 2.5 mod 1", "5, 0.5"),
            ("1 / 0", ""),
            ("1 div 0", ""),
            ("1.0 mod 0", ""),
            ("9223372036854775807 + 1", ""),
            ("9223372036854775807 * 2", ""),
            ("-(9223372036854775807) - 2", ""),
            ("79228162514264337593543950335 * 10.0", ""),
            ("1 + {}", ""),
            ("gender + 'x'", ""),
            ("'a' + 'b'", "ab"),
            ("'a' & {} & 'b'", "ab"),
            ("gender & 'x'", "x"),
            ("3 'm' + 3 'cm'", "303 'cm'"),
            ("2 * 3 'm'", "6 'm'"),
            ("6 'm' / 2", "3 'm'"),
            ("-(4 'mg')", "-4 'mg'"),
            ("birthDate + 1 month", "1970-04-30"),
            ("birthDate - 30 days", "1970-02-28"),
            ("@T23:00 + 2 hours", "01:00"),
            ("@2020-01-31T10:00:00Z + 1 month", "2020-02-29T10:00:00Z"),
            ("@9999-12-31 + 1 day", ""),
        ]);
    }

    #[test]
    fn operands_of_the_wrong_type_or_number_are_errors() {
        fails(
            Kind::Type,
            &[
                "1 + 'a'",
                "'a' - 'b'",
                "true + 1",
                "birthDate + 1",
                "birthDate + 1 'mo'",
                "birthDate + 1 'cm'",
                "birthDate * 2 days",
                "name.first() + 1",
                "-'a'",
                "1 & 'a'",
                "1 < 'a'",
                "true < false",
                "birthDate < 'a'",
                "name.first() < name.last()",
            ],
        );
        fails(
            Kind::Cardinality,
            &["(1 | 2) + 1", "(1 | 2) < 3", "-(1 | 2)", "name.given & 'x'"],
        );
        assert_eq!(
            error("name.first().family + 1"),
            "offset 20: expected operands that `+` is defined for, found string `Doe` and Integer `1`"
        );
    }

    #[test]
    fn order_needs_enough_precision() {
        gives(&[
            ("1 < 1.5", "true"),
            ("'a' < 'b'", "true"),
            ("birthDate < @2000", "true"),
            ("birthDate < @1970-03", ""),
            ("birthDate <= @1970-03-30T10:00:00Z", ""),
            ("identifier.period.start <= identifier.period.end", "true"),
            ("5 'mg' > extension.value.ofType(Quantity)", "true"),
            ("5 'g' > 1 'mL'", ""),
            ("5 'g' > 1", ""),
            ("1 > {}", ""),
            ("gender > 'a'", ""),
        ]);
    }
}
